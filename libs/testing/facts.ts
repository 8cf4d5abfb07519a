import type { AccountEvents } from '../domain/account/account.events.js';
import type { ActivityEvents, Outcome } from '../domain/activity/activity.events.js';
import type { ExchangeRateEvents } from '../domain/exchange-rate/exchange-rate.events.js';
import type { MembershipEvents } from '../domain/membership/membership.events.js';
import type { OpportunityEvents } from '../domain/opportunity/opportunity.events.js';
import type { PipelineEvents } from '../domain/pipeline/pipeline.events.js';
import type { PolicyEvents, PolicyName } from '../domain/policy/policy.events.js';
import type { PurchaseEvents } from '../domain/purchase/purchase.events.js';
import type { Instant, LocalDate, Money } from '../kernel/index.js';
import { type Circumstances, type GivenEvent, happened } from './projection.js';

// What many specs of read models tell of. What a spec leaves out does not matter to it.

const account = happened<AccountEvents>();
const activity = happened<ActivityEvents>();
const deal = happened<OpportunityEvents>();
const defined = happened<PipelineEvents>();
const member = happened<MembershipEvents>();
const policy = happened<PolicyEvents>();
const purchase = happened<PurchaseEvents>();
const rate = happened<ExchangeRateEvents>();

export const eur = (amount: number): Money => ({ amount, currency: 'EUR' });
export const usd = (amount: number): Money => ({ amount, currency: 'USD' });

/** The beginning of a day of a year: `dayIn(2024)(31)` is that of the 31st of January. */
export const dayIn =
  (year: number) =>
  (number: number, month = 1): Instant =>
    new Date(Date.UTC(year, month - 1, number)).toISOString();

/** The settings are changed by her. */
export const mia: Circumstances = { actor: { id: 'mia', role: 'sales-manager' } };

export const accountOpened = (
  id: string,
  at: Instant,
  said: Partial<AccountEvents['AccountOpened']['open']> = {},
): GivenEvent => account(`account-${id}`, 'AccountOpened', at, { name: id, roles: ['customer'], ...said });

/** An opportunity of 1.00 EUR in the first stage of the default pipeline. */
export const opportunityOpened = (
  id: string,
  at: Instant,
  said: Partial<OpportunityEvents['OpportunityOpened']['open']> = {},
): GivenEvent =>
  deal(`opportunity-${id}`, 'OpportunityOpened', at, {
    title: `Deal ${id}`,
    pipelineId: 'default',
    stage: 'first',
    amount: eur(1_00),
    contactIds: [],
    ...said,
  });

/** @param stages in order, with their probabilities in per cent */
export const pipelineDefined = (
  id: string,
  at: Instant,
  stages: Readonly<Record<string, number>>,
  how?: Circumstances,
): GivenEvent =>
  defined(
    `pipeline-${id}`,
    'PipelineDefined',
    at,
    {
      name: id,
      currency: 'EUR',
      stages: Object.entries(stages).map(([stage, probability]) => ({ stage, probability })),
      retired: [],
    },
    how,
  );

export const policyChanged = (name: PolicyName, version: number, at: Instant, value: object): GivenEvent =>
  policy(`policy-${name}`, 'PolicyChanged', at, { policy: name, version, value });

/** @param value what one unit of `from` costs in `to` */
export const rateSet = (
  at: Instant,
  [from, to]: readonly [from: string, to: string],
  value: string,
  validFrom: LocalDate,
  how?: Circumstances,
): GivenEvent => rate(`rate-${from}`, 'ExchangeRateSet', at, { from, to, rate: value, validFrom }, how);

export const teamJoined = (salesperson: string, teamId: string, at: Instant, from: LocalDate): GivenEvent =>
  member(`membership-${salesperson}`, 'TeamMemberAdded', at, { salesperson, teamId, from });

/** An order of the day of its report. */
export const purchaseRecorded = (
  id: string,
  at: Instant,
  said: Pick<PurchaseEvents['PurchaseRecorded']['open'], 'amount'> &
    Partial<PurchaseEvents['PurchaseRecorded']['open']>,
  how?: Circumstances,
): GivenEvent =>
  purchase(
    `purchase-${id}`,
    'PurchaseRecorded',
    at,
    { source: { system: 'erp', reference: id }, kind: 'order', date: at.slice(0, 10), lines: [], ...said },
    how,
  );

/** An outbound call. */
export const called = (
  id: string,
  at: Instant,
  outcome: Outcome,
  about: Partial<ActivityEvents['ActivityLogged']['open']>,
  how?: Circumstances,
): GivenEvent =>
  activity(
    `activity-${id}`,
    'ActivityLogged',
    at,
    { kind: 'phone-call', direction: 'outbound', outcome, by: 'sam', ...about },
    how,
  );
