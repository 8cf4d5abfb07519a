import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BACKWARDS,
  type BinaryEventData,
  END,
  type Position,
  START,
  StreamNotFoundError,
  binaryEvent,
} from '@eventstore/db-client';
import { type Store, all, happened, newStream, openStore, rejection, revisions, several } from './store.js';

let store: Store;
const stream = newStream();
const positions: Position[] = [];
beforeAll(async () => {
  store = await openStore();
  for (const event of several(10)) {
    const { position } = await store.client.appendToStream(stream, event);
    if (position !== undefined) positions.push(position);
  }
});
afterAll(() => store.close());

describe('a stream', () => {
  it.each([
    ['forwards', {}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['forwards from a revision, which is in it', { fromRevision: 7n }, [7, 8, 9]],
    ['forwards from the end', { fromRevision: END }, []],
    ['forwards from behind the end', { fromRevision: 20n }, []],
    ['backwards from the end', { direction: BACKWARDS, fromRevision: END }, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
    ['backwards from a revision, which is in it', { direction: BACKWARDS, fromRevision: 2n }, [2, 1, 0]],
    ['backwards from the start', { direction: BACKWARDS, fromRevision: START }, [0]],
    ['backwards from behind the end', { direction: BACKWARDS, fromRevision: 20n, maxCount: 2 }, [9, 8]],
    ['in part', { fromRevision: 3n, maxCount: 2 }, [3, 4]],
  ] as const)('%s', async (_name, options, expected) => {
    expect(revisions(await all(store.client.readStream(stream, options)))).toEqual(expected);
  });

  it('that never was is not found', async () => {
    const missing = newStream('försäljning');
    const error = await rejection(all(store.client.readStream(missing)));
    expect(error).toBeInstanceOf(StreamNotFoundError);
    expect(error).toMatchObject({ streamName: missing });
  });

  it('carries positions, the same as in $all', async () => {
    const events = await all(store.client.readStream(stream));
    expect(events.map(({ event }) => event?.position)).toEqual(positions);
  });

  it('takes no revision out of range', async () => {
    const read = store.client.readStream(stream, { direction: BACKWARDS, fromRevision: 18_446_744_073_709_551_610n });
    expect(await rejection(all(read))).toMatchObject({ code: 3 });
  });

  it('with quotes and spaces in its name is a stream like others', async () => {
    const odd = `it's "odd" \\ %_ ${newStream()}`;
    await store.client.appendToStream(odd, several(2));
    expect(await all(store.client.readStream(odd))).toHaveLength(2);
  });
});

describe('$all', () => {
  it('forwards: from a position, which is in it', async () => {
    const events = await all(store.client.readAll({ fromPosition: positions[4] ?? START, maxCount: 2 }));
    expect(revisions(events)).toEqual([4, 5]);
  });

  it('backwards: from a position, which is not in it', async () => {
    const read = store.client.readAll({ direction: BACKWARDS, fromPosition: positions[4] ?? END, maxCount: 2 });
    expect(revisions(await all(read))).toEqual([3, 2]);
  });

  it('backwards from the end: the last first', async () => {
    const { position } = await store.client.appendToStream(newStream(), happened());
    const [last] = await all(store.client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }));
    expect(last?.event?.position).toEqual(position);
  });

  it('forwards from the end and backwards from the start: nothing', async () => {
    expect(await all(store.client.readAll({ fromPosition: END }))).toEqual([]);
    expect(await all(store.client.readAll({ direction: BACKWARDS, fromPosition: START }))).toEqual([]);
  });

  it('begins with an event of the store itself', async () => {
    const [first] = await all(store.client.readAll({ maxCount: 1 }));
    expect(first?.event?.type).toMatch(/^\$/);
    expect(first?.event?.streamId).toMatch(/^\$/);
  });

  it('is the same both ways, through many pages', async () => {
    const large = newStream();
    for (let part = 0; part < 6; part++) {
      await store.client.appendToStream(large, several(500));
      await store.client.appendToStream(large, binaryEvent({ type: 'Large', data: Buffer.alloc(900_000) }));
    }
    const forwards = await all(store.client.readAll());
    const backwards = await all(store.client.readAll({ direction: BACKWARDS, fromPosition: END }));
    const ids = (events: typeof forwards): (string | undefined)[] => events.map(({ event }) => event?.id);
    expect(ids(backwards).reverse()).toEqual(ids(forwards));
    expect(forwards.filter(({ event }) => event?.streamId === large)).toHaveLength(3_006);
    expect(revisions(await all(store.client.readStream(large)))).toEqual(Array.from({ length: 3_006 }, (_, i) => i));
  });
});

describe('links', () => {
  const link = (target: string): BinaryEventData => binaryEvent({ type: '$>', data: Buffer.from(target) });

  it('resolve to the event, which comes with the link', async () => {
    const links = newStream('link');
    await store.client.appendToStream(links, [link(`2@${stream}`), happened(), link(`0@${stream}`)]);
    const resolved = await all(store.client.readStream(links, { resolveLinkTos: true }));
    const [target] = await all(store.client.readStream(stream, { fromRevision: 2n, maxCount: 1 }));
    expect(resolved[0]?.event).toEqual(target?.event);
    expect(resolved[0]?.link).toMatchObject({ type: '$>', streamId: links, revision: 0n });
    expect(resolved[1]).toMatchObject({ event: { type: 'Happened' } });
    expect(resolved[1]?.link).toBeUndefined();
    expect(resolved[2]?.event?.revision).toBe(0n);
  });

  it('are events like others unless resolving is asked for', async () => {
    const links = newStream('link');
    await store.client.appendToStream(links, link(`2@${stream}`));
    const [plain] = await all(store.client.readStream(links));
    expect(plain?.event?.type).toBe('$>');
    expect(plain?.link).toBeUndefined();
  });

  it('that lead nowhere come alone', async () => {
    const links = newStream('link');
    const gone = newStream();
    await store.client.appendToStream(gone, several(2));
    await store.client.deleteStream(gone);
    const nowhere = [`99@${stream}`, `0@${newStream()}`, 'nonsense', `0@${gone}`];
    for (const target of nowhere) await store.client.appendToStream(links, link(target));
    for (const read of [
      store.client.readStream(links, { resolveLinkTos: true }),
      store.client.subscribeToStream(links, { resolveLinkTos: true }),
    ]) {
      const events = await all(read, 4);
      expect(events.map(({ event }) => event)).toEqual([undefined, undefined, undefined, undefined]);
      expect(events.every((resolved) => resolved.link?.type === '$>')).toBe(true);
    }
  });
});

it('lets a reader go away in the middle', async () => {
  for (let times = 0; times < 20; times++) {
    for await (const { event } of store.client.readAll()) if (event?.revision === 5n) break;
  }
  expect(revisions(await all(store.client.readStream(stream, { maxCount: 1 })))).toEqual([0]);
});
