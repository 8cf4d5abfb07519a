import { describe, expect, it } from '@jest/globals';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import { dayIn, eur, opportunityOpened, pipelineDefined } from '../../libs/testing/facts.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { pipeline } from './index.js';
import { opportunitiesList } from './opportunities.js';
import { opportunityDetail } from './opportunity-detail.js';
import { pipelineSummary } from './queries.js';

const deal = happened<OpportunityEvents>();
const person = happened<PersonEvents>();

const day = dayIn(2017);
const line = { product: 'Visit', quantity: '2.5', unitPrice: eur(10_00), amount: eur(25_00) };
const opened = (id: string, at: string, stage: string, more: object = {}) =>
  opportunityOpened(id, at, { stage, amount: eur(10_00), owner: 'ann', ...more });

const story = [
  pipelineDefined('default', day(1), { early: 10, middle: 60, late: 90 }),
  pipelineDefined('renewals', day(1), { reminder: 50 }),
  opened('a', day(2), 'early'),
  opened('b', day(2), 'middle'),
  opened('c', day(2), 'late'),
  deal('opportunity-a', 'OpportunityLinesChanged', day(3), { lines: [line], amount: line.amount }),
  deal('opportunity-a', 'BuyingRoleAssigned', day(3), { personId: 'p', role: 'buyer' }),
  deal('opportunity-a', 'BuyingRoleAssigned', day(3), { personId: 'q', role: 'user' }),
  deal('opportunity-a', 'BuyingRoleAssigned', day(4), { personId: 'p', role: 'decision-maker' }),
  deal('opportunity-a', 'QuoteSent', day(4), {
    quoteId: 'Q-1',
    amount: eur(25_00),
    lines: [line],
    validUntil: '2017-02-01',
  }),
  deal('opportunity-a', 'QuoteSent', day(4), { quoteId: 'Q-2', amount: eur(20_00) }),
  deal('opportunity-a', 'BuyingRoleRemoved', day(5), { personId: 'q', role: 'user' }),
  deal('opportunity-a', 'QuoteDeclined', day(5), { quoteId: 'Q-1', reason: 'price' }),
  deal('opportunity-a', 'QuoteAccepted', day(6), { quoteId: 'Q-2' }),
  deal('opportunity-a', 'ContractSigned', day(7), { contractId: 'C-1', quoteId: 'Q-2', amount: eur(20_00) }),
  person('person-l', 'LeadQuoteSent', day(4), { quoteId: 'Q-1', amount: eur(5_00) }),
  person('person-l', 'LeadQuoteDeclined', day(5), { quoteId: 'Q-1', reason: 'later' }),
  person('person-l', 'LeadContractSigned', day(6), { contractId: 'C-1', amount: eur(5_00) }),
  deal('opportunity-b', 'ForecastCategorySet', day(3), { category: 'commit' }),
  deal('opportunity-b', 'OpportunityAdvanced', day(4), { from: 'middle', to: 'late', skipped: [] }),
  deal('opportunity-b', 'OpportunityMovedBack', day(5), { from: 'late', to: 'early', reason: 'new buyer' }),
  deal('opportunity-b', 'ForecastCategorySet', day(6), {}),
  deal('opportunity-b', 'OpportunityReassigned', day(6), { from: 'ann', to: 'kim' }),
  deal('opportunity-c', 'OpportunityMovedToPipeline', day(3), {
    fromPipelineId: 'default',
    from: 'late',
    pipelineId: 'renewals',
    to: 'reminder',
    reason: 'a renewal',
  }),
  deal('opportunity-c', 'OpportunityWon', day(5), { from: 'reminder', amount: eur(10_00) }),
];

