import { realisedValue } from '../../libs/domain/account/lifetime-value.rules.js';
import {
  inactiveFrom,
  type RelationshipPhase,
  type StandingPhase,
  standingOfLead,
} from '../../libs/domain/account/phase.rules.js';
import { daysOf, type Window } from '../../libs/domain/customer/phases.rules.js';
import type { Facts } from '../../libs/domain/segment/segment.rules.js';
import { earlier, type Instant, later } from '../../libs/kernel/index.js';
import type { StateOf } from '../../libs/read-model/index.js';
import { boughtBy } from './bought.js';
import type { Consented, Customer } from './customer.js';
import type { GroupAt } from './group.js';

/** After how many days without a purchase a customer is inactive, also in some segments; the longest holds (S3). */
export type Windows = Window;

/** What a rule is asked about; `until`: from when on it is another by itself. */
export interface FactsAt {
  readonly facts: Facts;
  readonly until?: Instant | undefined;
}

/** A customer with those whose facts are its facts too. */
export interface Party {
  readonly own: Customer;
  /** Those that continue as it. */
  readonly duplicates: readonly Customer[];
  /** Of a contact. */
  readonly account?: Customer | undefined;
  /** Of an account. */
  readonly contacts: readonly Customer[];
}

export function partyOf(key: string, own: Customer, others: StateOf<Customer>): Party {
  const known = (keys: readonly string[] = []): readonly Customer[] =>
    keys.flatMap((other) => {
      const state = others(other);
      return state ? [state] : [];
    });
  const isContact = ({ accountId, survivor }: Customer): boolean =>
    survivor === undefined && accountId !== undefined && `account-${accountId}` === key;
  return {
    own,
    duplicates: known(own.duplicates),
    account: own.accountId === undefined ? undefined : others(`account-${own.accountId}`),
    contacts: known(own.contacts).filter(isContact),
  };
}

/** Lists that a customer stands on, under any of its ids, and segments with a window that it belongs to. */
export const listsOf = ({ own, duplicates }: Party): readonly string[] =>
  [own, ...duplicates].flatMap(({ lists = [] }) => lists);

/**
 * The facts of a customer at an instant. A contact has those of its account besides its own: what an organisation is
 * and what it bought says something of the people there; and what its contacts bought and said, the account did.
 */
export function factsAt(party: Party, windows: Windows, at: Instant, grouped: GroupAt = {}): FactsAt {
  const { own, duplicates, account, contacts } = party;
  const organisation = account ?? own;
  const purchases = boughtBy([own, ...duplicates, ...contacts, ...(account ? [account] : [])]);
  const last = purchases.reduce((latest, purchase) => later(latest, purchase.at), '');
  const touched = [own, ...duplicates, ...contacts].reduce(
    (latest, { lastInteraction = '' }) => later(latest, lastInteraction),
    '',
  );
  const { phase, until: phaseEnds } = phaseAt(party, last, windows, at);
  const { location, industry, rating } = organisation;
  const area = own.attributes?.['area'] ?? organisation.attributes?.['area'];
  const { kind, level } = own;
  const facts: Facts = {
    text: {
      industry: some(industry),
      country: some(location?.country),
      region: some(location?.region),
      city: some(location?.city),
      product: (organisation.products ?? []).map(({ product }) => product),
      area: some(typeof area === 'string' ? area : undefined),
      owner: some(own.owner ?? organisation.owner),
      source: own.sources ?? [],
      'customer-role': organisation.roles ?? [],
    },
    words: {
      ...(phase === undefined ? {} : { phase }),
      ...(grouped.group === undefined ? {} : { group: grouped.group }),
      ...(kind === undefined ? {} : { kind }),
      ...(level === undefined || kind !== 'lead' ? {} : { 'lead-level': level }),
    },
    ...(rating === undefined ? {} : { rating }),
    purchases,
    lifetimeValue: { realised: realisedValue(purchases) },
    last: {
      ...(last === '' ? {} : { 'last-purchase': last }),
      ...(touched === '' ? {} : { 'last-interaction': touched }),
    },
    consent: consentOf([own, ...duplicates]),
    attributes: own.attributes ?? {},
  };
  return { facts, until: earlier(phaseEnds, grouped.until) };
}

/** The last word of a person on each channel, under whichever id; of words at the same instant, the one that withdraws. */
function consentOf(same: readonly Customer[]): Facts['consent'] {
  const latest = new Map<string, Consented>();
  for (const { consent = {} } of same) {
    for (const [channel, said] of Object.entries(consent)) {
      const before = latest.get(channel);
      const counts = !before || before.since < said.since || (before.since === said.since && said.word === 'opted-out');
      if (counts) latest.set(channel, said);
    }
  }
  return Object.fromEntries([...latest].map(([channel, { word }]) => [channel, word]));
}

const some = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);

/** Exactly one phase of a customer at any instant (domain.md §1); a contact is in that of its account. */
function phaseAt(
  party: Party,
  lastPurchase: Instant,
  windows: Windows,
  at: Instant,
): { readonly phase?: RelationshipPhase | undefined; readonly until?: Instant | undefined } {
  if (lastPurchase === '') return { phase: standing(party) };
  const lists = party.account ? (party.account.lists ?? []) : listsOf(party);
  const gone = inactiveFrom(lastPurchase, daysOf(windows, lists));
  return at < gone ? { phase: 'active', until: gone } : { phase: 'inactive' };
}

/** How far somebody has come who never bought; suppliers, partners and the like are no customers. */
function standing({ own, duplicates, account, contacts }: Party): StandingPhase | undefined {
  const { kind } = own;
  if (kind !== undefined && kind !== 'contact') return standingOf(own);
  if (!isOfCustomers(account ?? own)) return undefined;
  const isMet = contacts.length > 0 || [own, ...duplicates].some(({ opportunities = [] }) => opportunities.length > 0);
  return kind === 'contact' || isMet ? 'potential' : 'suspect';
}

/** The same of a person who is no contact. */
export function standingOf({ kind, supplier, ...lead }: Customer): StandingPhase | undefined {
  if (kind === 'name') return 'suspect';
  return kind === 'lead' && !supplier ? standingOfLead(lead) : undefined;
}

/** Whether an organisation can be a customer by its roles. */
export const isOfCustomers = ({ roles = [] }: Customer): boolean => roles.length === 0 || roles.includes('customer');
