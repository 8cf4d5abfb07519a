import { describe, expect, it } from '@jest/globals';
import { day, lead, person, qualified, story, visit } from '../../libs/testing/funnel.js';
import { givenEvents } from '../../libs/testing/projection.js';
import { funnel } from './index.js';
import { funnelReport } from './queries.js';

describe('the inbound funnel', () => {
  it('leads from the visit to the sale, per content and source of the first visit', async () => {
    const late = visit('a', day(20), 'guide', 'search', { recordedAt: day(2, 3) });
    await givenEvents(...story, late).projectedBy(funnel, async ({ database }) => {
      const report = async (asked: object = {}) =>
        (await funnelReport(database, { per: 'all', touch: 'first', ...asked })).map((row) => [
          row.content,
          row.source,
          row.visits,
          row.visitors,
          row.leads,
          row.marketingQualified,
          row.salesQualified,
          row.contacts,
          row.won,
        ]);

      expect(await report()).toEqual([
        ['guide', 'search', 2, 2, 2, 2, 1, 1, 1],
        ['guide', 'web', 0, 0, 1, 0, 0, 0, 0],
        ['mailing', null, 1, 1, 1, 1, 0, 0, 0],
        ['prices', 'newsletter', 1, 0, 0, 0, 0, 0, 0],
        [null, 'web', 0, 0, 1, 0, 0, 0, 0],
      ]);
      // Before the visit was reported, the lead counted for the fair.
      expect(await report({ knownAt: day(1, 3), to: '2024-01' })).toEqual([
        ['guide', 'search', 1, 1, 1, 1, 0, 0, 0],
        ['prices', 'newsletter', 1, 0, 0, 0, 0, 0, 0],
        [null, 'fair', 0, 0, 1, 1, 1, 1, 1],
        [null, 'web', 0, 0, 1, 0, 0, 0, 0],
      ]);
      expect(await report({ touch: 'any', content: 'prices' })).toEqual([
        ['prices', 'newsletter', 1, 1, 1, 1, 0, 0, 0],
      ]);
      const { rows } = await database.pool.query<object>(
        `select period, visits, leads from analytics.inbound_funnel where content = 'guide' order by period`,
      );
      expect(rows).toEqual([
        { period: '2024-01', visits: 2, leads: 2 },
        { period: '2024-02', visits: 0, leads: 1 },
      ]);
      const cohorts = await database.pool.query<object>(
        `select cohort, leads, conversion_rate from analytics.lead_conversion where source = 'fair'`,
      );
      expect(cohorts.rows).toEqual([{ cohort: '2024-01', leads: 1, conversion_rate: 1 }]);
    });
  });
});

describe('the inbound funnel by everything that was visited', () => {
  it('counts whoever visited something once for it, and those who are one by then once together', async () => {
    const events = [
      lead('e', day(2), 'web'),
      lead('f', day(3), 'fair'),
      visit('f', day(4), 'guide', 'search'),
      visit('e', day(5), 'guide', 'search'),
      visit('e', day(6), 'prices', 'search'),
      visit('e', day(7), 'prices', 'search', { recordedAt: day(8) }),
      visit('e', day(1, 2), 'cranes', 'search'),
      qualified('e', day(1, 2), 'marketing-qualified'),
      person('person-e', 'PersonMergedInto', day(10, 2), { survivorId: 'f', consents: [] }),
      person('person-e', 'PersonSeparated', day(20, 2), { survivorId: 'f' }),
    ];
    await givenEvents(...events).projectedBy(funnel, async ({ database }) => {
      const report = async (asOf: string, touch: 'any' | 'first' = 'any') =>
        (await funnelReport(database, { per: 'month', touch, asOf })).map((row) => [
          ...[row.period, row.content, row.visits, row.visitors, row.leads, row.marketingQualified],
        ]);

      const apart = [
        ['2024-01', 'guide', 2, 2, 2, 1],
        ['2024-01', 'prices', 2, 1, 1, 1],
        ['2024-02', 'cranes', 1, 1, 1, 1],
      ];
      expect(await report(day(7))).toEqual([
        ['2024-01', 'guide', 2, 2, 2, 0],
        ['2024-01', 'prices', 2, 1, 1, 0],
      ]);
      expect(await report(day(9, 2))).toEqual(apart);
      expect(await report(day(11, 2))).toEqual([
        ['2024-01', 'guide', 2, 1, 1, 1],
        ['2024-01', 'prices', 2, 1, 1, 1],
        ['2024-02', 'cranes', 1, 1, 1, 1],
      ]);
      expect(await report(day(20, 2))).toEqual(apart);
      expect(await report(day(20, 2), 'first')).toEqual([
        ['2024-01', 'guide', 2, 2, 2, 1],
        ['2024-01', 'prices', 2, 0, 0, 0],
        ['2024-02', 'cranes', 1, 0, 0, 0],
      ]);
    });
  });
});
