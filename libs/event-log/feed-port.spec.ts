import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { EventFeed, FeedBatch, FollowOptions, Position, RecordedEvent } from '../kernel/index.js';
import { UnknownEventType, UnreadableEvent } from './errors.js';
import { PortFeed, serveFeed } from './feed-port.js';

const event = (position: bigint): RecordedEvent => ({
  id: `event ${String(position)}`,
  stream: 'person-1',
  revision: Number(position),
  position,
  type: 'LeadQualified',
  data: { level: 'sales-qualified', note: undefined, at: [1, 'ü'] },
  sealed: { subject: 'person-1', box: 'c2VhbGVk' },
  occurredAt: '2026-03-01T12:00:00.000Z',
  recordedAt: '2026-03-01T12:00:01.000Z',
  actor: { id: 'e.smit', role: 'sales' },
  correlationId: 'call',
  causationId: 'command',
});

const batchAt = (position: bigint): FeedBatch => ({ events: [event(position)], position, live: position > 2n });

/** Gives batch after batch, or what is told, and remembers what it was asked and how far it got. */
class Log implements Pick<EventFeed, 'follow'> {
  readonly asked: { after: Position | null; options: Omit<FollowOptions, 'signal'> }[] = [];
  given = 0;
  ended = 0;
  failure: Error | undefined;

  async *follow(after: Position | null, { signal, ...options }: FollowOptions): AsyncGenerator<FeedBatch, void> {
    this.asked.push({ after, options });
    try {
      for (let position = (after ?? 0n) + 1n; !signal.aborted; position++) {
        if (this.failure && position > 2n) throw this.failure;
        this.given += 1;
        yield batchAt(position);
      }
    } finally {
      this.ended += 1;
    }
  }
}

let channel: MessageChannel;
let log: Log;
let feed: PortFeed;
const stopped = { now: new AbortController() };
const asking = (): FollowOptions => ({ types: ['LeadQualified'], batch: 100, signal: stopped.now.signal });

beforeEach(() => {
  stopped.now = new AbortController();
  channel = new MessageChannel();
  log = new Log();
  serveFeed(channel.port1, log);
  feed = new PortFeed(channel.port2);
});

afterEach(() => {
  stopped.now.abort();
  channel.port1.close();
});

it('gives what the other thread reads, event by event as it was', async () => {
  const batches: FeedBatch[] = [];
  for await (const batch of feed.follow(null, asking())) {
    batches.push(batch);
    if (batches.length === 3) break;
  }
  const { note: _, ...data } = event(1n).data as { note: unknown };
  expect(batches.map(({ position, live }) => [position, live])).toEqual([
    [1n, false],
    [2n, false],
    [3n, true],
  ]);
  expect(batches[0]?.events).toStrictEqual([{ ...event(1n), data }]);
  expect(log.asked).toEqual([{ after: null, options: { types: ['LeadQualified'], batch: 100 } }]);
});

it('begins behind a position, several times side by side', async () => {
  const [one, other] = [feed.follow(41n, asking()), feed.follow(7n, asking())];
  expect([(await one.next()).value?.position, (await other.next()).value?.position]).toEqual([42n, 8n]);
  expect((await one.next()).value?.position).toBe(43n);
  await Promise.all([one.return(), other.return()]);
});

it('reads no further ahead than a few batches of what is taken', async () => {
  const follower = feed.follow(null, asking());
  await follower.next();
  await sleep(50);
  const held = log.given;
  expect(held).toBeLessThanOrEqual(5);
  for (let taken = 0; taken < 20; taken++) await follower.next();
  await sleep(50);
  expect(log.given).toBeLessThanOrEqual(held + 20);
  expect(log.given).toBeGreaterThanOrEqual(21);
  await follower.return();
});

it('ends the reading when its follower leaves, and when it is told to stop', async () => {
  const leaving = feed.follow(null, asking());
  await leaving.next();
  await leaving.return();
  const waiting = feed.follow(null, asking());
  await waiting.next();
  stopped.now.abort();
  expect(await waiting.next()).toEqual({ done: true, value: undefined });
  await sleep(50);
  expect(log.ended).toBe(2);
});

it('names the event that cannot be read, after all that stands before it', async () => {
  log.failure = new UnknownEventType('LeadDreamt', 'person-1', 3, 3n);
  const seen: Position[] = [];
  const reading = (async () => {
    for await (const { position } of feed.follow(null, asking())) seen.push(position);
  })();
  await expect(reading).rejects.toMatchObject({
    name: 'UnknownEventType',
    message: log.failure.message,
    type: 'LeadDreamt',
    stream: 'person-1',
    revision: 3,
    position: 3n,
  });
  await expect(reading).rejects.toBeInstanceOf(UnreadableEvent);
  expect(seen).toEqual([1n, 2n]);
});
