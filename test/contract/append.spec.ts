import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ANY,
  type BinaryEventData,
  DeadlineExceededError,
  MaxAppendSizeExceededError,
  NO_STREAM,
  STREAM_EXISTS,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  binaryEvent,
  jsonEvent,
} from '@eventstore/db-client';
import { type Store, all, happened, newStream, openStore, rejection, revisions, several, unary } from './store.js';

let store: Store;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

describe.each([
  ['BatchAppend', {}],
  ['Append', unary],
])('%s', (_name, by) => {
  it('answers the last revision and the position of the last event', async () => {
    const stream = newStream();
    const first = await store.client.appendToStream(stream, several(3), by);
    const second = await store.client.appendToStream(stream, several(2), by);

    expect(first).toMatchObject({ success: true, nextExpectedRevision: 2n });
    expect(second.nextExpectedRevision).toBe(4n);
    const events = await all(store.client.readStream(stream));
    expect(events[2]?.event?.position).toEqual(first.position);
    expect(events[4]?.event?.position).toEqual(second.position);
    expect(revisions(events)).toEqual([0, 1, 2, 3, 4]);
  });

  it('keeps id, type, data, metadata and content type', async () => {
    const stream = newStream();
    const json = jsonEvent({ type: 'Ünïcode', data: { text: '‐ Ę 😾 \u0018' }, metadata: { by: 'ı' } });
    const binary = binaryEvent({ type: 'Raw', data: Buffer.from([0, 255, 1]), metadata: Buffer.from('plain') });
    await store.client.appendToStream(stream, [json, binary, happened()], by);

    const [first, second, third] = await all(store.client.readStream(stream));
    expect(first?.event).toMatchObject({
      id: json.id,
      type: json.type,
      isJson: true,
      data: json.data,
      metadata: json.metadata,
      streamId: stream,
    });
    expect(second?.event).toMatchObject({ isJson: false, type: 'Raw' });
    expect(Buffer.from(second?.event?.data as Uint8Array)).toEqual(Buffer.from([0, 255, 1]));
    expect(Buffer.from(second?.event?.metadata as Uint8Array).toString()).toBe('plain');
    expect(third?.event?.metadata).toBeUndefined();
  });

  it.each([
    ['an empty stream, none expected', 0, NO_STREAM, true],
    ['a stream with events, none expected', 2, NO_STREAM, false],
    ['an empty stream, any expected', 0, ANY, true],
    ['a stream with events, any expected', 2, ANY, true],
    ['an empty stream, one that exists expected', 0, STREAM_EXISTS, false],
    ['a stream with events, one that exists expected', 2, STREAM_EXISTS, true],
    ['the expected revision', 2, 1n, true],
    ['a revision below the current', 2, 0n, false],
    ['a revision above the current', 2, 5n, false],
    ['an empty stream, a revision expected', 0, 3n, false],
  ] as const)('to %s', async (_case, before, expectedRevision, taken) => {
    const stream = newStream();
    if (before > 0) await store.client.appendToStream(stream, several(before));
    const append = store.client.appendToStream(stream, happened(), { ...by, expectedRevision });
    if (taken) {
      expect((await append).nextExpectedRevision).toBe(BigInt(before));
      return;
    }
    const error = await rejection(append);
    expect(error).toBeInstanceOf(WrongExpectedVersionError);
    expect(error).toMatchObject({
      streamName: stream,
      expectedVersion: expectedRevision,
      actualVersion: before === 0 ? NO_STREAM : 1n,
    });
  });

  it('takes metadata for existence', async () => {
    const stream = newStream();
    await store.client.setStreamMetadata(stream, { maxCount: 10 });
    const { nextExpectedRevision } = await store.client.appendToStream(stream, happened(), {
      ...by,
      expectedRevision: STREAM_EXISTS,
    });
    expect(nextExpectedRevision).toBe(0n);
  });

  it('refuses what is larger than 1 MiB', async () => {
    const stream = newStream();
    const half = (): BinaryEventData => binaryEvent({ type: 'Large', data: Buffer.alloc(512 * 1024 - 10) });
    await store.client.appendToStream(stream, [half(), half()], by);
    const error = await rejection(store.client.appendToStream(stream, [half(), half(), happened()], by));
    expect(error).toBeInstanceOf(MaxAppendSizeExceededError);
    expect(error).toMatchObject({ maxAppendSize: 1024 * 1024 });
    expect(await all(store.client.readStream(stream))).toHaveLength(2);
  });

  it('refuses a stream with a tombstone', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, happened());
    await store.client.tombstoneStream(stream);
    for (const expectedRevision of [ANY, NO_STREAM, STREAM_EXISTS, 0n] as const) {
      const error = await rejection(store.client.appendToStream(stream, happened(), { ...by, expectedRevision }));
      expect(error).toBeInstanceOf(StreamDeletedError);
      expect(error).toMatchObject({ streamName: stream });
    }
  });

  describe('the same ids again', () => {
    it.each([ANY, STREAM_EXISTS, NO_STREAM] as const)(
      'with %s: the first answer, once more',
      async (expectedRevision) => {
        const stream = newStream();
        const events = several(3);
        const first = await store.client.appendToStream(stream, events, { ...by, expectedRevision: NO_STREAM });
        await store.client.appendToStream(stream, several(2), by);
        expect(await store.client.appendToStream(stream, events, { ...by, expectedRevision })).toEqual(first);
        expect(await all(store.client.readStream(stream))).toHaveLength(5);
      },
    );

    it('with a revision: the first answer, once more', async () => {
      const stream = newStream();
      await store.client.appendToStream(stream, happened(), by);
      const events = several(2);
      const first = await store.client.appendToStream(stream, events, { ...by, expectedRevision: 0n });
      expect(await store.client.appendToStream(stream, events, { ...by, expectedRevision: 0n })).toEqual(first);
    });

    it('known and then unknown: refused', async () => {
      const stream = newStream();
      const known = happened();
      await store.client.appendToStream(stream, known, by);
      for (const expectedRevision of [ANY, NO_STREAM] as const) {
        const error = await rejection(
          store.client.appendToStream(stream, [known, happened()], { ...by, expectedRevision }),
        );
        expect(error).toBeInstanceOf(WrongExpectedVersionError);
      }
    });

    it('unknown and then known: written', async () => {
      const stream = newStream();
      const known = happened();
      await store.client.appendToStream(stream, known, by);
      const { nextExpectedRevision } = await store.client.appendToStream(stream, [happened(), known], by);
      expect(nextExpectedRevision).toBe(2n);
    });

    it('in another stream: written', async () => {
      const event = happened();
      await store.client.appendToStream(newStream(), event, by);
      expect((await store.client.appendToStream(newStream(), event, by)).nextExpectedRevision).toBe(0n);
    });

    it('all at once: written once, answered alike', async () => {
      const stream = newStream();
      const event = happened();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => store.client.appendToStream(stream, event, by)),
      );
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(await all(store.client.readStream(stream))).toHaveLength(1);
    });
  });
});

