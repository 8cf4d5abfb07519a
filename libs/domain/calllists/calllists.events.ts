import { declareEvents, type EventShape, type Instant } from '../../kernel/index.js';
import type { ActivityKind } from '../activity/activity.events.js';
import type { SegmentAudience } from '../segment/segment.rules.js';
import type { SelectionDirection, SelectionOrder } from '../selection/selection.events.js';

/** These names and shapes are on disk: compensate, never change. */
export interface CallListsEvents {
  CallListsCut: EventShape<{
    readonly selectionId: string;
    readonly selectionVersion: number;
    readonly of: SegmentAudience;
    readonly orderBy: SelectionOrder;
    readonly direction: SelectionDirection;
    readonly salespeople: readonly string[];
    readonly size: number;
    /** Who might have been called. */
    readonly candidates: number;
    /** Who found no room on any list. */
    readonly leftOut: number;
    /** People who are no customers, and dogs unless they were asked for, are not called. */
    readonly excluded: number;
  }>;
  CallListDrawn: EventShape<{
    readonly selectionId: string;
    readonly of: SegmentAudience;
    readonly salesperson: string;
    /** In the order in which they are called. */
    readonly members: readonly string[];
    /** They are worked off as planned activities of this kind. */
    readonly kind: ActivityKind;
    readonly dueAt: Instant;
  }>;
}

export const callListsEvents = declareEvents<CallListsEvents>('calllists', {
  CallListsCut: { says: 'A selection was cut into call lists.' },
  CallListDrawn: { says: 'These are called by this salesperson, in this order.' },
});
