import { declareEvents, type EventShape, type LocalDate, type Money } from '../../kernel/index.js';
import type { Line } from '../opportunity/opportunity.events.js';

/** What the ERP tells of: a customer ordered, or was billed (domain.md §2). */
export const purchaseKinds = ['order', 'invoice'] as const;
export type PurchaseKind = (typeof purchaseKinds)[number];

/** Why a purchase is not what it was recorded as. */
export const correctionKinds = ['correction', 'return', 'credit-note'] as const;
export type CorrectionKind = (typeof correctionKinds)[number];

/** Where a purchase stands outside: a system, and its own number there. It identifies the purchase. */
export interface PurchaseSource {
  readonly system: string;
  readonly reference: string;
}

/** A line as in an opportunity, with what was taken off its price. */
export interface PurchaseLine extends Line {
  readonly discount?: Money;
  /** Quantity × unit price, rounded half up to the minor unit, less the discount. */
  readonly amount: Money;
}

/** A purchase as it was recorded. */
export interface RecordedPurchase {
  /** Who bought: an account, or a person without one. */
  readonly accountId?: string;
  readonly personId?: string;
  readonly source: PurchaseSource;
  readonly kind: PurchaseKind;
  /** The day that the order or invoice bears. */
  readonly date: LocalDate;
  readonly lines: readonly PurchaseLine[];
  /** The exact sum of the lines, without tax. */
  readonly amount: Money;
  /** Of an invoice: the purchase that was recorded as the order; the two count once. */
  readonly orderId?: string;
  /** The won opportunity that it came from; the two count once. */
  readonly opportunityId?: string;
}

/** These names and shapes are on disk: compensate, never change. */
export interface PurchaseEvents {
  PurchaseRecorded: EventShape<RecordedPurchase>;
  /** What it is worth from here on. What was recorded stands: earlier answers stay what they were. */
  PurchaseCorrected: EventShape<{
    readonly kind: CorrectionKind;
    readonly lines: readonly PurchaseLine[];
    readonly amount: Money;
    /** The new amount less the one before, in minor units; negative where it is worth less. */
    readonly difference: number;
    readonly reason: string;
    /** Number of the credit note or correction in the system that the purchase came from. */
    readonly reference?: string;
  }>;
  PurchaseCancelled: EventShape<{
    /** What it was worth until then, and is not any more. */
    readonly amount: Money;
    readonly reason: string;
  }>;
  /** It was learnt later which won opportunity it came from. */
  PurchaseOpportunityAssigned: EventShape<{ readonly opportunityId: string }>;
}

export const purchaseEvents = declareEvents<PurchaseEvents>('purchase', {
  PurchaseRecorded: { says: 'A customer bought: an order or an invoice, with its lines.' },
  PurchaseCorrected: { says: 'It is worth another amount, by a correction, a return or a credit note.' },
  PurchaseCancelled: { says: 'It is worth nothing any more, with the reason.' },
  PurchaseOpportunityAssigned: { says: 'The opportunity that it came from is known, so that the two count once.' },
});
