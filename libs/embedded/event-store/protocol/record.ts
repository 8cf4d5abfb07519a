import { WireReader, varintLength, writeVarint } from './wire.js';

/**
 * `ReadResp.ReadEvent.RecordedEvent` as it goes over the wire is also what is stored: it is encoded once, when it is
 * written, and every reader gets the same bytes without a decode or an encode.
 */
export type RecordContent = {
  id: string;
  stream: string;
  /** A number, or `LAST_REVISION` for the tombstone. */
  revision: number;
  position: number;
  type: string;
  contentType: string;
  metadata: Buffer;
  data: Buffer;
};

/** Stands for the revision of a tombstone, 2^63 - 1, which no double holds. */
export const LAST_REVISION = Infinity;
const LAST_REVISION_VARINT = Buffer.from('ffffffffffffffff7f', 'hex');

const ID_LENGTH = 2 + 2 + 36;
const KEY_TYPE = mapKey('type');
const KEY_CONTENT_TYPE = mapKey('content-type');
const KEY_CREATED = mapKey('created');

/** The key half of a map entry; the value follows it. */
function mapKey(key: string): Buffer {
  return Buffer.concat([Buffer.from([0x0a, key.length]), Buffer.from(key)]);
}

function writeEntry(target: Buffer, position: number, key: Buffer, value: string, valueLength: number): number {
  target[position] = 0x32;
  let at = writeVarint(target, position + 1, key.length + 1 + varintLength(valueLength) + valueLength);
  at += key.copy(target, at);
  target[at++] = 0x12;
  at = writeVarint(target, at, valueLength);
  return at + writeText(target, at, value, valueLength);
}

/** Short plain text is faster put byte by byte than through the encoder. */
function writeText(target: Buffer, position: number, text: string, byteLength: number): number {
  if (byteLength !== text.length || byteLength > 64) return target.write(text, position, 'utf8');
  for (let index = 0; index < byteLength; index++) target[position + index] = text.charCodeAt(index);
  return byteLength;
}

function writeBytes(target: Buffer, position: number, tag: number, value: Buffer): number {
  target[position] = tag;
  const at = writeVarint(target, position + 1, value.length);
  return at + value.copy(target, at);
}

/** An upper bound, cheap to find, for the length of an encoded record. */
export function recordBound(content: {
  stream: string;
  type: string;
  contentType: string;
  metadata: Buffer;
  data: Buffer;
}): number {
  return (
    200 +
    3 * (content.stream.length + content.type.length + content.contentType.length) +
    content.metadata.length +
    content.data.length
  );
}

/**
 * Encodes at `start`; returns the position behind the record. The target holds at least `recordBound` bytes more.
 * `instant` is in milliseconds since 1970.
 */
export function writeRecord(target: Buffer, start: number, content: RecordContent, instant: number): number {
  const streamLength = Buffer.byteLength(content.stream);
  const typeLength = Buffer.byteLength(content.type);
  const contentTypeLength = Buffer.byteLength(content.contentType);
  // Ticks of 100 ns; written as text, for they go beyond what a double holds.
  const created = `${instant}0000`;
  let at = start;
  target[at++] = 0x0a;
  target[at++] = ID_LENGTH - 2;
  target[at++] = 0x12;
  target[at++] = 36;
  at += writeText(target, at, content.id, 36);
  target[at++] = 0x12;
  at = writeVarint(target, at, 1 + varintLength(streamLength) + streamLength);
  target[at++] = 0x1a;
  at = writeVarint(target, at, streamLength);
  at += writeText(target, at, content.stream, streamLength);
  target[at++] = 0x18;
  if (content.revision === LAST_REVISION) at += LAST_REVISION_VARINT.copy(target, at);
  else at = writeVarint(target, at, content.revision);
  target[at++] = 0x20;
  at = writeVarint(target, at, content.position);
  target[at++] = 0x28;
  at = writeVarint(target, at, content.position);
  at = writeEntry(target, at, KEY_TYPE, content.type, typeLength);
  at = writeEntry(target, at, KEY_CONTENT_TYPE, content.contentType, contentTypeLength);
  at = writeEntry(target, at, KEY_CREATED, created, created.length);
  if (content.metadata.length > 0) at = writeBytes(target, at, 0x3a, content.metadata);
  return writeBytes(target, at, 0x42, content.data);
}

/** What the server itself looks at in a stored record. `data` is a view. */
export type RecordView = { stream: string; type: string; created: number; data: Buffer };

export function readRecord(record: Buffer): RecordView {
  const reader = new WireReader(record);
  const view: RecordView = { stream: '', type: '', created: 0, data: record.subarray(0, 0) };
  while (reader.next()) {
    if (reader.field === 2) view.stream = readStreamName(reader);
    else if (reader.field === 6) {
      const [key, value] = readMapEntry(reader);
      if (key === 'type') view.type = value;
      else if (key === 'created') view.created = Number(value.slice(0, -4));
    } else if (reader.field === 8) view.data = reader.slice();
    else reader.skip();
  }
  return view;
}

function readStreamName(reader: WireReader): string {
  const identifier = reader.message();
  return identifier.next() ? identifier.string() : '';
}

function readMapEntry(reader: WireReader): [key: string, value: string] {
  const entry = reader.message();
  let key = '';
  let value = '';
  while (entry.next()) {
    if (entry.field === 1) key = entry.string();
    else value = entry.string();
  }
  return [key, value];
}

/** The stream of a record, without looking at the rest of it. */
export function streamOf(record: Buffer): string {
  const reader = new WireReader(record, ID_LENGTH);
  return reader.next() ? readStreamName(reader) : '';
}

/** The type of a record, without looking at the rest of it: it is the first entry behind the fixed fields. */
export function typeOf(record: Buffer): string {
  const reader = new WireReader(record, ID_LENGTH);
  while (reader.next()) {
    if (reader.field === 6) return readMapEntry(reader)[1];
    reader.skip();
  }
  return '';
}
