import { describe, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { CancelActivity, CompleteActivity, LogActivity, PlanActivity } from './activity.commands.js';
import { activity } from './activity.js';
import { activityEvents, outcomes } from './activity.events.js';

const fact = factsOf(activityEvents);
const activityId = '9d3b8f64-2c1e-4b7a-8e5f-1a0c6d7b4e32';
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const opportunityId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';

const dueAt = '2026-05-04T09:30:00.000Z';
const remindAt = '2026-05-04T09:00:00.000Z';
const call = { kind: 'phone-call', direction: 'outbound' } as const;
const about = { personId, accountId, opportunityId };

const planned = fact('ActivityPlanned', { ...call, dueAt, assignee: 'sam', ...about });
const completed = fact('ActivityCompleted', { ...about, outcome: 'reached' });
const cancelled = fact('ActivityCancelled', { reason: 'they called us' });
const logged = fact('ActivityLogged', { ...call, outcome: 'no-answer', by: 'sam', personId });

const plan = (change: object = {}) => command(PlanActivity, { activityId, ...call, dueAt, ...about, ...change });
const complete = (change: object = {}) => command(CompleteActivity, { activityId, outcome: 'reached', ...change });
const cancel = (reason = 'they called us') => command(CancelActivity, { activityId, reason });
const log = (change: object = {}) =>
  command(LogActivity, { activityId, ...call, outcome: 'no-answer', personId, ...change });

describe('A planned activity', () => {
  it('has a due time, which may be in the future, and is done by whoever plans it or by another employee', () => {
    given(activity).when(plan()).then(planned);
    given(activity)
      .when(plan({ assignee: 'kim' }))
      .then(fact('ActivityPlanned', { ...planned.data, assignee: 'kim' }));
  });

  it('may have a reminder, not after the due time', () => {
    given(activity)
      .when(plan({ remindAt, note: 'Ask who signs.' }))
      .then(fact('ActivityPlanned', { ...planned.data, remindAt, note: 'Ask who signs.' }));
    given(activity)
      .when(plan({ remindAt: dueAt }))
      .then(fact('ActivityPlanned', { ...planned.data, remindAt: dueAt }));
    given(activity)
      .when(plan({ remindAt: '2026-05-04T11:30:01+02:00' }))
      .thenRefused('REMINDER_AFTER_DUE');
  });

  it('changes nothing when it is planned again as it was', () => {
    given(activity, planned).when(plan()).thenNothing();
    given(activity, planned)
      .when(plan(), { actor: { id: 'kim', role: 'sales' } })
      .thenNothing();
    given(activity, planned, completed).when(plan()).thenNothing();
    given(activity, planned)
      .when(plan({ kind: 'visit' }))
      .thenRefused('ACTIVITY_EXISTS');
    given(activity, planned).when(log()).thenRefused('ACTIVITY_EXISTS');
  });

  it('is completed with its outcome; what it is about is repeated', () => {
    given(activity, planned).when(complete()).then(completed);
    for (const outcome of outcomes) {
      given(activity, planned)
        .when(complete({ outcome, durationMinutes: 3, note: 'At last.' }))
        .then(fact('ActivityCompleted', { ...about, outcome, durationMinutes: 3, note: 'At last.' }));
    }
  });

  it('is completed once: the same again changes nothing, another outcome is refused', () => {
    given(activity, planned, completed).when(complete()).thenNothing();
    given(activity, planned, completed)
      .when(complete({ outcome: 'bounced' }))
      .thenRefused('ACTIVITY_ALREADY_DONE');
    given(activity, planned, completed).when(cancel()).thenRefused('ACTIVITY_ALREADY_DONE');
  });

  it('is cancelled with the reason, once', () => {
    given(activity, planned).when(cancel()).then(cancelled);
    given(activity, planned, cancelled).when(cancel()).thenNothing();
    given(activity, planned, cancelled).when(cancel('a mistake')).thenRefused('ACTIVITY_CANCELLED');
    given(activity, planned, cancelled).when(complete()).thenRefused('ACTIVITY_CANCELLED');
  });
});

describe('A logged activity', () => {
  it('is done at once, also where the attempt failed', () => {
    for (const outcome of outcomes) {
      given(activity)
        .when(log({ outcome }))
        .then(fact('ActivityLogged', { ...logged.data, outcome }));
    }
    given(activity).when(complete()).thenRefused('ACTIVITY_NOT_FOUND');
    given(activity).when(cancel()).thenRefused('ACTIVITY_NOT_FOUND');
    given(activity, logged).when(complete()).thenRefused('ACTIVITY_ALREADY_DONE');
    given(activity, logged).when(cancel()).thenRefused('ACTIVITY_ALREADY_DONE');
  });

  it('is done by any employee, not only of sales', () => {
    given(activity)
      .when(log({ durationMinutes: 0, note: 'Engaged.' }), { actor: { id: 'fred', role: 'support' } })
      .then(fact('ActivityLogged', { ...logged.data, by: 'fred', durationMinutes: 0, note: 'Engaged.' }));
    given(activity)
      .when(log({ by: 'kim' }))
      .then(fact('ActivityLogged', { ...logged.data, by: 'kim' }));
  });

  it('changes nothing when it is logged again as it was', () => {
    given(activity, logged).when(log()).thenNothing();
    given(activity, logged)
      .when(log(), { actor: { id: 'kim', role: 'sales' } })
      .thenNothing();
    given(activity, logged)
      .when(log({ outcome: 'reached' }))
      .thenRefused('ACTIVITY_EXISTS');
    given(activity, logged).when(plan()).thenRefused('ACTIVITY_EXISTS');
  });
});

describe('Any activity', () => {
  it('is about a person or an account; it needs no deal, and a deal alone is not enough', () => {
    const nobody = { personId: undefined, accountId: undefined };
    given(activity)
      .when(plan({ ...nobody, opportunityId: undefined }))
      .thenRefused('ACTIVITY_ABOUT_NOBODY');
    given(activity)
      .when(log({ ...nobody, opportunityId }))
      .thenRefused('ACTIVITY_ABOUT_NOBODY');
    given(activity)
      .when(log({ ...nobody, accountId }))
      .then(fact('ActivityLogged', { ...call, outcome: 'no-answer', by: 'sam', accountId }));
  });
});
