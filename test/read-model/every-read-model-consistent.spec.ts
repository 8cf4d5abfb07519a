import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Random } from '../../apps/kroniek/sample/random.js';
import { aggregates } from '../../libs/domain/index.js';
import { categoryOf, type Instant, type RecordedEvent } from '../../libs/kernel/index.js';
import { type Database, ensureReadModels, openDatabase, rebuild, waitFor } from '../../libs/read-model/index.js';
import { servingSchema } from '../../libs/read-model/reading.js';
import { throwAwayDatabase } from '../../libs/testing/database.js';
import { type AllRows, allRows, AtRandom, MemoryLog, Twice } from '../../libs/testing/projection.js';
import { projections } from '../../projections/index.js';
import { reported, sampleFacts } from './histories.js';
import { eventually, type Running, running, withDatabase } from './ledger.js';
import { Analyst, viewsOf } from './views.js';

/** Drawn anew each time; a failure names it, and `KRONIEK_SEED` brings it back. */
const seed = process.env['KRONIEK_SEED'] ?? randomUUID();
const now: Instant = '2026-03-11T15:20:00.000Z';

type Rows = ReadonlyMap<string, AllRows>;

const rowsOf = async (database: Database): Promise<Rows> =>
  new Map(
    await Promise.all(
      projections.map(async (projection) => [projection.name, await allRows(database, projection)] as const),
    ),
  );

/** All read models, built from a log from nothing. */
async function built(log: MemoryLog, batch: number): Promise<Rows> {
  let rows: Rows = new Map();
  await withDatabase(async (database) => {
    await ensureReadModels(database, projections);
    const run = running({ feed: log, database, projections, batch });
    try {
      await waitFor(database, projections, (await log.head()) ?? 0n, 300_000);
    } finally {
      await run.stop();
    }
    rows = await rowsOf(database);
  });
  return rows;
}

/**
 * The streams interleaved at random: each keeps its order. Of events at one and the same instant the log alone says which
 * was first, so these keep theirs too. And what was bought is worth what the rates say that were known when it was learnt:
 * none of it goes past a rate. Positions are new ones, that say which event it was.
 */
function interleaved(events: readonly RecordedEvent[], random: Random): readonly RecordedEvent[] {
  const lines = [(event: RecordedEvent) => event.stream, (event: RecordedEvent) => event.occurredAt].map((lineOf) => {
    const line = new Map<string, RecordedEvent[]>();
    for (const event of events.toReversed()) {
      const found = line.get(lineOf(event));
      if (found) found.push(event);
      else line.set(lineOf(event), [event]);
    }
    return { lineOf, line };
  });
  const isRate = ({ stream }: RecordedEvent): boolean => categoryOf(stream) === 'rate';
  const isBought = ({ stream }: RecordedEvent): boolean => ['opportunity', 'purchase'].includes(categoryOf(stream));
  const [rates, bought] = [new Set(events.filter(isRate)), new Set(events.filter(isBought))];
  const isPast = (event: RecordedEvent, others: ReadonlySet<RecordedEvent>): boolean =>
    [...others].some(({ position }) => position < event.position);
  const isNext = (event: RecordedEvent): boolean =>
    lines.every(({ lineOf, line }) => line.get(lineOf(event))?.at(-1) === event) &&
    !(isBought(event) && isPast(event, rates)) &&
    !(isRate(event) && isPast(event, bought));
  const ready = events.filter(isNext);
  const found: RecordedEvent[] = [];
  while (ready.length > 0) {
    const place = random.whole(0, ready.length - 1);
    const [event] = ready.splice(place, 1);
    if (!event) break;
    found.push({ ...event, position: base + BigInt(found.length) });
    for (const { lineOf, line } of lines) line.get(lineOf(event))?.pop();
    const following = lines.map(({ lineOf, line }) => line.get(lineOf(event))?.at(-1));
    if (rates.delete(event)) following.push(...bought);
    if (bought.delete(event)) following.push(...rates);
    for (const next of new Set(following)) if (next && !ready.includes(next) && isNext(next)) ready.push(next);
  }
  if (found.length < events.length) throw new Error('Some events wait for each other.');
  return found;
}

/** Positions from here on are known again wherever they stand in an answer. */
const base = 7_000_000_000_000n;

