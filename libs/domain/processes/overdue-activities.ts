import { declareProcessManager, idOf, type Instant } from '../../kernel/index.js';
import { activityEvents } from '../activity/activity.events.js';
import { MarkActivityOverdue, MarkReminderDue } from '../activity/overdue.commands.js';

/** Empty: nothing is planned any more. What has been said already is no longer in it. */
interface Planned {
  readonly dueAt?: Instant | undefined;
  readonly remindAt?: Instant | undefined;
}

const nothing: Planned = {};
const itself = ({ stream }: { readonly stream: string }): readonly string[] => [idOf(stream)];
const planned = (_: Planned, { data: { dueAt, remindAt } }: { readonly data: Planned }): Planned => ({
  dueAt,
  remindAt,
});

/** A planned activity that is not done by its due time is overdue, and its reminder falls due (S2; domain.md §5). */
export const overdueActivities = declareProcessManager<Planned>()((on) => ({
  name: 'overdue-activities',
  version: 1,
  policies: {},
  initial: nothing,
  hears: [
    on(activityEvents, {
      ActivityPlanned: { keys: itself, evolve: planned },
      ActivityRescheduled: { keys: itself, evolve: planned },
      ActivityCompleted: { keys: itself, evolve: () => nothing },
      ActivityCancelled: { keys: itself, evolve: () => nothing },
    }),
  ],
  due: ({ dueAt, remindAt }) => remindAt ?? dueAt,
  onDue: ({ dueAt, remindAt }, deadline, activityId) => {
    const commands = [
      ...(remindAt === deadline ? [Object.assign(new MarkReminderDue(), { activityId, remindAt })] : []),
      ...(dueAt === deadline ? [Object.assign(new MarkActivityOverdue(), { activityId, dueAt })] : []),
    ];
    return { state: dueAt === deadline ? nothing : { dueAt }, commands };
  },
}));
