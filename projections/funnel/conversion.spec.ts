import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { later } from '../../libs/kernel/index.js';
import {
  attribution,
  converted,
  day,
  lead,
  opened,
  person,
  qualified,
  reverted,
  story,
  won,
} from '../../libs/testing/funnel.js';
import { type GivenEvent, givenEvents } from '../../libs/testing/projection.js';
import { funnel } from './index.js';
import { conversionReport, funnelReport } from './queries.js';

describe('conversion', () => {
  it('tells how far the leads of each cohort and source came, beside the benchmark', async () => {
    await givenEvents(...story).projectedBy(funnel, async ({ database }) => {
      const report = async (asked: object = {}) =>
        (await conversionReport(database, { per: 'month', by: 'source', ...asked })).map((row) => [
          row.cohort,
          row.source,
          row.leads,
          row.marketingQualified,
          row.salesQualified,
          row.contacts,
          row.won,
          row.conversionRate,
          row.belowBenchmark,
        ]);

      expect(await report()).toEqual([
        ['2024-01', 'fair', 1, 1, 1, 1, 1, '1.0000', false],
        ['2024-01', 'web', 2, 1, 0, 0, 0, '0.0000', true],
        ['2024-02', 'web', 2, 1, 0, 0, 0, '0.0000', true],
      ]);
      expect(await report({ per: 'quarter', by: 'all' })).toEqual([['2024-Q1', null, 5, 3, 1, 1, 1, '0.2000', false]]);
      expect(await report({ from: '2024-02', knownAt: day(28, 2) })).toEqual([
        ['2024-02', 'web', 2, 0, 0, 0, 0, '0.0000', true],
      ]);
      expect(await report({ by: 'all', asOf: day(8), potential: 'customer' })).toEqual([
        ['2024-01', null, 2, 2, 1, 0, 0, '0.0000', true],
      ]);
      expect((await conversionReport(database, { per: 'all', by: 'all' }))[0]?.benchmark).toBe('0.1000');
    });
  });

  it('forgets a conversion that was taken back, and counts who was merged once', async () => {
    const later = [
      reverted('a', day(1, 3)),
      person('person-c', 'PersonMergedInto', day(2, 3), { survivorId: 'd', consents: [] }),
      person('person-d', 'PersonMergedInto', day(3, 3), { survivorId: 'b', consents: [] }),
      person('person-d', 'PersonSeparated', day(5, 3), { survivorId: 'b' }),
    ];
    await givenEvents(...story, opened('3', day(6, 2), ['c'], 'ann'), won('3', day(7, 2)), ...later).projectedBy(
      funnel,
      async ({ database }) => {
        const report = async (asOf: string) =>
          (await conversionReport(database, { per: 'all', by: 'source', asOf })).map((row) => [
            row.source,
            row.leads,
            row.contacts,
            row.won,
          ]);

        expect(await report(day(1, 3))).toEqual([
          ['fair', 1, 0, 1],
          ['web', 4, 0, 1],
        ]);
        // What the duplicate of the duplicate won counts for who they are now.
        expect(await report(day(3, 3))).toEqual([
          ['fair', 1, 0, 1],
          ['web', 2, 0, 1],
        ]);
        expect(await report(day(5, 3))).toEqual([
          ['fair', 1, 0, 1],
          ['web', 3, 0, 1],
        ]);
      },
    );
  });

  it('keeps how far a duplicate had come, and what caused them, from the merge on', async () => {
    const caused = attribution('attribution-e', 'AttributedToCampaign', day(4), {
      campaignId: 'spring',
      personId: 'e',
      content: 'mailing',
    });
    const events = [
      lead('e', day(2), 'web'),
      lead('f', day(3), 'fair'),
      caused,
      qualified('e', day(4), 'marketing-qualified'),
      qualified('e', day(5), 'sales-qualified'),
      person('person-e', 'PersonMergedInto', day(10), { survivorId: 'f', consents: [] }, { recordedAt: day(12) }),
      person('person-e', 'PersonSeparated', day(20), { survivorId: 'f' }),
    ];
    await givenEvents(...events).projectedBy(funnel, async ({ database }) => {
      const report = async (asOf: string, knownAt?: string) =>
        (await conversionReport(database, { per: 'all', by: 'source', asOf, knownAt })).map((row) => [
          row.source,
          row.leads,
          row.marketingQualified,
          row.salesQualified,
        ]);
      const contents = async (asOf: string) =>
        (await funnelReport(database, { per: 'all', touch: 'first', asOf })).map((row) => [row.source, row.content]);
      const apart = [
        ['fair', 1, 0, 0],
        ['web', 1, 1, 1],
      ];
      expect(await report(day(9))).toEqual(apart);
      expect(await report(day(11), day(11))).toEqual(apart);
      expect(await report(day(11))).toEqual([['fair', 1, 1, 1]]);
      expect(await report(day(20))).toEqual(apart);
      expect(await contents(day(9))).toEqual([
        ['web', 'mailing'],
        ['fair', null],
      ]);
      expect(await contents(day(11))).toEqual([['fair', 'mailing']]);
    });
  });

  it('is told by months in UTC, wherever the analyst is, also of who was merged', async () => {
    const firstNight = '2024-03-01T02:00:00.000Z';
    const events = [
      lead('e', firstNight, 'web'),
      lead('f', firstNight, 'web'),
      qualified('e', day(2, 3), 'marketing-qualified'),
      person('person-e', 'PersonMergedInto', day(3, 3), { survivorId: 'f', consents: [] }),
    ];
    await givenEvents(...events).projectedBy(funnel, async ({ database }) => {
      const analyst = await database.pool.connect();
      try {
        for (const zone of ['UTC', 'America/New_York', 'Pacific/Auckland']) {
          await analyst.query(`set timezone = '${zone}'`);
          const cohorts = await analyst.query<object>(
            'select cohort, leads, marketing_qualified from analytics.lead_conversion',
          );
          expect(cohorts.rows).toEqual([{ cohort: '2024-03', leads: 1, marketing_qualified: 1 }]);
          const inbound = await analyst.query<object>('select period, leads from analytics.inbound_funnel');
          expect(inbound.rows).toEqual([{ period: '2024-03', leads: 1 }]);
        }
      } finally {
        analyst.release(true);
      }
    });
  });

  it('is what counting lead by lead gives, on both axes', async () => {
    const step = fc.record({
      id: fc.integer({ min: 0, max: 3 }),
      days: fc.constantFrom(0, 1, 20),
      late: fc.constantFrom(0, 0, 10),
    });
    const moments = fc.array(fc.tuple(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 90 })), {
      minLength: 5,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 24 }), moments, async (steps, at) => {
        const events: GivenEvent[] = [];
        const reach = [0, 0, 0, 0];
        const clocks = ['', '', '', ''];
        let recorded = 0;
        const order = (id: string, on: string, more: object): GivenEvent[] => [
          { ...lead(id, on, 'web'), ...more },
          { ...qualified(id, on, 'marketing-qualified'), ...more },
          { ...qualified(id, on, 'sales-qualified'), ...more },
          { ...converted(id, on), ...more },
          { ...reverted(id, on), ...more },
        ];
        let today = 0;
        for (const { id, days, late } of steps) {
          today += days;
          recorded = Math.max(recorded, today + late);
          const on = later(clocks[id] ?? '', day(1 + today));
          clocks[id] = on;
          const place = reach[id] ?? 0;
          reach[id] = place === 4 ? 3 : place + 1;
          const event = order(String(id), on, { recordedAt: later(on, day(1 + recorded)) })[place];
          if (event) events.push(event);
        }
        await givenEvents(...events).projectedBy(
          funnel,
          async ({ database }) => {
            for (const [t, k] of at) {
              const [asOf, knownAt] = [day(1 + t), day(1 + k)];
              const found = await conversionReport(database, { per: 'month', by: 'all', asOf, knownAt });
              expect(found.map((row) => [row.cohort, row.leads, row.salesQualified, row.contacts])).toEqual(
                counted(events.filter((event) => event.occurredAt <= asOf && (event.recordedAt ?? '') <= knownAt)),
              );
            }
          },
          [],
        );
      }),
      { numRuns: 5 },
    );
  }, 120_000);
});

/** Cohort, leads, sales-qualified, contacts: by going through the leads one by one. */
function counted(events: readonly GivenEvent[]): unknown[] {
  const cohorts = new Map<string, [number, number, number]>();
  for (const { stream, occurredAt } of events.filter(({ type }) => type === 'LeadRegistered')) {
    const own = events.filter((event) => event.stream === stream);
    const row = cohorts.get(occurredAt.slice(0, 7)) ?? [0, 0, 0];
    const contact = own.filter(({ type }) => type === 'LeadConverted' || type === 'ConversionReverted').at(-1);
    row[0] += 1;
    row[1] += own.some(({ data }) => (data as { level?: string }).level === 'sales-qualified') ? 1 : 0;
    row[2] += contact?.type === 'LeadConverted' ? 1 : 0;
    cohorts.set(occurredAt.slice(0, 7), row);
  }
  return [...cohorts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([cohort, row]) => [cohort, ...row]);
}
