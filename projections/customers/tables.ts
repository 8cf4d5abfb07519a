import type { AccountEvents, AccountRole, Attribute, ProductInUse } from '../../libs/domain/account/account.events.js';
import {
  type Signal,
  type SignalKind,
  type SignalEvents,
  signalOf,
} from '../../libs/domain/account/relationship.rules.js';
import type { About, ActivityEvents, Outcome } from '../../libs/domain/activity/activity.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import { purchasedAt } from '../../libs/domain/purchase/purchase.rules.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import type { SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import { idOf, type Instant, type Money, type RecordedEvent } from '../../libs/kernel/index.js';
import {
  appends,
  bool,
  date,
  instant,
  integer,
  json,
  money,
  optional,
  text,
  texts,
  timelines,
  versions,
  type StoredRow,
} from '../../libs/read-model/index.js';
import { policies, rates } from '../policies/tables.js';
import { people } from './people.js';

/** The latest rating of a scheme. */
export interface RatingMade {
  readonly schemeId: string;
  readonly schemeVersion: number;
  readonly rating: number;
  readonly maximum: number;
  /** Of the cut-off. */
  readonly verdict: 'above' | 'below';
  /** Of `rating.cut-off`. */
  readonly policyVersion: number;
  readonly at: Instant;
  /** Of its event; a decimal string. */
  readonly position: string;
}

/** The latest estimate of how much of its spending an account spends with us. */
export interface ShareEstimated {
  readonly perCent: number;
  readonly source: string;
  readonly at: Instant;
  /** Of its event; a decimal string. */
  readonly position: string;
}

const samePlace = (a: Pick<ProductInUse, 'product' | 'supplier'>, b: typeof a): boolean =>
  a.product === b.product && a.supplier === b.supplier;

const unchanged = () => ({});

/** Every version of every account. Each event of an account makes one: a withdrawn one is told by its last event. */
export const accounts = versions<AccountEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the account.'),
    name: text('Name of the organisation.'),
    industry: optional(text('Industry.')),
    country: optional(text('Country.')),
    region: optional(text('Region.')),
    city: optional(text('City.')),
    employees: optional(integer('Number of employees.')),
    annual_revenue: optional(money('Annual revenue in minor units of its currency.')),
    annual_revenue_currency: optional(text('ISO 4217 currency of the annual revenue.')),
    founded: optional(integer('Year of foundation.')),
    owner: optional(text('Salesperson who owns it.')),
    parent_id: optional(text('Account that it belongs to.')),
    roles: texts('What it is to us: customer, supplier, partner.'),
    products: json<readonly ProductInUse[]>('Products that it works with: product, supplier, since.'),
    attributes: json<readonly Attribute[]>('Custom attributes: name, type, value.'),
    ratings: json<readonly RatingMade[]>('The latest rating of each scheme.'),
    share: optional(json<ShareEstimated>('The latest estimate of its share of wallet, in per cent.')),
    up: optional(text('Account that it continues as, merged.')),
    opened_at: instant('When it was opened.'),
    opened_position: text('Position of that event.'),
  },
  opens: {
    AccountOpened: ({ data, occurredAt, position }) => ({
      name: data.name,
      industry: data.industry,
      ...located(data.location),
      employees: data.employees,
      ...revenueOf(data.annualRevenue),
      founded: data.founded,
      owner: data.owner,
      parent_id: data.parentId,
      roles: data.roles,
      products: [],
      attributes: [],
      ratings: [],
      opened_at: occurredAt,
      opened_position: String(position),
    }),
  },
  changes: {
    AccountDetailsChanged: ({ data: { cleared, ...data } }, row) => ({
      name: data.name ?? row.name,
      industry: cleared.includes('industry') ? null : (data.industry ?? row.industry),
      ...(data.location || cleared.includes('location') ? located(data.location) : {}),
      employees: cleared.includes('employees') ? null : (data.employees ?? row.employees),
      ...(data.annualRevenue || cleared.includes('annualRevenue') ? revenueOf(data.annualRevenue) : {}),
      founded: cleared.includes('founded') ? null : (data.founded ?? row.founded),
    }),
    AccountTransferred: ({ data }) => ({ owner: data.to }),
    AccountParentAssigned: ({ data }) => ({ parent_id: data.parentId }),
    AccountParentRemoved: () => ({ parent_id: null }),
    AccountRolesAssigned: ({ data }) => ({ roles: data.roles }),
    ProductInUseAdded: ({ data }, { products }) => ({
      products: [...products.filter((known) => !samePlace(known, data)), data],
    }),
    ProductInUseRemoved: ({ data }, { products }) => ({
      products: products.filter((known) => !samePlace(known, data)),
    }),
    AccountAttributesSet: ({ data }, { attributes }) => ({
      attributes: [
        ...attributes.filter((known) => !data.attributes.some(({ name }) => name === known.name)),
        ...data.attributes,
      ],
    }),
    AccountAttributesRemoved: ({ data }, { attributes }) => ({
      attributes: attributes.filter(({ name }) => !data.names.includes(name)),
    }),
    AccountRated: ({ data, occurredAt, position }, { ratings }) => {
      const { schemeId, schemeVersion, rating, maximum, verdict, policy } = data;
      const cited = { policyVersion: policy.version, at: occurredAt, position: String(position) };
      const made: RatingMade = { schemeId, schemeVersion, rating, maximum, verdict, ...cited };
      return { ratings: [...ratings.filter((known) => known.schemeId !== schemeId), made] };
    },
    ShareOfWalletEstimated: ({ data, occurredAt, position }) => ({
      share: { ...data, at: occurredAt, position: String(position) },
    }),
    AccountMergedInto: ({ data }) => ({ up: data.survivorId }),
    AccountSeparated: () => ({ up: null }),
    AccountOpeningReverted: unchanged,
    AccountUseNoted: unchanged,
    AccountsMerged: unchanged,
    AccountMergeDeclined: unchanged,
    AccountMergeConfirmed: unchanged,
    AccountMergeDropped: unchanged,
    AccountsUnmerged: unchanged,
  },
  indexes: [
    { on: ['up'] },
    { on: ['owner', 'id'] },
    { on: ['name', 'id'], current: true },
    { on: ['parent_id'] },
    { on: ['opened_at', 'id'] },
  ],
});

