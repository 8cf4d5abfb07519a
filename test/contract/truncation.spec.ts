import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BACKWARDS, END, StreamNotFoundError } from '@eventstore/db-client';
import { type Store, all, happened, newStream, openStore, rejection, revisions, several, unary } from './store.js';

let store: Store;
let now = Date.now();
beforeAll(async () => {
  store = await openStore({ now: () => now });
});
afterAll(() => store.close());

describe('metadata', () => {
  it('comes back as it was set, its own fields and those of the user', async () => {
    const stream = newStream();
    const metadata = {
      maxAge: 2,
      cacheControl: 15,
      truncateBefore: 1,
      maxCount: 12,
      acl: { readRoles: ['admin'], writeRoles: ['admin'] },
      owner: 'försäljning',
    };
    await store.client.setStreamMetadata(stream, metadata);
    expect((await store.client.getStreamMetadata(stream)).metadata).toEqual(metadata);
    await store.client.setStreamMetadata(stream, { maxCount: 3 });
    expect((await store.client.getStreamMetadata(stream)).metadata).toEqual({ maxCount: 3 });
  });

  it('is absent until it is set', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, happened());
    expect(await store.client.getStreamMetadata(stream)).toEqual({ streamName: stream });
  });

  it('is an event of the metastream, of which the last alone is seen', async () => {
    const stream = newStream();
    for (const maxCount of [1, 2, 3]) await store.client.setStreamMetadata(stream, { maxCount });
    const events = await all(store.client.readStream(`$$${stream}`));
    expect(revisions(events)).toEqual([2]);
    expect(events[0]?.event).toMatchObject({ type: '$metadata', data: { $maxCount: 3 } });
  });

  it('takes an expected revision of its own', async () => {
    const stream = newStream();
    await store.client.setStreamMetadata(stream, { maxCount: 1 }, { expectedRevision: 'no_stream' });
    await rejection(store.client.setStreamMetadata(stream, { maxCount: 2 }, { expectedRevision: 'no_stream' }));
    await store.client.setStreamMetadata(stream, { maxCount: 2 }, { expectedRevision: 0n });
  });
});

describe('truncation', () => {
  it.each([
    ['$maxCount', { maxCount: 2 }, [8, 9]],
    ['$tb', { truncateBefore: 7 }, [7, 8, 9]],
    ['the stricter of both, $tb', { truncateBefore: 8, maxCount: 5 }, [8, 9]],
    ['the stricter of both, $maxCount', { truncateBefore: 2, maxCount: 1 }, [9]],
    ['a $maxCount beyond all', { maxCount: 100 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('by %s', async (_name, metadata, left) => {
    const stream = newStream();
    await store.client.appendToStream(stream, several(10));
    await store.client.setStreamMetadata(stream, metadata);
    expect(revisions(await all(store.client.readStream(stream)))).toEqual(left);
    const backwards = store.client.readStream(stream, { direction: BACKWARDS, fromRevision: END });
    expect(revisions(await all(backwards))).toEqual([...left].reverse());
    expect(revisions(await all(store.client.readStream(stream, { fromRevision: 1n, maxCount: 1 })))).toEqual(
      left.filter((revision) => revision >= 1).slice(0, 1),
    );
    expect(revisions(await all(store.client.subscribeToStream(stream), left.length))).toEqual(left);
  });

  it('by $maxAge, in seconds of event time', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, several(2), unary);
    now += 5_000;
    await store.client.appendToStream(stream, several(2), unary);
    await store.client.setStreamMetadata(stream, { maxAge: 6 });
    expect(revisions(await all(store.client.readStream(stream)))).toEqual([0, 1, 2, 3]);
    now += 2_000;
    expect(revisions(await all(store.client.readStream(stream)))).toEqual([2, 3]);
  });

  it('leaves a stream whose events are all gone empty, not missing', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, several(3));
    await store.client.setStreamMetadata(stream, { truncateBefore: 3 });
    expect(await all(store.client.readStream(stream))).toEqual([]);
    expect((await store.client.appendToStream(stream, happened())).nextExpectedRevision).toBe(3n);
  });

  it('does not reach into $all', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, several(5));
    await store.client.setStreamMetadata(stream, { maxCount: 1 });
    const found = (await all(store.client.readAll())).filter(({ event }) => event?.streamId === stream);
    expect(found).toHaveLength(5);
  });

  it('moves on with the appends', async () => {
    const stream = newStream();
    await store.client.setStreamMetadata(stream, { maxCount: 2 });
    for (let count = 0; count < 5; count++) await store.client.appendToStream(stream, happened());
    expect(revisions(await all(store.client.readStream(stream)))).toEqual([3, 4]);
  });
});

it('takes metadata alone for no stream', async () => {
  const stream = newStream();
  await store.client.setStreamMetadata(stream, { maxCount: 2 });
  expect(await rejection(all(store.client.readStream(stream)))).toBeInstanceOf(StreamNotFoundError);
});
