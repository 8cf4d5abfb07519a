import { describe, expect, it } from '@jest/globals';
import { catalogueOf } from '../kernel/index.js';
import { UnknownEventType, UnknownSchema, UnreadableEvent } from './errors.js';
import { type StoredEvent, declarationOf, headAt, recorded } from './recorded.js';

const catalogue = catalogueOf([
  {
    category: 'note',
    types: {
      NoteTaken: {
        says: 'Somebody wrote something down.',
        schema: 3,
        upcast: {
          1: (open) => ({ ...open, second: 2 }),
          2: (open) => ({ ...open, third: 3 }),
        },
      },
      NoteDropped: { says: 'It is of no use any more.', schema: 2 },
    },
  },
]);

const metadata = {
  $correlationId: 'c1',
  $causationId: 'k1',
  actor: { id: 'a1', role: 'sales' },
  occurredAt: '2017-06-30T10:00:00.000Z',
  schema: 3,
  previousHash: null,
  hash: 'ab',
};

const stored = (given: object): StoredEvent => ({
  id: 'i1',
  streamId: 'note-1',
  revision: 4n,
  type: 'NoteTaken',
  isJson: true,
  created: new Date('2017-07-01T00:00:00.123Z'),
  position: { commit: 77n, prepare: 77n },
  data: { n: 1 },
  metadata,
  ...given,
});

const read = (given: object) => {
  const event = stored(given);
  return recorded(event, declarationOf(catalogue, event));
};

describe('an event from the store', () => {
  it('is what the product works with', () => {
    expect(read({})).toEqual({
      id: 'i1',
      stream: 'note-1',
      revision: 4,
      position: 77n,
      type: 'NoteTaken',
      data: { n: 1 },
      occurredAt: '2017-06-30T10:00:00.000Z',
      recordedAt: '2017-07-01T00:00:00.123Z',
      actor: { id: 'a1', role: 'sales' },
      correlationId: 'c1',
      causationId: 'k1',
    });
    expect(headAt(stored({}))).toEqual({ revision: 4, hash: 'ab', occurredAt: metadata.occurredAt, position: 77n });
  });

  it('keeps its personal fields sealed and apart', () => {
    const sealed = { subject: 'person-1', box: 'b' };
    expect(read({ data: { n: 1, $sealed: sealed } })).toMatchObject({ data: { n: 1 }, sealed });
    expect(read({ data: { n: 1, $sealed: sealed } }).data).not.toHaveProperty('$sealed');
  });

  it('is brought up to the newest schema, step by step', () => {
    expect(read({ metadata: { ...metadata, schema: 1 } }).data).toEqual({ n: 1, second: 2, third: 3 });
    expect(read({ metadata: { ...metadata, schema: 2 } }).data).toEqual({ n: 1, third: 3 });
  });

  it.each([
    ['of a type that nobody declares', { type: 'NoteBurnt' }, UnknownEventType],
    ['of a type that belongs to other streams', { streamId: 'person-1' }, UnknownEventType],
    ['of a schema that is newer than the code', { metadata: { ...metadata, schema: 4 } }, UnknownSchema],
    ['of a schema with no way up', { type: 'NoteDropped', metadata: { ...metadata, schema: 1 } }, UnknownSchema],
    ['without our metadata', { metadata: undefined }, UnreadableEvent],
    ['without JSON', { isJson: false, data: new Uint8Array([1]) }, UnreadableEvent],
  ])('%s is an error that names it', (_, given, error) => {
    const event = stored(given);
    expect(() => read(given)).toThrow(error);
    expect(() => read(given)).toThrow(`${event.type} in ${event.streamId} at revision 4`);
  });
});
