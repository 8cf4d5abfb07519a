import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ActivityEvents } from '../../libs/domain/activity/activity.events.js';
import type { AttributionEvents } from '../../libs/domain/attribution/attribution.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import type { RecipientEvents } from '../../libs/domain/recipient/recipient.events.js';
import { later } from '../../libs/kernel/index.js';
import { dayIn, eur, opportunityOpened } from '../../libs/testing/facts.js';
import { type GivenEvent, givenEvents, happened } from '../../libs/testing/projection.js';
import { funnel } from './index.js';
import { conversionReport, funnelReport, winRateReport } from './queries.js';

const person = happened<PersonEvents>();
const deal = happened<OpportunityEvents>();
const activity = happened<ActivityEvents>();
const recipient = happened<RecipientEvents>();
const attribution = happened<AttributionEvents>();
const day = dayIn(2024);

const lead = (id: string, at: string, source: string) =>
  person(`person-${id}`, 'LeadRegistered', at, { source, potential: 'customer' });
const qualified = (id: string, at: string, level: 'marketing-qualified' | 'sales-qualified', more = {}) =>
  person(`person-${id}`, 'LeadQualified', at, { level }, more);
const converted = (id: string, at: string) =>
  person(`person-${id}`, 'LeadConverted', at, { accountId: 'acme', owner: 'ann', requirement: 'sales-qualified' });
const reverted = (id: string, at: string) =>
  person(`person-${id}`, 'ConversionReverted', at, { accountId: 'acme', openedAccount: false, reason: 'mistake' });
const opened = (id: string, at: string, contactIds: string[], owner: string) =>
  opportunityOpened(id, at, { title: id, contactIds, owner });
const won = (id: string, at: string, more = {}) =>
  deal(`opportunity-${id}`, 'OpportunityWon', at, { from: 'first', amount: eur(100) }, more);
const lost = (id: string, at: string, reason: string, competitor?: string) =>
  deal(`opportunity-${id}`, 'OpportunityLost', at, {
    from: 'first',
    reason,
    ...(competitor === undefined ? {} : { competitor }),
  });
let hits = 0;
const visit = (personId: string, at: string, content: string, source: string, more = {}) =>
  activity(
    `activity-${(hits += 1)}`,
    'ActivityLogged',
    at,
    { kind: 'web-visit', direction: 'inbound', outcome: 'reached', by: 'web', personId, content, source },
    more,
  );

const story = [
  person('person-n', 'NameRegistered', day(1), { source: { kind: 'bought-list', name: 'A' } }),
  lead('a', day(2), 'fair'),
  lead('b', day(3), 'web'),
  person('person-n', 'LeadRegistered', day(4), { source: 'web', potential: 'supplier' }),
  visit('b', day(5), 'guide', 'search'),
  visit('b', day(6), 'prices', 'newsletter'),
  qualified('a', day(7), 'marketing-qualified'),
  qualified('a', day(8), 'sales-qualified'),
  qualified('b', day(8), 'marketing-qualified'),
  converted('a', day(9)),
  opened('1', day(9), ['x', 'a'], 'ann'),
  opened('2', day(9), [], 'ben'),
  lost('2', day(19), 'price', 'rival'),
  won('1', day(29)),
  lead('c', day(1, 2), 'web'),
  lead('d', day(2, 2), 'web'),
  recipient('recipient-1', 'CampaignResponded', day(3, 2), {
    campaignId: 'spring',
    personId: 'd',
    kind: 'clicked',
    content: 'mailing',
  }),
  recipient('recipient-1', 'CampaignResponded', day(4, 2), { campaignId: 'spring', personId: 'd', kind: 'opened' }),
  attribution('attribution-1', 'AttributedToCampaign', day(4, 2), {
    campaignId: 'spring',
    personId: 'c',
    content: 'guide',
  }),
  // Learnt in March.
  qualified('d', day(5, 2), 'marketing-qualified', { recordedAt: day(1, 3) }),
];

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
