import { Command } from '../../kernel/index.js';
import { Id, Moment, OneOf, Optional, OptionalId, Prose, Text, Whole } from '../fields.js';
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

@Command({
  says: 'Plans an interaction with a person or an account, with a due time and perhaps a reminder.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  opens: true,
  example: {
    activityId: activity,
    kind: 'phone-call',
    direction: 'outbound',
    dueAt: '2026-05-04T09:30:00Z',
    remindAt: '2026-05-04T09:00:00Z',
    assignee: 'sam',
    personId: person,
    note: 'Ask who signs.',
  },
})
export class PlanActivity {
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

  @OptionalId('person')
  readonly personId?: string;

  @OptionalId('account')
  readonly accountId?: string;

  @OptionalId('opportunity')
  readonly opportunityId?: string;

  @Optional()
  @Prose(10_000)
  readonly note?: string;
}

@Command({
  says: 'A planned interaction was carried out, or an attempt at it failed.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
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

  @Optional()
  @Prose(10_000)
  readonly note?: string;
}

@Command({
  says: 'A planned interaction will not happen, with the reason.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
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
  example: {
    kind: 'phone-call',
    direction: 'outbound',
    outcome: 'no-answer',
    by: 'sam',
    personId: person,
    accountId: account,
    note: 'Third attempt this week.',
  },
})
export class LogActivity {
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

  @OptionalId('person')
  readonly personId?: string;

  @OptionalId('account')
  readonly accountId?: string;

  @OptionalId('opportunity')
  readonly opportunityId?: string;

  @Optional()
  @Prose(10_000)
  readonly note?: string;
}
