import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Actor, type Aggregate, type CommandClass, factsOf, Refusal } from '../kernel/index.js';
import { decide, fold, type StatedFact } from '../testing/decider.js';
import { account } from './account/account.js';
import type { AccountState } from './account/state.js';
import { activity } from './activity/activity.js';
import type { ActivityState } from './activity/state.js';
import { activityKinds, directions, outcomes } from './activity/activity.events.js';
import type { Attribute } from './attributes.js';
import { commandNamed, filled } from './index.js';
import { exchangeRate, type ExchangeRateState } from './exchange-rate/exchange-rate.js';
import { buyingRoles, openForecastCategories } from './opportunity/opportunity.events.js';
import { opportunity, type OpportunityState } from './opportunity/opportunity.js';
import { person } from './person/person.js';
import type { PersonState } from './person/state.js';
import { channels, leadLevels } from './person/person.events.js';
import { defaultPipeline, pipeline, type PipelineState } from './pipeline/pipeline.js';
import { pipelineEvents } from './pipeline/pipeline.events.js';
import { purchase, type PurchaseState } from './purchase/purchase.js';
import { correctionKinds, purchaseKinds } from './purchase/purchase.events.js';
import { purchaseIdOf } from './purchase/purchase.rules.js';
import { rating, type RatingState } from './rating/rating.js';
import { ratingEvents } from './rating/rating.events.js';
import { policy, type PolicyState } from './policy/policy.js';

/*
 * Whatever is asked of an aggregate, in whatever order: it answers or refuses, what it answers can be folded, the
 * same command once more changes nothing, and what must always hold holds.
 */

