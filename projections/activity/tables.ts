import type { ActivityEvents, ActivityKind, Direction, Outcome } from '../../libs/domain/activity/activity.events.js';
import { appends, instant, integer, optional, text, versions } from '../../libs/read-model/index.js';
import type { memberships } from '../forecast/tables.js';

export type PlanStatus = 'planned' | 'done' | 'cancelled';

/** Every version of every planned activity. */
export const plans = versions<ActivityEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the activity.'),
    kind: text<ActivityKind>('visit, meeting, phone-call, e-mail, letter, demo, chat, note, web-visit or click.'),
    direction: text<Direction>('inbound or outbound.'),
    assignee: text('Employee who is to do it.'),
    due_at: instant('When it is due.'),
    status: text<PlanStatus>('planned, done or cancelled.'),
    done_at: optional(instant('When it took place.')),
    done_by: optional(text('Employee who did it.')),
    outcome: optional(text<Outcome>('reached, no-answer, left-message, bounced, refused or no-show.')),
    minutes: optional(integer('How long it took.')),
  },
  opens: {
    ActivityPlanned: ({ data }) => ({
      kind: data.kind,
      direction: data.direction,
      assignee: data.assignee,
      due_at: data.dueAt,
      status: 'planned' as const,
    }),
  },
  changes: {
    ActivityRescheduled: ({ data }) => ({ due_at: data.dueAt, assignee: data.assignee }),
    ActivityReassigned: ({ data }) => ({ assignee: data.assignee }),
    ActivityCompleted: ({ data, occurredAt }, row) => ({
      status: 'done' as const,
      done_at: occurredAt,
      done_by: data.by ?? row.assignee,
      outcome: data.outcome,
      minutes: data.durationMinutes,
    }),
    ActivityCancelled: () => ({ status: 'cancelled' as const }),
  },
  indexes: [
    { on: ['due_at'], current: true },
    { on: ['due_at'] },
    { on: ['done_at'], current: true },
    { on: ['done_at'] },
  ],
});

/** A row for each activity that nobody had planned. */
export const logged = appends<ActivityEvents>()({
  columns: {
    kind: text<ActivityKind>('visit, meeting, phone-call, e-mail, letter, demo, chat, note, web-visit or click.'),
    direction: text<Direction>('inbound or outbound.'),
    done_by: text('Employee or system who did it.'),
    outcome: text<Outcome>('reached, no-answer, left-message, bounced, refused or no-show.'),
    minutes: optional(integer('How long it took.')),
  },
  on: {
    ActivityLogged: ({ data }) => ({
      kind: data.kind,
      direction: data.direction,
      done_by: data.by,
      outcome: data.outcome,
      minutes: data.durationMinutes,
    }),
  },
  indexes: [{ on: ['occurred_at'] }],
});

export type ActivityTables = {
  readonly plans: typeof plans;
  readonly logged: typeof logged;
  readonly memberships: typeof memberships;
};
