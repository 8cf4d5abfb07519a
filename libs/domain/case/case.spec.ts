import { describe, expect, it } from '@jest/globals';
import { factsOf, type Instant, minutesAfter } from '../../kernel/index.js';
import { command, decide, given } from '../../testing/decider.js';
import { policyDefaults, policyEvents } from '../policy/policy.events.js';
import {
  AssignCase,
  ChangeCasePriority,
  OpenCase,
  RecordCaseTargetBreach,
  ReopenCase,
  ReplyToCase,
  ResolveCase,
} from './case.commands.js';
import { caseEvents, priorities } from './case.events.js';
import { type CaseState, serviceCase } from './case.js';

const fact = factsOf(caseEvents);
const caseId = 'e4b1c7d2-90af-4c3e-8b57-6d2f1a9c0e48';
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';

/** When the specs' cases are opened, and when everything happens that does not say otherwise. */
const start: Instant = '2024-01-15T09:00:00.000Z';
const inMinutes = (minutes: number): Instant => minutesAfter(start, minutes);
const at = (minutes: number) => ({ occurredAt: inMinutes(minutes) });
const targets = policyDefaults['case.targets'];
const version = (number: number) => ({ name: 'case.targets', version: number }) as const;

const opened = fact('CaseOpened', {
  subject: 'Oil alarm',
  priority: 'high',
  channel: 'phone',
  personId,
  accountId,
  assignee: 'fred',
  respondBy: inMinutes(targets.high.responseMinutes),
  resolveBy: inMinutes(targets.high.resolutionMinutes),
  policy: version(0),
});
const reply = fact('CaseReplied', {
  personId,
  accountId,
  by: 'sam',
  channel: 'phone',
  text: 'On our way.',
  first: true,
});
const resolved = fact('CaseResolved', { personId, accountId, resolution: 'Sensor replaced.' });
const reopened = fact('CaseReopened', {
  personId,
  accountId,
  reason: 'It is back.',
  priority: 'high',
  resolveBy: inMinutes(targets.high.resolutionMinutes),
  policy: version(0),
});

const open = (change: object = {}) =>
  command(OpenCase, {
    caseId,
    subject: 'Oil alarm',
    priority: 'high',
    channel: 'phone',
    personId,
    accountId,
    assignee: 'fred',
    ...change,
  });
const assign = (assignee: string) => command(AssignCase, { caseId, assignee });
const prioritise = (priority: string, reason?: string) => command(ChangeCasePriority, { caseId, priority, reason });
const say = (text: string) => command(ReplyToCase, { caseId, text });
const resolve = (resolution = 'Sensor replaced.') => command(ResolveCase, { caseId, resolution });
const reopen = (reason = 'It is back.') => command(ReopenCase, { caseId, reason });
const breach = (target: 'response' | 'resolution', minutes: number) =>
  command(RecordCaseTargetBreach, { caseId, target, dueAt: inMinutes(minutes) });

const stricter = { ...targets, high: { responseMinutes: 5, resolutionMinutes: 10 } };
const underVersion1 = {
  lookups: {
    'policy-case.targets': [
      factsOf(policyEvents)('PolicyChanged', { policy: 'case.targets', version: 1, value: stricter }),
    ],
  },
};

