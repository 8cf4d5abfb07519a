import { declareProcess, idOf } from '../../kernel/index.js';
import { PlanActivity } from '../activity/activity.commands.js';
import { callListsEvents } from '../calllists/calllists.events.js';
import { naturalId } from '../natural-id.js';

/** The activity by which a member of a call list is called. */
export const callIdOf = (cutId: string, memberId: string): string => naturalId('activity', cutId, memberId);

/** Call lists are worked off as planned activities (S4; domain.md §6). */
export const planCalls = declareProcess(callListsEvents)('plan-calls', {
  CallListDrawn: ({ stream, data: { of, salesperson, members, kind, dueAt } }) =>
    members.map((memberId) =>
      Object.assign(new PlanActivity(), {
        activityId: callIdOf(idOf(stream), memberId),
        kind,
        direction: 'outbound',
        dueAt,
        assignee: salesperson,
        ...(of === 'people' ? { personId: memberId } : { accountId: memberId }),
      }),
    ),
});
