import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureProcessTables, ManagerRunner, statusOfProcesses } from '../../libs/cqrs/index.js';
import {
  declareEvents,
  declareProcessManager,
  type EventFeed,
  type EventShape,
  type FeedBatch,
  plusDays,
  type RecordedEvent,
  TestClock,
} from '../../libs/kernel/index.js';
import { type Database, openDatabase } from '../../libs/read-model/index.js';
import { throwAwayDatabase, type ThrowAwayDatabase } from '../../libs/testing/database.js';

const now = '2026-03-01T12:00:00.000Z';

const alarms = declareEvents<{ AlarmSet: EventShape<{ readonly at: string }> }>('alarm', {
  AlarmSet: { says: 'An alarm was set.' },
});

const ring = declareProcessManager<{ readonly at?: string }>()((on) => ({
  name: 'ring',
  version: 1,
  policies: {},
  initial: {},
  hears: [on(alarms, { AlarmSet: { keys: ({ stream }) => [stream], evolve: (_, { data }) => ({ at: data.at }) } })],
  due: ({ at }) => at,
  onDue: () => ({ state: {}, commands: [] }),
}));

const set = (at: string): RecordedEvent => ({
  id: '5f0c9a56-2b0e-4e5c-9a39-8a4f6f2a1d10',
  stream: 'alarm-1',
  revision: 0,
  position: 1n,
  type: 'AlarmSet',
  data: { at },
  occurredAt: now,
  recordedAt: now,
  actor: { id: 'e.smit', role: 'sales' },
  correlationId: 'test',
  causationId: '0d6d2a0e-0f57-4d3b-8d7f-8c2d4c1c9a11',
});

/** A log with one event, that counts how often anybody asks where it ends. */
class CountingFeed implements EventFeed {
  asked = 0;

  constructor(private readonly event: RecordedEvent) {}

  async *follow(_: unknown, { signal }: { readonly signal: AbortSignal }): AsyncIterable<FeedBatch> {
    yield { events: [this.event], position: this.event.position, live: true };
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }

  head(): Promise<bigint> {
    this.asked++;
    return Promise.resolve(this.event.position);
  }
}

let throwAway: ThrowAwayDatabase;
let database: Database;

beforeAll(async () => {
  throwAway = await throwAwayDatabase();
  database = openDatabase(throwAway.url);
  await ensureProcessTables(database.db);
});

afterAll(async () => {
  await database.close();
  await throwAway.drop();
});

describe('A process that waits for a deadline', () => {
  it('asks for nothing until it comes', async () => {
    const feed = new CountingFeed(set(plusDays(now, 21)));
    const executor = { execute: () => Promise.reject(new Error('Nothing is due.')) };
    const runner = new ManagerRunner({
      db: database.db,
      feed,
      executor,
      clock: new TestClock(now),
      log: () => undefined,
    });
    const ending = new AbortController();
    const running = runner.run([ring], ending.signal);
    try {
      const waiting = async () => (await statusOfProcesses(database.db, [ring]))[0]?.waiting;
      for (let tries = 0; (await waiting()) !== 1 && tries < 500; tries++) await sleep(10);
      await sleep(100);
      const asked = feed.asked;
      await sleep(300);
      expect(feed.asked).toBe(asked);
    } finally {
      ending.abort();
      await running;
    }
  });
});
