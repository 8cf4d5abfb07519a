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

/** About whom or what: a person, an account or both; an opportunity only if there is one (S2). */
export interface About {
  readonly personId?: string;
  readonly accountId?: string;
  readonly opportunityId?: string;
}

/** Free text may tell of the person. */
export interface Note {
  readonly note?: string;
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
  ActivityCompleted: EventShape<{ readonly outcome: Outcome; readonly durationMinutes?: number } & About, Note>;
  ActivityCancelled: EventShape<{ readonly reason: string }>;
  ActivityLogged: EventShape<
    About & {
      readonly kind: ActivityKind;
      readonly direction: Direction;
      readonly outcome: Outcome;
      /** The employee who did it, of sales or not (S3). */
      readonly by: string;
      readonly durationMinutes?: number;
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
  ActivityCompleted: {
    says: 'A planned interaction was carried out, with its outcome.',
    subject: 'personId',
    personal: { note: true },
  },
  ActivityCancelled: { says: 'A planned interaction will not happen, with the reason.' },
  ActivityLogged: {
    says: 'An interaction, or an attempt at one, took place.',
    subject: 'personId',
    personal: { note: true },
  },
});
