import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { ensureProcessTables, ManagerRunner, statusOfProcesses, type CommandRequest } from '../../libs/cqrs/index.js';
import { staleOpportunities } from '../../libs/domain/processes/stale-opportunities.js';
import {
  type FeedBatch,
  type FollowOptions,
  type Instant,
  later,
  type Position,
  plusDays,
  plusMs,
  type ProcessManager,
  type RecordedEvent,
  TestClock,
} from '../../libs/kernel/index.js';
import { openDatabase, type Database } from '../../libs/read-model/index.js';
import { throwAwayDatabase, type ThrowAwayDatabase } from '../../libs/testing/database.js';
import { run } from '../../libs/testing/process.js';
import { type GivenEvent, MemoryLog, recorded } from '../../libs/testing/projection.js';

/*
 * The runner on a log in memory and a real PostgreSQL: whatever the batches, wherever it is stopped and started again,
 * it issues what the same log gives without any of that.
 */

let server: ThrowAwayDatabase;
let database: Database;

beforeAll(async () => {
  server = await throwAwayDatabase();
  database = openDatabase(server.url);
  await ensureProcessTables(database.db);
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

/** As the real log does, it says at once when there is nothing more. */
class Log extends MemoryLog {
  override async *follow(after: Position | null, options: FollowOptions): AsyncGenerator<FeedBatch> {
    const last = this.events.at(-1)?.position ?? 0n;
    if (after !== null && after >= last) yield { events: [], position: after, live: true };
    yield* super.follow(after, options);
  }
}

const forget = async (): Promise<void> => {
  await sql`truncate kroniek.process_checkpoints, kroniek.process_state, kroniek.process_refusals`.execute(database.db);
};

beforeEach(forget);

/** Takes commands as the executor does: the same id is the same command, once. */
class Taken {
  readonly commands = new Map<string, { readonly command: object; readonly at: Instant | undefined }>();
  repeated = 0;
  /** After so many more it dies; undefined: it lives. */
  diesAfter: number | undefined;

  readonly execute = ({ command, commandId, occurredAt }: CommandRequest) => {
    if (this.diesAfter !== undefined && this.diesAfter-- <= 0) return new Promise<never>(() => undefined);
    const before = this.commands.get(commandId);
    if (before) {
      this.repeated++;
      expect({ command, at: occurredAt }).toEqual(before);
    }
    this.commands.set(commandId, { command, at: occurredAt });
    return Promise.resolve({ stream: 's', revision: 0, position: '0', events: [] });
  };

  get said(): readonly string[] {
    return [...this.commands.values()].map(({ command, at }) => `${at ?? ''} ${JSON.stringify(command)}`).sort();
  }
}

interface Run {
  readonly log: Log;
  readonly clock: TestClock;
  readonly taken: Taken;
  readonly batch?: number;
  readonly manager?: ProcessManager;
}

function start({ log, clock, taken, batch = 500, manager = staleOpportunities }: Run): { stop: () => Promise<void> } {
  const ending = new AbortController();
  const runner = new ManagerRunner({ db: database.db, feed: log, executor: taken, clock, log: () => undefined, batch });
  const running = runner.run([manager], ending.signal);
  return {
    stop: async () => {
      ending.abort();
      // One that has died in the middle of a command never ends.
      await Promise.race([running.catch(() => undefined), sleep(50)]);
    },
  };
}

const standing = async () => {
  const [status] = await statusOfProcesses(database.db, [staleOpportunities]);
  if (!status) throw new Error('There is no status.');
  return status;
};

/** Until the process has heard all of the log, and fired all that is due. */
async function settled(log: Log, now: Instant, patience = 2_000): Promise<boolean> {
  const head = log.events.at(-1)?.position ?? 0n;
  for (const from = Date.now(); Date.now() - from < patience;) {
    const { position, nextDeadline } = await standing();
    if (position !== null && BigInt(position) >= head && (nextDeadline === null || nextDeadline > now)) return true;
    await sleep(5);
  }
  return false;
}

const day = (n: number): Instant => plusDays('2024-01-01T09:00:00.000Z', n - 1);

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const opened = (n: number, at: Instant, recordedAt = at): GivenEvent => ({
  stream: `opportunity-${id(n)}`,
  type: 'OpportunityOpened',
  data: {},
  occurredAt: at,
  recordedAt,
});
const of = (n: number, type: string, at: Instant, recordedAt = at): GivenEvent => ({
  ...opened(n, at, recordedAt),
  type,
});
const policy = (version: number, days: number, at: Instant): GivenEvent => ({
  stream: 'policy-stale-opportunity',
  type: 'PolicyChanged',
  data: { policy: 'stale-opportunity', version, value: { days } },
  occurredAt: at,
  recordedAt: at,
});

/** What the log gives when it is read in one go. */
const expected = (events: readonly RecordedEvent[], now: Instant): readonly string[] =>
  [
    ...new Set(
      run(staleOpportunities, events, now).issues.map(({ at, command }) => `${at} ${JSON.stringify(command)}`),
    ),
  ].sort();

describe('the runner of processes with time', () => {
  it('fires at the head of the log as the clock says, at the instant of the deadline, and sleeps in between', async () => {
    const log = new Log(recorded([opened(1, day(1)), opened(2, day(3))]));
    const clock = new TestClock(day(10));
    const taken = new Taken();
    const { stop } = start({ log, clock, taken });
    expect(await settled(log, day(10))).toBe(true);
    expect(taken.said).toEqual([]);
    expect(await standing()).toMatchObject({ waiting: 2, nextDeadline: day(31) });
    clock.set(day(32));
    expect(await settled(log, day(32))).toBe(true);
    expect([...taken.commands.values()].map(({ at }) => at)).toEqual([day(31)]);
    log.record(recorded([of(2, 'OpportunityWon', day(32))], log.events));
    expect(await settled(log, day(40))).toBe(true);
    clock.set(day(400));
    await sleep(50);
    expect(taken.commands.size).toBe(1);
    expect(await standing()).toMatchObject({ waiting: 0, nextDeadline: null });
    await stop();
  });

  it('wakes by itself when a deadline comes', async () => {
    const now = Date.now();
    const clock = { now: () => new Date().toISOString() };
    const at = new Date(now - 30 * 86_400_000 + 400).toISOString();
    const log = new Log(recorded([opened(1, at)]));
    const taken = new Taken();
    const runner = new ManagerRunner({ db: database.db, feed: log, executor: taken, clock, log: () => undefined });
    const ending = new AbortController();
    const running = runner.run([staleOpportunities], ending.signal);
    for (let tries = 0; taken.commands.size === 0 && tries < 200; tries++) await sleep(10);
    ending.abort();
    await running;
    expect([...taken.commands.values()].map(({ at: instant }) => instant)).toEqual([plusDays(at, 30)]);
  });

  it('dates what is waiting anew when a policy changes', async () => {
    const many = Array.from({ length: 30 }, (_, n) => opened(n, day(1)));
    const log = new Log(recorded([...many, policy(1, 90, day(5)), policy(2, 60, day(6))]));
    const clock = new TestClock(day(50));
    const taken = new Taken();
    const { stop } = start({ log, clock, taken, batch: 4 });
    expect(await settled(log, day(50))).toBe(true);
    expect(await standing()).toMatchObject({ waiting: 30, nextDeadline: day(61) });
    clock.set(day(61));
    expect(await settled(log, day(61))).toBe(true);
    expect(taken.commands.size).toBe(30);
    await stop();
    expect(taken.said).toEqual(expected(log.events, day(61)));
    expect(taken.said.every((said) => said.includes('"policyVersion":2'))).toBe(true);
  });

  it('gives the same once more from the beginning when its version is raised or its state is lost', async () => {
    const log = new Log(recorded([opened(1, day(1)), opened(2, day(2)), of(1, 'OpportunityAdvanced', day(50))]));
    const clock = new TestClock(day(60));
    const taken = new Taken();
    for (const [version, lost] of [
      [1, false],
      [2, false],
      [2, true],
    ] as const) {
      if (lost) await forget();
      const repeated = taken.repeated + taken.commands.size;
      const { stop } = start({ log, clock, taken, manager: { ...staleOpportunities, version } });
      for (let tries = 0; taken.repeated < repeated && tries < 200; tries++) await sleep(10);
      expect(await settled(log, day(60))).toBe(true);
      await stop();
      expect(taken.said).toEqual(expected(log.events, day(60)));
    }
    expect(taken.repeated).toBe(2 * taken.commands.size);
    const { stop } = start({ log, clock, taken });
    await sleep(50);
    // An older version leaves it to the newer one.
    expect(taken.repeated).toBe(2 * taken.commands.size);
    await stop();
  });

  it('leaves a process alone that cannot take an event, and runs the others', async () => {
    const broken: ProcessManager = {
      ...staleOpportunities,
      name: 'broken',
      due: () => {
        throw new Error('Never.');
      },
    };
    const log = new Log(recorded([opened(1, day(1))]));
    const taken = new Taken();
    const ending = new AbortController();
    const clock = new TestClock(day(40));
    const runner = new ManagerRunner({ db: database.db, feed: log, executor: taken, clock, log: () => undefined });
    const running = runner.run([broken, staleOpportunities], ending.signal);
    expect(await settled(log, day(40))).toBe(true);
    ending.abort();
    await running;
    expect(taken.commands.size).toBe(1);
  });

  const kinds = ['OpportunityOpened', 'OpportunityAdvanced', 'OpportunityWon', 'OpportunityReopened'] as const;
  const happening = fc.record({
    of: fc.integer({ min: 1, max: 5 }),
    kind: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...kinds) }, fc.constant('policy')),
    /** Hours since the one before. */
    after: fc.constantFrom(0, 1, 24, 24 * 7, 24 * 20, 24 * 31),
    /** How much later it was reported, in days. */
    reportedAfter: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constantFrom(0.5, 3, 40)),
    days: fc.integer({ min: 1, max: 60 }),
  });

  it('gives the same in batches of any size, through restarts and beside another runner', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
        fc.boolean(),
        async (happenings, batch, deaths, doubled) => {
          await forget();
          let at = day(1);
          const lasts = new Map<number, Instant>();
          let version = 0;
          const events = recorded(
            happenings.map(({ of: which, kind, after, reportedAfter, days }) => {
              at = plusMs(at, after * 3_600_000);
              if (kind === 'policy') return policy(++version, days, at);
              // Within a stream time never runs backwards.
              const last = later(plusDays(at, -reportedAfter), lasts.get(which) ?? day(1));
              lasts.set(which, last);
              return of(which, kind, last, at);
            }),
          );
          const now = plusDays(at, 100);
          const log = new Log(events);
          const clock = new TestClock(now);
          const taken = new Taken();
          for (const diesAfter of deaths) {
            taken.diesAfter = diesAfter;
            const { stop } = start({ log, clock, taken, batch });
            await settled(log, now, 100);
            await stop();
          }
          taken.diesAfter = undefined;
          const runners = [
            start({ log, clock, taken, batch }),
            ...(doubled ? [start({ log, clock, taken, batch })] : []),
          ];
          expect(await settled(log, now)).toBe(true);
          await Promise.all(runners.map(({ stop }) => stop()));
          expect(taken.said).toEqual(expected(events, now));
        },
      ),
      { numRuns: 30, endOnFailure: true },
    );
  }, 120_000);
});
