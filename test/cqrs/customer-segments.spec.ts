import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CustomerSegments, ensureProcessTables, type SegmentStays, statusOfProcesses } from '../../libs/cqrs/index.js';
import { type RecordSegmentWord } from '../../libs/domain/index.js';
import { customer, type CustomerState, wordsOn } from '../../libs/domain/customer/customer.js';
import { missingWords, type SegmentStay } from '../../libs/domain/customer/words.rules.js';
import { plusDays, TestClock } from '../../libs/kernel/index.js';
import { type Database, openDatabase } from '../../libs/read-model/index.js';
import { throwAwayDatabase } from '../../libs/testing/database.js';
import { decide } from '../../libs/testing/decider.js';

const day = (n: number): string => plusDays('2024-01-01T00:00:00.000Z', n);
const segmentId = 'quiet';

/** What is known of who belongs to a segment, as a read model would tell it, and what was said of it. */
class Known implements SegmentStays {
  readonly stays = new Map<string, readonly SegmentStay[]>();
  readonly states = new Map<string, CustomerState>();
  /** Whom anybody asked about. */
  readonly asked: string[] = [];
  looks = 0;
  terms: string | undefined = 'first';
  private readonly turned = new Map<string, bigint>();
  private position = 0n;
  private readonly listeners = new Set<() => void>();

  learn(key: string, stays: readonly SegmentStay[]): void {
    this.position += 1n;
    this.stays.set(key, stays);
    this.turned.set(key, this.position);
    this.move();
  }

  move(): void {
    for (const heard of this.listeners) heard();
  }

  whenMoved(heard: () => void): () => void {
    this.listeners.add(heard);
    return () => this.listeners.delete(heard);
  }

  followed(): ReturnType<SegmentStays['followed']> {
    this.looks += 1;
    const segments = [{ segmentId, kind: 'account', terms: this.terms }] as const;
    return Promise.resolve({ position: this.position, readUntil: day(0), isEnd: true, segments });
  }

  turnedSince(_: string, since: bigint, after: string, limit: number): Promise<readonly string[]> {
    return Promise.resolve(
      [...this.turned]
        .filter(([key, position]) => position > since && key > after)
        .map(([key]) => key)
        .sort()
        .slice(0, limit),
    );
  }

  everIn(_: string, after: string, limit: number): Promise<readonly string[]> {
    const keys = [...this.stays.keys()].filter((key) => key > after);
    return Promise.resolve(keys.sort().slice(0, limit));
  }

  staysIn(_: string, keys: readonly string[]): ReturnType<SegmentStays['staysIn']> {
    this.asked.push(...keys);
    return Promise.resolve(new Map(keys.map((key) => [key, this.stays.get(key) ?? []])));
  }

  /** What is still to be said of everybody. */
  missing(now: string): readonly object[] {
    return [...this.stays].flatMap(([key, stays]) => missingWords(this.said(key), stays, now));
  }

  said(key: string) {
    return wordsOn(this.states.get(key.replace('account-', 'customer-')) ?? {}, segmentId);
  }

  /** Carries out a word as the executor does. */
  record(command: RecordSegmentWord): void {
    const stream = `customer-${command.customerId}`;
    const before = this.states.get(stream) ?? customer.initial;
    const facts = decide(customer, before, command);
    this.states.set(
      stream,
      facts.reduce((state, fact) => customer.apply(state, fact, command.at), before),
    );
  }
}

interface Running {
  /** Ends it as if it were killed at this moment. */
  readonly kill: () => void;
  readonly ended: Promise<void>;
}

/** @param permits whether a word is carried out, and whether its answer comes back */
function run(
  { db }: Database,
  known: Known,
  clock: TestClock,
  permits: () => 'before' | 'behind' | undefined = () => undefined,
): Running {
  const ending = new AbortController();
  const execute = (request: { readonly command: object }): Promise<never> => {
    const killed = permits();
    if (killed !== 'before' && !ending.signal.aborted) known.record(request.command as RecordSegmentWord);
    if (killed) ending.abort();
    if (ending.signal.aborted) return Promise.reject(new Error('Killed.'));
    return Promise.resolve({} as never);
  };
  const refresh = (_: unknown, stream: string) =>
    Promise.resolve({ state: known.states.get(stream) ?? customer.initial } as never);
  const segments = new CustomerSegments({
    ...{ db, clock, stays: known, executor: { execute }, log: () => undefined, page: 3 },
    streams: { refresh },
  });
  const running = { kill: () => ending.abort(), ended: segments.run(ending.signal) };
  all.add(running);
  return running;
}

const all = new Set<Running>();

async function withDatabase(check: (database: Database) => Promise<void>): Promise<void> {
  const server = await throwAwayDatabase();
  const database = openDatabase(server.url);
  try {
    await ensureProcessTables(database.db);
    await check(database);
  } finally {
    for (const { kill } of all) kill();
    await Promise.all([...all].map(({ ended }) => ended));
    all.clear();
    await database.close();
    await server.drop();
  }
}

