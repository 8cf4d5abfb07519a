import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Refusal } from '../kernel/index.js';
import {
  type AppendContext,
  type Draft,
  type ProposedEvent,
  type StoredMetadata,
  hashOf,
  proposeEvents,
} from './envelope.js';

const stream = 'note-1';
const context: AppendContext = {
  commandId: '3a0f4a70-54fd-4b0f-a70a-1a3f6bd1ae2c',
  occurredAt: '2017-06-30T10:00:00.000Z',
  actor: { id: 'k1', role: 'sales' },
  correlationId: 'c1',
};
const draft = (data: object): Draft => ({ type: 'NoteTaken', schema: 1, data: data as Draft['data'] });
/** A proposed event after its way through the store. */
const stored = (event: ProposedEvent | undefined) => ({
  ...event,
  data: JSON.parse(event?.data ?? '') as object,
  metadata: JSON.parse(event?.metadata ?? '') as StoredMetadata,
});
const head = { revision: 4, hash: 'ab', occurredAt: context.occurredAt, position: 9n };

describe('the envelope', () => {
  it('is what is on disk', () => {
    const { events, hash } = proposeEvents(stream, null, [draft({ n: 1 })], context);
    expect(events.map(stored)).toEqual([
      {
        id: 'b932c812-b0fd-51f2-9732-1f460fb1254b',
        type: 'NoteTaken',
        data: { n: 1 },
        metadata: {
          $correlationId: 'c1',
          $causationId: context.commandId,
          actor: { id: 'k1', role: 'sales' },
          occurredAt: '2017-06-30T10:00:00.000Z',
          schema: 1,
          previousHash: null,
          hash,
        },
      },
    ]);
  });

  it('is hashed over its canonical JSON, key order aside', () => {
    const text =
      '{"data":{"a":"é","b":[1,2.5,null]},"id":"i","metadata":{"schema":1},"revision":7,"stream":"note-1","type":"T"}';
    const expected = createHash('sha256').update(text).digest('hex');
    const event = {
      stream,
      revision: 7,
      id: 'i',
      type: 'T',
      data: { b: [1, 2.5, null], a: 'é' },
      metadata: { schema: 1 },
    };
    expect(hashOf(event)).toBe(expected);
    expect(hashOf({ ...event, metadata: { hash: 'its own', schema: 1 } })).toBe(expected);
  });

  it('carries a hash that holds after the way through JSON, and changes with every part', () => {
    const { events, hash } = proposeEvents(
      stream,
      head,
      [draft({ n: 1, left: undefined, deep: { x: [-0, 1e21] } })],
      context,
    );
    const { id = '', type = '', data, metadata } = stored(events[0]);
    const hashed = { stream, revision: 5, id, type, data, metadata };
    expect(hashOf(hashed)).toBe(hash);
    const others = [
      { ...hashed, stream: 'note-2' },
      { ...hashed, revision: 6 },
      { ...hashed, id: 'other' },
      { ...hashed, type: 'NoteDropped' },
      { ...hashed, data: { n: 2 } },
      { ...hashed, metadata: { ...metadata, occurredAt: '2017-06-30T10:00:00.001Z' } },
    ];
    for (const other of others) expect(hashOf(other)).not.toBe(hash);
  });

  it('chains to the head and from event to event', () => {
    const { events, hash } = proposeEvents(stream, head, [draft({ n: 1 }), draft({ n: 2 })], context);
    const [first, second] = events.map((event) => stored(event).metadata);
    expect(first?.previousHash).toBe('ab');
    expect(second?.previousHash).toBe(first?.hash);
    expect(second?.hash).toBe(hash);
  });

  it('has the same ids for the same command, stream and content, and other ids for others', () => {
    const ids = (of: string, by: AppendContext) =>
      proposeEvents(of, null, [draft({ n: 1 }), draft({ n: 1 })], by).events.map(({ id }) => id);
    const other = { ...context, commandId: '3a0f4a70-54fd-4b0f-a70a-1a3f6bd1ae2d' };
    expect(ids(stream, context)).toEqual(ids(stream, context));
    expect(new Set([...ids(stream, context), ...ids('note-2', context), ...ids(stream, other)]).size).toBe(6);
  });

  it('has another id whenever its hash is another: no repetition is mistaken for what has other content', () => {
    const proposals = [
      proposeEvents(stream, head, [draft({ n: 1 })], context),
      proposeEvents(stream, head, [draft({ n: 2 })], context),
      proposeEvents(stream, head, [draft({ n: 1 })], { ...context, occurredAt: '2017-06-30T10:00:00.001Z' }),
      proposeEvents(stream, { ...head, hash: 'cd' }, [draft({ n: 1 })], context),
    ];
    expect(new Set(proposals.map(({ hash }) => hash)).size).toBe(4);
    expect(new Set(proposals.map(({ events }) => events[0]?.id)).size).toBe(4);
  });

  it.each([
    [{ n: 1n }, 'NoteTaken.n'],
    [{ deep: [{ n: Number.POSITIVE_INFINITY }] }, 'NoteTaken.deep[].n'],
    [{ list: [undefined] }, 'NoteTaken.list[]'],
    [{ f: () => 'secret' }, 'NoteTaken.f'],
  ])('takes only what JSON has, and names the place', (data, place) => {
    expect(() => proposeEvents(stream, null, [draft(data)], context)).toThrow(place);
    expect(() => proposeEvents(stream, null, [draft(data)], context)).not.toThrow('secret');
  });

  it('refuses what is larger than the store takes, one event or all together', () => {
    const half = draft({ text: 'x'.repeat(600 * 1024) });
    expect(proposeEvents(stream, null, [half], context).events).toHaveLength(1);
    expect(() => proposeEvents(stream, null, [half, half], context)).toThrow(Refusal);
  });
});
