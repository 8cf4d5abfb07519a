import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { phaseMoves } from '../../libs/domain/account/phase.rules.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import { day, window } from '../../libs/testing/customers.js';
import { accountOpened, eur, purchaseRecorded } from '../../libs/testing/facts.js';
import { type GivenEvent, givenEvents, happened } from '../../libs/testing/projection.js';
import { acquisitionReport } from './acquisition-report.js';
import { customers } from './index.js';

const segment = happened<SegmentEvents>();

const open = (id: string) => accountOpened(id, day(0));
let orders = 0;
const bought = (accountId: string, at: number, recorded = at) => {
  const order = String((orders += 1));
  return purchaseRecorded(order, day(at), { accountId, amount: eur(100) }, { recordedAt: day(recorded) });
};
const windowOf = (at: number, version: number, days: number, segments: readonly object[] = []) =>
  window(version, days, segments, at);

describe('acquisition and retention', () => {
  it('tell who came, stayed and went in each period', async () => {
    const story = [
      open('a'),
      open('b'),
      open('c'),
      windowOf(0, 1, 30),
      bought('a', 5),
      bought('b', 10),
      bought('a', 20),
      // Becomes inactive on day 40, comes back on day 65.
      bought('b', 65),
      // Becomes inactive on day 50 and stays so. Learnt in March.
      bought('c', 20, 70),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const report = async (asked: object = {}) =>
        (await acquisitionReport(database, { per: 'month', ...asked })).map((row) => [
          row.period,
          row.activeAtStart,
          [row.new, row.wonBack, row.goneInactive],
          row.retained,
          row.activeAtEnd,
          row.retentionRate,
        ]);

      expect(await report({ asOf: day(100) })).toEqual([
        ['2024-01', 0, [3, 0, 0], 0, 3, null],
        ['2024-02', 3, [0, 0, 3], 0, 0, '0.0000'],
        ['2024-03', 0, [0, 1, 0], 0, 1, null],
        ['2024-04', 1, [0, 0, 1], 0, 0, '0.0000'],
      ]);
      expect(await report({ asOf: day(45), knownAt: day(60) })).toEqual([
        ['2024-01', 0, [2, 0, 0], 0, 2, null],
        ['2024-02', 2, [0, 0, 1], 1, 1, '0.5000'],
      ]);
      expect(await report({ asOf: day(100), per: 'quarter' })).toEqual([
        ['2024-Q1', 0, [3, 1, 3], 0, 1, null],
        ['2024-Q2', 1, [0, 0, 1], 0, 0, '0.0000'],
      ]);
      expect(await report({ asOf: day(45), per: 'all', from: '2024-02', to: '2024-02' })).toEqual([
        [null, 3, [0, 0, 1], 2, 2, '0.6667'],
      ]);
      expect(await report({ asOf: day(200), from: '2024-06', to: '2024-06' })).toEqual([
        ['2024-06', 0, [0, 0, 0], 0, 0, null],
      ]);
      const { rows } = await database.pool.query<object>(
        `select period, "new", won_back, gone_inactive from analytics.retention where period < '2024-05' order by 1`,
      );
      expect(rows).toHaveLength(4);
      expect(rows[0]).toEqual({ period: '2024-01', new: 3, won_back: 0, gone_inactive: 0 });
    });
  });

  it('follow the windows of the lists that a customer stands on', async () => {
    const story = [
      open('a'),
      windowOf(0, 1, 10, [{ segmentId: 'slow', days: 40 }]),
      segment('segment-slow', 'StaticListCreated', day(0), { name: 'Slow', of: 'accounts' }),
      bought('a', 5),
      segment('segment-slow', 'StaticListMembersAdded', day(8), { members: ['a'] }),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const report = async (asOf: number) =>
        (await acquisitionReport(database, { per: 'all', asOf: day(asOf) })).map((row) => [
          row.new,
          row.goneInactive,
          row.activeAtEnd,
        ]);
      expect(await report(20)).toEqual([[1, 0, 1]]);
      expect(await report(45)).toEqual([[1, 1, 0]]);
    });
  });

  it('tell who is active again by a longer window apart from who was won back by a purchase', async () => {
    const story = [
      open('a'),
      open('b'),
      windowOf(0, 1, 10),
      bought('a', 5),
      bought('b', 6),
      // Both became inactive in January; `a` is active again without buying, `b` buys at that very instant.
      windowOf(40, 2, 50),
      bought('b', 40),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const report = await acquisitionReport(database, { per: 'month', asOf: day(50) });
      expect(report).toMatchObject([
        { period: '2024-01', activeAtStart: 0, new: 2, wonBack: 0, activeByWindow: 0, goneInactive: 2, activeAtEnd: 0 },
        { period: '2024-02', activeAtStart: 0, new: 0, wonBack: 1, activeByWindow: 1, goneInactive: 0, activeAtEnd: 2 },
      ]);
      const { rows } = await database.pool.query<object>(
        `select won_back, active_by_window, active_at_end from analytics.retention where period = '2024-02'`,
      );
      expect(rows).toEqual([{ won_back: 1, active_by_window: 1, active_at_end: 1 }]);
    });
  });

  it('are the moves between the phases of each customer, added up', async () => {
    const buying = fc.record({ of: fc.constantFrom('a', 'b', 'c'), at: fc.integer({ min: 0, max: 150 }) });
    const changing = fc.uniqueArray(
      fc.record({ at: fc.integer({ min: 1, max: 150 }), days: fc.integer({ min: 1, max: 60 }) }),
      {
        maxLength: 3,
        selector: ({ at }) => at,
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(buying, { minLength: 1, maxLength: 20 }),
        changing,
        fc.integer({ min: 0, max: 200 }),
        async (given, changes, until) => {
          const windows = [{ at: 0, days: 30 }, ...changes.sort((a, b) => a.at - b.at)];
          const events: GivenEvent[] = [
            ...['a', 'b', 'c'].map(open),
            ...windows.map(({ at, days }, index) => windowOf(at, index + 1, days)),
            ...given.map(({ of, at }) => bought(of, at)),
          ];
          const moves = ['a', 'b', 'c'].flatMap((of) =>
            phaseMoves(
              [],
              given
                .filter((one) => one.of === of)
                .sort((a, b) => a.at - b.at)
                .map(({ at }) => ({ fact: 'purchase', id: '', position: '', at: day(at) })),
              windows.map(({ at, days }, index) => ({ from: day(at), days, version: index + 1 })),
              day(until),
            ),
          );
          await givenEvents(...events).projectedBy(
            customers,
            async ({ database }) => {
              const found = await acquisitionReport(database, { per: 'month', asOf: day(until) });
              for (const row of found) {
                const own = moves.filter(({ at }) => at.startsWith(row.period ?? ''));
                expect([row.period, row.new, row.wonBack, row.activeByWindow, row.goneInactive]).toEqual([
                  row.period,
                  own.filter(({ from }) => from === null).length,
                  own.filter(({ wonBack }) => wonBack).length,
                  own.filter(({ from, to, wonBack }) => from === 'inactive' && to === 'active' && !wonBack).length,
                  own.filter(({ to }) => to === 'inactive').length,
                ]);
                expect(row.activeAtStart + row.new + row.wonBack + row.activeByWindow - row.goneInactive).toBe(
                  row.activeAtEnd,
                );
                expect(row.retained).toBeGreaterThanOrEqual(0);
              }
              const shown = found.reduce(
                (sum, row) => sum + row.new + row.wonBack + row.activeByWindow + row.goneInactive,
                0,
              );
              expect(shown).toBe(moves.length);
            },
            [],
          );
        },
      ),
      { numRuns: 6 },
    );
  }, 180_000);
});
