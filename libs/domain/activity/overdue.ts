import { factsOf, notFound } from '../../kernel/index.js';
import { activityEvents } from './activity.events.js';
import type { ActivityState } from './state.js';
import type { MarkActivityOverdue, MarkReminderDue } from './overdue.commands.js';

const fact = factsOf(activityEvents);

/** Still to be done at that time: it may have been carried out, cancelled or moved since. */
function isPending({ planned, completed, cancelled }: ActivityState): boolean {
  if (!planned) throw notFound('ACTIVITY_NOT_FOUND', 'There is no such planned activity.');
  return !completed && !cancelled;
}

/** Overdue is derived from the plan (domain.md §5), once for each due time. */
export const markOverdue = ({ dueAt }: MarkActivityOverdue, state: ActivityState) =>
  isPending(state) && state.agenda?.dueAt === dueAt && state.overdue !== dueAt
    ? [fact('ActivityBecameOverdue', { dueAt, assignee: state.agenda.assignee })]
    : [];

/** A reminder falls due once for each time that it is set to. */
export const markReminder = ({ remindAt }: MarkReminderDue, state: ActivityState) =>
  isPending(state) && state.agenda?.remindAt === remindAt && state.reminded !== remindAt
    ? [fact('ReminderFellDue', { remindAt, assignee: state.agenda.assignee })]
    : [];
