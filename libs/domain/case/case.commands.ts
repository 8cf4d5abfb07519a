import { Command } from '../../kernel/index.js';
import { Id, Moment, OneOf, Optional, OptionalId, Prose, Text } from '../fields.js';
import {
  type CaseChannel,
  caseChannels,
  type CaseTargetName,
  caseTargets,
  priorities,
  type Priority,
} from './case.events.js';

const caseId = 'e4b1c7d2-90af-4c3e-8b57-6d2f1a9c0e48';
const person = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const account = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';

const resolved = { CASE_RESOLVED: 'The case is resolved; it is reopened first.' } as const;

@Command({
  says: 'Opens a case of a customer; its response and resolution targets follow from its priority.',
  by: ['support'],
  opens: true,
  refuses: {
    CASE_ABOUT_NOBODY: 'Neither a person nor an account is named.',
    CASE_EXISTS: 'The id belongs to a case that was opened with other details.',
  },
  example: {
    caseId,
    subject: 'Gearbox oil alarm on turbine 7',
    description: 'The alarm came back after the last visit.',
    priority: 'high',
    channel: 'phone',
    personId: person,
    accountId: account,
    assignee: 'fred',
  },
})
export class OpenCase {
  @OptionalId()
  readonly caseId?: string;

  @Text(200)
  readonly subject!: string;

  @Optional()
  @Prose(10_000)
  readonly description?: string;

  /** `normal` when left out. */
  @Optional()
  @OneOf(priorities)
  readonly priority?: Priority;

  @OneOf(caseChannels)
  readonly channel!: CaseChannel;

  @OptionalId('person')
  readonly personId?: string;

  @OptionalId('account')
  readonly accountId?: string;

  /** The employee who is to work on it. */
  @Optional()
  @Text(100)
  readonly assignee?: string;
}

@Command({
  says: 'Gives a case to an employee.',
  by: ['support'],
  refuses: resolved,
  example: { caseId, assignee: 'nora' },
})
export class AssignCase {
  @Id()
  readonly caseId!: string;

  @Text(100)
  readonly assignee!: string;
}

@Command({
  says: 'Makes a case more or less pressing; the targets that are still to be met get the deadlines of the priority.',
  by: ['support'],
  refuses: resolved,
  example: { caseId, priority: 'urgent', reason: 'The turbine stands still' },
})
export class ChangeCasePriority {
  @Id()
  readonly caseId!: string;

  @OneOf(priorities)
  readonly priority!: Priority;

  @Optional()
  @Text(500)
  readonly reason?: string;
}

@Command({
  says: 'Replies to the customer; the first reply meets the response target.',
  by: ['support'],
  refuses: resolved,
  example: { caseId, text: 'A technician is on the way.', channel: 'phone' },
})
export class ReplyToCase {
  @Id()
  readonly caseId!: string;

  @Prose(10_000)
  readonly text!: string;

  /** As the customer turned to us when left out. */
  @Optional()
  @OneOf(caseChannels)
  readonly channel?: CaseChannel;
}

@Command({
  says: 'Resolves a case, saying how.',
  by: ['support'],
  refuses: { CASE_RESOLVED: 'The case was resolved in another way.' },
  example: { caseId, resolution: 'Sensor replaced; the alarm is gone.' },
})
export class ResolveCase {
  @Id()
  readonly caseId!: string;

  @Prose(10_000)
  readonly resolution!: string;
}

@Command({
  says: 'Opens a resolved case again, with the reason; it gets a new resolution target.',
  by: ['support'],
  refuses: { CASE_NOT_RESOLVED: 'The case is open.' },
  after: ['ResolveCase'],
  example: { caseId, reason: 'The alarm is back.' },
})
export class ReopenCase {
  @Id()
  readonly caseId!: string;

  @Prose(2_000)
  readonly reason!: string;
}

@Command({
  says: 'Records that a deadline of a case passed before its target was met.',
  by: [],
  internal: true,
  example: { caseId, target: 'response', dueAt: '2026-05-04T09:30:00Z' },
})
export class RecordCaseTargetBreach {
  @Id()
  readonly caseId!: string;

  @OneOf(caseTargets)
  readonly target!: CaseTargetName;

  @Moment()
  readonly dueAt!: string;
}
