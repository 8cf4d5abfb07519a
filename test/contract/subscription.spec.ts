import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  END,
  type Position,
  START,
  StreamDeletedError,
  eventTypeFilter,
  excludeSystemEvents,
  streamNameFilter,
} from '@eventstore/db-client';
import { type Store, all, eventually, happened, newStream, openStore, revisions, several } from './store.js';

let store: Store;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

describe('to a stream', () => {
  it('confirms, sends what is past, says that it caught up, and goes on live', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, several(4));
    const happenings: string[] = [];
    const subscription = store.client
      .subscribeToStream(stream)
      .on('confirmation', () => happenings.push('confirmed'))
      .on('caughtUp', () => happenings.push('caught up'))
      .on('data', ({ event }) => happenings.push(String(event?.revision)));
    await eventually(() => happenings.includes('caught up'));
    await store.client.appendToStream(stream, several(2));
    await eventually(() => happenings.includes('5'));
    expect(happenings).toEqual(['confirmed', '0', '1', '2', '3', 'caught up', '4', '5']);
    await subscription.unsubscribe();
  });

  it('from a revision: what is behind it', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, several(5));
    expect(revisions(await all(store.client.subscribeToStream(stream, { fromRevision: 2n }), 2))).toEqual([3, 4]);
  });

  it('from the end: what comes', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, several(5));
    const subscription = store.client.subscribeToStream(stream, { fromRevision: END });
    const seen = all(subscription, 2);
    await new Promise((resolve) => subscription.once('caughtUp', resolve));
    await store.client.appendToStream(stream, several(2));
    expect(revisions(await seen)).toEqual([5, 6]);
  });

  it('waits for a stream that is not there yet', async () => {
    const stream = newStream();
    const subscription = store.client.subscribeToStream(stream);
    const seen = all(subscription, 1);
    await new Promise((resolve) => subscription.once('caughtUp', resolve));
    await store.client.appendToStream(stream, happened());
    expect(revisions(await seen)).toEqual([0]);
  });

  it('goes on over a soft delete', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, several(2));
    const seen = all(store.client.subscribeToStream(stream), 3);
    await store.client.deleteStream(stream);
    await store.client.appendToStream(stream, happened());
    expect(revisions(await seen).at(-1)).toBe(2);
  });

  it('ends with an error when the stream gets a tombstone, or has one', async () => {
    const stream = newStream();
    await store.client.appendToStream(stream, happened());
    const errors: unknown[] = [];
    const subscription = store.client
      .subscribeToStream(stream)
      .on('data', () => undefined)
      .on('error', (error) => errors.push(error));
    await new Promise((resolve) => subscription.once('caughtUp', resolve));
    await store.client.tombstoneStream(stream);
    await eventually(() => errors.length === 1);
    store.client.subscribeToStream(stream).on('error', (error) => errors.push(error));
    await eventually(() => errors.length === 2);
    for (const error of errors) expect(error).toBeInstanceOf(StreamDeletedError);
  });
});

describe('to $all', () => {
  it('from a position: what is behind it', async () => {
    const stream = newStream();
    const { position } = await store.client.appendToStream(stream, several(2));
    await store.client.appendToStream(stream, several(3));
    const subscription = store.client.subscribeToAll({ fromPosition: position ?? START });
    expect(revisions(await all(subscription, 3))).toEqual([2, 3, 4]);
  });

  it('from the end: what comes', async () => {
    const stream = newStream();
    const subscription = store.client.subscribeToAll({ fromPosition: END });
    const seen = all(subscription, 1);
    await new Promise((resolve) => subscription.once('caughtUp', resolve));
    await store.client.appendToStream(stream, happened());
    expect((await seen)[0]?.event?.streamId).toBe(stream);
  });

  it('misses nothing and doubles nothing while many append', async () => {
    const count = 3_000;
    const streams = Array.from({ length: 20 }, () => newStream('handover'));
    const { position = START } = await store.client.appendToStream(newStream(), happened());
    let appended = 0;
    const append = async (): Promise<void> => {
      while (appended < count) {
        const index = appended++;
        await store.client.appendToStream(streams[index % streams.length] ?? '', happened(index));
      }
    };
    const appending = Promise.all(Array.from({ length: 16 }, append));
    const subscriptions = Array.from({ length: 6 }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 40));
      return all(store.client.subscribeToAll({ fromPosition: position }), count);
    });
    const one = all(store.client.subscribeToStream(streams[0] ?? ''), count / streams.length);
    await appending;
    const log = (await all(store.client.readAll({ fromPosition: position }))).slice(1).map(({ event }) => event?.id);
    for (const seen of await Promise.all(subscriptions)) expect(seen.map(({ event }) => event?.id)).toEqual(log);
    expect(revisions(await one)).toEqual(Array.from({ length: count / streams.length }, (_, index) => index));
  });

  it('holds back for a slow reader, who gets everything all the same', async () => {
    const { position = START } = await store.client.appendToStream(newStream(), happened());
    const stream = newStream('slow');
    const seen: number[] = [];
    const subscription = store.client.subscribeToAll({ fromPosition: position });
    const reading = (async () => {
      for await (const { event } of subscription) {
        seen.push(Number(event?.revision));
        if (seen.length < 50) await new Promise((resolve) => setTimeout(resolve, 10));
        if (seen.length === 12_000) break;
      }
    })();
    // More than the server keeps in memory.
    for (let part = 0; part < 24; part++) await store.client.appendToStream(stream, several(500));
    await reading;
    expect(seen).toEqual(Array.from({ length: 12_000 }, (_, index) => index));
  });
});

