import type { DataOf } from '../../kernel/index.js';
import type { ActivityEvents } from './activity.events.js';

export type ActivityData<T extends keyof ActivityEvents> = DataOf<ActivityEvents[T]>;

/** Planned, perhaps moved, and then completed or cancelled; or logged, and so done at once. */
export interface ActivityState {
  readonly planned?: ActivityData<'ActivityPlanned'>;
  /** When it is due now, and who is to do it. */
  readonly agenda?: Pick<ActivityData<'ActivityPlanned'>, 'dueAt' | 'remindAt' | 'assignee'>;
  /** The due time that was missed, and the reminder that was given: each is said once. */
  readonly overdue?: string;
  readonly reminded?: string;
  readonly completed?: ActivityData<'ActivityCompleted'>;
  readonly cancelled?: ActivityData<'ActivityCancelled'>;
  readonly logged?: ActivityData<'ActivityLogged'>;
}