/** Every read model that there is, held to the same four promises on one and the same log. */
describe('every read model', () => {
  let events: readonly RecordedEvent[];
  let database: Database;
  let drop: () => Promise<void>;
  let run: Running;
  let live: Rows;

  beforeAll(async () => {
    events = reported(await sampleFacts(seed, now, 0.02), new Random(seed));
    const server = await throwAwayDatabase();
    drop = () => server.drop();
    database = openDatabase(server.url);
    await ensureReadModels(database, projections);
    // Live: events come by and by, while the read models run.
    const log = new MemoryLog();
    run = running({ feed: log, database, projections, keepRetired: 100 });
    const random = new Random(seed);
    for (let from = 0; from < events.length;) {
      const some = events.slice(from, from + random.whole(1, 200));
      log.record(some);
      from += some.length;
      await waitFor(database, projections, some.at(-1)?.position ?? 0n, 120_000);
    }
    live = await rowsOf(database);
  }, 600_000);

  afterAll(async () => {
    await run.stop();
    await database.close();
    await drop();
  });

  it('has no version that a verdict makes: facts that happened before one may be told behind it', () => {
    const verdicts = aggregates.flatMap(({ isVerdict, events: { types } }) =>
      Object.keys(types).filter((type) => isVerdict?.(type)),
    );
    expect(verdicts).toContain('CaseTargetBreached');
    for (const { name, tables } of projections) {
      for (const [table, { kind, handlers }] of Object.entries(tables)) {
        if (kind !== 'versions') continue;
        expect({ name, table, handled: verdicts.filter((type) => handlers.has(type)) }).toEqual({
          ...{ name, table, handled: [] },
        });
      }
    }
  });

  const sizes = [11, 150, 5_000];
  const ways: readonly (readonly [string, () => Promise<Rows>])[] = [
    ...sizes.map((size) => [`in batches of ${String(size)}`, () => built(new MemoryLog(events), size)] as const),
    ['with every event delivered twice', () => built(new Twice(events), 90)],
    ['cut at random and delivered again', () => built(new AtRandom(events, 120), 120)],
  ];

  describe.each(ways)('%s', (_, build) => {
    let rows: Rows;
    beforeAll(async () => {
      rows = await build();
    }, 600_000);
    it.each(projections)('has the rows that it has live: $name', ({ name }) => {
      expect({ seed, rows: rows.get(name) }).toEqual({ seed, rows: live.get(name) });
    });
  });

  describe('rebuilt while it serves', () => {
    let rows: Rows;
    beforeAll(async () => {
      const schemas = await Promise.all(projections.map((projection) => rebuild(database, projection)));
      for (const [place, { name }] of projections.entries()) {
        await eventually(
          () => servingSchema(database, name),
          (schema) => schema === schemas[place],
        );
        expect(await servingSchema(database, name)).toBe(schemas[place]);
      }
      rows = await rowsOf(database);
    }, 600_000);
    it.each(projections)('has the rows that it has live: $name', ({ name }) => {
      expect({ seed, rows: rows.get(name) }).toEqual({ seed, rows: live.get(name) });
    });
  });

  describe.each([1, 2])('with the streams interleaved at random, %i', (time) => {
    const random = new Random(`${seed}/${String(time)}`);
    const told = new Map<string, readonly string[]>();
    const expected = new Map<string, readonly string[]>();
    let moments: readonly Instant[];

    beforeAll(async () => {
      moments = [now, ...Array.from({ length: 4 }, () => random.pick(events).occurredAt)];
      const mixed = interleaved(events, random);
      const original = new Map(events.map(({ id, position }) => [id, position]));
      const positions = new Map(mixed.map(({ id, position }) => [String(position), String(original.get(id))]));
      const back = (row: string): string => row.replace(/\b7\d{12}\b/g, (found) => positions.get(found) ?? found);
      const ask = async (of: Database, into: Map<string, readonly string[]>): Promise<void> => {
        const analyst = await Analyst.at(of);
        try {
          for (const projection of projections) {
            for (const view of viewsOf(projection)) {
              for (const asOf of moments) {
                const rows = await analyst.rows(view, { asOf });
                into.set(`${projection.name} ${view} ${asOf}`, rows.map(back).sort());
              }
            }
          }
        } finally {
          await analyst.end();
        }
      };
      await ask(database, expected);
      await withDatabase(async (other) => {
        await ensureReadModels(other, projections);
        const log = new MemoryLog(mixed);
        const building = running({ feed: log, database: other, projections, batch: random.whole(20, 400) });
        await waitFor(other, projections, (await log.head()) ?? 0n, 300_000);
        await building.stop();
        await ask(other, told);
      });
    }, 600_000);

    it.each(projections)('says the same: $name', (projection) => {
      const of = (answers: ReadonlyMap<string, readonly string[]>) =>
        [...answers].filter(([question]) => question.startsWith(`${projection.name} `));
      expect(of(told).length).toBe(new Set(moments).size * viewsOf(projection).length);
      for (const [question, rows] of of(told)) {
        expect({ seed, question, rows }).toEqual({ seed, question, rows: expected.get(question) });
      }
    });
  });
});
