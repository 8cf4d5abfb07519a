import { v5 } from 'uuid';
import type { Instant, LocalDate } from '../../kernel/index.js';
import type { PurchaseKind, PurchaseSource } from './purchase.events.js';

const namespace = '3f0f4a38-6e0d-5f6c-9a0b-7d2a1c5e8b41';

/** Id of the purchase that bears this number in this system: whoever knows the one knows the other. */
export const purchaseIdOf = ({ system, reference }: PurchaseSource): string =>
  v5(JSON.stringify([system, reference]), namespace);

/** What a read model knows of a purchase when it counts. */
export interface CountablePurchase {
  readonly kind: PurchaseKind;
  readonly orderId?: string | undefined;
  readonly cancelled: boolean;
}

/** An invoice that bills a recorded order is that order once more; what was cancelled is worth nothing. */
export const purchaseCounts = ({ orderId, cancelled }: CountablePurchase): boolean =>
  orderId === undefined && !cancelled;

/**
 * A won opportunity counts as a purchase of the amount it was won for, unless a purchase names it: what the ERP says then
 * stands for it, also where that was corrected or cancelled.
 */
export const wonOpportunityCounts = (named: { readonly byPurchases: number }): boolean => named.byPurchases === 0;

/**
 * When a purchase was made: when it happened, if that is the day that it bears; else the beginning of that day in UTC,
 * since the ERP may report an old order as if it were new.
 */
export const purchasedAt = (date: LocalDate, occurredAt: Instant): Instant =>
  date >= occurredAt.slice(0, 10) ? occurredAt : `${date}T00:00:00.000Z`;