describe('filtered', () => {
  const mark = Math.random().toString(36).slice(2);
  let before: Position;
  beforeAll(async () => {
    before = (await store.client.appendToStream(newStream(), happened())).position ?? { commit: 0n, prepare: 0n };
    for (const name of ['one', 'two', 'three']) {
      for (const type of ['Begun', 'Ended']) {
        await store.client.appendToStream(`${name}_${mark}`, happened(0, `${type}_${mark}`));
      }
    }
    await store.client.setStreamMetadata(`one_${mark}`, { maxCount: 10 });
  });

  it.each([
    ['stream prefixes', streamNameFilter({ prefixes: [`one_${mark}`, `two_${mark}`] }), ['one', 'one', 'two', 'two']],
    ['a stream pattern', streamNameFilter({ regex: `^t.*_${mark}$` }), ['two', 'two', 'three', 'three']],
    ['type prefixes', eventTypeFilter({ prefixes: [`Beg`] }), ['one', 'two', 'three']],
    ['a type pattern', eventTypeFilter({ regex: `^E[a-z]+_${mark}` }), ['one', 'two', 'three']],
  ])('by %s', async (_name, filter, expected) => {
    const subscription = store.client.subscribeToAll({ fromPosition: before, filter });
    const events = await all(subscription, expected.length);
    expect(events.map(({ event }) => event?.streamId.split('_')[0])).toEqual(expected);
  });

  it('without the events of the system', async () => {
    const subscription = store.client.subscribeToAll({ fromPosition: START, filter: excludeSystemEvents() });
    const events = await all(subscription, 10);
    expect(events.some(({ event }) => event?.type.startsWith('$'))).toBe(false);
  });

  it('with checkpoints by events considered, and one on going live', async () => {
    const { position = START } = await store.client.appendToStream(newStream(), happened());
    for (let part = 0; part < 5; part++) await store.client.appendToStream(newStream(), several(40));
    const checkpoints: bigint[] = [];
    const filter = streamNameFilter({
      prefixes: ['nothing has this prefix'],
      maxSearchWindow: 8,
      checkpointInterval: 4,
      checkpointReached: async (_subscription, { commit }) => {
        checkpoints.push(commit);
      },
    });
    const subscription = store.client.subscribeToAll({ fromPosition: position, filter }).on('data', () => undefined);
    await new Promise((resolve) => subscription.once('caughtUp', resolve));
    await eventually(() => checkpoints.length === 7);
    const { position: last } = await store.client.appendToStream(newStream(), several(32));
    await eventually(() => checkpoints.length === 8);
    expect(checkpoints.at(-1)).toBe(last?.commit);
    expect(checkpoints).toEqual([...checkpoints].sort((one, other) => Number(one - other)));
    await subscription.unsubscribe();
  });

  it('by a broken pattern: refused', async () => {
    const errors: unknown[] = [];
    store.client.subscribeToAll({ filter: eventTypeFilter({ regex: '(' }) }).on('error', (error) => errors.push(error));
    await eventually(() => errors.length === 1);
    expect(errors[0]).toMatchObject({ code: 3 });
  });
});
