import type { AccountEvents, Location, ProductInUse } from '../../libs/domain/account/account.events.js';
import type { ActivityEvents } from '../../libs/domain/activity/activity.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { Channel, PersonEvents } from '../../libs/domain/person/person.events.js';
import type { PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import type { AttributeValue } from '../../libs/domain/segment/segment.rules.js';
import { idOf, type Instant, later, type LocalDate, type Money, type RecordedOf } from '../../libs/kernel/index.js';

export type CustomerEvents = PersonEvents &
  AccountEvents &
  PurchaseEvents &
  ActivityEvents &
  OpportunityEvents &
  Pick<SegmentEvents, 'StaticListMembersAdded' | 'StaticListMembersRemoved'>;

/** A purchase of a customer as far as it was told. */
export interface Bought {
  readonly at: Instant;
  readonly amount: Money;
  /** It bills a recorded order. */
  readonly orderId?: string | undefined;
  readonly opportunityId?: string | undefined;
  readonly cancelled: boolean;
}

/** What is known of an account or a person, out of all streams. */
export interface Customer {
  /** It was opened or registered. */
  readonly known?: true;
  readonly kind?: 'name' | 'lead' | 'contact' | 'other';
  readonly level?: string;
  /** A lead that may become a supplier is in no phase of a customer. */
  readonly supplier?: boolean;
  readonly sources?: readonly string[];
  readonly owner?: string | undefined;
  /** Of a contact. */
  readonly accountId?: string;
  readonly consent?: Readonly<Partial<Record<Channel, 'opted-in' | 'opted-out'>>>;
  readonly industry?: string | undefined;
  readonly location?: Location | undefined;
  readonly roles?: readonly string[];
  readonly products?: readonly ProductInUse[];
  readonly rating?: number;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly purchases?: Readonly<Record<string, Bought>>;
  readonly won?: Readonly<Record<string, { readonly at: Instant; readonly amount: Money }>>;
  readonly lastInteraction?: Instant;
  /** Static lists that it stands on. */
  readonly lists?: readonly string[];
}

type Evolve = {
  readonly [T in keyof CustomerEvents]?: (
    state: Customer,
    event: RecordedOf<CustomerEvents, T>,
    key: string,
  ) => Customer;
};

/** Everything that a rule may ask for, by the time at which it happened. */
export const evolve: Evolve = {
  NameRegistered: (state, { data }) => ({ ...state, known: true, kind: 'name', ...from(state, data.source.name) }),
  LeadRegistered: (state, { data }) => ({
    ...state,
    ...{ known: true, kind: 'lead', level: state.level ?? 'unqualified', supplier: data.potential === 'supplier' },
    owner: data.owner,
    ...from(state, data.source),
  }),
  OtherPersonRegistered: (state) => ({ ...state, known: true, kind: 'other' }),
  LeadQualified: (state, { data }) => ({ ...state, level: data.level }),
  LeadRecycled: (state) => ({ ...state, level: 'unqualified' }),
  LeadConverted: (state, { data }) => ({ ...state, kind: 'contact', accountId: data.accountId, owner: data.owner }),
  PersonTransferred: (state, { data }) => ({ ...state, owner: data.to }),
  ContactAccountAssigned: (state, { data }) => ({ ...state, accountId: data.accountId }),
  PersonAttributesSet: (state, { data }) => withAttributes(state, data.attributes),
  PersonAttributesRemoved: (state, { data }) => withoutAttributes(state, data.names),
  ConsentGiven: (state, { data }) => ({ ...state, consent: { ...state.consent, [data.channel]: 'opted-in' } }),
  ConsentWithdrawn: (state, { data }) => ({ ...state, consent: { ...state.consent, [data.channel]: 'opted-out' } }),

  AccountOpened: (state, { data }) => {
    const { industry, location, owner, roles } = data;
    return { ...state, known: true, industry, location, owner, roles };
  },
  AccountDetailsChanged: (state, { data }) => ({
    ...state,
    industry: data.cleared.includes('industry') ? undefined : (data.industry ?? state.industry),
    location: data.cleared.includes('location') ? undefined : (data.location ?? state.location),
  }),
  AccountTransferred: (state, { data }) => ({ ...state, owner: data.to }),
  AccountRolesAssigned: (state, { data }) => ({ ...state, roles: data.roles }),
  ProductInUseAdded: (state, { data }) => ({ ...state, products: [...withoutProduct(state, data), data] }),
  ProductInUseRemoved: (state, { data }) => ({ ...state, products: withoutProduct(state, data) }),
  AccountAttributesSet: (state, { data }) => withAttributes(state, data.attributes),
  AccountAttributesRemoved: (state, { data }) => withoutAttributes(state, data.names),
  AccountRated: (state, { data }) => ({ ...state, rating: data.rating }),

  PurchaseRecorded: (state, { stream, data, occurredAt }) => {
    const { date, amount, orderId, opportunityId } = data;
    return withPurchase(state, stream, {
      at: boughtAt(date, occurredAt),
      amount,
      orderId,
      opportunityId,
      cancelled: false,
    });
  },
  PurchaseCorrected: (state, { stream, data }) => purchaseChanged(state, stream, { amount: data.amount }),
  PurchaseCancelled: (state, { stream }) => purchaseChanged(state, stream, { cancelled: true }),
  PurchaseOpportunityAssigned: (state, { stream, data }) =>
    purchaseChanged(state, stream, { opportunityId: data.opportunityId }),
  OpportunityWon: (state, { stream, data, occurredAt }) => ({
    ...state,
    won: { ...state.won, [idOf(stream)]: { at: occurredAt, amount: data.amount } },
  }),
  OpportunityReopened: (state, { stream }) => ({ ...state, won: without(state.won, [idOf(stream)]) }),

  ActivityCompleted: (state, { data, occurredAt }) => reached(state, data.outcome, occurredAt),
  ActivityLogged: (state, { data, occurredAt }) => reached(state, data.outcome, occurredAt),

  StaticListMembersAdded: (state, { stream }) => ({
    ...state,
    lists: [...new Set([...(state.lists ?? []), idOf(stream)])].sort(),
  }),
  StaticListMembersRemoved: (state, { stream }) => ({
    ...state,
    lists: (state.lists ?? []).filter((list) => list !== idOf(stream)),
  }),
};

const from = ({ sources = [] }: Customer, source: string): Pick<Customer, 'sources'> => ({
  sources: [...new Set([...sources, source])],
});

const withAttributes = (
  state: Customer,
  set: readonly { readonly name: string; readonly value: AttributeValue }[],
): Customer => ({
  ...state,
  attributes: { ...state.attributes, ...Object.fromEntries(set.map(({ name, value }) => [name, value])) },
});

const withoutAttributes = (state: Customer, names: readonly string[]): Customer => ({
  ...state,
  attributes: without(state.attributes, names),
});

const without = <T>(record: Readonly<Record<string, T>> = {}, names: readonly string[]): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));

const withoutProduct = (
  { products = [] }: Customer,
  { product, supplier }: Pick<ProductInUse, 'product' | 'supplier'>,
): readonly ProductInUse[] => products.filter((other) => other.product !== product || other.supplier !== supplier);

/** The day that the purchase bears, if it is an earlier one; never later than it was told as having happened. */
const boughtAt = (date: LocalDate, occurredAt: Instant): Instant =>
  date < occurredAt.slice(0, 10) ? `${date}T00:00:00.000Z` : occurredAt;

const withPurchase = (state: Customer, stream: string, bought: Bought): Customer => ({
  ...state,
  purchases: { ...state.purchases, [idOf(stream)]: bought },
});

function purchaseChanged(state: Customer, stream: string, change: Partial<Bought>): Customer {
  const bought = state.purchases?.[idOf(stream)];
  return bought ? withPurchase(state, stream, { ...bought, ...change }) : state;
}

/** A failed attempt is no interaction: it leaves the silence as it is (domain.md §5). */
const reached = (state: Customer, outcome: string, at: Instant): Customer =>
  outcome === 'reached' ? { ...state, lastInteraction: later(state.lastInteraction ?? '', at) } : state;