describe('many at once', () => {
  it('lets one of those pass who expect the same revision', async () => {
    const stream = newStream();
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, () =>
        store.client.appendToStream(stream, happened(), { expectedRevision: NO_STREAM }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await all(store.client.readStream(stream))).toHaveLength(1);
  });

  it('gives revisions without gaps and positions that rise', async () => {
    const streams = Array.from({ length: 8 }, () => newStream());
    await Promise.all(
      Array.from({ length: 400 }, (_, index) => store.client.appendToStream(streams[index % 8] ?? '', happened(index))),
    );
    let last = -1n;
    for (const { event } of await all(store.client.readAll())) {
      expect(event?.position.commit).toBe(event?.position.prepare);
      expect(event?.position.commit ?? 0n).toBeGreaterThan(last);
      last = event?.position.commit ?? 0n;
    }
    for (const stream of streams) {
      expect(revisions(await all(store.client.readStream(stream)))).toEqual(Array.from({ length: 50 }, (_, i) => i));
    }
  });

  it('keeps the order of appends to one stream', async () => {
    const stream = newStream();
    await Promise.all(several(200).map((event) => store.client.appendToStream(stream, event)));
    const indexes = (await all(store.client.readStream(stream))).map(({ event }) => event?.data);
    expect(indexes).toEqual(Array.from({ length: 200 }, (_, index) => ({ index })));
  });
});

describe('an append in parts', () => {
  it('is one append', async () => {
    const stream = newStream();
    const { nextExpectedRevision } = await store.client.appendToStream(stream, several(500), { batchAppendSize: 1024 });
    expect(nextExpectedRevision).toBe(499n);
  });

  it('is answered once when it is refused, and those behind it are heard', async () => {
    const stream = newStream();
    const large = Array.from({ length: 40 }, () => binaryEvent({ type: 'Large', data: Buffer.alloc(50_000) }));
    const [refused, taken] = await Promise.allSettled([
      store.client.appendToStream(stream, large, { batchAppendSize: 60_000 }),
      store.client.appendToStream(stream, happened()),
    ]);
    expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(MaxAppendSizeExceededError) });
    expect(taken).toMatchObject({ status: 'fulfilled', value: { nextExpectedRevision: 0n } });
  });
});

it('does not begin an append whose deadline has passed', async () => {
  const stream = newStream();
  const error = await rejection(store.client.appendToStream(stream, several(6_000), { deadline: 1 }));
  expect(error).toBeInstanceOf(DeadlineExceededError);
  expect(await rejection(all(store.client.readStream(stream)))).toBeInstanceOf(StreamNotFoundError);
});

it('reports a failure instead of throwing it where the client asks for that', async () => {
  const stream = newStream();
  await store.client.appendToStream(stream, several(2));
  const client = (await import('@eventstore/db-client')).EventStoreDBClient.connectionString(
    `${store.server.url}&throwOnAppendFailure=false`,
  );
  const answer = await client.appendToStream(stream, happened(), { ...unary, expectedRevision: NO_STREAM });
  expect(answer).toMatchObject({ success: false, nextExpectedRevision: 1n });
  await client.dispose();
});

it('records instants that do not go back when the clock does', async () => {
  const instants = [2_000_000_000_000, 1_000_000_000_000, 2_000_000_000_001];
  const aside = await openStore({ now: () => instants[0] ?? 0 });
  const stream = newStream();
  await aside.client.appendToStream(stream, happened(), unary);
  instants.shift();
  await aside.client.appendToStream(stream, happened(), unary);
  instants.shift();
  await aside.client.appendToStream(stream, happened(), unary);
  const created = (await all(aside.client.readStream(stream))).map(({ event }) => event?.created.getTime());
  expect(created).toEqual([2_000_000_000_000, 2_000_000_000_000, 2_000_000_000_001]);
  await aside.close();
});

it('refuses names that no stream can have', async () => {
  for (const stream of ['', 'zero\0', 'x'.repeat(2_001)]) {
    await rejection(store.client.appendToStream(stream, happened(), unary));
    await rejection(store.client.appendToStream(stream, happened()));
  }
  await rejection(store.client.appendToStream('$all', happened()));
  await rejection(store.client.appendToStream(newStream(), jsonEvent({ type: '', id: randomUUID(), data: {} })));
  expect((await store.client.appendToStream(newStream(), happened())).success).toBe(true);
});
