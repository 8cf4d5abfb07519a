import {
  aggregate,
  type Aggregate,
  conflict,
  factsOf,
  type Foldable,
  type Found,
  type IdsLookup,
  type Instant,
  invalid,
  type LocalDate,
  type Lookup,
  notFound,
  refused,
} from '../../kernel/index.js';
import { account } from '../account/account.js';
import { opportunity, type OpportunityState } from '../opportunity/opportunity.js';
import { person } from '../person/person.js';
import { ownersOf } from '../owners.js';
import { plain, same } from '../values.js';
import { type Priced, pricedLines } from './purchase-lines.js';
import { AssignPurchaseOpportunity, CancelPurchase, CorrectPurchase, RecordPurchase } from './purchase.commands.js';
import { purchaseEvents, type RecordedPurchase } from './purchase.events.js';
import { purchaseIdOf } from './purchase.rules.js';

/** A purchase as it stands. */
export interface Purchase extends Priced {
  /** As it came in. */
  readonly recorded: RecordedPurchase;
  readonly opportunityId?: string;
  readonly cancelled: boolean;
}

export interface PurchaseState {
  readonly purchase?: Purchase;
}

interface Lookups {
  /** The order that an invoice bills. */
  readonly order: PurchaseState;
  readonly opportunity: OpportunityState;
  /** The accounts and the people that all these name, by the ids that they have by now. */
  readonly accounts: ReadonlyMap<string, string>;
  readonly people: ReadonlyMap<string, string>;
}

/** A customer as something names it. */
type Named = Pick<RecordedPurchase, 'accountId' | 'personId'>;

const fact = factsOf(purchaseEvents);

const orderOf = ({ source, order }: RecordPurchase): string | undefined =>
  order === undefined ? undefined : purchaseIdOf({ system: source.system, reference: order });

const itsOrder: Lookup<PurchaseState, PurchaseState> = {
  get from() {
    return purchase;
  },
  id: (command) => (command instanceof RecordPurchase ? orderOf(command) : undefined),
};

const itsOpportunity: Lookup<PurchaseState, OpportunityState> = {
  from: opportunity,
  id: (command) =>
    command instanceof RecordPurchase || command instanceof AssignPurchaseOpportunity
      ? command.opportunityId
      : undefined,
};

/** Only where more than one id is named it matters who is who. */
const severalOf = (ids: readonly (string | undefined)[]): readonly string[] => {
  const several = [...new Set(ids)].filter((id) => id !== undefined);
  return several.length > 1 ? several : [];
};

/** Everybody whom the purchase, its order and its opportunity name. */
const namedBy = (command: object, { purchase: known }: PurchaseState, found: Found): readonly (Named | undefined)[] => [
  command instanceof RecordPurchase ? command : undefined,
  known?.recorded,
  found(itsOrder.from, itsOrder.id(command, {}))?.state.purchase?.recorded,
  { accountId: found(itsOpportunity.from, itsOpportunity.id(command, {}))?.state.opportunity?.accountId },
];

const idsOf = <Looked>(from: Foldable<Looked>, of: keyof Named): IdsLookup<PurchaseState> => ({
  from: from as unknown as Foldable<unknown>,
  named: (command, state, found) => severalOf(namedBy(command, state, found).map((one) => one?.[of])),
});

