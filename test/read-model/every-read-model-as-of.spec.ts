import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Random } from '../../apps/kroniek/sample/random.js';
import { dayMs, type Instant, periodOf, plusDays, plusMs, type RecordedEvent } from '../../libs/kernel/index.js';
import { type Database, ensureReadModels, waitFor } from '../../libs/read-model/index.js';
import { MemoryLog } from '../../libs/testing/projection.js';
import { projections } from '../../projections/index.js';
import { type About, everyQuestion, questions, subjectsOf, written } from './answers.js';
import { mavenFacts, reported, sampleFacts } from './histories.js';
import { running, withDatabase } from './ledger.js';
import { type Cut, cutAt, Replay, wayOver } from './replays.js';
import { Analyst, views } from './views.js';
import { linesInSql, workedOut } from './worked-out.js';

const maven = process.env['KRONIEK_MAVEN_DATA'] ?? resolve('../shared/data/maven-crm');

/** The whole of both data sets takes most of an hour: asked for by name. */
const isWhole = process.env['KRONIEK_AS_OF'] === 'whole';

/** Drawn anew each time; a failure names it, and `KRONIEK_SEED` brings it back. */
const seed = process.env['KRONIEK_SEED'] ?? randomUUID();

/** Instants of events, and as many at which nothing happened, some behind all of them: time alone changes answers too. */
function instants(random: Random, of: readonly Instant[], count: number): readonly Instant[] {
  const [first, last] = [of.reduce((a, b) => (a < b ? a : b)), of.reduce((a, b) => (a > b ? a : b))].map((at) =>
    Date.parse(at),
  );
  const between = (): Instant =>
    new Date((first ?? 0) + Math.floor(random.next() * ((last ?? 0) - (first ?? 0) + 200 * dayMs))).toISOString();
  return Array.from({ length: count }, () => (random.chance(0.5) ? random.pick(of) : between()));
}

interface Compared {
  readonly cuts: number;
  /** Non-empty answers by view and question. */
  readonly told: ReadonlyMap<string, number>;
}

/** Compares the read models of a whole log with replays that are cut at moments drawn at random. */
async function compare(
  events: readonly RecordedEvent[],
  ways: number,
  share: number,
  besides: (analyst: Analyst) => Promise<void> = () => Promise.resolve(),
): Promise<Compared> {
  const random = new Random(seed);
  const subjects = subjectsOf(new Set(events.map(({ stream }) => stream)));
  const about = (asOf: Instant): About => {
    const ids = new Map([...subjects].map(([category, all]) => [category, random.pick(all)]));
    const period = periodOf(asOf, random.pick(['month', 'quarter'] as const));
    return { asOf, period, id: (category) => ids.get(category) ?? 'none' };
  };
  const told = new Map<string, number>();
  const count = (name: string, isTold: boolean): unknown => told.set(name, (told.get(name) ?? 0) + Number(isTold));
  let cuts = 0;

  async function same(whole: Asked, replay: Asked, cut: Cut): Promise<void> {
    const then = { asOf: cut.asOf };
    const [found, expected] = await Promise.all([whole.analyst.digests(cut), replay.analyst.digests(then)]);
    for (const view of views) {
      count(view, !expected[view]?.startsWith('0 '));
      if (found[view] === expected[view]) continue;
      const [rows, others] = [await whole.analyst.rows(view, cut), await replay.analyst.rows(view, then)];
      expect({ seed, view, ...cut, rows: without(rows, others) }).toEqual({
        ...{ seed, view, ...cut, rows: without(others, rows) },
      });
      expect({ seed, view, ...cut, digest: found[view] }).toEqual({ seed, view, ...cut, digest: expected[view] });
    }
    const plain = workedOut(cutAt(events, cut));
    for (const [name, question] of Object.entries(linesInSql)) {
      const lines = [...(plain[name] ?? [])].sort();
      expect({ seed, name, ...cut, lines: await whole.analyst.lines(question, cut) }).toEqual({
        ...{ seed, name, ...cut, lines },
      });
    }
    const asked = about(cut.asOf);
    for (const { name, ask } of everyQuestion) {
      if (!random.chance(share)) continue;
      const answers = await Promise.all([ask(whole.database, cut, asked), ask(replay.database, then, asked)]);
      const [one, other] = answers.map(written);
      count(name, one !== 'null' && !/^(\[\]|\{\s*"items": \[\]\s*\})$/.test(one ?? ''));
      if (one !== other) expect({ seed, name, ...cut, answer: one }).toEqual({ seed, name, ...cut, answer: other });
    }
    cuts += 1;
  }

  await withDatabase(async (database) => {
    await ensureReadModels(database, projections);
    const log = new MemoryLog(events);
    const run = running({ feed: log, database, projections, batch: 700 });
    await waitFor(database, projections, (await log.head()) ?? 0n, 300_000);
    await run.stop();
    const whole = { database, analyst: await Analyst.at(database) };
    try {
      await besides(whole.analyst);
      for (let way = 0; way < ways; way++) {
        await withDatabase(async (cutting) => {
          const replay = await Replay.of(events, cutting);
          const analyst = await Analyst.at(cutting);
          const asOfs = instants(
            random,
            events.map(({ occurredAt }) => occurredAt),
            21,
          );
          const knownAts = instants(
            random,
            events.map(({ recordedAt }) => recordedAt),
            20,
          );
          try {
            for (const cut of wayOver(random, asOfs, knownAts)) {
              await replay.to(cut);
              await same(whole, { database: cutting, analyst }, cut);
            }
          } finally {
            await analyst.end();
            await replay.end();
          }
        });
      }
    } finally {
      await whole.analyst.end();
    }
  });
  return { cuts, told };
}

