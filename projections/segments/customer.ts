import type { AccountEvents, Location, ProductInUse } from '../../libs/domain/account/account.events.js';
import { type Signal, type SignalEvents, signalOf } from '../../libs/domain/account/relationship.rules.js';
import type { CustomerEvents as CustomerFacts } from '../../libs/domain/customer/customer.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { Channel, PersonEvents } from '../../libs/domain/person/person.events.js';
import type { PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import { purchasedAt } from '../../libs/domain/purchase/purchase.rules.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import type { AttributeValue } from '../../libs/domain/segment/segment.rules.js';
import { type ExchangeRate, idOf, type Instant, later, type Money, type RecordedOf } from '../../libs/kernel/index.js';
import { type Heard, keptAs } from './signals.js';

export type CustomerEvents = PersonEvents &
  AccountEvents &
  PurchaseEvents &
  SignalEvents &
  OpportunityEvents &
  Pick<SegmentEvents, 'StaticListMembersAdded' | 'StaticListMembersRemoved'> &
  Pick<CustomerFacts, 'CustomerEnteredSegment' | 'CustomerLeftSegment'>;

/** A purchase of a customer as far as it was told. */
export interface Bought {
  readonly at: Instant;
  readonly amount: Money;
  /** It bills a recorded order. */
  readonly orderId?: string | undefined;
  readonly opportunityId?: string | undefined;
  readonly cancelled: boolean;
  readonly rates?: Rates;
}

/** Of the day to other currencies, as they were known when the amount was recorded: they stay what they were. */
export type Rates = readonly ExchangeRate[];

interface Won {
  readonly at: Instant;
  readonly amount: Money;
  readonly rates?: Rates;
}

/** The last word of a person on a channel. */
export interface Consented {
  readonly word: 'opted-in' | 'opted-out';
  readonly since: Instant;
}

/** What is known of an account or a person, out of all streams. */
export interface Customer {
  /** It was opened or registered. */
  readonly known?: true;
  readonly kind?: 'name' | 'lead' | 'contact' | 'other';
  readonly level?: string;
  readonly disqualified?: boolean;
  /** A lead that may become a supplier is in no phase of a customer. */
  readonly supplier?: boolean;
  readonly sources?: readonly string[];
  readonly owner?: string | undefined;
  /** Who owns a lead apart from a conversion. */
  readonly leadOwner?: string | undefined;
  /** Of a contact. */
  readonly accountId?: string | undefined;
  /** Of an account: all who ever were its contacts, by stream. */
  readonly contacts?: readonly string[];
  /** As which stream it continues. */
  readonly survivor?: string | undefined;
  /** Streams that continue as this one. */
  readonly duplicates?: readonly string[];
  readonly consent?: Readonly<Partial<Record<Channel, Consented>>>;
  readonly industry?: string | undefined;
  readonly location?: Location | undefined;
  readonly roles?: readonly string[];
  readonly products?: readonly ProductInUse[];
  readonly rating?: number;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly purchases?: Readonly<Record<string, Bought>>;
  readonly won?: Readonly<Record<string, Won>>;
  /** Those of an account, won, lost or open. */
  readonly opportunities?: readonly string[];
  readonly lastInteraction?: Instant;
  /** Each a text; see `signalIn`. */
  readonly signals?: readonly string[];
  /** Of an account: of wallet, in per cent. */
  readonly share?: number;
  /** Static lists that it stands on, and segments with a window of their own that it belongs to, as it was told. */
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
    ...{ owner: data.owner, leadOwner: data.owner },
    ...from(state, data.source),
  }),
  OtherPersonRegistered: (state) => ({ ...state, known: true, kind: 'other' }),
  LeadQualified: (state, { data }) => ({ ...state, level: data.level }),
  LeadDisqualified: (state) => ({ ...state, disqualified: true }),
  LeadRecycled: (state) => ({ ...state, level: 'unqualified', disqualified: false }),
  LeadConverted: (state, { stream, data }, key) =>
    key === stream
      ? { ...state, kind: 'contact', accountId: data.accountId, owner: data.owner }
      : { ...state, contacts: withOne(state.contacts, stream) },
  ConversionReverted: (state) => ({ ...state, kind: 'lead', accountId: undefined, owner: state.leadOwner }),
  PersonTransferred: (state, { data }) => ({ ...state, owner: data.to, leadOwner: data.to }),
  ContactAccountAssigned: (state, { stream, data }, key) =>
    key === stream ? { ...state, accountId: data.accountId } : { ...state, contacts: withOne(state.contacts, stream) },
  PersonMergedInto: (state, { stream, data }, key) => mergedInto(state, stream, `person-${data.survivorId}`, key),
  PersonSeparated: separated,
  AccountMergedInto: (state, { stream, data }, key) => mergedInto(state, stream, `account-${data.survivorId}`, key),
  AccountSeparated: separated,
  PersonAttributesSet: (state, { data }) => withAttributes(state, data.attributes),
  PersonAttributesRemoved: (state, { data }) => withoutAttributes(state, data.names),
  ConsentGiven: (state, { data, occurredAt }) => said(state, data.channel, { word: 'opted-in', since: occurredAt }),
  ConsentWithdrawn: (state, { data, occurredAt }) =>
    said(state, data.channel, { word: 'opted-out', since: occurredAt }),

  AccountOpened: (state, { data }) => {
    const { industry, location, owner, roles } = data;
    return { ...state, known: true, industry, location, owner, roles };
  },
  AccountOpeningReverted: ({ known: _, ...state }) => state,
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
  ShareOfWalletEstimated: (state, { data }) => ({ ...state, share: data.perCent }),

  PurchaseRecorded: (state, { stream, data, occurredAt }) => {
    const { date, amount, orderId, opportunityId } = data;
    return withPurchase(state, stream, {
      at: purchasedAt(date, occurredAt),
      amount,
      orderId,
      opportunityId,
      cancelled: false,
      ...ratesIn(data),
    });
  },
  PurchaseCorrected: (state, { stream, data }) => purchaseChanged(state, stream, { amount: data.amount }),
  PurchaseCancelled: (state, { stream }) => purchaseChanged(state, stream, { cancelled: true }),
  PurchaseOpportunityAssigned: (state, { stream, data }) =>
    purchaseChanged(state, stream, { opportunityId: data.opportunityId }),
  OpportunityOpened: (state, { stream }) => withOpportunity(state, stream),
  OpportunityAccountAssigned: (state, { stream, data }, key) =>
    key === `account-${data.accountId}` ? withOpportunity(state, stream) : withoutOpportunity(state, stream),
  OpportunityWithdrawn: (state, { stream }) => withoutOpportunity(state, stream),
  OpportunityWon: (state, { stream, data, occurredAt }) => ({
    ...state,
    won: { ...state.won, [idOf(stream)]: { at: occurredAt, amount: data.amount, ...ratesIn(data) } },
  }),
  OpportunityReopened: (state, { stream }) => ({ ...state, won: without(state.won, [idOf(stream)]) }),

  ActivityCompleted: (state, event) => signalled(reached(state, event), event, signalOf.ActivityCompleted(event.data)),
  ActivityLogged: (state, event) => signalled(reached(state, event), event, signalOf.ActivityLogged(event.data)),
  CampaignSent: (state, event) => signalled(state, event, signalOf.CampaignSent()),
  CampaignResponded: (state, event) => signalled(state, event, signalOf.CampaignResponded(event.data)),
  SurveyResponseRecorded: (state, event) => signalled(state, event, signalOf.SurveyResponseRecorded(event.data)),

  StaticListMembersAdded: (state, { stream }) => withList(state, idOf(stream)),
  StaticListMembersRemoved: (state, { stream }) => withoutList(state, idOf(stream)),
  CustomerEnteredSegment: (state, { data }) => withList(state, data.segmentId),
  CustomerLeftSegment: (state, { data }) => withoutList(state, data.segmentId),
};

