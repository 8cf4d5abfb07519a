import { sql } from 'kysely';
import { projection, type View } from '../../libs/read-model/index.js';
import { policies } from '../policies/tables.js';
import { buyingRoles, contracts, quotes } from './formal-contact.js';
import { categorised, stagesOf, type PipelineTables } from './stages.js';
import { moves, opportunities, pipelines, touches, velocity } from './tables.js';
import { velocityViews } from './velocity.js';

const ofOpportunity = {
  opportunity_id: 'Id of the opportunity.',
  pipeline: 'Pipeline that it runs through.',
  title: 'What it is called.',
  account_id: 'Account that it belongs to, once known.',
  contact_ids: 'People through whom it was found.',
  owner: 'Salesperson who owns it.',
  product: 'Product that is to be sold.',
  campaign_id: 'Campaign that caused it.',
  stage: 'Stage that it stands in; closed, the last one that it stood in.',
  status: 'open, won, lost or withdrawn (opened by a conversion that was taken back).',
  amount: 'Amount at stake, or won, in minor units of the currency.',
  currency: 'ISO 4217 currency of the amount.',
  expected_close: 'Day on which it is expected to close.',
  set_category: 'Forecast category as somebody set it; null: it is derived from the probability.',
  lines: 'What is to be sold: product, quantity, unit price and amount of each line.',
  quotes_sent: 'Number of quotes sent.',
  quotes_accepted: 'Number of quotes that the customer accepted.',
  contract_signed_at: 'When the last contract was signed.',
  loss_reason: 'Why it was lost.',
  competitor: 'Who did better.',
  opened_at: 'When it was opened.',
  closed_at: 'When it was won, lost or withdrawn.',
};

const columnsOfOpportunity = sql`id, pipeline_id, title, account_id, contact_ids, owner, product, campaign_id, stage, status,
  amount, currency, expected_close, set_category, lines, quotes_sent, quotes_accepted, contract_signed_at, loss_reason, competitor, opened_at, closed_at`;

const views: Readonly<Record<string, View<PipelineTables>>> = {
  pipeline: {
    says: 'What stands in each stage of each pipeline, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      pipeline: 'Id of the pipeline.',
      pipeline_name: 'What it is called.',
      stage: 'Stage; the closed ones are won and lost.',
      stage_order: 'Place of the stage, from 1.',
      kind: 'open, won or lost.',
      probability: 'Probability of winning at that instant, in per cent.',
      count: 'Number of opportunities.',
      amount: 'Sum of their amounts, in minor units of the currency.',
      weighted: 'Amount × probability, rounded half up once per stage, in minor units.',
      currency: 'ISO 4217 currency.',
    },
    as: (source) => stagesOf(source),
  },
  opportunities: {
    says: 'Every opportunity as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      ...ofOpportunity,
      since: 'When it became as it is.',
      position: 'Position in the log of the last event.',
      probability: 'Probability of winning at that instant, in per cent.',
      forecast_category:
        'pipeline, best-case, commit, omitted, or closed: as somebody set it, else by the probability.',
    },
    as: (source) =>
      sql`select ${columnsOfOpportunity}, valid_from, position, probability, forecast_category from ${categorised(source)} o`,
  },
  buying_roles: {
    says: 'Who has which part in which purchase as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      opportunity_id: 'Id of the opportunity.',
      person_id: 'Id of the person.',
      role: 'decision-maker, influencer, user, buyer, champion or gatekeeper.',
      since: 'Since when.',
    },
    as: ({ at }) =>
      sql`select opportunity_id, person_id, role, valid_from from ${at('buying_roles')} r where role is not null`,
  },
  quotes: {
    says: 'Every quote, on opportunities and on leads, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      quote_id: 'Number of the quote.',
      opportunity_id: 'Opportunity that it is for; null: a lead was sent it.',
      person_id: 'Lead or contact who was sent it; null: it is for an opportunity.',
      status: 'sent, accepted or declined.',
      amount: 'Its price in minor units of the currency.',
      currency: 'ISO 4217 currency.',
      lines: 'What was offered: product, quantity, unit price and amount of each line.',
      valid_until: 'Last day on which it can be accepted.',
      reason: 'Why it was declined.',
      sent_at: 'When it was sent.',
      answered_at: 'When it was accepted or declined.',
    },
    as: ({
      at,
    }) => sql`select quote_id, opportunity_id, person_id, status, amount, currency, lines, valid_until, reason,
      sent_at, answered_at from ${at('quotes')} q`,
  },
  contracts: {
    says: 'Every contract that was signed as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      contract_id: 'Number of the contract.',
      opportunity_id: 'Opportunity that it is for; null: a lead signed it.',
      person_id: 'Lead or contact who signed it; null: it is for an opportunity.',
      quote_id: 'Number of the quote that it rests on.',
      amount: 'What it is worth, in minor units of the currency.',
      currency: 'ISO 4217 currency.',
      signed_at: 'When it was signed.',
    },
    as: ({ at }) => sql`select contract_id, opportunity_id, person_id, quote_id, amount, currency, occurred_at
      from ${at('contracts')} c`,
  },
  opportunity_versions: {
    says: 'Every version of every opportunity, whatever the settings, with the event that made it.',
    columns: {
      ...ofOpportunity,
      valid_from: 'When it became so.',
      valid_to: 'When it ceased to be so; infinity: it is.',
      recorded_from: 'When we learnt it.',
      recorded_to: 'When we learnt what followed; infinity: nothing did.',
      revision: 'Revision of the event in its stream.',
      position: 'Position of the event in the log.',
      cause: 'Type of the event.',
      actor_id: 'Who did it: a stable id, never a name.',
    },
    as: ({ all }) =>
      sql`select ${columnsOfOpportunity}, valid_from, valid_to, recorded_from, recorded_to, revision, position, cause, actor_id
        from ${all('opportunities')}`,
  },
  ...velocityViews,
};

/** Opportunities and their pipelines at any instant (domain.md §3). */
export const pipeline = projection<PipelineTables>({
  name: 'pipeline',
  version: 9,
  tables: {
    opportunities,
    moves,
    velocity,
    touches,
    policies,
    pipelines,
    buying_roles: buyingRoles,
    quotes,
    contracts,
  },
  views,
});
