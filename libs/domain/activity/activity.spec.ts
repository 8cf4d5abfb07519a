import { describe, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import {
  CancelActivity,
  CompleteActivity,
  LogActivity,
  PlanActivity,
  ReassignActivity,
  RescheduleActivity,
} from './activity.commands.js';
import { activity } from './activity.js';
import { activityEvents, activityKinds, directions, outcomes } from './activity.events.js';

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
const completed = fact('ActivityCompleted', { ...about, outcome: 'reached', by: 'sam' });
const cancelled = fact('ActivityCancelled', { ...about, reason: 'they called us' });
const later = '2026-05-06T13:00:00.000Z';
const moved = fact('ActivityRescheduled', { ...about, from: dueAt, dueAt: later, assignee: 'sam' });
const reassigned = fact('ActivityReassigned', { ...about, from: 'sam', assignee: 'kim' });
const logged = fact('ActivityLogged', { ...call, outcome: 'no-answer', by: 'sam', personId });

const plan = (change: object = {}) => command(PlanActivity, { activityId, ...call, dueAt, ...about, ...change });
const complete = (change: object = {}) => command(CompleteActivity, { activityId, outcome: 'reached', ...change });
const cancel = (reason = 'they called us') => command(CancelActivity, { activityId, reason });
const move = (change: object = {}) => command(RescheduleActivity, { activityId, dueAt: later, ...change });
const reassign = (change: object = {}) => command(ReassignActivity, { activityId, assignee: 'kim', ...change });
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

  it('is rescheduled, with its reminder; without one there is none any more', () => {
    given(activity, planned).when(move()).then(moved);
    given(activity, fact('ActivityPlanned', { ...planned.data, remindAt }))
      .when(move({ remindAt: '2026-05-06T12:30:00Z', reason: 'She is at a fair.' }))
      .then(
        fact('ActivityRescheduled', {
          ...moved.data,
          remindAt: '2026-05-06T12:30:00.000Z',
          reason: 'She is at a fair.',
        }),
      );
    given(activity, fact('ActivityPlanned', { ...planned.data, remindAt }))
      .when(move({ dueAt }))
      .then(fact('ActivityRescheduled', { ...moved.data, dueAt }));
    given(activity, planned)
      .when(move({ remindAt: '2026-05-06T13:00:01Z' }))
      .thenRefused('REMINDER_AFTER_DUE');
    given(activity, planned, moved)
      .when(move({ reason: 'As said.' }))
      .thenNothing();
    given(activity, planned, moved).when(plan()).thenNothing();
    given(activity, planned, moved)
      .when(move({ dueAt }))
      .then(fact('ActivityRescheduled', { ...moved.data, from: later, dueAt }));
  });

  it('is given to another employee, who is then taken to have done it', () => {
    given(activity, planned).when(reassign()).then(reassigned);
    given(activity, planned)
      .when(reassign({ reason: 'Sam is on holiday.' }))
      .then(fact('ActivityReassigned', { ...reassigned.data, reason: 'Sam is on holiday.' }));
    given(activity, planned, reassigned).when(reassign()).thenNothing();
    given(activity, planned, reassigned)
      .when(move())
      .then(fact('ActivityRescheduled', { ...moved.data, assignee: 'kim' }));
    given(activity, planned, reassigned)
      .when(complete())
      .then(fact('ActivityCompleted', { ...completed.data, by: 'kim' }));
    given(activity, planned)
      .when(complete({ by: 'kim' }))
      .then(fact('ActivityCompleted', { ...completed.data, by: 'kim' }));
  });

  it('is moved or given to another only while it is planned', () => {
    for (const change of [move(), reassign()]) {
      given(activity).when(change).thenRefused('ACTIVITY_NOT_FOUND');
      given(activity, logged).when(change).thenRefused('ACTIVITY_ALREADY_DONE');
      given(activity, planned, completed).when(change).thenRefused('ACTIVITY_ALREADY_DONE');
      given(activity, planned, cancelled).when(change).thenRefused('ACTIVITY_CANCELLED');
    }
  });

  it('has participants, of whom others may have come in the end', () => {
    const participants = { people: ['1d2c3b4a-5f6e-4a7b-8c9d-0e1f2a3b4c5d'], employees: ['fred'] };
    const withThem = fact('ActivityPlanned', { ...planned.data, participants });
    given(activity).when(plan({ participants })).then(withThem);
    given(activity, withThem)
      .when(complete())
      .then(fact('ActivityCompleted', { ...completed.data, participants }));
    given(activity, withThem)
      .when(complete({ participants: { employees: ['kim'] } }))
      .then(fact('ActivityCompleted', { ...completed.data, participants: { employees: ['kim'] } }));
  });

  it('is completed with its outcome; what it is about is repeated', () => {
    given(activity, planned).when(complete()).then(completed);
    for (const outcome of outcomes) {
      given(activity, planned)
        .when(complete({ outcome, durationMinutes: 3, note: 'At last.' }))
        .then(fact('ActivityCompleted', { ...about, outcome, durationMinutes: 3, by: 'sam', note: 'At last.' }));
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

  it('is a visit, meeting, phone call, e-mail, letter, demo, chat, note, web visit or click, in or out', () => {
    for (const kind of activityKinds) {
      for (const direction of directions) {
        given(activity)
          .when(log({ kind, direction }))
          .then(fact('ActivityLogged', { ...logged.data, kind, direction }));
      }
    }
  });

  it('names the content and the source of a web visit or a click', () => {
    const visit = { kind: 'web-visit', direction: 'inbound', outcome: 'reached' } as const;
    const found = { content: '/turbine-care', source: 'search' };
    given(activity)
      .when(log({ ...visit, ...found }), { actor: { id: 'marketing-automation', role: 'service' } })
      .then(fact('ActivityLogged', { ...visit, by: 'marketing-automation', personId, ...found }));
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

  it('may be about an opportunity, a case or a campaign as well', () => {
    const more = {
      caseId: '2e3d4c5b-6a7f-4b8c-9d0e-1f2a3b4c5d6e',
      campaignId: '3f4e5d6c-7b8a-4c9d-8e1f-2a3b4c5d6e7f',
    };
    given(activity)
      .when(log({ opportunityId, ...more }))
      .then(fact('ActivityLogged', { ...logged.data, opportunityId, ...more }));
    given(activity, fact('ActivityPlanned', { ...planned.data, ...more }))
      .when(complete())
      .then(fact('ActivityCompleted', { ...completed.data, ...more }));
  });
});
