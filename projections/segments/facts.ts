import { purchaseCounts, wonOpportunityCounts } from '../../libs/domain/purchase/purchase.rules.js';
import type { Facts } from '../../libs/domain/segment/segment.rules.js';
import { realisedValue } from '../../libs/domain/account/lifetime-value.rules.js';
import { type Instant, later, type Money } from '../../libs/kernel/index.js';
import type { Customer } from './customer.js';

/** After how many days without a purchase a customer is inactive, also on some lists; the longest holds (S3). */
export interface Windows {
  readonly days: number;
  readonly segments: readonly { readonly segmentId: string; readonly days: number }[];
}

/** What a rule is asked about; `until`: from when on it is another by itself. */
export interface FactsAt {
  readonly facts: Facts;
  readonly until?: Instant | undefined;
}

/**
 * The facts of a customer at an instant. A contact has those of its account besides its own: what an organisation is
 * and what it bought says something of the people there.
 */
export function factsAt(own: Customer, account: Customer | undefined, windows: Windows, at: Instant): FactsAt {
  const organisation = account ?? own;
  const purchases = [...boughtBy(own), ...(account ? boughtBy(account) : [])];
  const last = purchases.reduce((latest, purchase) => later(latest, purchase.at), '');
  const { phase, until } = phaseAt(own, account, last, windows, at);
  const { location, industry } = organisation;
  const area = own.attributes?.['area'] ?? organisation.attributes?.['area'];
  const { kind, level } = own;
  const rating = organisation.rating;
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
      ...(kind === undefined ? {} : { kind }),
      ...(level === undefined || kind !== 'lead' ? {} : { 'lead-level': level }),
    },
    ...(rating === undefined ? {} : { rating }),
    purchases,
    lifetimeValue: { realised: realisedValue(purchases) },
    last: {
      ...(last === '' ? {} : { 'last-purchase': last }),
      ...(own.lastInteraction === undefined ? {} : { 'last-interaction': own.lastInteraction }),
    },
    consent: own.consent ?? {},
    attributes: own.attributes ?? {},
  };
  return { facts, until };
}

const some = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);

/** Purchases and won opportunities that count, each once (domain.md §2). */
function boughtBy({ purchases = {}, won = {} }: Customer): readonly { readonly at: Instant; readonly amount: Money }[] {
  const told = Object.values(purchases);
  const named = new Map<string, number>();
  for (const { opportunityId } of told) {
    if (opportunityId !== undefined) named.set(opportunityId, (named.get(opportunityId) ?? 0) + 1);
  }
  return [
    ...told
      .filter(({ orderId, cancelled }) => purchaseCounts({ kind: 'order', orderId, cancelled }))
      .map(({ at, amount }) => ({ at, amount })),
    ...Object.entries(won)
      .filter(([id]) => wonOpportunityCounts({ byPurchases: named.get(id) ?? 0 }))
      .map(([, sale]) => sale),
  ];
}

type Phase = 'suspect' | 'prospect' | 'potential' | 'active' | 'inactive';

/** Exactly one phase of a customer at any instant (domain.md §1); a contact is in that of its account. */
function phaseAt(
  own: Customer,
  account: Customer | undefined,
  last: Instant,
  windows: Windows,
  at: Instant,
): { readonly phase?: Phase | undefined; readonly until?: Instant | undefined } {
  if (last === '') return { phase: phaseBeforePurchase(own, account) };
  const gone = daysAfter(last, longestWindow(windows, (account ?? own).lists ?? []));
  return at < gone ? { phase: 'active', until: gone } : { phase: 'inactive' };
}

function phaseBeforePurchase(own: Customer, account: Customer | undefined): Phase | undefined {
  if (own.kind === 'other') return undefined;
  if (own.kind === 'name') return 'suspect';
  if (own.kind === 'lead') {
    if (own.supplier) return undefined;
    return own.level === 'sales-qualified' ? 'potential' : 'prospect';
  }
  const { roles = [] } = account ?? own;
  return roles.length === 0 || roles.includes('customer') ? 'potential' : undefined;
}

const longestWindow = ({ days, segments }: Windows, lists: readonly string[]): number => {
  const listed = segments.filter(({ segmentId }) => lists.includes(segmentId));
  return listed.length === 0 ? days : Math.max(...listed.map((window) => window.days));
};

const daysAfter = (instant: Instant, days: number): Instant =>
  new Date(Date.parse(instant) + days * 86_400_000).toISOString();
