import { purchaseCounts } from '../../libs/domain/purchase/purchase.rules.js';
import { folded } from '../../libs/domain/segment/segment.rules.js';
import { categoryOf, type RecordedOf } from '../../libs/kernel/index.js';
import { bool, instant, integer, money, optional, type OwnRow, text, timelines } from '../../libs/read-model/index.js';
import { type Customer, type CustomerEvents, evolve } from './customer.js';
import { isOfCustomers, standingOf } from './facts.js';
import { keysOf } from './keys.js';

/*
 * What rules mostly ask for, in columns: a rule that is tried is judged by PostgreSQL as far as these tell
 * (docs/decisions/0025). Each says what the state that members are judged by says, as both are made by the same fold.
 */

const only = <T extends keyof CustomerEvents>(...types: readonly T[]) =>
  Object.fromEntries(types.map((type) => [type, evolve[type]])) as Pick<typeof evolve, T>;

const initial: Customer = {};

const via = ['segments', 'purchases', 'opportunities'];

const keysIn =
  (category: string) =>
  (event: RecordedOf<CustomerEvents>, own: OwnRow): readonly string[] =>
    keysOf(event, own).filter((key) => categoryOf(key) === category);

const compared = (value: string | undefined): string | undefined => (value === undefined ? undefined : folded(value));

/** Accounts, each for itself. */
export const accounts = timelines<CustomerEvents>()({
  key: 'key',
  columns: {
    key: text('Stream of the account.'),
    known: bool('Whether it was opened.'),
    survivor: optional(text('As which stream it continues.')),
    merged: bool('Whether others continue as it.'),
    customer: bool('Whether it is a customer by its roles, or has none.'),
    industry: optional(text('Its industry, as it is compared.')),
    country: optional(text('Its country, as it is compared.')),
    owner: optional(text('Who owns it, as it is compared.')),
    rating: optional(integer('Its rating.')),
  },
  via,
  keysOf: keysIn('account'),
  initial,
  evolve: only(
    ...(['AccountOpened', 'AccountOpeningReverted', 'AccountDetailsChanged', 'AccountTransferred'] as const),
    ...(['AccountRolesAssigned', 'AccountRated', 'AccountMergedInto', 'AccountSeparated'] as const),
  ),
  rowAt: (state) => ({
    row: {
      known: state.known === true,
      survivor: state.survivor,
      merged: (state.duplicates ?? []).length > 0,
      customer: isOfCustomers(state),
      industry: compared(state.industry),
      country: compared(state.location?.country),
      owner: compared(state.owner),
      rating: state.rating,
    },
  }),
});

/** People, each for themselves. */
export const people = timelines<CustomerEvents>()({
  key: 'key',
  columns: {
    key: text('Stream of the person.'),
    known: bool('Whether they were registered.'),
    survivor: optional(text('As which stream they continue.')),
    merged: bool('Whether others continue as them.'),
    account: optional(text('Of a contact: stream of the account.')),
    kind: optional(text('name, lead, contact or other.')),
    level: optional(text('Of a lead: how far it is qualified.')),
    standing: optional(text('Of who is no contact: how far they have come if they never bought; null: nowhere.')),
    owner: optional(text('Who owns them, as it is compared.')),
  },
  via,
  keysOf: keysIn('person'),
  initial,
  evolve: only(
    ...(['NameRegistered', 'LeadRegistered', 'OtherPersonRegistered', 'LeadQualified', 'LeadDisqualified'] as const),
    ...(['LeadRecycled', 'LeadConverted', 'ConversionReverted', 'PersonTransferred'] as const),
    ...(['ContactAccountAssigned', 'PersonMergedInto', 'PersonSeparated'] as const),
  ),
  rowAt: (state) => ({
    row: {
      known: state.known === true,
      survivor: state.survivor,
      merged: (state.duplicates ?? []).length > 0,
      account: state.accountId === undefined ? undefined : `account-${state.accountId}`,
      kind: state.kind,
      level: state.kind === 'lead' ? state.level : undefined,
      standing: state.kind === 'contact' ? undefined : standingOf(state),
      owner: compared(state.owner),
    },
  }),
  indexes: [{ on: ['account'] }],
});

/** With what tells that a sale does not lie over a moment: who bought lately is read from the index alone. */
const ofSales = ['customer', 'counts', 'won', 'valid_from', 'valid_to', 'recorded_from', 'recorded_to'];

/** What accounts and people bought, each purchase and each won opportunity for itself. */
export const sales = timelines<CustomerEvents>()({
  key: 'key',
  columns: {
    key: text('Streams of the customer, and of the purchase or opportunity.'),
    customer: text('Stream of the account or person.'),
    at: instant('When it was bought or won.'),
    amount: money('In minor units.'),
    currency: text('ISO 4217.'),
    counts: bool('Whether it counts; a won opportunity does unless a purchase names it.'),
    won: optional(text('Id of the opportunity; null: it is a purchase.')),
    named: optional(text('Of a purchase: id of the opportunity that it names.')),
    names: bool('Whether it names one.'),
  },
  via,
  keysOf: (event, own) => keysOf(event, own).map((customer) => `${customer} ${event.stream}`),
  initial,
  evolve: only(
    ...(['PurchaseRecorded', 'PurchaseCorrected', 'PurchaseCancelled', 'PurchaseOpportunityAssigned'] as const),
    ...(['OpportunityWon', 'OpportunityReopened'] as const),
  ),
  rowAt: ({ purchases = {}, won = {} }, _at, key) => {
    const customer = key.slice(0, key.indexOf(' '));
    const [bought] = Object.values(purchases);
    if (bought) {
      const { at, amount, opportunityId, orderId, cancelled } = bought;
      const counts = purchaseCounts({ kind: 'order', orderId, cancelled });
      const named = { named: opportunityId, names: opportunityId !== undefined };
      return { row: { customer, at, amount: amount.amount, currency: amount.currency, counts, ...named } };
    }
    const [opportunity] = Object.entries(won);
    if (!opportunity) return { row: null };
    const [id, { at, amount }] = opportunity;
    const worth = { amount: amount.amount, currency: amount.currency };
    return { row: { customer, at, ...worth, counts: true, won: id, names: false } };
  },
  indexes: [
    { on: ['at'], with: ofSales },
    { on: ['named'], where: 'names' },
  ],
});