async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500 && !(await isSo()); tries++) await sleep(10);
  expect(await isSo()).toBe(true);
}

const stay = (from: number, to?: number): SegmentStay => ({
  from: day(from),
  ...(to !== undefined && { to: day(to) }),
  ruleVersion: 1,
});

describe('Who belongs to a segment by rule that has a window', () => {
  it('is said as facts change and as time passes, of those alone who have turned, and idle time costs nothing', async () => {
    await withDatabase(async (database) => {
      const known = new Known();
      const clock = new TestClock(day(10));
      for (let n = 0; n < 10; n++) known.stays.set(`account-${n}`, n % 2 === 0 ? [stay(5, 40)] : []);
      known.learn('account-0', [stay(5, 40)]);
      const { kill, ended } = run(database, known, clock);
      await eventually(() => known.missing(day(10)).length === 0);
      expect(known.said('account-2')).toEqual([{ at: day(5), belongs: true }]);
      const status = async () => (await statusOfProcesses(database.db, [{ name: 'customer-segments' }]))[0];
      // The last that it does is to note how far it has come.
      await eventually(async () => (await status())?.position === '1');
      known.asked.length = 0;

      known.learn('account-3', [stay(8)]);
      await eventually(() => known.missing(day(10)).length === 0);
      expect(known.asked).toEqual(['account-3']);
      await sleep(100);
      const { looks } = known;
      await sleep(200);
      expect(known.looks).toBe(looks);
      expect(await status()).toMatchObject({ position: '2', waiting: 5, nextDeadline: day(40) });

      clock.set(day(40));
      await eventually(() => known.missing(day(40)).length === 0);
      expect(known.said('account-2')).toEqual([
        { at: day(5), belongs: true },
        { at: day(40), belongs: false },
      ]);
      expect(known.said('account-3')).toHaveLength(1);
      kill();
      await ended;
      expect(await status()).toMatchObject({ waiting: 0, refusals: 0 });
    });
  });

  it('is looked at anew, in pages, under other terms, and not before all of them are evaluated', async () => {
    await withDatabase(async (database) => {
      const known = new Known();
      known.terms = undefined;
      for (let n = 0; n < 10; n++) known.stays.set(`account-${n}`, [stay(5)]);
      run(database, known, new TestClock(day(10)));
      known.learn('account-1', [stay(6)]);
      await eventually(() => known.looks >= 2);
      expect(known.states.size).toBe(0);
      known.terms = 'second';
      known.move();
      await eventually(() => known.missing(day(10)).length === 0);
      for (let n = 0; n < 10; n++) known.stays.set(`account-${n}`, []);
      known.terms = 'third';
      known.move();
      await eventually(() => known.missing(day(10)).length === 0);
    });
  });

  it('is said once and rightly, wherever it is killed, by however many at once, and whatever is learnt late', async () => {
    const turns = fc.uniqueArray(fc.nat(40), { maxLength: 5 }).map((all) => [...all].sort((a, b) => a - b));
    const stays = turns.map((all) =>
      all.flatMap((from, place) => (place % 2 === 0 ? [stay(from, all[place + 1])] : [])),
    );
    const step = fc.record({
      learnt: fc.array(fc.tuple(fc.nat(4), stays), { maxLength: 4 }),
      terms: fc.boolean(),
      passes: fc.nat(15),
      kills: fc.array(fc.tuple(fc.nat(4), fc.constantFrom('before' as const, 'behind' as const)), { maxLength: 3 }),
      besides: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        await withDatabase(async (database) => {
          const known = new Known();
          const clock = new TestClock(day(0));
          for (const { learnt, terms, passes, kills, besides } of steps) {
            for (const [n, all] of learnt) {
              if (terms) known.stays.set(`account-${n}`, all);
              else known.learn(`account-${n}`, all);
            }
            if (terms) known.terms = `${known.terms ?? ''}+`;
            clock.set(plusDays(clock.now(), passes));
            for (const [many, where] of kills) {
              let left = many;
              const mortal = run(database, known, clock, () => (left-- === 0 ? where : undefined));
              await Promise.race([mortal.ended, eventually(() => known.missing(clock.now()).length === 0)]);
              mortal.kill();
              await mortal.ended;
            }
            const living = [...(besides ? [0, 1] : [0])].map(() => run(database, known, clock));
            await eventually(() => known.missing(clock.now()).length === 0);
            for (const { kill } of living) kill();
            await Promise.all(living.map(({ ended }) => ended));
          }
          for (const key of known.stays.keys()) {
            const said = known.said(key);
            expect(
              said.filter((word, n) => n > 0 && said[n - 1]?.at === word.at && said[n - 1]?.belongs === word.belongs),
            ).toEqual([]);
          }
        });
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});
