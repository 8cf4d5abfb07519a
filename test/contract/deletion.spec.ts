import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  NO_STREAM,
  STREAM_EXISTS,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { type Store, all, happened, newStream, openStore, rejection, revisions, several } from './store.js';

let store: Store;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

async function streamOf(count: number): Promise<string> {
  const stream = newStream();
  await store.client.appendToStream(stream, several(count));
  return stream;
}

describe('a soft delete', () => {
  it('hides the stream, and the next append goes on with the revisions', async () => {
    const stream = await streamOf(4);
    const { position } = await store.client.deleteStream(stream);
    expect(typeof position?.commit).toBe('bigint');
    expect(await rejection(all(store.client.readStream(stream)))).toBeInstanceOf(StreamNotFoundError);

    expect((await store.client.appendToStream(stream, happened())).nextExpectedRevision).toBe(4n);
    expect(revisions(await all(store.client.readStream(stream)))).toEqual([4]);
    const { metadata } = await store.client.getStreamMetadata(stream);
    expect(metadata).toEqual({ truncateBefore: 4 });
  });

  it('lets appends pass that expect no stream or the last revision, not one that expects it to exist', async () => {
    const one = await streamOf(2);
    await store.client.deleteStream(one);
    const error = await rejection(store.client.appendToStream(one, happened(), { expectedRevision: STREAM_EXISTS }));
    expect(error).toBeInstanceOf(StreamDeletedError);
    await store.client.appendToStream(one, happened(), { expectedRevision: NO_STREAM });
    expect(revisions(await all(store.client.readStream(one)))).toEqual([2]);

    const other = await streamOf(2);
    await store.client.deleteStream(other);
    await store.client.appendToStream(other, happened(), { expectedRevision: 1n });
    expect(revisions(await all(store.client.readStream(other)))).toEqual([2]);
  });

  it('replaces other metadata', async () => {
    const stream = await streamOf(2);
    await store.client.setStreamMetadata(stream, { maxCount: 100, owner: 'sales' });
    await store.client.deleteStream(stream);
    const [last] = await all(store.client.readStream(`$$${stream}`, { direction: 'backwards', fromRevision: 'end' }));
    expect(Object.keys(last?.event?.data as object)).toEqual(['$tb']);
  });

  it('leaves the events in $all', async () => {
    const stream = await streamOf(2);
    await store.client.deleteStream(stream);
    const found = (await all(store.client.readAll())).filter(({ event }) => event?.streamId === stream);
    expect(found).toHaveLength(2);
  });
});

describe('a tombstone', () => {
  it('ends the stream and its metadata for good', async () => {
    const stream = await streamOf(2);
    await store.client.setStreamMetadata(stream, { maxCount: 5 });
    await store.client.tombstoneStream(stream);

    const error = await rejection(all(store.client.readStream(stream)));
    expect(error).toBeInstanceOf(StreamDeletedError);
    expect(error).toMatchObject({ streamName: stream });
    await rejection(all(store.client.readStream(`$$${stream}`)));
    expect(await rejection(store.client.setStreamMetadata(stream, {}))).toBeInstanceOf(StreamDeletedError);
    expect(await rejection(store.client.deleteStream(stream))).toBeInstanceOf(StreamDeletedError);
    expect(await rejection(store.client.tombstoneStream(stream))).toBeInstanceOf(StreamDeletedError);
  });

  it('is an event at the largest revision', async () => {
    const stream = await streamOf(1);
    await store.client.tombstoneStream(stream);
    const events = await all(store.client.readAll({ direction: 'backwards', fromPosition: 'end', maxCount: 1 }));
    expect(events[0]?.event).toMatchObject({
      streamId: stream,
      type: '$streamDeleted',
      revision: 9_223_372_036_854_775_807n,
    });
  });

  it('may be put on a stream that never was', async () => {
    const stream = newStream();
    await store.client.tombstoneStream(stream, { expectedRevision: NO_STREAM });
    expect(await rejection(all(store.client.readStream(stream)))).toBeInstanceOf(StreamDeletedError);
  });
});

describe.each(['deleteStream', 'tombstoneStream'] as const)('%s', (method) => {
  it.each([
    ['a revision that is not the last', 4, 2n, 3n],
    ['no stream, where there is one', 2, NO_STREAM, 1n],
    ['a revision, where there is no stream', 0, 1n, NO_STREAM],
  ] as const)('refuses %s', async (_case, before, expectedRevision, actualVersion) => {
    const stream = before > 0 ? await streamOf(before) : newStream();
    const error = await rejection(store.client[method](stream, { expectedRevision }));
    expect(error).toBeInstanceOf(WrongExpectedVersionError);
    const expectedVersion = expectedRevision === NO_STREAM ? -1n : expectedRevision;
    expect(error).toMatchObject({ streamName: stream, expectedVersion, actualVersion });
  });

  it('takes the last revision', async () => {
    const stream = await streamOf(3);
    await expect(store.client[method](stream, { expectedRevision: 2n })).resolves.toBeDefined();
  });
});

it('has nothing to delete where there is no stream', async () => {
  const error = await rejection(store.client.deleteStream(newStream()));
  expect(error).toBeInstanceOf(WrongExpectedVersionError);
  expect(error).toMatchObject({ expectedVersion: -2n, actualVersion: NO_STREAM });
});

it('deletes a stream of metadata alone where no stream is expected', async () => {
  const stream = newStream();
  await store.client.setStreamMetadata(stream, { cacheControl: 10 });
  await expect(store.client.deleteStream(stream, { expectedRevision: NO_STREAM })).resolves.toBeDefined();
});
