import { type CustomerGroup, customerGroupOf } from '../../libs/domain/account/customer-group.rules.js';
import { Behaviour, type GroupPolicy } from '../../libs/domain/account/relationship.rules.js';
import { converted, dayMs, type Instant, later, type Money, plusDays, Refusal } from '../../libs/kernel/index.js';
import type { StateOf } from '../../libs/read-model/index.js';
import { boughtBy, type Counted } from './bought.js';
import type { Customer } from './customer.js';
import { signalIn } from './signals.js';

/** The settings that the group of a customer rests on. */
export interface GroupSettings {
  readonly policy: GroupPolicy;
  /** ISO 4217 reporting currency. */
  readonly currency: string;
}

/** The group that somebody is in from an instant on, until when if nothing happens. */
export interface GroupAt {
  readonly group?: CustomerGroup | undefined;
  readonly until?: Instant | undefined;
}

/**
 * The group of the customer that somebody belongs to (S4; domain.md §2): merged ones continue as others, contacts are of
 * their account. It is the group that the list of customers tells of that customer.
 */
export function groupAt(key: string, others: StateOf<Customer>, settings: GroupSettings, at: Instant): GroupAt {
  const root = customerOf(key, others);
  const state = root === undefined ? undefined : others(root);
  if (root === undefined || !state) return {};
  const all = partsOf(root, others);
  const bought = boughtBy(all);
  if (!isCustomer(root, state) && bought.length === 0) return {};
  return judged(all, state.share, bought, settings, at);
}

/** What somebody is a part of: whom it continues as, else its account. */
const wholeOf = ({ survivor, accountId }: Customer): string | undefined =>
  survivor ?? (accountId === undefined ? undefined : `account-${accountId}`);

/** `undefined`: of nobody who is known. */
function customerOf(key: string, others: StateOf<Customer>): string | undefined {
  const seen = new Set<string>();
  for (let one = key; !seen.has(one);) {
    seen.add(one);
    const state = others(one);
    if (!state?.known) return undefined;
    const whole = wholeOf(state);
    if (whole === undefined) return one;
    one = whole;
  }
  return undefined;
}

/** A customer with all that counts for it. */
function partsOf(root: string, others: StateOf<Customer>): readonly Customer[] {
  const found = new Map<string, Customer>();
  const walk = (key: string): void => {
    const state = others(key);
    if (!state?.known || found.has(key)) return;
    found.set(key, state);
    for (const part of [...(state.duplicates ?? []), ...(state.contacts ?? [])]) {
      const own = others(part);
      if (own && wholeOf(own) === key) walk(part);
    }
  };
  walk(root);
  return [...found.values()];
}

/** Suppliers, partners and the like are customers if they buy. */
function isCustomer(key: string, { kind, supplier, roles = [] }: Customer): boolean {
  if (key.startsWith('account-')) return roles.includes('customer');
  return kind === 'name' || (kind === 'lead' && !supplier);
}

/** Counts what lies within the period, and goes on to when so much of it has left that the group is another one. */
function judged(
  all: readonly Customer[],
  share: number | undefined,
  bought: readonly Counted[],
  { policy, currency }: GroupSettings,
  at: Instant,
): GroupAt {
  const behaviour = new Behaviour();
  const leaving: { readonly at: Instant; readonly leave: () => void }[] = [];
  const within = (happened: Instant, count: (times: 1 | -1) => void): void => {
    const end = plusDays(happened, policy.periodDays);
    if (end <= at) return;
    count(1);
    leaving.push({
      at: end,
      leave: () => {
        count(-1);
      },
    });
  };
  const signals = new Map(
    all.flatMap(({ signals: own = [] }) => own.map(signalIn).map((signal) => [signal.position, signal])),
  );
  for (const signal of signals.values())
    within(signal.at, (times) => {
      behaviour.count(signal, times);
    });
  for (const sale of bought) {
    const worth = worthIn(currency, sale);
    if (worth !== undefined)
      within(sale.at, (times) => {
        behaviour.buy(worth, times);
      });
  }
  const last = bought.reduce((latest, sale) => later(latest, sale.at), '');
  if (last !== '') {
    const end = plusDays(last, policy.buying.recency + 1);
    if (end > at) leaving.push({ at: end, leave: () => undefined });
  }
  const groupOf = (instant: Instant): CustomerGroup | null => {
    const recency = last === '' ? undefined : Math.floor((Date.parse(instant) - Date.parse(last)) / dayMs);
    return customerGroupOf(behaviour.facts(share, recency), policy).group;
  };
  const group = groupOf(at);
  leaving.sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
  for (const [place, { at: end, leave }] of leaving.entries()) {
    leave();
    if (leaving[place + 1]?.at !== end && groupOf(end) !== group) return { group: group ?? undefined, until: end };
  }
  return { group: group ?? undefined };
}

/** At the rate of its day that was known when it was recorded; `undefined`: there was none. */
function worthIn(currency: string, { amount, rates }: Counted): number | undefined {
  if (amount.currency === currency) return amount.amount;
  const rate = rates.find(({ from, to }) => from === currency || to === currency);
  return rate && exact(amount, rate);
}

/** More than fits in exact minor units is as much as does: it is above any threshold all the same. */
function exact(amount: Money, rate: Parameters<typeof converted>[1]): number {
  try {
    return converted(amount, rate).amount;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return Math.sign(amount.amount) * Number.MAX_SAFE_INTEGER;
  }
}
