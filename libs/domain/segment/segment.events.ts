import { declareEvents, type EventShape } from '../../kernel/index.js';
import type { Rule, SegmentAudience } from './segment.rules.js';

/** These names and shapes are on disk: compensate, never change. */
export interface SegmentEvents {
  SegmentDefined: EventShape<{
    readonly name: string;
    readonly of: SegmentAudience;
    /** As it was written. */
    readonly rule: Rule;
    /** 1, and one more with each other rule. */
    readonly version: number;
  }>;
  StaticListCreated: EventShape<{ readonly name: string; readonly of: SegmentAudience }>;
  /** Ids of people or of accounts, as the list is of. */
  StaticListMembersAdded: EventShape<{ readonly members: readonly string[] }>;
  StaticListMembersRemoved: EventShape<{ readonly members: readonly string[] }>;
  SegmentRetired: EventShape<{ readonly reason: string }>;
}

export const segmentEvents = declareEvents<SegmentEvents>('segment', {
  SegmentDefined: { says: 'Whoever fits this rule belongs to the segment from here on.' },
  StaticListCreated: { says: 'There is a list whose members are named one by one.' },
  StaticListMembersAdded: { says: 'These were put on the list; they were not on it.' },
  StaticListMembersRemoved: { says: 'These were taken off the list; they were on it.' },
  SegmentRetired: { says: 'The segment or list is used for nothing new.' },
});