/** What a customer bought, as the ERP tells it: an order or an invoice, with lines (S4; domain.md §2). */
export const purchase: Aggregate<PurchaseState> = aggregate<PurchaseState, Lookups>()({
  events: purchaseEvents,
  commands: { RecordPurchase, CorrectPurchase, CancelPurchase, AssignPurchaseOpportunity },
  id: 'purchaseId',
  initial: {},
  whose: (command, { purchase: known }, found) => {
    const { accountId, personId } = known?.recorded ?? (command as RecordPurchase);
    return [
      ...ownersOf({ account, person }, { accountId, personId }, found),
      ...ownersOf({ opportunity }, { opportunityId: known?.opportunityId }, found),
      ...ownersOf({ opportunity }, { opportunityId: itsOpportunity.id(command, {}) }, found),
    ];
  },
  lookups: {
    order: itsOrder,
    opportunity: itsOpportunity,
    accounts: idsOf(account, 'accountId'),
    people: idsOf(person, 'personId'),
  },
  naturalId: (command) => (command instanceof RecordPurchase ? purchaseIdOf(command.source) : undefined),
  decide: {
    RecordPurchase: (command, { purchase: known }, { occurredAt, lookups }) => {
      const { purchaseId, order: _, ...asked } = command;
      if (purchaseId !== undefined && purchaseId !== purchaseIdOf(asked.source)) {
        throw refused('PURCHASE_ID_NOT_OF_SOURCE', 'The id follows from the source: leave it out.');
      }
      if ((asked.accountId === undefined) === (asked.personId === undefined)) {
        throw invalid('PURCHASE_CUSTOMER_UNCLEAR', 'Name either the account or the person that bought.', [
          { path: 'accountId', message: 'accountId must be given where personId is not, and only there.' },
        ]);
      }
      // The day was given once; where it is left out it is not another one.
      const date = asked.date ?? known?.recorded.date ?? dayOf(occurredAt);
      const orderId = orderOf(command);
      const priced = pricedLines(asked.lines, asked.amount);
      const purchased: RecordedPurchase = plain({ ...asked, ...priced, date, orderId });
      if (known) {
        if (
          same({ ...purchased, ...byNow(purchased, lookups) }, { ...known.recorded, ...byNow(known.recorded, lookups) })
        )
          return [];
        throw conflict(
          'PURCHASE_EXISTS',
          'This number of this system was recorded with other content: correct or cancel that purchase.',
        );
      }
      if (date > latestDay(occurredAt)) {
        throw invalid('PURCHASE_IN_FUTURE', 'A purchase does not happen before the day that it bears.', [
          { path: 'date', message: `date must not be after ${latestDay(occurredAt)}.` },
        ]);
      }
      if (orderId !== undefined) billable(lookups, purchased);
      ofItsAccount(lookups, asked);
      return [fact('PurchaseRecorded', purchased)];
    },

    CorrectPurchase: ({ purchaseId: _, kind, reason, reference, ...asked }, state) => {
      const known = found(state);
      if (known.cancelled) throw refused('PURCHASE_CANCELLED', 'The purchase was cancelled.');
      const { lines, amount } = pricedLines(asked.lines, asked.amount);
      if (amount.currency !== known.amount.currency) {
        throw refused('PURCHASE_CURRENCY_CHANGED', `The purchase is in ${known.amount.currency}.`);
      }
      if (same({ lines, amount }, { lines: known.lines, amount: known.amount })) return [];
      const difference = amount.amount - known.amount.amount;
      return [fact('PurchaseCorrected', plain({ kind, lines, amount, difference, reason, reference }))];
    },

    CancelPurchase: ({ reason }, state) => {
      const { cancelled, amount } = found(state);
      return cancelled ? [] : [fact('PurchaseCancelled', { amount, reason })];
    },

    AssignPurchaseOpportunity: ({ opportunityId }, state, { lookups }) => {
      const known = found(state);
      if (known.opportunityId === opportunityId) return [];
      ofItsAccount(lookups, known.recorded);
      return [fact('PurchaseOpportunityAssigned', { opportunityId })];
    },
  },
  evolve: {
    PurchaseRecorded: (_, recorded) => {
      const { lines, amount, opportunityId } = recorded;
      return { purchase: { recorded, lines, amount, opportunityId, cancelled: false } };
    },
    PurchaseCorrected: (state, { lines, amount }) => changed(state, { lines, amount }),
    PurchaseCancelled: (state) => changed(state, { cancelled: true }),
    PurchaseOpportunityAssigned: (state, { opportunityId }) => changed(state, { opportunityId }),
  },
});

const changed = ({ purchase: known }: PurchaseState, change: Partial<Purchase>): PurchaseState => ({
  purchase: known && { ...known, ...change },
});

function found({ purchase: known }: PurchaseState): Purchase {
  if (!known) throw notFound('PURCHASE_NOT_FOUND', 'There is no such purchase.');
  return known;
}

const dayOf = (instant: Instant): LocalDate => instant.slice(0, 10);

/** It is tomorrow already somewhere: the clock on the wall is up to 14 hours ahead of UTC. */
const latestDay = (instant: Instant): LocalDate =>
  dayOf(new Date(Math.min(Date.parse(instant) + 14 * 3_600_000, Date.parse('9999-12-31'))).toISOString());

/** The customer by the id that they have by now: survivor and duplicate are one (domain.md §1). */
const byNow = ({ accountId, personId }: Named, { accounts, people }: Pick<Lookups, 'accounts' | 'people'>): Named =>
  plain({
    accountId: accountId === undefined ? undefined : (accounts.get(accountId) ?? accountId),
    personId: personId === undefined ? undefined : (people.get(personId) ?? personId),
  });

/** @throws Refusal `ORDER_NOT_FOUND`, `ORDER_NOT_ITS_OWN` */
function billable(lookups: Lookups, invoice: RecordedPurchase): void {
  const { purchase: order } = lookups.order;
  if (!order) throw notFound('ORDER_NOT_FOUND', 'The order was not recorded: record it before its invoice.');
  const { kind } = order.recorded;
  const itsOwn =
    invoice.kind === 'invoice' &&
    kind === 'order' &&
    same(byNow(order.recorded, lookups), byNow(invoice, lookups)) &&
    order.amount.currency === invoice.amount.currency;
  if (!itsOwn) {
    throw refused('ORDER_NOT_ITS_OWN', 'An invoice bills an order of the same customer in the same currency.');
  }
}

/** @throws Refusal `OPPORTUNITY_OF_OTHER_ACCOUNT` */
function ofItsAccount(lookups: Lookups, customer: Named): void {
  const { accountId: bought } = byNow(customer, lookups);
  const { accountId: won } = byNow({ accountId: lookups.opportunity.opportunity?.accountId }, lookups);
  if (won === undefined || bought === undefined || won === bought) return;
  throw refused('OPPORTUNITY_OF_OTHER_ACCOUNT', 'The opportunity belongs to another account than the purchase.');
}
