import { declareEvents, type EventShape, type Instant } from '../../kernel/index.js';

/** Every kind of interaction (domain.md §5). */
export const activityKinds = [
  'visit',
  'meeting',
  'phone-call',
  'e-mail',
  'letter',
  'demo',
  'chat',
  'note',
  'web-visit',
  'click',
] as const;
export type ActivityKind = (typeof activityKinds)[number];

export const directions = ['inbound', 'outbound'] as const;
export type Direction = (typeof directions)[number];

/** How it went. An attempt that failed is stored like any other (S2). */
export const outcomes = ['reached', 'no-answer', 'left-message', 'bounced', 'refused', 'no-show'] as const;
export type Outcome = (typeof outcomes)[number];

/** Who took part besides the person it is about and the employee who did it. */
export interface Participants {
  /** Further persons, by id. */
  readonly people?: readonly string[];
  /** Further employees. */
  readonly employees?: readonly string[];
}

/** About whom or what: a person, an account or both; an opportunity, case or campaign only if there is one (S2). */
export interface About {
  readonly personId?: string;
  readonly accountId?: string;
  readonly opportunityId?: string;
  readonly caseId?: string;
  readonly campaignId?: string;
  readonly participants?: Participants;
}

/** Free text may tell of the person. */
export interface Note {
  readonly note?: string;
}

/** Why a plan changed: free text too. */
export interface Reason {
  readonly reason?: string;
}

/** These names and shapes are on disk: compensate, never change. */
export interface ActivityEvents {
  ActivityPlanned: EventShape<
    About & {
      readonly kind: ActivityKind;
      readonly direction: Direction;
      readonly dueAt: Instant;
      readonly remindAt?: Instant;
      /** The employee who is to do it. */
      readonly assignee: string;
    },
    Note
  >;
  ActivityRescheduled: EventShape<
    About & {
      /** When it was due before. */
      readonly from: Instant;
      readonly dueAt: Instant;
      /** Absent: there is no reminder any more. */
      readonly remindAt?: Instant;
      readonly assignee: string;
    },
    Reason
  >;
  ActivityReassigned: EventShape<
    About & {
      /** The employee who was to do it before. */
      readonly from: string;
      /** The employee who is to do it now. */
      readonly assignee: string;
    },
    Reason
  >;
  ActivityCompleted: EventShape<
    About & {
      readonly outcome: Outcome;
      readonly durationMinutes?: number;
      /** The employee who did it, of sales or not (S3); absent in old events: the one who was to do it. */
      readonly by?: string;
    },
    Note
  >;
  ActivityCancelled: EventShape<About, { readonly reason: string }>;
  ActivityBecameOverdue: EventShape<{ readonly dueAt: Instant; readonly assignee: string }>;
  ReminderFellDue: EventShape<{ readonly remindAt: Instant; readonly assignee: string }>;
  ActivityLogged: EventShape<
    About & {
      readonly kind: ActivityKind;
      readonly direction: Direction;
      readonly outcome: Outcome;
      /** The employee or the system who did it, of sales or not (S3). */
      readonly by: string;
      readonly durationMinutes?: number;
      /** What was visited or clicked: a page, a mailing, a download. */
      readonly content?: string;
      /** Where the visitor came from: a search engine, an advertisement, a newsletter. */
      readonly source?: string;
    },
    Note
  >;
}

export const activityEvents = declareEvents<ActivityEvents>('activity', {
  ActivityPlanned: {
    says: 'An interaction is to happen, with a due time.',
    subject: 'personId',
    personal: { note: true },
  },
  ActivityRescheduled: {
    says: 'A planned interaction is due at another time, and its reminder with it.',
    subject: 'personId',
    personal: { reason: true },
  },
  ActivityReassigned: {
    says: 'Another employee is to carry out a planned interaction.',
    subject: 'personId',
    personal: { reason: true },
  },
  ActivityCompleted: {
    says: 'A planned interaction was carried out, with its outcome.',
    subject: 'personId',
    personal: { note: true },
  },
  ActivityCancelled: {
    says: 'A planned interaction will not happen, with the reason.',
    // Until version 2 the reason was stored openly and nothing said about whom it was.
    schema: 2,
    upcast: { 1: (open) => open },
    subject: 'personId',
    personal: { reason: true },
  },
  ActivityBecameOverdue: { verdict: true, says: 'A planned interaction was not carried out by its due time.' },
  ReminderFellDue: { verdict: true, says: 'It is time to be reminded of a planned interaction.' },
  ActivityLogged: {
    says: 'An interaction, or an attempt at one, took place.',
    subject: 'personId',
    personal: { note: true },
  },
});
