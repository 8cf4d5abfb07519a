import { describe, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { given } from '../../testing/decider.js';
import { givenLog, issued } from '../../testing/process.js';
import { happened } from '../../testing/projection.js';
import { activityEvents, type ActivityEvents } from '../activity/activity.events.js';
import { activity } from '../activity/activity.js';
import { MarkActivityOverdue, MarkReminderDue } from '../index.js';
import { overdueActivities } from './overdue-activities.js';

const activityId = '9d3b8f64-2c1e-4b7a-8e5f-1a0c6d7b4e32';
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const stream = `activity-${activityId}`;
const on = happened<ActivityEvents>();

const at = (time: string): string => `2024-05-06T${time}:00.000Z`;
const later = '2024-06-01T00:00:00.000Z';

const call = { kind: 'phone-call', direction: 'outbound', assignee: 'sam', personId } as const;
const planned = on(stream, 'ActivityPlanned', at('08:00'), { ...call, dueAt: at('10:00'), remindAt: at('09:30') });
const completed = (time: string) => on(stream, 'ActivityCompleted', at(time), { personId, outcome: 'reached' });
const cancelled = (time: string) => on(stream, 'ActivityCancelled', at(time), { personId });
const moved = (time: string) =>
  on(stream, 'ActivityRescheduled', at(time), { from: at('10:00'), dueAt: at('12:00'), assignee: 'sam', personId });

const reminded = issued(MarkReminderDue, { activityId, remindAt: at('09:30') }, at('09:30'));
const overdue = (time = '10:00') => issued(MarkActivityOverdue, { activityId, dueAt: at(time) }, at(time));

describe('A planned activity', () => {
  it('falls due for a reminder, and is overdue when it is not done by its due time', () => {
    givenLog(overdueActivities, planned).at(at('09:29')).thenNothing();
    givenLog(overdueActivities, planned).at(at('09:30')).then(reminded);
    givenLog(overdueActivities, planned).at(later).then(reminded, overdue());
    givenLog(overdueActivities, planned, completed('11:00')).at(later).then(reminded, overdue());
  });

  it('without a reminder is only overdue; with one at the due time it is both at once', () => {
    const bare = on(stream, 'ActivityPlanned', at('08:00'), { ...call, dueAt: at('09:30') });
    const both = on(stream, 'ActivityPlanned', at('08:00'), { ...call, dueAt: at('09:30'), remindAt: at('09:30') });
    givenLog(overdueActivities, bare).at(later).then(overdue('09:30'));
    givenLog(overdueActivities, both).at(later).then(reminded, overdue('09:30'));
  });

  it('is neither when it was completed or cancelled in time', () => {
    givenLog(overdueActivities, planned, completed('09:00')).at(later).thenNothing();
    givenLog(overdueActivities, planned, cancelled('09:00')).at(later).thenNothing();
  });

  it('is overdue at the time that it was moved to', () => {
    givenLog(overdueActivities, planned, moved('09:00')).at(later).then(overdue('12:00'));
    givenLog(overdueActivities, planned, moved('11:00')).at(later).then(reminded, overdue(), overdue('12:00'));
  });
});

describe('An activity', () => {
  const fact = factsOf(activityEvents);
  const plan = fact('ActivityPlanned', { ...call, dueAt: at('10:00'), remindAt: at('09:30') });
  const late = fact('ActivityBecameOverdue', { dueAt: at('10:00'), assignee: 'sam' });
  const reminder = fact('ReminderFellDue', { remindAt: at('09:30'), assignee: 'sam' });

  it('says once for each due time that it is overdue, and for each reminder that it fell due', () => {
    given(activity, plan).when(overdue().command).then(late);
    given(activity, plan).when(reminded.command).then(reminder);
  });

  it('says neither once it is done, cancelled or moved', () => {
    const done = fact('ActivityCompleted', { personId, outcome: 'reached' });
    const off = fact('ActivityCancelled', { personId, reason: 'They called us' });
    const elsewhen = { from: at('10:00'), dueAt: at('12:00'), assignee: 'sam', personId, reason: 'Ill' };
    for (const end of [done, off, fact('ActivityRescheduled', elsewhen)]) {
      given(activity, plan, end).when(overdue().command).thenNothing();
      given(activity, plan, end).when(reminded.command).thenNothing();
    }
  });
});
