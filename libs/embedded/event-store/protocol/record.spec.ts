import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LAST_REVISION, type RecordContent, readRecord, recordBound, streamOf, typeOf, writeRecord } from './record.js';
import { MalformedMessage, WireReader, WireWriter, varintLength, writeVarint } from './wire.js';

const content: fc.Arbitrary<RecordContent> = fc.record({
  id: fc.uuid(),
  stream: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }),
  revision: fc.oneof(fc.maxSafeNat(), fc.constant(LAST_REVISION)),
  position: fc.maxSafeNat(),
  type: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
  contentType: fc.constantFrom('application/json', 'application/octet-stream'),
  metadata: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

describe('a record', () => {
  it('gives back what was written, within its bound', () => {
    fc.assert(
      fc.property(content, fc.nat(4_102_444_800_000), fc.nat(20), (written, created, start) => {
        const target = Buffer.alloc(start + recordBound(written));
        const end = writeRecord(target, start, written, created);
        const record = target.subarray(start, end);
        const { stream, type, data } = written;
        expect(readRecord(record)).toEqual({ stream, type, created, data });
        expect(streamOf(record)).toBe(stream);
        expect(typeOf(record)).toBe(type);
      }),
    );
  });
});

describe('the wire format', () => {
  it('gives back numbers', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const target = Buffer.alloc(10);
        expect(writeVarint(target, 0, value)).toBe(varintLength(value));
        const reader = new WireReader(new WireWriter().number(1, value).finish());
        expect(reader.next()).toBe(true);
        expect(reader.number()).toBe(value);
      }),
    );
  });

  it('refuses any message that is broken off or not one, and nothing worse', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const read = (reader: WireReader): void => {
          while (reader.next()) reader.skip();
        };
        try {
          read(new WireReader(Buffer.from(bytes)));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
    );
  });
});
