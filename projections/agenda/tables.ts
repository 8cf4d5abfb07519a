import type { ActivityEvents, ActivityKind, Direction } from '../../libs/domain/activity/activity.events.js';
import { idOf, type Sealed } from '../../libs/kernel/index.js';
import {
  appends,
  instant,
  integer,
  json,
  optional,
  text,
  texts,
  versions,
  type StoredRow,
} from '../../libs/read-model/index.js';

export type PlanStatus = 'planned' | 'completed' | 'cancelled';

/** Every version of every activity that was ever planned. */
export const plans = versions<ActivityEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the activity.'),
    status: text<PlanStatus>('planned, completed or cancelled.'),
    kind: text<ActivityKind>('visit, meeting, phone-call and so on.'),
    direction: text<Direction>('inbound or outbound.'),
    due_at: instant('When it is due.'),
    remind_at: optional(instant('When somebody is to be reminded of it.')),
    assignee: text('Employee who is to do it.'),
    person_id: optional(text('Person whom it is about.')),
    account_id: optional(text('Account that it is about.')),
    opportunity_id: optional(text('Opportunity that it is about.')),
    case_id: optional(text('Case that it is about.')),
    campaign_id: optional(text('Campaign that it is about.')),
    people: texts('Further persons who take part.'),
    employees: texts('Further employees who take part.'),
    planned_at: instant('When it was planned.'),
    sealed: optional(json<Sealed>('Note, closed under the key of the person whom it tells of.')),
  },
  opens: {
    ActivityPlanned: ({ data, occurredAt, sealed }) => ({
      status: 'planned' as const,
      kind: data.kind,
      direction: data.direction,
      due_at: data.dueAt,
      remind_at: data.remindAt,
      assignee: data.assignee,
      person_id: data.personId,
      account_id: data.accountId,
      opportunity_id: data.opportunityId,
      case_id: data.caseId,
      campaign_id: data.campaignId,
      people: data.participants?.people ?? [],
      employees: data.participants?.employees ?? [],
      planned_at: occurredAt,
      sealed,
    }),
  },
  changes: {
    ActivityRescheduled: ({ data }) => ({ due_at: data.dueAt, remind_at: data.remindAt }),
    ActivityReassigned: ({ data }) => ({ assignee: data.assignee }),
    ActivityCompleted: () => ({ status: 'completed' as const }),
    ActivityCancelled: () => ({ status: 'cancelled' as const }),
  },
  indexes: [
    { on: ['assignee', 'status', 'due_at'] },
    { on: ['status', 'due_at', 'id'], current: true },
    { on: ['status', 'due_at', 'id'] },
  ],
});

export type PlanRow = StoredRow<typeof plans>;

/**
 * What was found out about planned activities. A stream runs backwards around such a verdict, so it is no version of the
 * plan. That one is overdue follows from the due time at any instant; its row names the last event of the stream.
 */
export const verdicts = appends<ActivityEvents>()({
  columns: {
    activity_id: text('Id of the activity.'),
    reminded_at: optional(instant('For when the reminder fell due.')),
    revision: integer('Revision of the event in the stream of the activity.'),
  },
  on: {
    ReminderFellDue: ({ stream, data, revision }) => ({
      ...{ activity_id: idOf(stream), reminded_at: data.remindAt, revision },
    }),
    ActivityBecameOverdue: ({ stream, revision }) => ({ activity_id: idOf(stream), revision }),
  },
  indexes: [{ on: ['activity_id'] }],
});

/** A row for each employee who takes part in a planned activity besides the one who is to do it. */
export const parts = appends<ActivityEvents>()({
  columns: {
    activity_id: text('Id of the activity.'),
    employee: text('Employee who takes part.'),
  },
  on: {
    ActivityPlanned: ({ stream, data }) =>
      [...new Set(data.participants?.employees)].map((employee) => ({ activity_id: idOf(stream), employee })),
  },
  indexes: [{ on: ['employee'] }],
});

export type AgendaTables = {
  readonly plans: typeof plans;
  readonly verdicts: typeof verdicts;
  readonly parts: typeof parts;
};
