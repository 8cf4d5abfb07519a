import { describe, expect, it } from '@jest/globals';
import { day, deal, lost, opened, story, won } from '../../libs/testing/funnel.js';
import { givenEvents } from '../../libs/testing/projection.js';
import { funnel } from './index.js';
import { winRateReport } from './queries.js';

describe('the win rate', () => {
  it('is what was won of what was closed, by period and group', async () => {
    const more = [
      opened('3', day(1, 2), ['b'], 'ann'),
      lost('3', day(11, 2), 'price'),
      opened('4', day(1, 2), ['b'], 'ann'),
      won('4', day(3, 2), { recordedAt: day(1, 4) }),
      opened('5', day(1, 2), [], 'ben'),
      deal('opportunity-2', 'OpportunityReopened', day(1, 3), { to: 'first', reason: 'again' }),
    ];
    await givenEvents(...story, ...more).projectedBy(funnel, async ({ database }) => {
      const report = async (asked: object = {}) =>
        (await winRateReport(database, { per: 'all', by: 'all', ...asked })).map((row) => [
          row.period,
          row.group,
          row.won,
          row.lost,
          row.winRate,
          row.shareOfLost,
        ]);

      expect(await report()).toEqual([[null, null, 2, 1, '0.6667', '1.0000']]);
      expect(await report({ per: 'month', by: 'owner', asOf: day(28, 2), knownAt: day(1, 3) })).toEqual([
        ['2024-01', 'ann', 1, 0, '1.0000', '0.0000'],
        ['2024-01', 'ben', 0, 1, '0.0000', '1.0000'],
        ['2024-02', 'ann', 0, 1, '0.0000', '1.0000'],
      ]);
      expect(await report({ by: 'source', asOf: day(28, 2) })).toEqual([
        [null, 'fair', 1, 0, '1.0000', '0.0000'],
        [null, 'web', 1, 1, '0.5000', '0.5000'],
        [null, null, 0, 1, '0.0000', '0.5000'],
      ]);
      expect(await report({ by: 'competitor', asOf: day(28, 2) })).toEqual([
        [null, 'rival', 0, 1, null, '0.5000'],
        [null, null, 0, 1, null, '0.5000'],
      ]);
      expect(await report({ by: 'loss-reason', owner: 'ann' })).toEqual([[null, 'price', 0, 1, null, '1.0000']]);
      expect((await winRateReport(database, { per: 'all', by: 'pipeline' }))[0]).toMatchObject({
        group: 'default',
        averageSecondsToWin: (20 + 2) * 43_200,
      });
      const { rows } = await database.pool.query<object>(
        'select w.period, w.owner, w.win_rate, l.loss_reason from analytics.win_rate w left join analytics.losses l using (period, owner) order by 1, 2',
      );
      expect(rows).toEqual([
        { period: '2024-01', owner: 'ann', win_rate: 1, loss_reason: null },
        { period: '2024-02', owner: 'ann', win_rate: 0.5, loss_reason: 'price' },
      ]);
    });
  });
});
