import { aggregate, conflict, type DataOf, factsOf, invalid, notFound, refused } from '../../kernel/index.js';
import { plain, same } from '../values.js';
import { CancelActivity, CompleteActivity, LogActivity, PlanActivity } from './activity.commands.js';
import { type About, type ActivityEvents, activityEvents } from './activity.events.js';

type Data<T extends keyof ActivityEvents> = DataOf<ActivityEvents[T]>;

/** Planned and then completed or cancelled; or logged, and so done at once. */
export interface ActivityState {
  readonly planned?: Data<'ActivityPlanned'>;
  readonly completed?: Data<'ActivityCompleted'>;
  readonly cancelled?: Data<'ActivityCancelled'>;
  readonly logged?: Data<'ActivityLogged'>;
}

const fact = factsOf(activityEvents);

/**
 * Every interaction, by any employee (S3), about a person or an account; it needs no deal, and an attempt that failed
 * is stored like any other (S2; domain.md §5).
 */
export const activity = aggregate<ActivityState>()({
  events: activityEvents,
  commands: { PlanActivity, CompleteActivity, CancelActivity, LogActivity },
  id: 'activityId',
  initial: {},
  lookups: {},
  decide: {
    PlanActivity: ({ activityId: _, ...details }, state, { actor }) => {
      aboutSomebody(details);
      if (details.remindAt !== undefined && details.remindAt > details.dueAt) {
        throw invalid('REMINDER_AFTER_DUE', 'A reminder comes before the activity is due.', [
          { path: 'remindAt', message: 'remindAt must not be after dueAt.' },
        ]);
      }
      const assignee = details.assignee ?? state.planned?.assignee ?? actor.id;
      const asked = plain({ ...details, assignee });
      if (!known(state)) return [fact('ActivityPlanned', asked)];
      if (same(asked, state.planned)) return [];
      throw exists();
    },

    CompleteActivity: ({ outcome, durationMinutes, note }, state) => {
      const { personId, accountId, opportunityId } = aPlan(state);
      // What it is about is repeated, so that no reader has to look it up.
      const done = plain({ personId, accountId, opportunityId, outcome, durationMinutes, note });
      if (state.completed && same(done, state.completed)) return [];
      pending(state);
      return [fact('ActivityCompleted', done)];
    },

    CancelActivity: ({ reason }, state) => {
      aPlan(state);
      if (state.cancelled?.reason === reason) return [];
      pending(state);
      return [fact('ActivityCancelled', { reason })];
    },

    LogActivity: ({ activityId: _, ...details }, state, { actor }) => {
      aboutSomebody(details);
      const asked = plain({ ...details, by: details.by ?? state.logged?.by ?? actor.id });
      if (!known(state)) return [fact('ActivityLogged', asked)];
      if (same(asked, state.logged)) return [];
      throw exists();
    },
  },
  evolve: {
    ActivityPlanned: (state, planned) => ({ ...state, planned }),
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

/** An activity that was planned once. */
function aPlan(state: ActivityState): Data<'ActivityPlanned'> {
  if (!known(state)) throw notFound('ACTIVITY_NOT_FOUND', 'There is no such activity.');
  if (!state.planned) throw refused('ACTIVITY_ALREADY_DONE', 'The activity was logged as done.');
  return state.planned;
}

/** Only what is still planned is completed or cancelled. */
function pending({ completed, cancelled }: ActivityState): void {
  if (completed) throw refused('ACTIVITY_ALREADY_DONE', 'The activity was completed.');
  if (cancelled) throw refused('ACTIVITY_CANCELLED', 'The activity was cancelled.');
}
