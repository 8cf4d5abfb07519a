import type { ActivityEvents, ActivityKind, Direction, Outcome } from '../../libs/domain/activity/activity.events.js';
import {
  appends,
  date,
  instant,
  integer,
  monthOf,
  optional,
  text,
  totals,
  versions,
} from '../../libs/read-model/index.js';
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
  indexes: [{ on: ['due_at'] }, { on: ['assignee', 'due_at'] }, { on: ['done_by', 'done_at'] }],
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
  indexes: [{ on: ['done_by', 'occurred_at'] }],
});

/** Something done, as it is counted. */
const done = (outcome: Outcome, minutes: number | null) => ({
  [outcome.replace('-', '_') as Counted]: 1,
  minutes: minutes ?? 0,
});
type Counted = 'reached' | 'no_answer' | 'left_message' | 'bounced' | 'refused' | 'no_show';

/** What was planned and done in each month, by whom: what is planned counts where it is due, what is done where it was. */
export const productivity = totals({
  by: {
    month: date('First day of the month.'),
    person: text('Employee or system who did it, or is to do it.'),
    kind: text<ActivityKind>('visit, meeting, phone-call, e-mail, letter, demo, chat, note, web-visit or click.'),
    direction: text<Direction>('inbound or outbound.'),
  },
  sums: {
    planned: 'Number of those planned, without those that were cancelled.',
    carried_out: 'Of the planned ones, those that took place, whenever.',
    cancelled: 'Number of those planned that were cancelled.',
    reached: 'Of those that took place, those that reached somebody.',
    no_answer: 'Of those that took place: nobody answered.',
    left_message: 'Of those that took place: a message was left.',
    bounced: 'Of those that took place: it came back.',
    refused: 'Of those that took place: it was refused.',
    no_show: 'Of those that took place: nobody came.',
    minutes: 'How long they took, as far as it is known.',
  },
  of: (summed) => [
    summed(plans, (plan) => {
      const { kind, direction, status, done_at: doneAt, done_by: person, outcome, minutes } = plan;
      const due = { month: monthOf(plan.due_at), person: plan.assignee, kind, direction };
      if (status === 'cancelled') return [{ ...due, cancelled: 1 }];
      if (doneAt === null || person === null || outcome === null) return [{ ...due, planned: 1 }];
      const of = { month: monthOf(doneAt), person, kind, direction };
      return [
        { ...due, planned: 1, carried_out: 1 },
        { ...of, ...done(outcome, minutes) },
      ];
    }),
    summed(logged, ({ kind, direction, done_by: person, outcome, minutes }, at) => [
      { month: monthOf(at), person, kind, direction, ...done(outcome, minutes) },
    ]),
  ],
});

export type ActivityTables = {
  readonly plans: typeof plans;
  readonly logged: typeof logged;
  readonly productivity: typeof productivity;
  readonly memberships: typeof memberships;
};