const withList = (state: Customer, list: string): Customer => ({
  ...state,
  lists: [...new Set([...(state.lists ?? []), list])].sort(),
});

const withoutList = (state: Customer, list: string): Customer => ({
  ...state,
  lists: (state.lists ?? []).filter((other) => other !== list),
});

const withOne = (all: readonly string[] = [], one: string): readonly string[] => [...new Set([...all, one])];

const withOpportunity = (state: Customer, stream: string): Customer => ({
  ...state,
  opportunities: withOne(state.opportunities, idOf(stream)),
});

const withoutOpportunity = (state: Customer, stream: string): Customer => ({
  ...state,
  opportunities: (state.opportunities ?? []).filter((id) => id !== idOf(stream)),
});

const mergedInto = (state: Customer, duplicate: string, survivor: string, key: string): Customer =>
  key === duplicate ? { ...state, survivor } : { ...state, duplicates: withOne(state.duplicates, duplicate) };

function separated(state: Customer, { stream }: { readonly stream: string }, key: string): Customer {
  if (key === stream) return { ...state, survivor: undefined };
  return { ...state, duplicates: (state.duplicates ?? []).filter((duplicate) => duplicate !== stream) };
}

const said = (state: Customer, channel: Channel, consented: Consented): Customer => ({
  ...state,
  consent: { ...state.consent, [channel]: consented },
});

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

const withPurchase = (state: Customer, stream: string, bought: Bought): Customer => ({
  ...state,
  purchases: { ...state.purchases, [idOf(stream)]: bought },
});

function purchaseChanged(state: Customer, stream: string, change: Partial<Bought>): Customer {
  const bought = state.purchases?.[idOf(stream)];
  return bought ? withPurchase(state, stream, { ...bought, ...change }) : state;
}

/** A failed attempt is no interaction: it leaves the silence as it is (domain.md §5). */
const reached = (
  state: Customer,
  { data, occurredAt }: { readonly data: { readonly outcome: string }; readonly occurredAt: Instant },
): Customer =>
  data.outcome === 'reached' ? { ...state, lastInteraction: later(state.lastInteraction ?? '', occurredAt) } : state;

const signalled = (state: Customer, heard: Heard, signal: Signal | undefined): Customer =>
  signal ? { ...state, signals: [...(state.signals ?? []), keptAs(signal, heard)] } : state;

/** What an amount was kept with (`withRates`). */
function ratesIn(data: object): { readonly rates?: Rates } {
  const { rates } = data as { readonly rates?: Rates };
  return rates && rates.length > 0 ? { rates } : {};
}
