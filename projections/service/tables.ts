import {
  type CaseChannel,
  type CaseEvents,
  type CaseTargetName,
  type Priority,
} from '../../libs/domain/case/case.events.js';
import type { ResponseEvents } from '../../libs/domain/response/response.events.js';
import type { SurveyEvents, SurveyKind, SurveyQuestion } from '../../libs/domain/survey/survey.events.js';
import { idOf, type Sealed } from '../../libs/kernel/index.js';
import {
  appends,
  instant,
  integer,
  json,
  optional,
  text,
  texts,
  versions,
  type StoredRow,
} from '../../libs/read-model/index.js';
import type { merges } from '../merges.js';

export type CaseStatus = 'open' | 'resolved';

/** Every version of every case; which of its targets were breached is in `breaches`. */
export const cases = versions<CaseEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the case.'),
    person_id: optional(text('Person who turned to us.')),
    account_id: optional(text('Account that it is of.')),
    status: text<CaseStatus>('open or resolved.'),
    priority: text<Priority>('low, normal, high or urgent.'),
    channel: text<CaseChannel>('Where the customer turned to us.'),
    assignee: optional(text('Employee who works on it.')),
    opened_at: instant('When it was opened.'),
    respond_by: instant('Until when it is to be answered.'),
    resolve_by: instant('Until when it is to be resolved.'),
    responded_at: optional(instant('When it was first replied to, or else resolved.')),
    resolved_at: optional(instant('When it was resolved, while it is.')),
    replies: integer('How often the customer got a reply.'),
    reopened: integer('How often it was opened again.'),
    policy_version: integer('Version of the policy case.targets that set the deadlines.'),
    sealed: optional(json<Sealed>('Subject and description, closed under the key of the person whom they tell of.')),
  },
  opens: {
    CaseOpened: ({ data, occurredAt, sealed }) => ({
      person_id: data.personId,
      account_id: data.accountId,
      status: 'open' as const,
      priority: data.priority,
      channel: data.channel,
      assignee: data.assignee,
      opened_at: occurredAt,
      respond_by: data.respondBy,
      resolve_by: data.resolveBy,
      replies: 0,
      reopened: 0,
      policy_version: data.policy.version,
      sealed,
    }),
  },
  changes: {
    CaseAssigned: ({ data }) => ({ assignee: data.assignee }),
    CasePriorityChanged: ({ data }, row) => ({
      priority: data.to,
      respond_by: data.respondBy ?? row.respond_by,
      resolve_by: data.resolveBy ?? row.resolve_by,
      policy_version: data.policy.version,
    }),
    CaseReplied: ({ occurredAt }, row) => ({
      replies: row.replies + 1,
      responded_at: row.responded_at ?? occurredAt,
    }),
    CaseResolved: ({ occurredAt }, row) => ({
      status: 'resolved' as const,
      resolved_at: occurredAt,
      responded_at: row.responded_at ?? occurredAt,
    }),
    CaseReopened: ({ data }, row) => ({
      status: 'open' as const,
      resolved_at: null,
      resolve_by: data.resolveBy,
      reopened: row.reopened + 1,
      policy_version: data.policy.version,
    }),
  },
  indexes: [
    { on: ['status', 'opened_at'], current: true },
    // What held at an instant is told apart in the index.
    { on: ['status', 'valid_to', 'valid_from', 'recorded_from', 'recorded_to'] },
    { on: ['account_id'] },
    { on: ['person_id'] },
  ],
});

export type CaseRow = StoredRow<typeof cases>;

/** A row for each deadline that passed before its target was met. */
export const breaches = appends<CaseEvents>()({
  columns: {
    case_id: text('Id of the case.'),
    target: text<CaseTargetName>('response or resolution.'),
    due_at: instant('The instant of the breach.'),
    priority: text<Priority>('Priority of the case.'),
    assignee: optional(text('Employee who worked on it.')),
    person_id: optional(text('Person who turned to us.')),
    account_id: optional(text('Account that it is of.')),
    revision: integer('Revision of the event in the stream of the case.'),
  },
  on: {
    CaseTargetBreached: ({ stream, data, revision }) => ({
      revision,
      case_id: idOf(stream),
      target: data.target,
      due_at: data.dueAt,
      priority: data.priority,
      assignee: data.assignee,
      person_id: data.personId,
      account_id: data.accountId,
    }),
  },
  indexes: [{ on: ['case_id'] }],
});

/** Every definition of every survey. */
export const surveys = versions<SurveyEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the survey.'),
    name: text('What it is called.'),
    kind: text<SurveyKind>('nps or csat.'),
    questions: json<readonly SurveyQuestion[]>('What is asked besides the score.'),
    version: integer('Version of the definition.'),
  },
  opens: { SurveyDefined: ({ data }) => data },
});

/** A row for each response. */
export const responses = appends<ResponseEvents>()({
  indexes: [{ on: ['survey_id', 'occurred_at'] }],
  columns: {
    response_id: text('Id of the response.'),
    survey_id: text('Survey that was answered.'),
    survey_version: integer('Version of its definition.'),
    kind: text<SurveyKind>('nps or csat.'),
    score: integer('0 to 10 for nps, 1 to 5 for csat.'),
    person_id: optional(text('Person who answered.')),
    account_id: optional(text('Account that was answered for.')),
    case_id: optional(text('Case that it is about.')),
    campaign_id: optional(text('Campaign in which it was asked.')),
    sending: optional(text('Occasion on which it was asked.')),
    wanted_services: texts('Extra services that the customer would like to have.'),
  },
  on: {
    SurveyResponseRecorded: ({ stream, data }) => ({
      response_id: idOf(stream),
      survey_id: data.surveyId,
      survey_version: data.surveyVersion,
      kind: data.kind,
      score: data.score,
      person_id: data.personId,
      account_id: data.accountId,
      case_id: data.caseId,
      campaign_id: data.campaignId,
      sending: data.sending,
      wanted_services: data.wantedServices,
    }),
  },
});

export type ServiceTables = {
  readonly cases: typeof cases;
  readonly breaches: typeof breaches;
  readonly surveys: typeof surveys;
  readonly responses: typeof responses;
  readonly merges: typeof merges;
};
