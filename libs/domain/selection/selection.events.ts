import { declareEvents, type EventShape } from '../../kernel/index.js';
import type { SegmentAudience } from '../segment/segment.rules.js';

/** What the members of a segment are put in order by (S4). */
export const selectionOrders = [
  'rating',
  'group',
  'value-at-risk',
  'silence',
  'open-amount',
  'lifetime-value',
] as const;
export type SelectionOrder = (typeof selectionOrders)[number];

export const selectionDirections = ['highest-first', 'lowest-first'] as const;
export type SelectionDirection = (typeof selectionDirections)[number];

/** These names and shapes are on disk: compensate, never change. */
export interface SelectionEvents {
  SelectionDefined: EventShape<{
    readonly name: string;
    readonly segmentId: string;
    readonly of: SegmentAudience;
    readonly orderBy: SelectionOrder;
    readonly direction: SelectionDirection;
    /** Accounts of the group dog are called as well (S4). */
    readonly includeDogs: boolean;
    /** 1, and one more with each other definition. */
    readonly version: number;
  }>;
}

export const selectionEvents = declareEvents<SelectionEvents>('selection', {
  SelectionDefined: { says: 'The members of a segment are called in this order of priority from here on.' },
});