function located(location?: AccountEvents['AccountOpened']['open']['location']) {
  return { country: location?.country ?? null, region: location?.region ?? null, city: location?.city ?? null };
}

function revenueOf(revenue?: Money) {
  return { annual_revenue: revenue?.amount ?? null, annual_revenue_currency: revenue?.currency ?? null };
}

/** Every version of every purchase. */
export const purchases = versions<PurchaseEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the purchase.'),
    subject_id: text('Account or person who bought.'),
    by_person: bool('Whether a person did: most are of accounts.'),
    on_day: date('The day that it bears, at the latest that of its report.'),
    bought_at: instant(
      'When it was bought: the beginning of its day where it was reported later, else when it was reported.',
    ),
    amount: money('What it is worth, in minor units of the currency.'),
    currency: text('ISO 4217 currency.'),
    order_id: optional(text('Of an invoice: the order that it bills; the order counts.')),
    opportunity_id: optional(text('The won opportunity that it stands for.')),
    cancelled: bool('Whether it was cancelled.'),
    learnt_at: instant('When it was recorded first: rates are those that were known then.'),
    learnt_position: text('Position of that event.'),
  },
  opens: {
    PurchaseRecorded: ({ data, occurredAt, recordedAt, position }) => {
      const at = purchasedAt(data.date, occurredAt);
      return {
        subject_id: data.accountId ?? data.personId ?? '',
        by_person: data.accountId === undefined,
        on_day: at.slice(0, 10),
        bought_at: at,
        amount: data.amount.amount,
        currency: data.amount.currency,
        order_id: data.orderId,
        opportunity_id: data.opportunityId,
        cancelled: false,
        learnt_at: recordedAt,
        learnt_position: String(position),
      };
    },
  },
  changes: {
    PurchaseCorrected: ({ data }) => ({ amount: data.amount.amount }),
    PurchaseCancelled: () => ({ cancelled: true }),
    PurchaseOpportunityAssigned: ({ data }) => ({ opportunity_id: data.opportunityId }),
  },
  indexes: [
    { on: ['subject_id'] },
    { on: ['subject_id'], where: 'by_person' },
    { on: ['opportunity_id'] },
    { on: ['bought_at', 'subject_id'] },
  ],
});

/** Every version of every opportunity, as far as customers are concerned. */
export const opportunities = versions<OpportunityEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the opportunity.'),
    account_id: optional(text('Account that it belongs to, once known.')),
    status: text<'open' | 'won' | 'lost' | 'withdrawn'>('open, won, lost or withdrawn.'),
    opened_at: instant('When it was opened.'),
    opened_position: text('Position of that event.'),
    won_at: optional(instant('When it was won.')),
    learnt_at: optional(instant('When that was recorded: rates are those that were known then.')),
    learnt_position: optional(text('Position of that event.')),
    amount: optional(money('What it was won for, in minor units of the currency.')),
    currency: optional(text('ISO 4217 currency.')),
  },
  opens: {
    OpportunityOpened: ({ data, occurredAt, position }) => ({
      account_id: data.accountId,
      status: 'open' as const,
      opened_at: occurredAt,
      opened_position: String(position),
    }),
  },
  changes: {
    OpportunityAccountAssigned: ({ data }) => ({ account_id: data.accountId }),
    OpportunityWon: ({ data, occurredAt, recordedAt, position }) => ({
      status: 'won' as const,
      won_at: occurredAt,
      learnt_at: recordedAt,
      learnt_position: String(position),
      amount: data.amount.amount,
      currency: data.amount.currency,
    }),
    OpportunityLost: () => ({ status: 'lost' as const }),
    OpportunityWithdrawn: () => ({ status: 'withdrawn' as const }),
    OpportunityReopened: () => ({ status: 'open' as const }),
  },
  indexes: [{ on: ['account_id'] }, { on: ['won_at', 'account_id'] }],
});

