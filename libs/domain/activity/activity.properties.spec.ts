import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Bodies, holds, ids, of, perhaps, reason, type Trail } from '../../testing/properties.js';
import { activityKinds, directions, outcomes } from './activity.events.js';
import { activity } from './activity.js';
import type { ActivityState } from './state.js';

const about = { personId: perhaps(ids[0]), accountId: perhaps(ids[1]), opportunityId: perhaps(ids[2]) };
const interaction = { kind: of(...activityKinds.slice(0, 2)), direction: of(...directions), note: perhaps('Hello') };

const bodies: Bodies = {
  PlanActivity: fc.record({
    ...interaction,
    ...about,
    dueAt: of('2026-05-04T09:30:00Z'),
    remindAt: perhaps('2026-05-04T09:00:00Z', '2026-05-05T09:00:00Z'),
    assignee: perhaps('kim'),
  }),
  LogActivity: fc.record({ ...interaction, ...about, outcome: of(...outcomes), by: perhaps('kim') }),
  RescheduleActivity: fc.record({
    dueAt: of('2026-05-05T09:30:00Z', '2026-05-06T09:30:00Z'),
    remindAt: perhaps('2026-05-05T09:00:00Z'),
  }),
  ReassignActivity: fc.record({ assignee: of('kim', 'sam') }),
  CompleteActivity: fc.record({ outcome: of(...outcomes.slice(0, 3)), durationMinutes: perhaps(0, 5) }),
  CancelActivity: fc.record({ reason }),
  MarkActivityOverdue: fc.record({ dueAt: of('2026-05-04T09:30:00Z', '2026-05-05T09:30:00Z') }),
  MarkReminderDue: fc.record({ remindAt: of('2026-05-04T09:00:00Z', '2026-05-05T09:00:00Z') }),
};

describe('In whatever order it is asked', () => {
  it('an activity is about somebody, and ends once', () => {
    holds(activity, { bodies }, ({ after }: Trail<ActivityState>) => {
      const it = after.planned ?? after.logged;
      expect(it?.personId ?? it?.accountId).toBeDefined();
      expect([after.completed, after.cancelled, after.logged].filter(Boolean).length).toBeLessThanOrEqual(1);
      expect([after.planned, after.logged].filter(Boolean)).toHaveLength(1);
    });
  });
});