interface Asked {
  readonly database: Database;
  readonly analyst: Analyst;
}

const without = (rows: readonly string[], others: readonly string[]): readonly string[] =>
  rows.filter((row) => !others.includes(row)).slice(0, 3);

/** An activity that was recorded a week after it happened, and nothing else at that instant. */
const reportedLate = (events: readonly RecordedEvent[]): RecordedEvent | undefined =>
  events.find(
    ({ type, data, occurredAt, recordedAt }) =>
      type === 'ActivityLogged' &&
      'accountId' in data &&
      recordedAt >= plusDays(occurredAt, 7) &&
      events.filter((other) => other.recordedAt === recordedAt || other.occurredAt === occurredAt).length === 1,
  );

const wantsService = ({ data }: RecordedEvent): boolean =>
  'wantedServices' in data && Array.isArray(data.wantedServices) && data.wantedServices.length > 0;

/** The facts of the sample, or of a tenth of its customers in whom there is what few have. */
async function drawn(): Promise<{ readonly events: readonly RecordedEvent[]; readonly late: RecordedEvent }> {
  for (let again = 0; again < 50; again++) {
    const of = again === 0 ? seed : `${seed} ${again}`;
    const facts = await sampleFacts(of, '2026-03-11T15:20:00.000Z', isWhole ? 1 : 0.1);
    const events = reported(facts, new Random(of));
    const late = reportedLate(events);
    // Early enough that it is told of at many moments.
    if (late && events.slice(0, events.length / 2).some(wantsService)) return { events, late };
  }
  throw new Error('No draw has an activity that was reported late, and somebody who wanted a service early.');
}

/** The two axes differ where they should: where the late fact counts, from when it happened on. */
async function expectAxes(analyst: Analyst, { occurredAt, recordedAt }: RecordedEvent): Promise<void> {
  const [before, behind] = [plusMs(occurredAt, -1), plusMs(recordedAt, -1)];
  const unknown = await analyst.digests({ asOf: occurredAt, knownAt: behind });
  const known = await analyst.digests({ asOf: occurredAt, knownAt: recordedAt });
  const differing = views.filter((view) => unknown[view] !== known[view]);
  expect(differing).toEqual(expect.arrayContaining(['activity_report', 'customer_history']));
  for (const view of ['pipeline', 'policies', 'exchange_rates', 'targets', 'survey_responses']) {
    expect(differing).not.toContain(view);
  }
  expect(await analyst.digests({ asOf: before, knownAt: recordedAt })).toEqual(
    await analyst.digests({ asOf: before, knownAt: behind }),
  );
}

describe('every read model as of a random instant, on both axes, is what a replay that is cut there says', () => {
  it('asks every question that the API asks', () => {
    const folder = 'apps/api/queries';
    // What-ifs are held to what becomes of the assumption once it is made true, where they are built.
    const files = readdirSync(folder).filter((file) => !file.startsWith('what-if'));
    // Given as the answer of a question, or asked in it.
    const asks = (name: string): RegExp => new RegExp(`,\\s*${name},?\\s*\\)|\\b${name}\\(database`);
    const code = files.map((file) => readFileSync(join(folder, file), 'utf8'));
    const asked = code.flatMap((text) =>
      [...text.matchAll(/^import \{([^}]*)\} from '[./]*projections\//gm)]
        .flatMap(([, names = '']) => names.split(','))
        .map((name) => name.trim())
        .filter((name) => name !== '' && asks(name).test(text)),
    );
    expect([...new Set(asked)].sort()).toEqual(Object.keys(questions).sort());
  });

  it('of the sample data', async () => {
    const { events, late } = await drawn();
    const { cuts, told } = await compare(events, 5, 0.2, (analyst) => expectAxes(analyst, late));
    expect(cuts).toBeGreaterThanOrEqual(200);
    expect([...told].filter(([, times]) => times === 0).map(([name]) => name)).toEqual([]);
  }, 3_600_000);

  it('of the Maven CRM data', async () => {
    const hasAll = existsSync(join(maven, 'sales_pipeline.csv'));
    const folder = hasAll ? maven : 'examples/maven-crm/sample';
    const random = new Random(seed);
    // All accounts, and of the deals a part that is drawn anew each time.
    const takes = (file: string): boolean => isWhole || !hasAll || file !== 'sales_pipeline.csv' || random.chance(0.2);
    const facts = await mavenFacts(readFileSync('examples/maven-crm/mapping.yaml', 'utf8'), folder, takes);
    const events = reported(facts, random);
    const { cuts, told } = await compare(events, 5, 0.1);
    expect(cuts).toBeGreaterThanOrEqual(200);
    expect(told.get('pipeline')).toBeGreaterThan(150);
  }, 3_600_000);
});
