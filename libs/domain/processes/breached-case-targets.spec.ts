import { describe, it } from '@jest/globals';
import { givenLog, issued } from '../../testing/process.js';
import { type GivenEvent, happened } from '../../testing/projection.js';
import { RecordCaseTargetBreach } from '../case/case.commands.js';
import type { CaseEvents, CaseTargetName } from '../case/case.events.js';
import { breachedCaseTargets } from './breached-case-targets.js';

const caseId = 'e4b1c7d2-90af-4c3e-8b57-6d2f1a9c0e48';
const stream = `case-${caseId}`;
const on = happened<CaseEvents>();
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';

const at = (time: string): string => `2024-05-06T${time}:00.000Z`;
const end = '2024-06-01T00:00:00.000Z';
const policy = { name: 'case.targets', version: 0 } as const;

const opened = on(stream, 'CaseOpened', at('08:00'), {
  accountId,
  priority: 'high',
  channel: 'phone',
  respondBy: at('10:00'),
  resolveBy: at('12:00'),
  policy,
});
const replied = (time: string) =>
  on(stream, 'CaseReplied', at(time), { accountId, by: 'fred', channel: 'phone', first: true });
const resolved = (time: string) => on(stream, 'CaseResolved', at(time), { accountId });
const reopened = (time: string, resolveBy: string) =>
  on(stream, 'CaseReopened', at(time), { accountId, priority: 'high', resolveBy: at(resolveBy), policy });
const prioritised = (time: string, due: { readonly respondBy?: string; readonly resolveBy?: string }) =>
  on(stream, 'CasePriorityChanged', at(time), { from: 'high', to: 'urgent', ...due, policy });
const breached = (target: CaseTargetName, time: string) =>
  issued(RecordCaseTargetBreach, { caseId, target, dueAt: at(time) }, at(time));

describe('The targets of a case', () => {
  it('are breached at the instant of their deadlines, whenever that is noticed', () => {
    givenLog(breachedCaseTargets, opened).at(at('09:59')).thenNothing();
    givenLog(breachedCaseTargets, opened).at(at('10:00')).then(breached('response', '10:00'));
    givenLog(breachedCaseTargets, opened).at(end).then(breached('response', '10:00'), breached('resolution', '12:00'));
    givenLog(breachedCaseTargets, opened).at(at('09:00')).thenWaits(caseId, at('10:00'));
  });

  it('are met by a reply, and by the resolution', () => {
    givenLog(breachedCaseTargets, opened, replied('09:00')).at(end).then(breached('resolution', '12:00'));
    givenLog(breachedCaseTargets, opened, resolved('09:00')).at(end).thenNothing();
    givenLog(breachedCaseTargets, opened, replied('09:00'), resolved('11:00')).at(end).thenNothing();
    givenLog(breachedCaseTargets, opened, replied('09:00'), resolved('11:00'))
      .at(at('11:30'))
      .thenWaits(caseId, undefined);
  });

  it('stay breached when they are met late', () => {
    givenLog(breachedCaseTargets, opened, replied('10:30'), resolved('11:00'))
      .at(end)
      .then(breached('response', '10:00'));
  });

  it('stay breached when a history is reported whose reply, or resolution, came after the deadline', () => {
    const reported = (event: GivenEvent, time: string): GivenEvent => ({ ...event, recordedAt: at(time) });
    const late = reported(opened, '20:00');
    givenLog(breachedCaseTargets, late, reported(replied('10:30'), '20:00'), reported(resolved('13:00'), '20:00'))
      .at(end)
      .then(breached('response', '10:00'), breached('resolution', '12:00'));
    givenLog(breachedCaseTargets, late, reported(replied('10:00'), '20:00'), reported(resolved('12:00'), '20:00'))
      .at(end)
      .thenNothing();
    givenLog(
      breachedCaseTargets,
      late,
      reported(resolved('13:00'), '20:00'),
      reported(reopened('14:00', '18:00'), '20:00'),
    )
      .at(end)
      .then(breached('response', '10:00'), breached('resolution', '12:00'), breached('resolution', '18:00'));
    givenLog(breachedCaseTargets, late, reported(prioritised('11:00', { resolveBy: at('11:30') }), '20:00'))
      .at(end)
      .then(breached('response', '10:00'), breached('resolution', '11:30'));
  });

  it('move with the priority', () => {
    givenLog(breachedCaseTargets, opened, prioritised('08:30', { respondBy: at('09:00'), resolveBy: at('09:00') }))
      .at(end)
      .then(breached('response', '09:00'), breached('resolution', '09:00'));
    givenLog(breachedCaseTargets, opened, replied('08:10'), prioritised('08:30', { resolveBy: at('14:00') }))
      .at(end)
      .then(breached('resolution', '14:00'));
  });

  it('are new for a case that was reopened', () => {
    givenLog(breachedCaseTargets, opened, resolved('09:00'), reopened('11:00', '15:00'))
      .at(end)
      .then(breached('resolution', '15:00'));
    givenLog(
      breachedCaseTargets,
      opened,
      replied('09:00'),
      resolved('13:00'),
      reopened('14:00', '18:00'),
      resolved('15:00'),
    )
      .at(end)
      .then(breached('resolution', '12:00'));
  });
});