describe('A case', () => {
  it('is opened for a person or an account; normal unless it is said to be more or less pressing', () => {
    given(serviceCase).when(open()).then(opened);
    given(serviceCase)
      .when(open({ priority: undefined, description: 'Again.' }))
      .then(
        fact('CaseOpened', {
          ...opened.data,
          description: 'Again.',
          priority: 'normal',
          respondBy: inMinutes(targets.normal.responseMinutes),
          resolveBy: inMinutes(targets.normal.resolutionMinutes),
        }),
      );
    given(serviceCase)
      .when(open({ personId: undefined, accountId: undefined }))
      .thenRefused('CASE_ABOUT_NOBODY');
  });

  it('changes nothing when it is opened again as it was', () => {
    given(serviceCase, opened).when(open(), at(600)).thenNothing();
    given(serviceCase, opened, resolved).when(open(), underVersion1).thenNothing();
    given(serviceCase, opened)
      .when(open({ channel: 'web' }))
      .thenRefused('CASE_EXISTS');
  });

  it('has response and resolution targets by its priority, under the policy that its event names', () => {
    for (const priority of priorities) {
      const { responseMinutes, resolutionMinutes } = targets[priority];
      const respondBy = inMinutes(responseMinutes);
      const resolveBy = inMinutes(resolutionMinutes);
      given(serviceCase)
        .when(open({ priority }))
        .then(fact('CaseOpened', { ...opened.data, priority, respondBy, resolveBy }));
    }
    given(serviceCase)
      .when(open(), underVersion1)
      .then(
        fact('CaseOpened', {
          ...opened.data,
          respondBy: inMinutes(5),
          resolveBy: inMinutes(10),
          policy: version(1),
        }),
      );
  });

  it('is assigned to an employee', () => {
    given(serviceCase, opened)
      .when(assign('nora'))
      .then(fact('CaseAssigned', { assignee: 'nora', from: 'fred' }));
    given(serviceCase, opened).when(assign('fred')).thenNothing();
    given(serviceCase, opened, resolved).when(assign('nora')).thenRefused('CASE_RESOLVED');
    given(serviceCase).when(assign('nora')).thenRefused('CASE_NOT_FOUND');
  });

  it('is replied to; the first reply is the one that the response target asks for', () => {
    given(serviceCase, opened).when(say('On our way.')).then(reply);
    given(serviceCase, opened, reply)
      .when(say('Arrived.'))
      .then(fact('CaseReplied', { ...reply.data, text: 'Arrived.', first: false }));
    given(serviceCase, opened, reply).when(say('On our way.')).thenNothing();
    given(serviceCase, opened, reply, fact('CaseAssigned', { assignee: 'nora', from: 'fred' }))
      .when(say('On our way.'))
      .then(fact('CaseReplied', { ...reply.data, first: false }));
    given(serviceCase, opened, resolved).when(say('Hello')).thenRefused('CASE_RESOLVED');
  });

  it('is resolved, once', () => {
    given(serviceCase, opened).when(resolve()).then(resolved);
    given(serviceCase, opened, resolved).when(resolve()).thenNothing();
    given(serviceCase, opened, resolved).when(resolve('Otherwise.')).thenRefused('CASE_RESOLVED');
  });

  it('is reopened with the reason, and gets a new resolution target', () => {
    given(serviceCase, opened, reply, resolved)
      .when(reopen(), at(5_000))
      .then(fact('CaseReopened', { ...reopened.data, resolveBy: inMinutes(5_000 + targets.high.resolutionMinutes) }));
    given(serviceCase, opened, resolved, reopened).when(reopen()).thenNothing();
    given(serviceCase, opened).when(reopen()).thenRefused('CASE_NOT_RESOLVED');
    given(serviceCase, opened, resolved, reopened).when(resolve()).then(resolved);
    given(serviceCase, opened, resolved, reopened)
      .when(say('On our way.'))
      .then(fact('CaseReplied', { ...reply.data, first: false }));
  });
});

describe('The priority of a case', () => {
  const urgent = { from: 'high', to: 'urgent', policy: version(0) } as const;

  it('changes, and with it the deadlines, counted from the opening', () => {
    given(serviceCase, opened)
      .when(prioritise('urgent', 'It stands still'), at(10))
      .then(
        fact('CasePriorityChanged', {
          ...urgent,
          reason: 'It stands still',
          respondBy: inMinutes(targets.urgent.responseMinutes),
          resolveBy: inMinutes(targets.urgent.resolutionMinutes),
        }),
      );
    given(serviceCase, opened).when(prioritise('high')).thenNothing();
    given(serviceCase, opened, resolved).when(prioritise('low')).thenRefused('CASE_RESOLVED');
  });

  it('makes nobody late in the past: a deadline that would be over is now', () => {
    given(serviceCase, opened)
      .when(prioritise('urgent'), at(100))
      .then(
        fact('CasePriorityChanged', {
          ...urgent,
          respondBy: inMinutes(100),
          resolveBy: inMinutes(targets.urgent.resolutionMinutes),
        }),
      );
  });

  it('gives no deadline to what is answered or breached; what was reopened counts from then', () => {
    const late = fact('CaseTargetBreached', {
      personId,
      accountId,
      target: 'response',
      dueAt: opened.data.respondBy,
      priority: 'high',
      assignee: 'fred',
    });
    const resolveBy = inMinutes(targets.urgent.resolutionMinutes);
    for (const before of [[reply], [late], [resolved, reopened]]) {
      given(serviceCase, opened, ...before)
        .when(prioritise('urgent'))
        .then(fact('CasePriorityChanged', { ...urgent, resolveBy }));
    }
    given(
      serviceCase,
      opened,
      reply,
      fact('CaseTargetBreached', { ...late.data, target: 'resolution', dueAt: opened.data.resolveBy }),
    )
      .when(prioritise('urgent'), at(9_000))
      .then(fact('CasePriorityChanged', urgent));
  });
});

