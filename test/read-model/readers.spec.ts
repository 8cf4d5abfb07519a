import { describe, expect, it } from '@jest/globals';
import { sharedFeed } from '../../libs/read-model/index.js';
import { Readers } from '../../libs/read-model/readers.js';
import type { Inbox } from '../../libs/read-model/inbox.js';
import { MemoryLog } from '../../libs/testing/projection.js';
import { bookings, eventually, more } from './ledger.js';

const readersOf = (log: MemoryLog, signal: AbortSignal, patience = 50): Readers =>
  new Readers({ feed: log, types: ['Opened', 'Booked'], batch: 10, patience, signal });

/** Takes all there is up to a position; tells the positions taken. */
async function drain(inbox: Inbox, upTo: bigint, signal: AbortSignal): Promise<bigint[]> {
  const taken: bigint[] = [];
  for (;;) {
    const batch = await inbox.take(25, signal);
    taken.push(...batch.events.map(({ position }) => position));
    if (batch.position >= upTo) return taken;
  }
}

describe('the reads of the log', () => {
  const after = (log: MemoryLog, position: bigint): bigint[] =>
    log.events.map((event) => event.position).filter((found) => found > position);

  it('are one for all that stand at the same place, and for one that lags until it meets them', async () => {
    const stop = new AbortController();
    const log = new MemoryLog(bookings(10, 20));
    const head = log.events.at(-1)?.position ?? 0n;
    const readers = readersOf(log, stop.signal);
    const ahead = [readers.join(head), readers.join(head)];
    const behind = readers.join(null);
    expect(readers.size).toBe(2);

    log.record(more(log.events, 'account-1', 1));
    const next = log.events.at(-1)?.position ?? 0n;
    expect(await drain(behind, next, stop.signal)).toEqual(after(log, -1n));
    for (const inbox of ahead) expect(await drain(inbox, next, stop.signal)).toEqual([next]);
    await eventually(
      async () => readers.size,
      (size) => size === 1,
    );
    expect(readers.size).toBe(1);
    log.record(more(log.events, 'account-1', 2));
    const end = log.events.at(-1)?.position ?? 0n;
    for (const inbox of [behind, ...ahead]) expect(await drain(inbox, end, stop.signal)).toEqual([end]);
    stop.abort();
  });

  it('do not wait for one that takes nothing, and lose nothing for it', async () => {
    const stop = new AbortController();
    const log = new MemoryLog(bookings(10, 40));
    const head = log.events.at(-1)?.position ?? 0n;
    const readers = readersOf(log, stop.signal);
    const quick = readers.join(null);
    const stuck = readers.join(null);

    expect(await drain(quick, head, stop.signal)).toEqual(after(log, -1n));
    expect(readers.size).toBe(2);
    expect(await drain(stuck, head, stop.signal)).toEqual(after(log, -1n));
    stop.abort();
  });
});

describe('a shared feed', () => {
  const end = (log: MemoryLog): bigint => log.events.at(-1)?.position ?? 0n;

  it('reads the log once for all that follow it from the same place, and gives each what it asked for', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    const log = new MemoryLog(bookings(10, 20));
    const feed = sharedFeed({ feed: log, types: ['Opened', 'Booked'], batch: 10, signal });
    const taken = async (types: readonly string[], after: bigint | null): Promise<readonly string[]> => {
      const found: string[] = [];
      for await (const { events, live } of feed.follow(after, { types, batch: 7, signal })) {
        found.push(...events.map(({ type }) => type));
        if (live) return found;
      }
      return found;
    };
    const [opened, all] = await Promise.all([taken(['Opened'], null), taken(['Opened', 'Booked'], null)]);
    expect(opened).toEqual(Array.from({ length: 10 }, () => 'Opened'));
    expect(all).toHaveLength(210);
    expect(log.reads).toBe(1);
    stop.abort();
  });

  it('tells who joins at the end of the log that it is there', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    const log = new MemoryLog(bookings(2, 2));
    const feed = sharedFeed({ feed: log, types: ['Opened', 'Booked'], signal });
    const first = feed.follow(null, { types: ['Booked'], batch: 100, signal })[Symbol.asyncIterator]();
    expect((await first.next()).value).toMatchObject({ live: true });
    const second = feed.follow(end(log), { types: ['Opened'], batch: 100, signal })[Symbol.asyncIterator]();
    expect((await second.next()).value).toEqual({ events: [], position: end(log), live: true });
    expect(log.reads).toBe(1);
    stop.abort();
  });
});