const subjectsOf = ({ accountId, personId, participants }: About): readonly string[] => [
  ...new Set([accountId, personId, ...(participants?.people ?? [])].filter((id) => id !== undefined)),
];

const signalled = ({ stream }: RecordedEvent, subjects: readonly string[], signal: Signal | undefined) =>
  signal ? subjects.map((subject_id) => ({ subject_id, stream, ...signal })) : [];

/** A row for each fact of a relationship and whom it is about. */
export const signals = appends<SignalEvents>()({
  columns: {
    subject_id: text('Account or person whom it is about.'),
    what: text<SignalKind>(
      'reached or failed (an interaction), sent or answered (a campaign), satisfaction (a survey).',
    ),
    outbound: bool('Of an interaction: whether we turned to them.'),
    stream: text('Stream of the event.'),
    value: optional(integer('Of satisfaction: in per cent of the scale of the survey.')),
  },
  on: {
    ActivityCompleted: (event) => signalled(event, subjectsOf(event.data), signalOf.ActivityCompleted(event.data)),
    ActivityLogged: (event) => signalled(event, subjectsOf(event.data), signalOf.ActivityLogged(event.data)),
    CampaignSent: (event) => signalled(event, [event.data.personId], signalOf.CampaignSent()),
    CampaignResponded: (event) => signalled(event, [event.data.personId], signalOf.CampaignResponded(event.data)),
    SurveyResponseRecorded: (event) =>
      signalled(event, subjectsOf(event.data), signalOf.SurveyResponseRecorded(event.data)),
  },
  indexes: [{ on: ['subject_id', 'occurred_at'] }],
});

interface Touched {
  readonly reached: Instant | null;
  readonly attempt: Instant | null;
  readonly lists: readonly string[];
}

const untouched: Touched = { reached: null, attempt: null, lists: [] };

const met = (state: Touched, { occurredAt }: RecordedEvent, outcome: Outcome): Touched =>
  outcome === 'reached' ? { ...state, reached: occurredAt } : { ...state, attempt: occurredAt };

/** The clocks of an account or a person, and the static lists that they stand on. */
export const clocks = timelines<ActivityEvents & SegmentEvents>()({
  key: 'id',
  columns: {
    id: text('Account or person.'),
    last_interaction: optional(instant('When they were reached last, in either direction.')),
    last_attempt: optional(instant('When they were last tried and not reached.')),
    lists: texts('Static lists that they stand on.'),
  },
  keysOf: (event) => ('members' in event.data ? event.data.members : subjectsOf(event.data as About)),
  initial: untouched,
  evolve: {
    ActivityCompleted: (state, event) => met(state, event, event.data.outcome),
    ActivityLogged: (state, event) => met(state, event, event.data.outcome),
    StaticListMembersAdded: (state, { stream }) => ({
      ...state,
      lists: [...new Set([...state.lists, idOf(stream)])].sort(),
    }),
    StaticListMembersRemoved: (state, { stream }) => ({
      ...state,
      lists: state.lists.filter((list) => list !== idOf(stream)),
    }),
  },
  rowAt: ({ reached, attempt, lists }) => ({
    row: {
      last_interaction: reached,
      last_attempt: attempt,
      lists,
    },
  }),
  // With what tells that a row does not lie over a moment, so that most others are passed by in the index.
  indexes: [{ on: ['last_interaction', 'id', 'valid_to', 'recorded_to'] }],
});

/** Lists whose members are named one by one: of all other segments the events do not tell the members. */
export const lists = versions<SegmentEvents>()({
  key: 'id',
  columns: { id: text('Id of the list.'), of: text<SegmentAudience>('accounts or people.') },
  opens: { StaticListCreated: ({ data }) => ({ of: data.of }) },
});

export type CustomersTables = {
  readonly accounts: typeof accounts;
  readonly people: typeof people;
  readonly purchases: typeof purchases;
  readonly opportunities: typeof opportunities;
  readonly signals: typeof signals;
  readonly clocks: typeof clocks;
  readonly lists: typeof lists;
  readonly policies: typeof policies;
  readonly rates: typeof rates;
};

export const tables: CustomersTables = {
  accounts,
  people,
  purchases,
  opportunities,
  signals,
  clocks,
  lists,
  policies,
  rates,
};

export type AccountRow = StoredRow<typeof accounts>;
export type Roles = readonly AccountRole[];
