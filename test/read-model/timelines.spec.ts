import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type EventShape, idOf, later } from '../../libs/kernel/index.js';
import {
  bool,
  ensureReadModels,
  instant,
  money,
  projection,
  read,
  text,
  timelines,
  versions,
  waitFor,
} from '../../libs/read-model/index.js';
import { type GivenEvent, givenEvents, happened, MemoryLog, recorded } from '../../libs/testing/projection.js';
import { running, withDatabase } from './ledger.js';

/** Orders know their customer from their beginning; what is paid names the order alone. */
interface OrderEvents {
  Ordered: EventShape<{ readonly customer: string }>;
  Paid: EventShape<{ readonly amount: number }>;
}

const second = (seconds: number): string => new Date(Date.UTC(2020, 0, 1) + seconds * 1_000).toISOString();
const secondsOf = (at: string): number => (Date.parse(at) - Date.UTC(2020, 0, 1)) / 1_000;

/** A customer who pays nothing for so many seconds is silent. */
const window = 10;

interface Paying {
  readonly last: string | null;
  readonly total: number;
}

const nothing: Paying = { last: null, total: 0 };

const evolve = ({ total }: Paying, at: string, amount: number): Paying => ({ last: at, total: total + amount });

const silentAt = (last: string, at: string): boolean => secondsOf(at) >= secondsOf(last) + window;

const orders = versions<OrderEvents>()({
  key: 'id',
  columns: { id: text('Id.'), customer: text('Who ordered.') },
  opens: { Ordered: ({ data }) => ({ customer: data.customer }) },
});

const customers = timelines<OrderEvents>()({
  key: 'id',
  columns: {
    id: text('Id.'),
    last: instant('Last payment.'),
    total: money('Sum of the payments.'),
    silent: bool('Whether it was long ago.'),
  },
  via: ['orders'],
  keysOf: (_, own) => [String(own('orders')?.['customer'])],
  initial: nothing,
  evolve: { Paid: (state, { data, occurredAt }) => evolve(state, occurredAt, data.amount) },
  rowAt: ({ last, total }, at) => {
    if (last === null) return { row: null };
    const silent = silentAt(last, at);
    return { row: { last, total, silent }, until: silent ? undefined : second(secondsOf(last) + window) };
  },
});

const paying = projection({ name: 'paying', version: 1, tables: { orders, customers }, views: {} });

const order = happened<OrderEvents>();

