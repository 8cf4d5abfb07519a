import { declareEvents, type EventShape, type Instant } from '../../kernel/index.js';
import type { PolicyReference } from '../policy/policy.events.js';
import type { Phase } from '../policy/policy.values.js';

export type { Phase } from '../policy/policy.values.js';

/** A customer is an account, or a person without one (domain.md §1). */
export const customerKinds = ['account', 'person'] as const;
export type CustomerKind = (typeof customerKinds)[number];

/** What a phase rests on. */
export const phaseGrounds = [
  'account',
  'name',
  'disqualified-lead',
  'lead',
  'sales-qualified-lead',
  'contact',
  'opportunity',
  'purchase',
  'won-opportunity',
] as const;
export type PhaseGround = (typeof phaseGrounds)[number];

/** One fact that a phase rests on, and the stream that holds it. */
export interface PhaseReason {
  readonly ground: PhaseGround;
  /** `purchase-…`, `person-…` */
  readonly stream: string;
  /** Of a purchase or a won opportunity: when it was bought. */
  readonly at?: Instant;
}

/** These names and shapes are on disk: compensate, never change. */
export interface CustomerEvents {
  CustomerPhaseChanged: EventShape<{
    readonly customerKind: CustomerKind;
    /** Left out: there was none. */
    readonly from?: Phase;
    readonly to: Phase;
    /** Since when, never before the last change; the event itself may stand later, behind what was reported before. */
    readonly at: Instant;
    /** From inactive to active by a purchase. */
    readonly wonBack?: true;
    readonly because: readonly PhaseReason[];
    /** What active and inactive were judged by. */
    readonly policy?: PolicyReference;
  }>;
  CustomerPhaseEnded: EventShape<{
    readonly customerKind: CustomerKind;
    readonly from: Phase;
    /** Since when there is none. */
    readonly at: Instant;
    /** Stream of the account or person whose phase counts from here on. */
    readonly carriedBy?: string;
  }>;
  /** Of segments by rule that have a window of their own alone (docs/decisions/0032). */
  CustomerEnteredSegment: EventShape<SegmentWord & { readonly ruleVersion: number }>;
  CustomerLeftSegment: EventShape<SegmentWord>;
}

/** What is said of a customer and a segment from an instant on; of several for one instant the last recorded holds. */
interface SegmentWord {
  readonly customerKind: CustomerKind;
  readonly segmentId: string;
  /** Since when. What is learnt late corrects what was said for the same instant, or between others. */
  readonly at: Instant;
}

export const customerEvents = declareEvents<CustomerEvents>('customer', {
  CustomerPhaseChanged: { says: 'The relationship with a customer is in another phase, with what decided it.' },
  CustomerPhaseEnded: { says: 'There is no phase of its own any more: it is no customer, or is part of another one.' },
  CustomerEnteredSegment: {
    says: 'From here on the rule of a segment that has a window of its own in inactivity.window holds of the customer.',
    verdict: true,
  },
  CustomerLeftSegment: {
    says: 'The rule of the segment does not hold of the customer from here on, or it has no window of its own any more.',
    verdict: true,
  },
});
