import { sql } from 'kysely';
import { ofAll, projection, type View } from '../../libs/read-model/index.js';
import { merges } from '../merges.js';
import { withBreaches } from './breached.js';
import { satisfactionOf, wantedServicesOf } from './satisfaction.js';
import { breaches, cases, responses, type ServiceTables, surveys } from './tables.js';

const views: Readonly<Record<string, View<ServiceTables>>> = {
  cases: {
    says: 'Every case as of kroniek.as_of and kroniek.known_at (unset: now), without personal data.',
    columns: {
      case_id: 'Id of the case.',
      person_id: 'Person who turned to us.',
      account_id: 'Account that it is of.',
      status: 'open or resolved.',
      priority: 'low, normal, high or urgent.',
      channel: 'Where the customer turned to us.',
      assignee: 'Employee who works on it.',
      opened_at: 'When it was opened.',
      respond_by: 'Until when it is to be answered.',
      resolve_by: 'Until when it is to be resolved.',
      responded_at: 'When it was first replied to, or else resolved.',
      resolved_at: 'When it was resolved, while it is.',
      response_breached_at: 'When the response target was breached.',
      resolution_breached_at: 'When the resolution target was breached last.',
      replies: 'How often the customer got a reply.',
      reopened: 'How often it was opened again.',
      policy_version: 'Version of the policy case.targets that set the deadlines.',
    },
    as: (source) => sql`select id, person_id, account_id, status, priority, channel, assignee, opened_at, respond_by,
      resolve_by, responded_at, resolved_at, response_breached_at, resolution_breached_at, replies, reopened,
      policy_version from ${withBreaches(source, source.at('cases'))} c`,
  },
  case_breaches: {
    says: 'Every breached target of a case as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      case_id: 'Id of the case.',
      target: 'response or resolution.',
      due_at: 'The instant of the breach.',
      priority: 'Priority of the case.',
      assignee: 'Employee who worked on it.',
      person_id: 'Person who turned to us.',
      account_id: 'Account that it is of.',
    },
    as: ({ at }) =>
      sql`select case_id, target, due_at, priority, assignee, person_id, account_id from ${at('breaches')} b`,
  },
  survey_responses: {
    says: 'Every survey response as of kroniek.as_of and kroniek.known_at (unset: now), without free text.',
    columns: {
      response_id: 'Id of the response.',
      survey_id: 'Survey that was answered.',
      survey_version: 'Version of its definition.',
      kind: 'nps or csat.',
      score: '0 to 10 for nps, 1 to 5 for csat.',
      person_id: 'Person who answered.',
      account_id: 'Account that was answered for.',
      case_id: 'Case that it is about.',
      campaign_id: 'Campaign in which it was asked.',
      sending: 'Occasion on which it was asked.',
      wanted_services: 'Extra services that the customer would like to have.',
      answered_at: 'When it was given.',
    },
    as: ({ at }) => sql`select response_id, survey_id, survey_version, kind, score, person_id, account_id, case_id,
      campaign_id, sending, wanted_services, occurred_at from ${at('responses')} r`,
  },
  satisfaction: {
    says: 'NPS and CSAT per survey, month and account, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      survey_id: 'Survey that was answered.',
      kind: 'nps or csat.',
      period: 'Month in UTC: 2026-07.',
      account_id: 'Account that was answered for, as it continues; null: people without one.',
      responses: 'Number of responses.',
      promoters: '9 and 10 (nps), 4 and 5 (csat).',
      passives: '7 and 8 (nps), 3 (csat).',
      detractors: '0 to 6 (nps), 1 and 2 (csat).',
      nps: 'Per cent of promoters less per cent of detractors; null for csat.',
      csat: 'Per cent of 4 and 5; null for nps.',
      average_hundredths: 'Average score, in hundredths.',
    },
    as: (source) => satisfactionOf(source, ofAll, 'account'),
  },
  wanted_services: {
    says: 'Extra services that customers would like to have, by month and account, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      service: 'What they would like to have.',
      period: 'Month in UTC: 2026-07.',
      account_id: 'Account that was answered for, as it continues; null: people without one.',
      responses: 'Number of survey responses that say so.',
      customers: 'Number of accounts, or people without one, that say so.',
    },
    as: (source) => sql`select * from (${wantedServicesOf(source, ofAll, 'account')}) w`,
  },
};

/** Cases with their targets, and how satisfied customers are, at any instant (domain.md §8). */
export const service = projection<ServiceTables>({
  name: 'service',
  version: 3,
  tables: { cases, breaches, surveys, responses, merges },
  views,
});