describe('an opportunity', () => {
  it('has the forecast category that was set, else the one of its stage, and closed when it is closed', async () => {
    await givenEvents(...story).projectedBy(pipeline, async ({ database }) => {
      const categories = async (asOf?: string) =>
        (await opportunitiesList(database, { asOf })).items.map(({ id, forecastCategory, forecastCategorySet }) => [
          id,
          forecastCategory,
          forecastCategorySet,
        ]);

      expect(await categories(day(2))).toEqual([
        ['a', 'pipeline', false],
        ['b', 'best-case', false],
        ['c', 'commit', false],
      ]);
      expect(await categories(day(5))).toEqual([
        ['a', 'pipeline', false],
        ['b', 'commit', true],
        ['c', 'closed', false],
      ]);
      expect((await categories())[1]).toEqual(['b', 'pipeline', false]);
      const ids = async (category: 'closed' | 'pipeline') =>
        (await opportunitiesList(database, { category })).items.map(({ id }) => id);
      expect([await ids('closed'), await ids('pipeline')]).toEqual([['c'], ['a', 'b']]);
    });
  });

  it('has the probability that its stage had then', async () => {
    const later = pipelineDefined('default', day(8), { early: 50, middle: 70, late: 90 });
    await givenEvents(...story, later).projectedBy(pipeline, async ({ database }) => {
      const asOf = async (instant?: string) => {
        const detail = await opportunityDetail(database, { id: 'a', asOf: instant });
        return [detail?.probability, detail?.forecastCategory];
      };

      expect([await asOf(day(7)), await asOf()]).toEqual([
        [10, 'pipeline'],
        [50, 'best-case'],
      ]);
    });
  });

  it('shows its lines, buyers, quotes and contracts as they were', async () => {
    await givenEvents(...story).projectedBy(pipeline, async ({ database }) => {
      expect(await opportunityDetail(database, { id: 'a' })).toMatchObject({
        amount: 25_00,
        lines: [line],
        quotesSent: 2,
        quotesAccepted: 1,
        contractSignedAt: day(7),
        buyingRoles: [{ personId: 'p', role: 'decision-maker', since: day(4) }],
        quotes: [
          { quoteId: 'Q-1', status: 'declined', reason: 'price', lines: [line], validUntil: '2017-02-01' },
          { quoteId: 'Q-2', status: 'accepted', amount: 20_00, answeredAt: day(6) },
        ],
        contracts: [{ contractId: 'C-1', quoteId: 'Q-2', amount: 20_00, signedAt: day(7) }],
        revision: 10,
      });
      expect(await opportunityDetail(database, { id: 'a', asOf: day(3) })).toMatchObject({
        buyingRoles: [
          { personId: 'p', role: 'buyer' },
          { personId: 'q', role: 'user' },
        ],
        quotes: [],
        contracts: [],
        contractSignedAt: null,
      });
    });
  });

  it('goes to another owner and another pipeline from one instant on', async () => {
    await givenEvents(...story).projectedBy(pipeline, async ({ database }) => {
      const owned = async (asOf?: string) =>
        (await opportunitiesList(database, { owner: 'kim', asOf })).items.map(({ id }) => id);
      expect([await owned(day(5)), await owned()]).toEqual([[], ['b']]);

      const detail = await opportunityDetail(database, { id: 'c' });
      expect(detail?.pipelineId).toBe('renewals');
      expect(detail?.history.map(({ move, stage, reason }) => [move, stage, reason])).toEqual([
        ['opened', 'late', null],
        ['moved-to-pipeline', 'reminder', 'a renewal'],
        ['won', 'reminder', null],
      ]);
      const counts = async (id: string, asOf: string) =>
        (await pipelineSummary(database, { id, asOf }))?.stages.map(({ count }) => count);
      expect(await counts('default', day(3))).toEqual([1, 1, 0, 0, 0]);
      expect(await counts('renewals', day(3))).toEqual([1, 0, 0]);
    });
  });

  it('is there for analysts, with the quotes and contracts of leads', async () => {
    await givenEvents(...story).projectedBy(pipeline, async ({ database }) => {
      const client = await database.pool.connect();
      try {
        await client.query('set role analyst');
        const ask = async (query: string) => (await client.query<object>(query)).rows;

        expect(
          await ask(`select opportunity_id, forecast_category, probability from analytics.opportunities order by 1`),
        ).toEqual([
          { opportunity_id: 'a', forecast_category: 'pipeline', probability: 10 },
          { opportunity_id: 'b', forecast_category: 'pipeline', probability: 10 },
          { opportunity_id: 'c', forecast_category: 'closed', probability: 100 },
        ]);
        expect(await ask(`select person_id, role from analytics.buying_roles where opportunity_id = 'a'`)).toEqual([
          { person_id: 'p', role: 'decision-maker' },
        ]);
        expect(await ask(`select status, reason from analytics.quotes where person_id = 'l'`)).toEqual([
          { status: 'declined', reason: 'later' },
        ]);
        expect(await ask(`select count(*)::integer as signed from analytics.contracts`)).toEqual([{ signed: 2 }]);
      } finally {
        client.release(true);
      }
    });
  });
});