describe('A target of a case', () => {
  const { responseMinutes, resolutionMinutes } = targets.high;
  const breached = (target: 'response' | 'resolution', minutes: number) =>
    fact('CaseTargetBreached', {
      personId,
      accountId,
      target,
      dueAt: inMinutes(minutes),
      priority: 'high',
      assignee: 'fred',
    });

  /** The facts with the minutes after the opening at which they happened. */
  const after = (...facts: readonly (readonly [number, { readonly type: string; readonly data: object }])[]) =>
    facts.reduce<CaseState>(
      (state, [minutes, happened]) => serviceCase.apply(state, happened, inMinutes(minutes)),
      serviceCase.apply(serviceCase.initial, opened, start),
    );
  const answer = (state: CaseState, target: 'response' | 'resolution', minutes: number, now = minutes) =>
    decide(serviceCase, state, breach(target, minutes), at(now));

  it('is breached when its deadline passes before it is met', () => {
    given(serviceCase, opened)
      .when(breach('response', responseMinutes), at(responseMinutes))
      .then(breached('response', responseMinutes));
    given(serviceCase, opened)
      .when(breach('resolution', resolutionMinutes), at(resolutionMinutes))
      .then(breached('resolution', resolutionMinutes));
    given(serviceCase).when(breach('response', 1), at(1)).thenRefused('CASE_NOT_FOUND');
  });

  it('is not breached before its deadline, nor at an instant that never was one', () => {
    expect(answer(after(), 'response', responseMinutes, responseMinutes - 1)).toEqual([]);
    expect(answer(after(), 'response', 7)).toEqual([]);
    expect(answer(after(), 'resolution', responseMinutes)).toEqual([]);
  });

  it('is met by the first reply, or the resolution, up to the very deadline', () => {
    const deadline = responseMinutes;
    expect(answer(after([deadline, reply]), 'response', deadline)).toEqual([]);
    expect(answer(after([deadline, resolved]), 'response', deadline)).toEqual([]);
    expect(answer(after([deadline + 1, reply]), 'response', deadline, deadline + 1)).toEqual([
      breached('response', deadline),
    ]);
    expect(answer(after([resolutionMinutes, resolved]), 'resolution', resolutionMinutes)).toEqual([]);
    expect(answer(after([1, reply]), 'resolution', resolutionMinutes)).toHaveLength(1);
  });

  it('is another one once the priority has changed', () => {
    const change = fact('CasePriorityChanged', {
      from: 'high',
      to: 'urgent',
      respondBy: inMinutes(30),
      resolveBy: inMinutes(240),
      policy: version(0),
    });
    expect(answer(after([10, change]), 'response', responseMinutes)).toEqual([]);
    expect(answer(after([10, change]), 'response', 30)).toEqual([
      { ...breached('response', 30), data: { ...breached('response', 30).data, priority: 'urgent' } },
    ]);
    // What had passed before the change was breached then.
    const slow = { ...change, data: { ...change.data, respondBy: inMinutes(500) } };
    expect(answer(after([400, slow]), 'response', responseMinutes, 400)).toHaveLength(1);
  });

  it('is another one for a case that was resolved in time and reopened', () => {
    const again = { ...reopened, data: { ...reopened.data, resolveBy: inMinutes(3_000) } };
    const state = after([10, resolved], [20, again]);
    expect(answer(state, 'resolution', resolutionMinutes)).toEqual([]);
    expect(answer(state, 'resolution', 3_000)).toEqual([breached('resolution', 3_000)]);
    expect(answer(after([10, resolved], [2_000, again]), 'resolution', resolutionMinutes, 2_000)).toEqual([]);
  });
});
