import { sql } from 'kysely';
import { projection, type View } from '../../libs/read-model/index.js';
import { stagesOf, type PipelineTables } from './stages.js';
import { moves, opportunities, pipelines } from './tables.js';

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
  status: 'open, won or lost.',
  amount: 'Amount at stake, or won, in minor units of the currency.',
  currency: 'ISO 4217 currency of the amount.',
  expected_close: 'Day on which it is expected to close.',
  loss_reason: 'Why it was lost.',
  competitor: 'Who did better.',
  opened_at: 'When it was opened.',
  closed_at: 'When it was won or lost.',
};

const columnsOfOpportunity = sql`id, pipeline_id, title, account_id, contact_ids, owner, product, campaign_id, stage, status,
  amount, currency, expected_close, loss_reason, competitor, opened_at, closed_at`;

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
    },
    as: ({ at }) => sql`select ${columnsOfOpportunity}, valid_from, position from ${at('opportunities')} o`,
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
};

/** Opportunities and their pipelines at any instant (domain.md §3). */
export const pipeline = projection<PipelineTables>({
  name: 'pipeline',
  version: 1,
  tables: { opportunities, moves, pipelines },
  views,
});
