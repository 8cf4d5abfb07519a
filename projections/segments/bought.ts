import { purchaseCounts, wonOpportunityCounts } from '../../libs/domain/purchase/purchase.rules.js';
import type { ExchangeRate, Instant, Money } from '../../libs/kernel/index.js';
import type { Customer } from './customer.js';

/** What counts as bought. */
export interface Counted {
  readonly at: Instant;
  readonly amount: Money;
  /** To other currencies, as they were known when it was recorded. */
  readonly rates: readonly ExchangeRate[];
}

/** Purchases and won opportunities that count, each once, whoever of them the purchase was recorded of (domain.md §2). */
export function boughtBy(all: readonly Customer[]): readonly Counted[] {
  const told = all.flatMap(({ purchases = {} }) => Object.values(purchases));
  const named = new Map<string, number>();
  for (const { opportunityId } of told) {
    if (opportunityId !== undefined) named.set(opportunityId, (named.get(opportunityId) ?? 0) + 1);
  }
  return [
    ...told
      .filter(({ orderId, cancelled }) => purchaseCounts({ kind: 'order', orderId, cancelled }))
      .map(({ at, amount, rates = [] }) => ({ at, amount, rates })),
    ...all
      .flatMap(({ won = {} }) => Object.entries(won))
      .filter(([id]) => wonOpportunityCounts({ byPurchases: named.get(id) ?? 0 }))
      .map(([, { at, amount, rates = [] }]) => ({ at, amount, rates })),
  ];
}
