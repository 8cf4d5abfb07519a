import { Command } from '../../kernel/index.js';
import { Id, Ids, Moment, OneOf, Optional, OptionalId, PartOf, Prose, Text, Texts, Whole } from '../fields.js';
import {
  type ActivityKind,
  activityKinds,
  type Direction,
  directions,
  type Outcome,
  outcomes,
} from './activity.events.js';

const activity = '9d3b8f64-2c1e-4b7a-8e5f-1a0c6d7b4e32';
const person = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const account = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';

/** The longest interaction that is believed: a week. */
const weekInMinutes = 7 * 24 * 60;

const exists = { ACTIVITY_EXISTS: 'There is an activity with this id and other details.' };

const aboutNobody = { ACTIVITY_ABOUT_NOBODY: 'It names neither a person nor an account.' };

const reminder = { REMINDER_AFTER_DUE: 'The reminder comes after the activity is due.' };

const over = {
  ACTIVITY_ALREADY_DONE: 'The activity was completed or logged as done.',
  ACTIVITY_CANCELLED: 'The activity was cancelled.',
};

/** Who took part besides the person it is about and the employee who did it. */
export class ParticipantsField {
  @Optional()
  @Ids('person', 100)
  readonly people?: readonly string[];

  @Optional()
  @Texts(100, 100)
  readonly employees?: readonly string[];
}

/** About whom or what: a person or an account at least; a deal is not needed (S2). */
class AboutFields {
  @OptionalId('person')
  readonly personId?: string;

  @OptionalId('account')
  readonly accountId?: string;

  @OptionalId('opportunity')
  readonly opportunityId?: string;

  @OptionalId('case')
  readonly caseId?: string;

  @OptionalId('campaign')
  readonly campaignId?: string;

  @Optional()
  @PartOf(ParticipantsField)
  readonly participants?: ParticipantsField;
}

@Command({
  says: 'Plans an interaction with a person or an account, with a due time and perhaps a reminder.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  opens: true,
  refuses: { ...exists, ...aboutNobody, ...reminder },
  example: {
    activityId: activity,
    kind: 'phone-call',
    direction: 'outbound',
    dueAt: '2026-05-04T09:30:00Z',
    remindAt: '2026-05-04T09:00:00Z',
    assignee: 'sam',
    personId: person,
    participants: { employees: ['fred'] },
    note: 'Ask who signs.',
  },
})
export class PlanActivity extends AboutFields {
  @OptionalId()
  readonly activityId?: string;

  @OneOf(activityKinds)
  readonly kind!: ActivityKind;

  @OneOf(directions)
  readonly direction!: Direction;

  @Moment()
  readonly dueAt!: string;

  /** Not after the due time. */
  @Optional()
  @Moment()
  readonly remindAt?: string;

  /** The employee who is to do it; whoever plans it when left out. */
  @Optional()
  @Text(100)
  readonly assignee?: string;

  @Optional()
  @Prose(10_000)
  readonly note?: string;
}

@Command({
  says: 'Moves a planned interaction to another time, with its reminder.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  refuses: { ...over, ...reminder },
  example: {
    activityId: activity,
    dueAt: '2026-05-06T13:00:00Z',
    remindAt: '2026-05-06T12:30:00Z',
    reason: 'She is at a fair until then',
  },
})
export class RescheduleActivity {
  @Id()
  readonly activityId!: string;

  @Moment()
  readonly dueAt!: string;

  /** Not after the due time. Left out: there is no reminder any more. */
  @Optional()
  @Moment()
  readonly remindAt?: string;

  @Optional()
  @Text(500)
  readonly reason?: string;
}

@Command({
  says: 'Gives a planned interaction to another employee.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  refuses: { ...over },
  example: { activityId: activity, assignee: 'kim', reason: 'Sam is on holiday' },
})
export class ReassignActivity {
  @Id()
  readonly activityId!: string;

  @Text(100)
  readonly assignee!: string;

  @Optional()
  @Text(500)
  readonly reason?: string;
}

@Command({
  says: 'A planned interaction was carried out, or an attempt at it failed.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  refuses: {
    ACTIVITY_ALREADY_DONE: 'The activity was logged as done, or completed with other details.',
    ACTIVITY_CANCELLED: over.ACTIVITY_CANCELLED,
  },
  example: { activityId: activity, outcome: 'reached', durationMinutes: 12, note: 'The director signs.' },
})
export class CompleteActivity {
  @Id()
  readonly activityId!: string;

  @OneOf(outcomes)
  readonly outcome!: Outcome;

  @Optional()
  @Whole(0, weekInMinutes)
  readonly durationMinutes?: number;

  /** The employee who did it; the one who was to do it when left out. */
  @Optional()
  @Text(100)
  readonly by?: string;

  /** Who took part; those who were to do so when left out. */
  @Optional()
  @PartOf(ParticipantsField)
  readonly participants?: ParticipantsField;

  @Optional()
  @Prose(10_000)
  readonly note?: string;
}

@Command({
  says: 'A planned interaction will not happen, with the reason.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  refuses: {
    ACTIVITY_ALREADY_DONE: over.ACTIVITY_ALREADY_DONE,
    ACTIVITY_CANCELLED: 'The activity was cancelled for another reason.',
  },
  example: { activityId: activity, reason: 'They called us first' },
})
export class CancelActivity {
  @Id()
  readonly activityId!: string;

  @Text(500)
  readonly reason!: string;
}

@Command({
  says: 'Records an interaction that took place, or an attempt that failed.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  opens: true,
  refuses: { ...exists, ...aboutNobody },
  example: {
    activityId: 'e0f47ac1-5d7b-4c39-8f0e-6b1a9d2c3f54',
    kind: 'phone-call',
    direction: 'outbound',
    outcome: 'no-answer',
    by: 'sam',
    personId: person,
    accountId: account,
    note: 'Third attempt this week.',
  },
})
export class LogActivity extends AboutFields {
  @OptionalId()
  readonly activityId?: string;

  @OneOf(activityKinds)
  readonly kind!: ActivityKind;

  @OneOf(directions)
  readonly direction!: Direction;

  @OneOf(outcomes)
  readonly outcome!: Outcome;

  /** The employee who did it; whoever records it when left out. */
  @Optional()
  @Text(100)
  readonly by?: string;

  @Optional()
  @Whole(0, weekInMinutes)
  readonly durationMinutes?: number;

  /** What was visited or clicked: a page, a mailing, a download. */
  @Optional()
  @Text(500)
  readonly content?: string;

  /** Where the visitor came from: a search engine, an advertisement, a newsletter. */
  @Optional()
  @Text(200)
  readonly source?: string;

  @Optional()
  @Prose(10_000)
  readonly note?: string;
}
