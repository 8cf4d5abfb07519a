import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type RawBuilder, sql } from 'kysely';
import { type EventShape, plusDays } from '../../libs/kernel/index.js';
import {
  appends,
  bool,
  date,
  ensureReadModels,
  integer,
  type Moment,
  money,
  monthOf,
  optional,
  projection,
  read,
  rows,
  text,
  timelines,
  totals,
  type TotalsDefinition,
  versions,
  waitFor,
} from '../../libs/read-model/index.js';
import { allRows, type GivenEvent, givenEvents, happened, MemoryLog, recorded } from '../../libs/testing/projection.js';
import { running, withDatabase } from './ledger.js';

interface SaleEvents {
  Opened: EventShape<{ readonly owner?: string; readonly amount: number }>;
  Given: EventShape<{ readonly owner?: string }>;
  Closed: EventShape;
  Reopened: EventShape;
  Called: EventShape<{ readonly owner?: string }>;
}

const deals = versions<SaleEvents>()({
  key: 'id',
  columns: {
    id: text('Id.'),
    owner: optional(text('Whose it is.')),
    amount: money('What it is worth.'),
    closed_in: optional(date('Month in which it was closed.')),
  },
  opens: { Opened: ({ data }) => data },
  changes: {
    Given: ({ data }) => ({ owner: data.owner }),
    Closed: ({ occurredAt }) => ({ closed_in: monthOf(occurredAt) }),
    Reopened: () => ({ closed_in: null }),
  },
});

const calls = appends<SaleEvents>()({
  columns: { owner: optional(text('Who called.')) },
  on: { Called: ({ data }) => ({ owner: data.owner }) },
});

const counted = {
  by: { month: optional(date('Month.')), owner: optional(text('Whose.')) },
  sums: { deals: 'Number of deals.', amount: 'Sum of their amounts.', calls: 'Number of calls.' },
};

/** Deals by their owner, once whatever they are and once more in the month in which they were closed; and calls. */
const of: TotalsDefinition<typeof counted.by, typeof counted.sums>['of'] = (summed) => [
  summed(deals, ({ owner, amount, closed_in: month }) => [
    { owner, deals: 1, amount },
    ...(month === null ? [] : [{ month, owner, deals: 1, amount }]),
  ]),
  summed(calls, ({ owner }, at) => [{ month: monthOf(at), owner, calls: 1 }]),
];

const sums = totals({ ...counted, of });
const sums_by_day = totals({ ...counted, byDay: true, of });

interface Busy {
  readonly told: number;
  readonly last: string | null;
}

const untold: Busy = { told: 0, last: null };

/** How often something was told of a deal, and whether that is long ago: by itself after twenty days. */
const lively = timelines<SaleEvents>()({
  key: 'id',
  columns: { id: text('Id.'), quiet: bool('Whether it was long ago.'), told: integer('How often.') },
  keysOf: ({ stream, data }) => [...new Set([stream, (data as { owner?: string }).owner ?? 'nobody'])],
  initial: untold,
  evolve: {
    Opened: ({ told }, { occurredAt }) => ({ told: told + 1, last: occurredAt }),
    Given: ({ told }, { occurredAt }) => ({ told: told + 1, last: occurredAt }),
    Closed: () => ({ told: 0, last: null }),
  },
  rowAt: ({ told, last }, at) => {
    if (last === null) return { row: null };
    const until = plusDays(last, 20);
    return at < until ? { row: { told, quiet: false }, until } : { row: { told, quiet: true } };
  },
});

const quiet = {
  by: { quiet: bool('Whether it was long ago.') },
  sums: { keys: 'Number of keys.', told: 'How often.' },
};
const ofQuiet: TotalsDefinition<typeof quiet.by, typeof quiet.sums>['of'] = (summed) => [
  summed(lively, ({ quiet, told }) => [{ quiet, keys: 1, told }]),
];

const quietness = totals({ ...quiet, of: ofQuiet });
const quietness_by_day = totals({ ...quiet, byDay: true, of: ofQuiet });

const tables = { deals, calls, sums, sums_by_day, lively, quietness, quietness_by_day };
const sales = projection({ name: 'sales', version: 1, tables, views: {} });

const fact = happened<SaleEvents>();
const day = (days: number): string => new Date(Date.UTC(2020, 0, 1) + days * 86_400_000).toISOString();
const at = (asOf?: number, knownAt?: number): Moment => ({
  asOf: asOf === undefined ? undefined : day(asOf),
  knownAt: knownAt === undefined ? undefined : day(knownAt),
});

