import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FeedBatch } from '../../../libs/kernel/index.js';
import { UnknownEventType } from '../../../libs/event-log/index.js';
import { Follower, type NoteLog, byCommand, newStream, openNotes, taken, until } from './notes.js';
import { ScriptedStore } from './scripted-store.js';
import { Wire } from './wire.js';

let store: ScriptedStore;
let wire: Wire;
let notes: NoteLog;
let follower: Follower | undefined;

beforeEach(async () => {
  store = await ScriptedStore.start();
  wire = await Wire.to(store.url);
  notes = await openNotes(wire.url);
});

afterEach(async () => {
  await follower?.stop();
  follower = undefined;
  await notes.close();
  await wire.close();
  store.stop();
});

const take = async (n: number) => notes.log.append(newStream(), null, [taken(n)], byCommand());

/** Many events at once, written behind the client's back. */
async function fill(count: number): Promise<void> {
  await take(0);
  const [first] = store.log;
  for (let n = 1; n < count; n += 1) {
    store.keep({
      stream: newStream(),
      type: 'NoteTaken',
      data: Buffer.from(JSON.stringify({ n })),
      metadata: first?.metadata ?? Buffer.alloc(0),
    });
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('a subscription that breaks (fault 8)', () => {
  it.each([
    ['by a clean end', () => store.dropSubscriptions('end')],
    ['by an error', () => store.dropSubscriptions('error')],
    ['with its connection', () => wire.cut()],
  ])('%s goes on where it was', async (_, drop) => {
    follower = new Follower(notes.log);
    await take(0);
    await until(() => follower?.events.length === 1);
    drop();
    await take(1);
    await take(2);
    await until(() => follower?.events.length === 3);
    await take(3);
    await until(() => follower?.events.length === 4);
    expect(follower.numbers).toEqual([0, 1, 2, 3]);
    expect(notes.reported.some((line) => line.includes('subscription'))).toBe(true);
  });

  it('in silence, the connection alive, is noticed', async () => {
    follower = new Follower(notes.log);
    await take(0);
    await until(() => follower?.events.length === 1);
    store.forgetSubscriptions();
    await take(1);
    await until(() => follower?.events.length === 2);
    expect(follower.numbers).toEqual([0, 1]);
  });

  it('in silence, the connection dead, is noticed', async () => {
    follower = new Follower(notes.log);
    await take(0);
    await until(() => follower?.events.length === 1);
    wire.freeze();
    setTimeout(() => wire.thaw(), 2_000);
    await take(1).catch(() => undefined);
    await until(() => notes.reported.some((line) => line.includes('subscription')));
    await until(() => follower?.events.length === store.log.length);
    expect(follower.failure).toBeUndefined();
  });

  it('for as long as the store is away, goes on when it is back', async () => {
    follower = new Follower(notes.log);
    await take(0);
    await until(() => follower?.events.length === 1);
    await wire.down();
    await expect(take(1)).rejects.toMatchObject({ name: 'StoreUnavailable', code: 'unavailable' });
    await wire.up();
    await take(2);
    await until(() => follower?.events.length === 2);
    expect(follower.numbers).toEqual([0, 2]);
  });

  it('before it is confirmed, is opened again', async () => {
    let asked = 0;
    store.hangs = (subscription) => subscription && (asked += 1) === 1;
    follower = new Follower(notes.log);
    await take(0);
    await until(() => follower?.events.length === 1);
    expect(asked).toBe(2);
  });

  it('in the middle of catching up, loses and doubles nothing', async () => {
    await fill(5_000);
    const seen: number[] = [];
    const abort = new AbortController();
    const options = { types: ['NoteTaken'], batch: 100, signal: abort.signal };
    let drops = 0;
    for await (const { events } of notes.log.follow(null, options)) {
      seen.push(...events.map(({ data }) => (data as { n: number }).n));
      if (seen.length > 1_000 * (drops + 1) && drops < 3) store.dropSubscriptions((drops += 1) % 2 ? 'error' : 'end');
      if (seen.length >= 5_000) abort.abort();
    }
    expect(seen).toEqual(upTo(5_000));
    expect(drops).toBe(3);
  });
});

describe('positions', () => {
  it('never run ahead of what the consumer was given (fault 10)', async () => {
    // The store sends a checkpoint behind each event, far ahead of what a consumer that stops after a batch has seen.
    store.checkpoint = ({ position }) => position;
    await fill(1_000);
    const abort = new AbortController();
    let given = 0;
    for await (const { events, position } of notes.log.follow(null, {
      types: ['NoteTaken'],
      batch: 10,
      signal: abort.signal,
    })) {
      given += events.length;
      expect(Number(position)).toBe(given);
      await sleep(1);
      if (given >= 1_000) abort.abort();
    }
  });

  it('move on past what is not ours, and past types not asked for', async () => {
    store.checkpoint = ({ position }) => position;
    follower = new Follower(notes.log, null, 100, ['NoteDropped']);
    await take(0);
    await until(() => follower?.position === 1n);
    store.keep({ stream: 'other-1', type: 'Whatever' });
    await until(() => follower?.position === 2n);
    expect(follower.events).toEqual([]);
  });

  it('keep moving although the consumer is slow: checkpoints stall nothing (fault 7)', async () => {
    store.checkpoint = ({ position }) => position;
    await fill(300);
    for (let n = 0; n < 300; n += 1) store.keep({ stream: 'other-1', type: 'Whatever' });
    const abort = new AbortController();
    let last: FeedBatch | undefined;
    for await (const batch of notes.log.follow(null, { types: ['NoteTaken'], batch: 50, signal: abort.signal })) {
      last = batch;
      await sleep(50);
      if (batch.position >= 600n) abort.abort();
    }
    expect(last).toMatchObject({ position: 600n, live: true });
  });

  it('start behind the one given', async () => {
    await fill(20);
    follower = new Follower(notes.log, 15n);
    await until(() => follower?.batches.at(-1)?.live === true);
    expect(follower.numbers).toEqual([15, 16, 17, 18, 19]);
  });
});

it('the end of the log is told, also when the log is empty, and by a store that does not tell it', async () => {
  follower = new Follower(notes.log);
  await until(() => follower?.batches.at(-1)?.live === true);
  expect(follower.batches).toEqual([{ events: [], position: 0n, live: true }]);
  await follower.stop();
  store.tellsCaughtUp = false;
  await take(0);
  follower = new Follower(notes.log);
  await until(() => follower?.batches.at(-1)?.live === true);
  expect(follower.numbers).toEqual([0]);
});

it('a slow consumer holds the store back (fault 12)', async () => {
  await fill(20_000);
  const abort = new AbortController();
  const feed = notes.log.follow(null, { types: ['NoteTaken'], batch: 100, signal: abort.signal });
  const iterator = feed[Symbol.asyncIterator]();
  await iterator.next();
  let sent = -1;
  while (sent !== store.sent) {
    sent = store.sent;
    await sleep(300);
  }
  expect(sent).toBeLessThan(5_000);
  abort.abort();
  await iterator.return?.();
});

it('only the leader is read from (fault 11)', async () => {
  await take(0);
  await notes.log.load(newStream());
  await notes.log.head();
  follower = new Follower(notes.log);
  await until(() => follower?.events.length === 1);
  expect(store.headers.length).toBeGreaterThanOrEqual(4);
  expect(store.headers.every((header) => header.get('requires-leader')[0] === 'true')).toBe(true);
});

it('a type that nobody declares ends the feed by name, after all that stands before it', async () => {
  await fill(3);
  store.keep({ stream: 'note-7', type: 'NoteBurnt' });
  store.keep({ stream: 'other-1', type: 'Whatever' });
  follower = new Follower(notes.log);
  await until(() => follower?.failure !== undefined);
  expect(follower.numbers).toEqual([0, 1, 2]);
  expect(follower.failure).toBeInstanceOf(UnknownEventType);
  expect(follower.failure).toMatchObject({ type: 'NoteBurnt', stream: 'note-7', revision: 0, position: 4n });
});

it('hanging reads end in time and are asked for again', async () => {
  const stream = newStream();
  await notes.log.append(stream, null, [taken(1)], byCommand());
  let hung = 0;
  store.hangs = () => (hung += 1) <= 1;
  expect((await notes.log.load(stream)).events).toHaveLength(1);
  expect(await notes.log.head()).toBe(1n);
});

it('the head is the last event of ours, however much of others stands behind it', async () => {
  expect(await notes.log.head()).toBeNull();
  await take(0);
  for (let n = 0; n < 700; n += 1) store.keep({ stream: '$stats-1', type: '$stats' });
  expect(await notes.log.head()).toBe(1n);
});