describe('A timeline', () => {
  it('tells who did it as they are called, whatever characters there are, as the versions do that it goes by', async () => {
    const actor = { id: 'back\\slash\ttab\nline', role: 'sales' } as const;
    const story = [
      order('order-1', 'Ordered', second(0), { customer: 'a' }, { actor }),
      order('order-1', 'Paid', second(1), { amount: 5 }, { actor }),
    ];
    await givenEvents(...story).projectedBy(paying, ({ rows }) => {
      for (const table of ['orders', 'customers']) {
        const told = rows[table]?.map((row) => (row as { actor_id: string }).actor_id);
        expect(new Set(told)).toEqual(new Set([actor.id]));
      }
      return Promise.resolve();
    });
  });

  it('runs across streams, changes by itself, and is corrected from where a late fact belongs', async () => {
    const story = [
      order('order-1', 'Ordered', second(0), { customer: 'a' }),
      order('order-2', 'Ordered', second(0), { customer: 'a' }),
      order('order-1', 'Paid', second(1), { amount: 5 }),
      order('order-2', 'Paid', second(20), { amount: 7 }),
      order('order-1', 'Paid', second(8), { amount: 1 }, { recordedAt: second(30) }),
    ];
    await givenEvents(...story).projectedBy(paying, async ({ database, rows }) => {
      const at = (asOf: number, knownAt?: number) =>
        read(
          database,
          paying,
          { asOf: second(asOf), knownAt: knownAt === undefined ? undefined : second(knownAt) },
          ({ db, at: rowsAt }) => db.selectFrom(rowsAt('customers').as('c')).select(['total', 'silent']).execute(),
        );
      expect(await at(0)).toEqual([]);
      expect(await at(10, 29)).toEqual([{ total: 5, silent: false }]);
      expect(await at(15, 29)).toEqual([{ total: 5, silent: true }]);
      expect(await at(15)).toEqual([{ total: 6, silent: false }]);
      expect(await at(19)).toEqual([{ total: 6, silent: true }]);
      expect(await at(20, 29)).toEqual([{ total: 12, silent: false }]);
      expect(await at(20)).toEqual([{ total: 13, silent: false }]);
      expect(await at(29)).toEqual([{ total: 13, silent: false }]);
      expect(await at(30)).toEqual([{ total: 13, silent: true }]);
      // What was known before stays as it was known, each with the event behind it.
      expect(rows['customers']).toHaveLength(10);
    });
  });

  it('is at any instant, on both axes, what a replay that is cut there gives', async () => {
    const payment = fc.record({
      order: fc.integer({ min: 1, max: 4 }),
      amount: fc.integer({ min: 1, max: 9 }),
      occurred: fc.integer({ min: 0, max: 40 }),
      ticked: fc.constantFrom(0, 0, 1, 2, 7),
    });
    const moment = fc.tuple(fc.integer({ min: -1, max: 60 }), fc.integer({ min: -1, max: 60 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(payment, { minLength: 1, maxLength: 25 }),
        fc.array(moment, { minLength: 12, maxLength: 12 }),
        fc.integer({ min: 1, max: 9 }),
        async (payments, moments, batch) => {
          let clock = 0;
          const streams = [1, 2, 3, 4].map((id) =>
            order(`order-${id}`, 'Ordered', second(-1), { customer: id < 3 ? 'a' : 'b' }),
          );
          // Within a stream time never runs backwards.
          const reached = new Map<number, number>();
          const paid = payments.map(({ order: id, amount, occurred, ticked }): GivenEvent => {
            clock += ticked;
            const at = Math.max(occurred, reached.get(id) ?? 0);
            reached.set(id, at);
            return order(`order-${id}`, 'Paid', second(at), { amount }, { recordedAt: second(clock) });
          });
          await withDatabase(async (database) => {
            await ensureReadModels(database, [paying]);
            const log = new MemoryLog(recorded([...streams, ...paid]));
            const run = running({ feed: log, database, projections: [paying], batch });
            try {
              await waitFor(database, paying, log.events.at(-1)?.position ?? 0n, 20_000);
              for (const [t, k] of moments) {
                const found = await read(database, paying, { asOf: second(t), knownAt: second(k) }, ({ db, at }) =>
                  db
                    .selectFrom(at('customers').as('c'))
                    .select(['id', 'last', 'total', 'silent'])
                    .orderBy('id')
                    .execute(),
                );
                expect(found).toEqual(replayed(paid, second(t), second(k)));
              }
            } finally {
              await run.stop();
            }
          });
        },
      ),
      { numRuns: 25 },
    );
  }, 180_000);
});

function replayed(paid: readonly GivenEvent[], asOf: string, knownAt: string): readonly object[] {
  const customerOf = (stream: string): string => (Number(idOf(stream)) < 3 ? 'a' : 'b');
  const seen = paid
    .filter(({ occurredAt, recordedAt = occurredAt }) => occurredAt <= asOf && recordedAt <= knownAt)
    .toSorted((a, b) => (a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : 0));
  return ['a', 'b'].flatMap((id) => {
    const own = seen.filter(({ stream }) => customerOf(stream) === id);
    if (own.length === 0) return [];
    const { last, total } = own.reduce(
      (state, { occurredAt, data }) => evolve(state, occurredAt, (data as { amount: number }).amount),
      nothing,
    );
    return [{ id, last, total, silent: silentAt(later(last ?? '', ''), asOf) }];
  });
}