const id = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const ids = [id, '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10', 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21'];

const others = ids.slice(1);

const stages = defaultPipeline.stages.filter(({ stage }) => stage !== 'proposal');
const retired = defaultPipeline.stages.filter(({ stage }) => stage === 'proposal');
const definitions = [
  { ...defaultPipeline, retired: [] },
  { ...defaultPipeline, stages, retired },
].map((definition) => factsOf(pipelineEvents)('PipelineDefined', definition));
const stageNames: readonly string[] = [...defaultPipeline.stages.map(({ stage }) => stage), 'won', 'unheard-of'];

const of = <T>(...values: readonly T[]) => fc.constantFrom(...values);
/** A field that may be left out. */
const perhaps = <T>(...values: readonly T[]) => fc.constantFrom(undefined, ...values);
const money = fc.record({
  amount: of(0, 100, 250),
  currency: fc.oneof({ weight: 9, arbitrary: of('EUR') }, of('USD')),
});
const perhapsMoney = fc.option(money, { nil: undefined });
const line = fc.record({
  product: of('Blades', 'Care'),
  quantity: of('1', '2.5', '0.333'),
  unitPrice: fc.record({
    amount: of(0, 1, 99),
    currency: fc.oneof({ weight: 9, arbitrary: of('EUR') }, of('USD')),
  }),
});
const lines = fc.array(line, { maxLength: 3 });
const someLines = fc.option(fc.array(line, { minLength: 1, maxLength: 3 }), { nil: undefined });
/** A number like any other. */
const quoteId = of('__proto__');
const validUntil = perhaps('2024-01-10', '2024-01-31');
const moment = of('2026-05-04T09:30:00Z', '2026-06-04T09:30:00Z');
const reason = of('price', 'no budget');
const reachable = { name: of('Ilse', 'Tomas'), email: of('a@example.com', 'b@example.com') };
const about = { personId: perhaps(ids[0]), accountId: perhaps(ids[1]), opportunityId: perhaps(ids[2]) };
const interaction = { kind: of(...activityKinds.slice(0, 2)), direction: of(...directions), note: perhaps('Hello') };

type Bodies = Readonly<Record<string, fc.Arbitrary<object>>>;

const peopleCommands: Bodies = {
  RegisterName: fc.record({ ...reachable, source: of({ kind: 'bought-list', name: 'A' }) }),
  RegisterLead: fc.record({
    name: perhaps('Ilse'),
    source: of('web', 'fair'),
    potential: perhaps('customer', 'supplier'),
    owner: perhaps('sam'),
  }),
  SendLeadQuote: fc.record({ quoteId, amount: money, validUntil }),
  AcceptLeadQuote: fc.record({ quoteId }),
  DeclineLeadQuote: fc.record({ quoteId, reason }),
  SignLeadContract: fc.record({ contractId: of('C-1', 'C-2'), quoteId: perhaps('__proto__'), amount: perhapsMoney }),
  RegisterOther: fc.record({ ...reachable, relation: of('press', 'supplier') }),
  QualifyLead: fc.record({ to: of(...leadLevels.slice(1)) }),
  DisqualifyLead: fc.record({ reason }),
  RecycleLead: fc.record({}),
  ConvertLead: fc.record({
    account: of<object>({ accountId: ids[1] }, { name: 'Noordzee' }, { name: 'Oostzee', industry: 'energy' }, {}),
    opportunity: fc.option(fc.record({ title: of('Blades'), amount: money }), { nil: undefined }),
    owner: perhaps('kim'),
  }),
  MarkContactStalled: fc.record({ deadline: moment, policyVersion: of(0) }),
  ClearStalledContact: fc.record({ opportunityId: of(...ids), at: moment }),
  GiveConsent: fc.record({ channel: of(...channels), source: of('web form') }),
  WithdrawConsent: fc.record({ channel: of(...channels), source: of('web form') }),
  ChangePersonDetails: fc.record({ name: perhaps('Ilse V.'), phone: perhaps('112'), clear: perhaps(['email']) }),
  TransferPerson: fc.record({ owner: of('sam', 'kim') }),
  RevertConversion: fc.record({ reason }),
  AssignContactAccount: fc.record({ accountId: of(...ids) }),
  SetPersonAttributes: fc.record({
    attributes: perhaps([{ name: 'seats', type: 'whole-number', value: 2 }]),
    personalAttributes: perhaps([{ name: 'hobby', type: 'text', value: 'sailing' }]),
  }),
  RemovePersonAttributes: fc.record({ names: of(['seats'], ['hobby']) }),
  MergePersons: fc.record({ duplicateId: of(...others) }),
  UnmergePersons: fc.record({ duplicateId: of(...others) }),
  AcceptPersonMerge: fc.record({ survivorId: of(...others) }),
  ConfirmPersonMerge: fc.record({ duplicateId: of(...others), consents: of([]) }),
  DropPersonMerge: fc.record({ duplicateId: of(...others) }),
  SeparatePerson: fc.record({ survivorId: of(...others) }),
};

const opportunityCommands: Bodies = {
  OpenOpportunity: fc.record({
    title: of('Blades'),
    pipelineId: perhaps('default'),
    stage: perhaps(...stageNames),
    amount: perhapsMoney,
    lines: someLines,
    accountId: perhaps(ids[1]),
    contactIds: perhaps([id]),
  }),
  AdvanceOpportunity: fc.record({ to: of(...stageNames) }),
  MoveOpportunityBack: fc.record({ to: of(...stageNames), reason }),
  ChangeOpportunityAmount: fc.record({ amount: money }),
  RescheduleOpportunity: fc.record({ expectedClose: of('2026-09-30', '2026-12-15') }),
  AssignOpportunityAccount: fc.record({ accountId: of(...ids) }),
  WinOpportunity: fc.record({ amount: perhapsMoney }),
  LoseOpportunity: fc.record({ reason, competitor: perhaps('Baltic Rotor') }),
  WithdrawOpportunity: fc.record({}),
  ReopenOpportunity: fc.record({ reason, to: perhaps(...stageNames) }),
  ChangeOpportunityLines: fc.record({ lines }),
  SetForecastCategory: fc.record({ category: perhaps(...openForecastCategories) }),
  AssignBuyingRole: fc.record({ personId: of(id), role: of(...buyingRoles) }),
  RemoveBuyingRole: fc.record({ personId: of(id) }),
  ReassignOpportunity: fc.record({ owner: of('sam', 'kim') }),
  MoveOpportunityToPipeline: fc.record({
    pipelineId: of('default', 'renewals'),
    stage: perhaps(...stageNames),
    reason,
  }),
  SendQuote: fc.record({ quoteId, amount: perhapsMoney, lines: someLines, validUntil }),
  AcceptQuote: fc.record({ quoteId }),
  DeclineQuote: fc.record({ quoteId, reason }),
  SignContract: fc.record({ contractId: of('C-1', 'C-2'), quoteId: perhaps('__proto__'), amount: perhapsMoney }),
  MarkOpportunityStale: fc.record({ since: moment, deadline: moment, policyVersion: of(0) }),
  MarkOpportunityRevived: fc.record({ at: moment }),
};

const activityCommands: Bodies = {
  PlanActivity: fc.record({
    ...interaction,
    ...about,
    dueAt: of('2026-05-04T09:30:00Z'),
    remindAt: perhaps('2026-05-04T09:00:00Z', '2026-05-05T09:00:00Z'),
    assignee: perhaps('kim'),
  }),
  LogActivity: fc.record({ ...interaction, ...about, outcome: of(...outcomes), by: perhaps('kim') }),
  RescheduleActivity: fc.record({
    dueAt: of('2026-05-05T09:30:00Z', '2026-05-06T09:30:00Z'),
    remindAt: perhaps('2026-05-05T09:00:00Z'),
  }),
  ReassignActivity: fc.record({ assignee: of('kim', 'sam') }),
  CompleteActivity: fc.record({ outcome: of(...outcomes.slice(0, 3)), durationMinutes: perhaps(0, 5) }),
  CancelActivity: fc.record({ reason }),
  MarkActivityOverdue: fc.record({ dueAt: of('2026-05-04T09:30:00Z', '2026-05-05T09:30:00Z') }),
  MarkReminderDue: fc.record({ remindAt: of('2026-05-04T09:00:00Z', '2026-05-05T09:00:00Z') }),
};

const accountCommands: Bodies = {
  OpenAccount: fc.record({
    name: of('Noordzee', 'Oostzee'),
    industry: perhaps('energy'),
    annualRevenue: perhapsMoney,
    parentId: perhaps(...ids),
    roles: perhaps<readonly string[]>([], ['supplier']),
  }),
  ChangeAccountDetails: fc.record({
    name: perhaps('Noordzee', 'Westzee'),
    location: perhaps({ country: 'Netherlands' }, { country: 'Netherlands', city: 'Rotterdam' }),
    clear: perhaps<readonly string[]>([], ['industry', 'annualRevenue']),
  }),
  TransferAccount: fc.record({ owner: of('sam', 'kim'), reason: perhaps('holiday') }),
  AssignParentAccount: fc.record({ parentId: of(...ids) }),
  RemoveParentAccount: fc.record({}),
  BreakCircleOfParents: fc.record({}),
  AssignAccountRoles: fc.record({ roles: of(['customer'], ['partner', 'customer'], ['customer', 'partner'], []) }),
  AddProductInUse: fc.record({ product: of('A', 'B'), supplier: perhaps('X'), since: perhaps('2024-01-01') }),
  RemoveProductInUse: fc.record({ product: of('A', 'B'), supplier: perhaps('X'), until: perhaps('2025-01-01') }),
  SetAccountAttributes: fc.record({
    attributes: fc.uniqueArray(
      of<Attribute>(
        { name: 'size', type: 'whole-number', value: 3 },
        { name: 'size', type: 'text', value: 'big' },
        { name: 'constructor', type: 'boolean', value: true },
      ),
      { minLength: 1, selector: ({ name }) => name },
    ),
  }),
  RemoveAccountAttributes: fc.record({ names: of(['size'], ['constructor', 'size']) }),
  RateAccount: fc.record({
    schemeId: of('abc', 'abc', 'unheard-of'),
    scores: fc
      .uniqueArray(of('turnover', 'growth', 'growth', 'size'), { minLength: 1 })
      .chain((criteria) =>
        fc.tuple(...criteria.map((criterion) => fc.record({ criterion: of(criterion), score: of(1, 5, 9) }))),
      ),
  }),
  EstimateShareOfWallet: fc.record({ perCent: of(0, 60, 100), source: of('annual report', 'the buyer') }),
  RevertAccountOpening: fc.record({}),
  NoteAccountUse: fc.record({}),
  MergeAccounts: fc.record({ duplicateId: of(...others) }),
  UnmergeAccounts: fc.record({ duplicateId: of(...others) }),
  AcceptAccountMerge: fc.record({ survivorId: of(...others) }),
  ConfirmAccountMerge: fc.record({ duplicateId: of(...others) }),
  DropAccountMerge: fc.record({ duplicateId: of(...others) }),
  SeparateAccount: fc.record({ survivorId: of(...others) }),
};

const pipelineCommands: Bodies = {
  DefinePipeline: fc.record({
    name: of('Default', 'Direct'),
    currency: fc.oneof({ weight: 9, arbitrary: of('EUR') }, of('USD')),
    stages: fc.array(fc.record({ stage: of('a', 'b', 'c', 'd', 'won'), probability: of(10, 50, 90) }), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
};

const policyCommands: Bodies = {
  ChangePolicy: fc.record({
    policyName: of('stale-opportunity'),
    value: of<object>({ days: 30 }, { days: 60 }, { days: 0 }, { weeks: 2 }, {}),
  }),
  ResetPolicy: fc.record({ policyName: of('stale-opportunity', 'office.hours') }),
};

const exchangeRateCommands: Bodies = {
  SetExchangeRate: fc.record({
    from: of('EUR'),
    to: of('USD', 'JPY', 'EUR'),
    rate: of('1', '1.0', '1.085', '163'),
    validFrom: of('2026-05-01', '2026-05-02', '2026-05-03'),
  }),
};

const source = { system: 'erp', reference: 'SO-1' };
const bought = (quantity: string, amount: number) => ({
  lines: [{ product: 'Blades', quantity, unitPrice: { amount: 100, currency: 'EUR' } }],
  amount: { amount, currency: 'EUR' },
});
const worth = of(bought('1', 100), bought('2.5', 250), bought('3', 301));

const purchaseCommands: Bodies = {
  RecordPurchase: fc
    .record({
      purchaseId: of(purchaseIdOf(source)),
      accountId: perhaps(ids[1]),
      personId: perhaps(ids[0]),
      kind: of(...purchaseKinds),
      order: perhaps('SO-2'),
      opportunityId: perhaps(ids[2]),
      worth,
    })
    .map(({ worth: what, ...rest }) => ({ ...rest, ...what, source })),
  CorrectPurchase: fc
    .record({ kind: of(...correctionKinds), reason, worth })
    .map(({ worth: what, ...rest }) => ({ ...rest, ...what })),
  CancelPurchase: fc.record({ reason }),
  AssignPurchaseOpportunity: fc.record({ opportunityId: of(...ids) }),
};

const ratingCommands: Bodies = {
  DefineRatingScheme: fc.record({
    name: of('ABC', 'Fit'),
    lowestScore: of(0, 1, 5),
    highestScore: of(5, 10),
    criteria: of(...[['fit'], ['fit', 'growth']].map((all) => all.map((criterion) => ({ criterion, weight: 2 })))),
  }),
};

const scheme = factsOf(ratingEvents)('RatingSchemeDefined', {
  name: 'ABC',
  version: 3,
  lowestScore: 1,
  highestScore: 5,
  criteria: ['turnover', 'growth'].map((criterion) => ({ criterion, weight: 2 })),
});

/** What leads somewhere is asked more often than what ends there. */
const often = [
  'OpenOpportunity',
  'SendQuote',
  'SendQuote',
  'DeclineQuote',
  'ReopenOpportunity',
  'RegisterLead',
  'QualifyLead',
  'QualifyLead',
  'QualifyLead',
  'ConvertLead',
  'ConvertLead',
];

/** A command of the aggregate as it comes over the wire, with the state that the pipelines are in when it comes. */
const asked = (aggregate: Aggregate<never>, bodies: Bodies) =>
  fc
    .tuple(of(...Object.keys(bodies), ...often.filter((name) => name in bodies)), of(...definitions))
    .chain(([name, definition]) =>
      (bodies[name] ?? fc.record({})).map((body) => ({ name, body: { [aggregate.id]: id, ...body }, definition })),
    );

interface Trail<State> {
  readonly before: State;
  readonly after: State;
  readonly facts: readonly StatedFact[];
}

function holds<State>(
  aggregate: Aggregate<State>,
  bodies: Bodies,
  always: (trail: Trail<State>) => void,
  actor?: Actor,
): void {
  expect(Object.keys(bodies).sort()).toEqual(Object.keys(aggregate.commands).sort());
  const reached = new Set<string>();
  const minLength = Math.max(15, 2 * Object.keys(bodies).length);
  fc.assert(
    fc.property(fc.array(asked(aggregate as never, bodies), { minLength, maxLength: 2 * minLength }), (sequence) => {
      const history: StatedFact[] = [];
      let state = aggregate.initial;
      for (const { name, body, definition } of sequence) {
        const { filled: issued, errors } = filled(commandNamed(name)?.type as CommandClass, body);
        expect(errors).toEqual([]);
        const lookups = {
          'pipeline-default': [definition],
          'pipeline-renewals': [definition],
          'rating-abc': [scheme],
        };
        const answer = (from: State) => decide(aggregate, from, issued, { lookups, ...(actor && { actor }) });
        let facts: readonly StatedFact[];
        try {
          facts = answer(state);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          expect(error.code).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
          reached.add(error.code);
          continue;
        }
        for (const { type } of facts) reached.add(type);
        history.push(...facts);
        const before = state;
        state = fold({ initial: before, apply: aggregate.apply }, facts);
        if (commandNamed(name)?.options.twice === undefined) expect(answer(state)).toEqual([]);
        always({ before, after: state, facts });
      }
      expect(fold(aggregate, history)).toEqual(state);
    }),
    { numRuns: 200 },
  );
  // The sequences came everywhere, so the properties say something.
  for (const type of Object.keys(aggregate.events.types)) expect(reached).toContain(type);
}

describe('In whatever order it is asked', () => {
  it('a person climbs one level at a time, and is converted from the last one alone', () => {
    holds(person, peopleCommands, ({ before, after, facts }: Trail<PersonState>) => {
      const step = leadLevels.indexOf(after.level) - leadLevels.indexOf(before.level);
      expect(step).toBeLessThanOrEqual(1);
      if (facts.some(({ type }) => type === 'LeadConverted')) {
        expect(before).toMatchObject({ kind: 'lead', level: 'sales-qualified' });
        expect(before.disqualified).toBeUndefined();
        if (after.lead?.potential === 'supplier') expect(after.conversion?.opportunity).toBeUndefined();
      }
      const order = { unknown: 0, name: 1, other: 1, lead: 2, contact: 3 };
      // Only a conversion is ever taken back.
      if (facts.some(({ type }) => type === 'ConversionReverted')) expect(after.kind).toBe('lead');
      else expect(order[after.kind]).toBeGreaterThanOrEqual(order[before.kind]);
      if (before.kind === 'other') expect(after.kind).toBe('other');
    });
  });

  it('an opportunity stands in a known stage, in one currency, lines add up to the amount, and an account is there to win', () => {
    const known = defaultPipeline.stages.map(({ stage }): string => stage);
    holds(opportunity, opportunityCommands, ({ before, after, facts }: Trail<OpportunityState>) => {
      const now = after.opportunity;
      expect(known).toContain(now?.stage);
      expect(now?.amount.currency).toBe('EUR');
      expect(now?.amount.amount).toBeGreaterThanOrEqual(0);
      if (now?.status === 'won') expect(now.accountId).toBeDefined();
      if (now && now.lines.length > 0) {
        expect(now.lines.reduce((sum, { amount }) => sum + amount.amount, 0)).toBe(now.amount.amount);
      }
      for (const { sent } of now?.formalContact.quotes.values() ?? []) {
        expect(sent.amount.currency).toBe('EUR');
        expect((sent.lines ?? []).reduce((sum, { amount }) => sum + amount.amount, 0)).toBe(
          sent.lines ? sent.amount.amount : 0,
        );
      }
      if (before.opportunity && before.opportunity.status !== 'open' && facts.length > 0) {
        expect(['OpportunityReopened', 'OpportunityReassigned', 'ContractSigned']).toContain(facts[0]?.type);
      }
    });
  });

  it('an activity is about somebody, and ends once', () => {
    holds(activity, activityCommands, ({ after }: Trail<ActivityState>) => {
      const it = after.planned ?? after.logged;
      expect(it?.personId ?? it?.accountId).toBeDefined();
      expect([after.completed, after.cancelled, after.logged].filter(Boolean).length).toBeLessThanOrEqual(1);
      expect([after.planned, after.logged].filter(Boolean)).toHaveLength(1);
    });
  });

  it('a pipeline forgets no stage, and keeps its currency', () => {
    const names = ({ defined }: PipelineState) => [...(defined?.stages ?? []), ...(defined?.retired ?? [])];
    holds(pipeline, pipelineCommands, ({ before, after }: Trail<PipelineState>) => {
      const now = names(after).map(({ stage }) => stage);
      expect(new Set(now).size).toBe(now.length);
      for (const { stage } of names(before)) expect(now).toContain(stage);
      expect(after.defined?.stages.length).toBeGreaterThan(0);
      if (before.defined) expect(after.defined?.currency).toBe(before.defined.currency);
    });
  });

  it('a policy has a version for each change, and a value that it can have', () => {
    holds(
      policy,
      policyCommands,
      ({ before, after, facts }: Trail<PolicyState>) => {
        expect(after.version).toBe(before.version + facts.length);
        expect([undefined, 30, 60]).toContain((after.value as { days: number } | undefined)?.days);
      },
      { id: 'kim', role: 'sales-manager' },
    );
  });

  it('a currency has one rate a day to another, in the order of the days', () => {
    holds(exchangeRate, exchangeRateCommands, ({ after }: Trail<ExchangeRateState>) => {
      for (const dated of Object.values(after.rates)) {
        const days = dated.map(({ validFrom }) => validFrom);
        expect(days).toEqual([...new Set(days)].sort());
      }
    });
  });

  it('a rating scheme has one more version at each definition', () => {
    holds(rating, ratingCommands, ({ before, after, facts }: Trail<RatingState>) => {
      expect(after.defined?.version).toBe((before.defined?.version ?? 0) + facts.length);
    });
  });

  it('a purchase is worth what its lines add up to, and remembers how it came in', () => {
    holds(purchase, purchaseCommands, ({ before, after }: Trail<PurchaseState>) => {
      const now = after.purchase;
      expect(now?.lines.reduce((sum, { amount }) => sum + amount.amount, 0)).toBe(now?.amount.amount);
      if (before.purchase) expect(now?.recorded).toEqual(before.purchase.recorded);
      if (before.purchase?.cancelled) expect(now).toEqual({ ...before.purchase, opportunityId: now?.opportunityId });
    });
  });

  it('an account remembers how it was opened, and has each product, attribute and role once', () => {
    const once = (values: readonly unknown[]) => expect(new Set(values).size).toBe(values.length);
    holds(account, accountCommands, ({ before, after }: Trail<AccountState>) => {
      if (before.account) expect(after.account?.opened).toEqual(before.account.opened);
      expect(after.account?.details.name).toBeDefined();
      expect(after.account?.parentId).not.toBe(id);
      once(after.account?.roles ?? []);
      once(after.account?.products.map(({ product, supplier }) => `${product} ${supplier}`) ?? []);
      once(after.account?.ratings.map(({ schemeId }) => schemeId) ?? []);
      once(after.account?.attributes.map(({ name }) => name) ?? []);
    });
  });
});
