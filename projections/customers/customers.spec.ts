import { describe, expect, it } from '@jest/globals';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { ActivityEvents, Outcome } from '../../libs/domain/activity/activity.events.js';
import type { ExchangeRateEvents } from '../../libs/domain/exchange-rate/exchange-rate.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import type { PolicyEvents } from '../../libs/domain/policy/policy.events.js';
import type { PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import type { ResponseEvents } from '../../libs/domain/response/response.events.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { accountDetail, accountsList } from './accounts.js';
import { customerDetail } from './detail.js';
import { customers } from './index.js';
import { dogsAt } from './dogs.js';
import { customersList, type CustomersAsked } from './queries.js';

const account = happened<AccountEvents>();
const person = happened<PersonEvents>();
const purchase = happened<PurchaseEvents>();
const activity = happened<ActivityEvents>();
const deal = happened<OpportunityEvents>();
const policy = happened<PolicyEvents>();
const segment = happened<SegmentEvents>();
const rate = happened<ExchangeRateEvents>();
const answer = happened<ResponseEvents>();

/** Days from the beginning of 2024. */
const day = (number: number): string => new Date(Date.UTC(2024, 0, 1) + number * 86_400_000).toISOString();
const dateOf = (number: number): string => day(number).slice(0, 10);

const open = (id: string, at: number, more: object = {}) =>
  account(`account-${id}`, 'AccountOpened', day(at), { name: id, roles: ['customer'], ...more });
const bought = (id: string, at: number, amount: number, more: object = {}, recorded = at) =>
  purchase(
    `purchase-${id}`,
    'PurchaseRecorded',
    day(at),
    {
      accountId: 'a',
      source: { system: 'erp', reference: id },
      kind: 'order',
      date: dateOf(at),
      lines: [],
      amount: { amount, currency: 'EUR' },
      ...more,
    },
    { recordedAt: day(recorded) },
  );
const call = (id: string, at: number, outcome: Outcome, about: object, recorded = at) =>
  activity(
    `activity-${id}`,
    'ActivityLogged',
    day(at),
    { kind: 'phone-call', direction: 'outbound', outcome, by: 'sam', ...about },
    { recordedAt: day(recorded) },
  );
const lead = (id: string, at: number) =>
  person(`person-${id}`, 'LeadRegistered', day(at), { source: 'fair', potential: 'customer', owner: 'ann' });
const qualified = (id: string, at: number, level: 'marketing-qualified' | 'sales-qualified') =>
  person(`person-${id}`, 'LeadQualified', day(at), { level });
const converted = (id: string, at: number, accountId: string) =>
  person(`person-${id}`, 'LeadConverted', day(at), { accountId, owner: 'sam', requirement: 'sales-qualified' });

const phasesIn = async (database: Parameters<typeof customersList>[0], asked: CustomersAsked) =>
  Object.fromEntries((await customersList(database, asked)).items.map(({ id, phase }) => [id, phase]));

describe('the phase of a customer', () => {
  it('leads from suspect to potential customer by what was learnt of them', async () => {
    const story = [
      person('person-n', 'NameRegistered', day(0), { source: { kind: 'bought-list', name: 'Fair' } }),
      open('cold', 0),
      open('called', 0),
      open('dealt', 0),
      open('supplier', 0, { roles: ['supplier'] }),
      lead('l', 1),
      lead('x', 1),
      call('1', 2, 'reached', { accountId: 'called' }),
      call('2', 2, 'no-answer', { accountId: 'cold' }),
      deal('opportunity-1', 'OpportunityOpened', day(3), {
        title: 'Pumps',
        pipelineId: 'default',
        stage: 'prospecting',
        amount: { amount: 1, currency: 'EUR' },
        accountId: 'dealt',
        contactIds: [],
      }),
      qualified('x', 3, 'marketing-qualified'),
      qualified('x', 4, 'sales-qualified'),
      person('person-x', 'LeadDisqualified', day(5), { reason: 'No budget' }),
      lead('c', 5),
      open('of-c', 6),
      converted('c', 6, 'of-c'),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      expect(await phasesIn(database, { names: true })).toEqual({
        n: 'suspect',
        cold: 'suspect',
        called: 'suspect',
        dealt: 'potential',
        l: 'prospect',
        x: 'suspect',
        'of-c': 'potential',
      });
      expect(await phasesIn(database, { asOf: day(4) })).toEqual({
        cold: 'suspect',
        called: 'suspect',
        dealt: 'potential',
        l: 'prospect',
        x: 'potential',
      });
      const ofC = await customerDetail(database, { id: 'of-c' });
      expect(ofC?.because).toMatchObject({ fact: 'contact', id: 'c', at: day(6) });
      expect(ofC?.members).toEqual(['c', 'of-c']);
      const x = await customerDetail(database, { id: 'x' });
      expect(x?.phases.map(({ at, to, because }) => [at, to, because.fact.fact])).toEqual([
        [day(1), 'prospect', 'LeadRegistered'],
        [day(4), 'potential', 'LeadQualified'],
        [day(5), 'suspect', 'LeadDisqualified'],
      ]);
      expect(await customerDetail(database, { id: 'c' })).toBeNull();
      expect(await customerDetail(database, { id: 'n' })).toBeNull();
    });
  });

  it('is known since the name was, also of who has become a lead', async () => {
    const story = [
      person('person-n', 'NameRegistered', day(0), { source: { kind: 'bought-list', name: 'Fair' } }),
      lead('n', 20),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      expect((await customersList(database, { asOf: day(30) })).items).toMatchObject([
        { id: 'n', phase: 'prospect', knownSince: day(0), daysSilent: 30 },
      ]);
    });
  });

  it('is that of a supplier too, for whom somebody else has bought', async () => {
    const story = [
      open('idle', 0, { roles: ['supplier'] }),
      open('met', 0, { roles: ['supplier'] }),
      open('kept', 0, { roles: ['partner'] }),
      open('twin', 0),
      person('person-l', 'LeadRegistered', day(0), { source: 'fair', potential: 'customer' }),
      bought('1', 1, 1_000, { accountId: undefined, personId: 'l' }),
      converted('l', 2, 'met'),
      bought('2', 3, 2_000, { accountId: 'twin' }),
      account('account-twin', 'AccountMergedInto', day(4), { survivorId: 'kept' }),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      expect(await phasesIn(database, { asOf: day(3) })).toEqual({ met: 'active', twin: 'active' });
      expect(await phasesIn(database, {})).toEqual({ met: 'inactive', kept: 'inactive' });
      expect(await customerDetail(database, { id: 'twin' })).toMatchObject({ id: 'kept', purchases: 1 });
    });
  });

  it('is active inside the window and inactive behind it; a late purchase shows the axes', async () => {
    const story = [
      open('a', 0, { owner: 'sam' }),
      bought('1', 10, 1_000),
      bought('2', 200, 2_000, {}, 250),
      bought('3', 400, 3_000),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const at = async (asOf: number, knownAt?: number) =>
        (
          await customersList(database, {
            asOf: day(asOf),
            knownAt: knownAt === undefined ? undefined : day(knownAt),
          })
        ).items[0]?.phase;
      expect(await at(9)).toBe('suspect');
      expect(await at(10)).toBe('active');
      expect(await at(189.9)).toBe('active');
      expect(await at(190)).toBe('inactive');
      expect(await at(210, 249)).toBe('inactive');
      expect(await at(210, 250)).toBe('active');
      expect(await at(210)).toBe('active');
      expect(await at(385)).toBe('inactive');
      const detail = await customerDetail(database, { id: 'a', asOf: day(400) });
      expect(detail?.phases.map(({ at: moved, to, wonBack }) => [moved, to, wonBack])).toEqual([
        [day(0), 'suspect', false],
        [day(10), 'active', false],
        [day(190), 'inactive', false],
        [day(200), 'active', true],
        [day(380), 'inactive', false],
        [day(400), 'active', true],
      ]);
      expect(detail?.wonBack).toBe(2);
      expect(detail?.because).toMatchObject({ fact: 'purchase', id: '3', windowVersion: 0, inactiveFrom: day(580) });
    });
  });

  it('rests on the window in force, also on that of a static list', async () => {
    const window = (version: number, days: number, segments: readonly object[], at: number) =>
      policy('policy-inactivity.window', 'PolicyChanged', day(at), {
        policy: 'inactivity.window',
        version,
        value: { days, segments },
      });
    const shipyards = { segmentId: 'shipyards', days: 60 };
    const story = [
      segment('segment-shipyards', 'StaticListCreated', day(0), { name: 'Shipyards', of: 'accounts' }),
      open('a', 0),
      open('b', 0),
      bought('1', 10, 1_000),
      bought('2', 10, 1_000, { accountId: 'b' }),
      window(1, 30, [shipyards, { segmentId: 'rule-made', days: 90 }], 20),
      segment('segment-shipyards', 'StaticListMembersAdded', day(45), { members: ['a'] }),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      expect(await phasesIn(database, { asOf: day(44) })).toEqual({ a: 'inactive', b: 'inactive' });
      expect(await phasesIn(database, { asOf: day(45) })).toEqual({ a: 'active', b: 'inactive' });
      const detail = await customerDetail(database, { id: 'a', asOf: day(100) });
      expect(detail?.phases.map(({ at, to, because }) => [at, to, because.window?.days])).toEqual([
        [day(0), 'suspect', undefined],
        [day(10), 'active', 180],
        [day(40), 'inactive', 30],
        [day(45), 'active', 60],
        [day(70), 'inactive', 60],
      ]);
      expect(detail?.windowsNotApplied).toEqual(['rule-made']);
    });
  });
});

