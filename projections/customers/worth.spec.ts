import { describe, expect, it } from '@jest/globals';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import type { ResponseEvents } from '../../libs/domain/response/response.events.js';
import { bought, call, converted, dateOf, day, lead, open } from '../../libs/testing/customers.js';
import { eur, opportunityOpened, rateSet, usd } from '../../libs/testing/facts.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { customerDetail } from './detail.js';
import { inGroup } from './in-group.js';
import { customers } from './index.js';
import { customersList } from './queries.js';

const account = happened<AccountEvents>();
const purchase = happened<PurchaseEvents>();
const deal = happened<OpportunityEvents>();
const answer = happened<ResponseEvents>();

describe('what a customer is worth', () => {
  it('counts a won opportunity unless a purchase names it, orders once, and converts at the rate of the day', async () => {
    const won = (id: string, at: number, amount: number) => [
      opportunityOpened(id, day(at), { accountId: 'a', amount: eur(amount) }),
      deal(`opportunity-${id}`, 'OpportunityWon', day(at), {
        from: 'prospecting',
        amount: { amount, currency: 'EUR' },
      }),
    ];
    const story = [
      open('a', 0),
      rateSet(day(0), ['EUR', 'USD'], '1.25', dateOf(0)),
      rateSet(day(50), ['EUR', 'USD'], '2', dateOf(50)),
      ...won('named', 10, 500),
      ...won('alone', 20, 700),
      bought('1', 30, 1_000, { amount: usd(1_000) }),
      bought('2', 31, 1_001, { kind: 'invoice', orderId: '1', amount: usd(1_001) }),
      bought('3', 60, 900, { opportunityId: 'named' }),
      bought('4', 61, 10_000),
      purchase('purchase-4', 'PurchaseCancelled', day(70), {
        amount: eur(10_000),
        reason: 'Wrong',
      }),
      purchase('purchase-3', 'PurchaseCorrected', day(71), {
        kind: 'return',
        lines: [],
        amount: eur(800),
        difference: -100,
        reason: 'Back',
      }),
      bought('5', 75, 5, { amount: { amount: 5, currency: 'CHF' } }),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const at = async (asOf?: number) =>
        customerDetail(database, { id: 'a', asOf: asOf === undefined ? undefined : day(asOf) });
      expect((await at(20))?.realised).toEqual({ amount: 1_200, currency: 'EUR' });
      const detail = await at(80);
      expect(detail?.lifetimeValue).toMatchObject({
        realised: [
          { amount: 5, currency: 'CHF' },
          { amount: 1_500, currency: 'EUR' },
          { amount: 1_000, currency: 'USD' },
        ],
        reporting: { amount: 2_300, currency: 'EUR' },
        unconverted: 1,
        projected: null,
        retention: { perMille: null, customers: 0, retained: 0 },
      });
      expect(detail?.purchased.map(({ id, reporting }) => [id, reporting?.amount])).toEqual([
        ['5', undefined],
        ['3', 800],
        ['1', 800],
        ['alone', 700],
      ]);
      expect(detail?.valueAtRisk).toEqual({ amount: 2_300, currency: 'EUR' });
      // Bought in the year before the last one, and not since.
      const later = await at(20 + 365 + 10);
      expect(later?.lifetimeValue.retention).toEqual({ perMille: 1000, customers: 1, retained: 1 });
      expect(later?.lifetimeValue.projected?.inputs).toMatchObject({ firstPurchase: dateOf(20), days: 375 });
    });
  });

  it('is in a group by facts that are cited, the same in the list as in the verdict', async () => {
    const story = [
      open('a', 0),
      open('b', 0),
      lead('p', 0),
      converted('p', 1, 'a'),
      bought('1', 10, 2_000_000),
      call('1', 11, 'reached', { accountId: 'a', personId: 'p' }),
      call('2', 12, 'no-answer', { personId: 'p' }),
      call('3', 13, 'reached', { personId: 'p' }),
      answer('response-1', 'SurveyResponseRecorded', day(14), {
        surveyId: 'yearly',
        surveyVersion: 1,
        kind: 'nps',
        score: 9,
        accountId: 'a',
        personId: 'p',
        wantedServices: [],
      }),
      account('account-a', 'ShareOfWalletEstimated', day(15), { perCent: 60, source: 'visit' }),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const asked = { asOf: day(20) };
      expect((await customersList(database, { ...asked, group: 'partner' })).items.map(({ id }) => id)).toEqual(['a']);
      expect((await customersList(database, { ...asked, group: 'dog' })).items).toEqual([]);
      expect(await customerDetail(database, { id: 'b', ...asked })).toMatchObject({
        group: null,
        groupVerdict: { group: null },
      });
      // Who never bought is not judged yet; after years of silence who did is a dog, and so are the people of it.
      const dogs = (ids: readonly string[], at: number) => inGroup(database, 'dog', ids, { asOf: day(at) });
      expect(await dogs(['a', 'b', 'p'], 20)).toEqual(new Set());
      expect(await dogs(['a', 'b', 'p'], 1_500)).toEqual(new Set(['a', 'p']));
      expect(await dogs(['p'], 1_500)).toEqual(new Set(['p']));
      const detail = await customerDetail(database, { id: 'a', ...asked });
      expect(detail?.groupVerdict).toMatchObject({ group: 'partner', policyVersion: 0 });
      const facts = [...(detail?.groupVerdict.relationship.facts ?? []), ...(detail?.groupVerdict.buying.facts ?? [])];
      expect(facts.map(({ fact, value, met, events }) => [fact, value, met, events.length])).toEqual([
        ['satisfaction', 90, true, 1],
        ['response', 66, true, 3],
        ['interaction', 2, false, 2],
        ['value', 2_000_000, true, 1],
        ['share', 60, true, 1],
        ['recency', 10, true, 1],
      ]);
    });
  });
});