/** What the totals say at a moment, and the same added up from the rows that hold then. */
const both = (database: Parameters<typeof read>[0], moment: Moment) =>
  read(database, sales, moment, async (reading) => {
    const added = sql`select month, owner, sum(deals)::integer as deals, sum(amount) as amount, sum(calls)::integer as calls`;
    const shown = sql`group by 1, 2 having sum(deals) <> 0 or sum(calls) <> 0 order by 1, 2`;
    const keptIn = (table: 'sums' | 'sums_by_day') =>
      rows(reading, sql<object>`${added} from ${reading.at(table)} s ${shown}`);
    const kept = await keptIn('sums');
    expect(await keptIn('sums_by_day')).toEqual(kept);
    const scanned = await rows(
      reading,
      sql<object>`${added} from (
        select null::date as month, owner, 1 as deals, amount, 0 as calls from ${reading.at('deals')} d
        union all
        select closed_in, owner, 1, amount, 0 from ${reading.at('deals')} d where closed_in is not null
        union all
        select date_trunc('month', occurred_at, 'UTC')::date, owner, 0, 0, 1 from ${reading.at('calls')} c
      ) r ${shown}`,
    );
    const rectangles = (from: RawBuilder<unknown>, keys: RawBuilder<unknown>) =>
      sql<object>`select quiet, sum(${keys})::integer as keys, sum(told)::integer as told from ${from} l
        group by 1 having sum(${keys}) <> 0 order by 1`;
    const quietIn = (table: 'quietness' | 'quietness_by_day') =>
      rows(reading, rectangles(reading.at(table), sql`keys`));
    const quiet = await quietIn('quietness');
    expect(await quietIn('quietness_by_day')).toEqual(quiet);
    const lying = await rows(reading, rectangles(reading.at('lively'), sql`1`));
    return { kept: [...kept, ...quiet], scanned: [...scanned, ...lying] };
  });

describe('Totals', () => {
  it('follow what their rows count for, each fact from when it happened and was known', async () => {
    const story = [
      fact('deal-1', 'Opened', day(0), { owner: 'ann', amount: 5 }),
      fact('deal-2', 'Opened', day(40), { amount: 7 }),
      fact('call-1', 'Called', day(41), { owner: 'ann' }),
      fact('deal-1', 'Given', day(42), { owner: 'ben' }),
      fact('deal-1', 'Closed', day(45), {}, { recordedAt: day(100) }),
      fact('deal-1', 'Reopened', day(110), {}),
    ];
    await givenEvents(...story).projectedBy(sales, async ({ database }) => {
      const told = async (moment: Moment): Promise<readonly object[]> => {
        const { kept, scanned } = await both(database, moment);
        expect(kept).toEqual(scanned);
        return kept.filter((row) => 'deals' in row);
      };
      const of = (owner: string | null, amount: number, month: string | null = null) => ({
        ...{ month, owner, deals: 1, amount, calls: 0 },
      });
      const call = { month: '2020-02-01', owner: 'ann', deals: 0, amount: 0, calls: 1 };
      expect(await told({})).toEqual([call, of('ben', 5), of(null, 7)]);
      expect(await told(at(41))).toEqual([call, of('ann', 5), of(null, 7)]);
      expect(await told(at(46))).toEqual([call, of('ben', 5, '2020-02-01'), of('ben', 5), of(null, 7)]);
      expect(await told(at(46, 99))).toEqual([call, of('ben', 5), of(null, 7)]);
      expect(await told(at(undefined, 40))).toEqual([of('ann', 5), of(null, 7)]);
      expect(await told(at(-1))).toEqual([]);
    });
  });

  it('are at any instant, on both axes, the sums of the rows that hold then', async () => {
    const step = fc.record({
      deal: fc.integer({ min: 1, max: 5 }),
      what: fc.constantFrom<keyof SaleEvents>('Given', 'Given', 'Closed', 'Reopened', 'Called'),
      owner: fc.constantFrom('ann', 'ben', undefined),
      late: fc.constantFrom(0, 0, 0.2, 3, 25.5, 70),
      ticked: fc.constantFrom(0, 0.3, 1, 9.4, 31),
    });
    // Days and tenths of them.
    const instants = fc.integer({ min: -10, max: 3_000 }).map((tenths) => tenths / 10);
    const moment = fc.tuple(fc.option(instants, { nil: undefined }), fc.option(instants, { nil: undefined }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 30 }),
        fc.array(moment, { minLength: 20, maxLength: 20 }),
        fc.integer({ min: 1, max: 9 }),
        async (steps, moments, batch) => {
          let clock = 0;
          const reached = new Map<number, number>();
          const given = steps.flatMap(({ deal, what, owner, late, ticked }, place): GivenEvent[] => {
            clock += ticked;
            if (what === 'Called') {
              return [
                fact(`call-${place}`, what, day(clock - late), owner ? { owner } : {}, { recordedAt: day(clock) }),
              ];
            }
            // Within a stream time never runs backwards.
            const before = reached.get(deal);
            const occurred = Math.max(clock - late, before ?? -1_000);
            reached.set(deal, occurred);
            const known = { recordedAt: day(clock) };
            const opened = { amount: deal * 100, ...(owner ? { owner } : {}) };
            if (before === undefined) return [fact(`deal-${deal}`, 'Opened', day(occurred), opened, known)];
            return [
              { stream: `deal-${deal}`, type: what, data: owner ? { owner } : {}, occurredAt: day(occurred), ...known },
            ];
          });
          await withDatabase(async (database) => {
            await ensureReadModels(database, [sales]);
            const log = new MemoryLog(recorded(given));
            const run = running({ feed: log, database, projections: [sales], batch });
            try {
              await waitFor(database, sales, log.events.at(-1)?.position ?? 0n, 20_000);
              const known = given.flatMap(({ occurredAt, recordedAt }) => [{ asOf: occurredAt, knownAt: recordedAt }]);
              for (const asked of [...moments.map(([t, k]) => at(t, k)), ...known, {}]) {
                const { kept, scanned } = await both(database, asked);
                expect({ ...asked, sums: kept }).toEqual({ ...asked, sums: scanned });
              }
            } finally {
              await run.stop();
            }
            expect((await allRows(database, sales))['sums']?.length).toBeGreaterThan(0);
          });
        },
      ),
      { numRuns: 25 },
    );
  }, 180_000);
});