describe('what a customer is worth', () => {
  it('counts a won opportunity unless a purchase names it, orders once, and converts at the rate of the day', async () => {
    const won = (id: string, at: number, amount: number) => [
      deal(`opportunity-${id}`, 'OpportunityOpened', day(at), {
        title: id,
        pipelineId: 'default',
        stage: 'prospecting',
        amount: { amount, currency: 'EUR' },
        accountId: 'a',
        contactIds: [],
      }),
      deal(`opportunity-${id}`, 'OpportunityWon', day(at), {
        from: 'prospecting',
        amount: { amount, currency: 'EUR' },
      }),
    ];
    const story = [
      open('a', 0),
      rate('rate-EUR', 'ExchangeRateSet', day(0), { from: 'EUR', to: 'USD', rate: '1.25', validFrom: dateOf(0) }),
      rate('rate-EUR', 'ExchangeRateSet', day(50), { from: 'EUR', to: 'USD', rate: '2', validFrom: dateOf(50) }),
      ...won('named', 10, 500),
      ...won('alone', 20, 700),
      bought('1', 30, 1_000, { amount: { amount: 1_000, currency: 'USD' } }),
      bought('2', 31, 1_001, { kind: 'invoice', orderId: '1', amount: { amount: 1_001, currency: 'USD' } }),
      bought('3', 60, 900, { opportunityId: 'named' }),
      bought('4', 61, 10_000),
      purchase('purchase-4', 'PurchaseCancelled', day(70), {
        amount: { amount: 10_000, currency: 'EUR' },
        reason: 'Wrong',
      }),
      purchase('purchase-3', 'PurchaseCorrected', day(71), {
        kind: 'return',
        lines: [],
        amount: { amount: 800, currency: 'EUR' },
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
      expect(await dogsAt(database, asked)).toEqual(new Set());
      expect(await dogsAt(database, { asOf: day(1_500) })).toEqual(new Set(['a', 'p']));
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

describe('lists of customers', () => {
  const story = [
    ...['a', 'b', 'c', 'd'].map((id, index) =>
      open(id, 0, { owner: index < 2 ? 'sam' : 'ann', industry: 'ships', location: { country: 'NL' } }),
    ),
    bought('1', 1, 100),
    bought('2', 2, 300, { accountId: 'b' }),
    bought('3', 3, 200, { accountId: 'c' }),
    lead('p', 0),
    converted('p', 4, 'b'),
    call('1', 5, 'reached', { personId: 'p' }, 100),
    call('2', 7, 'no-answer', { personId: 'p', accountId: 'b' }),
    call('3', 9, 'refused', { accountId: 'b' }),
  ];

  it('filter, sort and go on by keyset', async () => {
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const asked = { asOf: day(300), phase: 'inactive', sort: 'value-at-risk' } as const;
      const first = await customersList(database, { ...asked, limit: 2 });
      expect(first.items.map(({ id, valueAtRisk }) => [id, valueAtRisk?.amount])).toEqual([
        ['b', 300],
        ['c', 200],
      ]);
      const second = await customersList(database, { ...asked, limit: 2, cursor: first.next ?? '' });
      expect([second.items.map(({ id }) => id), second.next]).toEqual([['a'], null]);
      await expect(customersList(database, { ...asked, sort: 'id', cursor: first.next ?? '' })).rejects.toMatchObject({
        code: 'INVALID_CURSOR',
      });
      const ids = async (more: CustomersAsked) => (await customersList(database, more)).items.map(({ id }) => id);
      expect(await ids({ owner: 'sam' })).toEqual(['a', 'b']);
      expect(await ids({ sort: 'last-purchase', order: 'asc' })).toEqual(['d', 'a', 'b', 'c']);
      expect(await ids({ asOf: day(300), sort: 'days-silent' })).toEqual(['d', 'c', 'a', 'b']);
      expect(await ids({ country: 'DE' })).toEqual([]);
      const pages: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await customersList(database, { limit: 1, sort: 'last-purchase', cursor });
        pages.push(...page.items.map(({ id }) => id));
        if (page.next === null) break;
        cursor = page.next;
      }
      expect(pages).toEqual(['c', 'b', 'a', 'd']);
    });
  });

  it('tell the silence of an account by its people, and show a call that was reported late on both axes', async () => {
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const at = async (asOf: number, knownAt: number) => {
        const found = await customerDetail(database, { id: 'b', asOf: day(asOf), knownAt: day(knownAt) });
        return [found?.lastInteraction, found?.lastAttempt, found?.failedAttempts, found?.daysSilent];
      };
      expect(await at(20, 99)).toEqual([null, day(9), 2, 20]);
      expect(await at(20, 100)).toEqual([day(5), day(9), 2, 15]);
      expect(await at(6, 100)).toEqual([day(5), null, 0, 1]);
    });
  });

  it('follow merges, and are there in SQL as of the instant that the analyst sets', async () => {
    const merged = [
      ...story,
      account('account-a', 'AccountMergedInto', day(20), { survivorId: 'b' }),
      account('account-a', 'AccountSeparated', day(30), { survivorId: 'b' }),
    ];
    await givenEvents(...merged).projectedBy(customers, async ({ database }) => {
      const both = await customerDetail(database, { id: 'b', asOf: day(25) });
      expect([both?.purchases, both?.members]).toEqual([2, ['a', 'b', 'p']]);
      expect((await customerDetail(database, { id: 'a', asOf: day(25) }))?.id).toBe('b');
      expect((await customerDetail(database, { id: 'b', asOf: day(30) }))?.purchases).toBe(1);
      expect((await accountsList(database, { asOf: day(25) })).items.map(({ id }) => id)).toEqual(['b', 'c', 'd']);
      expect(await accountDetail(database, { id: 'a', asOf: day(25) })).toMatchObject({ continuesAs: 'b' });
      expect(await accountDetail(database, { id: 'b', asOf: day(25) })).toMatchObject({
        merged: ['a'],
        contacts: ['p'],
        country: 'NL',
      });
      const client = await database.pool.connect();
      try {
        await client.query(`set role analyst; set kroniek.as_of = '${day(300)}'`);
        const { rows } = await client.query(
          'select customer_id, value_at_risk from analytics.inactive_customers order by customer_id',
        );
        expect(rows).toEqual([
          { customer_id: 'a', value_at_risk: 100 },
          { customer_id: 'b', value_at_risk: 300 },
          { customer_id: 'c', value_at_risk: 200 },
        ]);
        const counted = await client.query(
          'select phase, count(*)::integer from analytics.customers group by phase order by 1',
        );
        expect(counted.rows).toEqual([
          { phase: 'inactive', count: 3 },
          { phase: 'suspect', count: 1 },
        ]);
        await client.query('select * from analytics.accounts');
      } finally {
        client.release(true);
      }
    });
  });
});
