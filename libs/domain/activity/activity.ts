import { aggregate, conflict, factsOf, invalid, notFound, ofSalespeople, refused } from '../../kernel/index.js';
import { plain, same } from '../values.js';
import {
  CancelActivity,
  CompleteActivity,
  LogActivity,
  PlanActivity,
  ReassignActivity,
  RescheduleActivity,
} from './activity.commands.js';
import { MarkActivityOverdue, MarkReminderDue } from './overdue.commands.js';
import { markOverdue, markReminder } from './overdue.js';
import { type About, activityEvents } from './activity.events.js';
import type { ActivityData, ActivityState } from './state.js';

const fact = factsOf(activityEvents);

/**
 * Every interaction, by any employee (S3), about a person or an account; it needs no deal, and an attempt that failed
 * is stored like any other (S2; domain.md §5).
 */
export const activity = aggregate<ActivityState>()({
  events: activityEvents,
  commands: {
    PlanActivity,
    RescheduleActivity,
    ReassignActivity,
    CompleteActivity,
    CancelActivity,
    LogActivity,
    MarkActivityOverdue,
    MarkReminderDue,
  },
  id: 'activityId',
  initial: {},
  whose: (command, { agenda, logged }) => {
    const { assignee, by } = command as Partial<PlanActivity & CompleteActivity>;
    const does = agenda?.assignee ?? logged?.by ?? assignee ?? by;
    // Nobody reports what another did.
    return ofSalespeople(does, command instanceof CompleteActivity ? by : undefined);
  },
  lookups: {},
  decide: {
    PlanActivity: ({ activityId: _, ...details }, state, { issuer }) => {
      aboutSomebody(details);
      checkReminder(details);
      const assignee = details.assignee ?? state.planned?.assignee ?? issuer;
      const asked = plain({ ...details, assignee });
      if (!known(state)) return [fact('ActivityPlanned', asked)];
      if (same(asked, state.planned)) return [];
      throw exists();
    },

    RescheduleActivity: ({ dueAt, remindAt, reason }, state) => {
      checkReminder({ dueAt, remindAt });
      const { plan, agenda } = pending(state);
      if (same({ dueAt, remindAt }, { dueAt: agenda.dueAt, remindAt: agenda.remindAt })) return [];
      const moved = { from: agenda.dueAt, dueAt, remindAt, assignee: agenda.assignee, reason };
      return [fact('ActivityRescheduled', plain({ ...aboutOf(plan), ...moved }))];
    },

    ReassignActivity: ({ assignee, reason }, state) => {
      const { plan, agenda } = pending(state);
      if (assignee === agenda.assignee) return [];
      return [fact('ActivityReassigned', plain({ ...aboutOf(plan), from: agenda.assignee, assignee, reason }))];
    },

    CompleteActivity: ({ outcome, durationMinutes, by, participants, note }, state) => {
      const { plan, agenda } = aPlan(state);
      // What it is about is repeated, so that no reader has to look it up.
      const about = { ...aboutOf(plan), participants: participants ?? plan.participants };
      const done = plain({ ...about, outcome, durationMinutes, by: by ?? agenda.assignee, note });
      if (state.completed && same(done, { ...state.completed, by: state.completed.by ?? agenda.assignee })) return [];
      pending(state);
      return [fact('ActivityCompleted', done)];
    },

    CancelActivity: ({ reason }, state) => {
      const { plan } = aPlan(state);
      if (state.cancelled?.reason === reason) return [];
      pending(state);
      return [fact('ActivityCancelled', plain({ ...aboutOf(plan), reason }))];
    },

    LogActivity: ({ activityId: _, ...details }, state, { issuer }) => {
      aboutSomebody(details);
      const asked = plain({ ...details, by: details.by ?? state.logged?.by ?? issuer });
      if (!known(state)) return [fact('ActivityLogged', asked)];
      if (same(asked, state.logged)) return [];
      throw exists();
    },

    MarkActivityOverdue: markOverdue,
    MarkReminderDue: markReminder,
  },
  evolve: {
    ActivityBecameOverdue: (state, { dueAt }) => ({ ...state, overdue: dueAt }),
    ReminderFellDue: (state, { remindAt }) => ({ ...state, reminded: remindAt }),
    ActivityPlanned: (state, planned) => ({ ...state, planned, agenda: planned }),
    ActivityRescheduled: (state, { dueAt, remindAt, assignee }) => ({
      ...state,
      agenda: { dueAt, remindAt, assignee },
    }),
    ActivityReassigned: (state, { assignee }) => ({ ...state, agenda: state.agenda && { ...state.agenda, assignee } }),
    ActivityCompleted: (state, completed) => ({ ...state, completed }),
    ActivityCancelled: (state, cancelled) => ({ ...state, cancelled }),
    ActivityLogged: (state, logged) => ({ ...state, logged }),
  },
});

const known = ({ planned, logged }: ActivityState): boolean => planned !== undefined || logged !== undefined;

const exists = () => conflict('ACTIVITY_EXISTS', 'There is already an activity with this id and other details.');

function aboutSomebody({ personId, accountId }: About): void {
  if (personId !== undefined || accountId !== undefined) return;
  throw invalid('ACTIVITY_ABOUT_NOBODY', 'An activity is about a person or an account.', [
    { path: 'personId', message: 'personId must be given where accountId is not.' },
  ]);
}

function checkReminder({ dueAt, remindAt }: { readonly dueAt: string; readonly remindAt?: string | undefined }): void {
  if (remindAt === undefined || remindAt <= dueAt) return;
  throw invalid('REMINDER_AFTER_DUE', 'A reminder comes before the activity is due.', [
    { path: 'remindAt', message: 'remindAt must not be after dueAt.' },
  ]);
}

const aboutOf = ({ personId, accountId, opportunityId, caseId, campaignId, participants }: About): About =>
  plain({ personId, accountId, opportunityId, caseId, campaignId, participants });

interface Plan {
  readonly plan: ActivityData<'ActivityPlanned'>;
  readonly agenda: Pick<ActivityData<'ActivityPlanned'>, 'dueAt' | 'remindAt' | 'assignee'>;
}

/** An activity that was planned once, and how it stands in the agenda. */
function aPlan(state: ActivityState): Plan {
  const { planned: plan, agenda } = state;
  if (!known(state)) throw notFound('ACTIVITY_NOT_FOUND', 'There is no such activity.');
  if (!plan || !agenda) throw refused('ACTIVITY_ALREADY_DONE', 'The activity was logged as done.');
  return { plan, agenda };
}

/** Only what is still planned is moved, completed or cancelled. */
function pending(state: ActivityState): Plan {
  const plan = aPlan(state);
  if (state.completed) throw refused('ACTIVITY_ALREADY_DONE', 'The activity was completed.');
  if (state.cancelled) throw refused('ACTIVITY_CANCELLED', 'The activity was cancelled.');
  return plan;
}
