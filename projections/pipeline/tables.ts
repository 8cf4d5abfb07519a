import { idOf, type RecordedEvent } from '../../libs/kernel/index.js';
import type {
  Line,
  OpenForecastCategory,
  OpportunityEvents,
} from '../../libs/domain/opportunity/opportunity.events.js';
import type { PipelineEvents, Stage } from '../../libs/domain/pipeline/pipeline.events.js';
import {
  appends,
  date,
  instant,
  integer,
  json,
  money,
  optional,
  text,
  texts,
  versions,
  type StoredRow,
} from '../../libs/read-model/index.js';

/** Where an opportunity stands. */
export type OpportunityStatus = 'open' | 'won' | 'lost' | 'withdrawn';

/** Every version of every opportunity. */
export const opportunities = versions<OpportunityEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the opportunity.'),
    pipeline_id: text('Pipeline that it runs through.'),
    title: text('What it is called.'),
    account_id: optional(text('Account that it belongs to, once known.')),
    contact_ids: texts('People through whom it was found.'),
    owner: optional(text('Salesperson who owns it.')),
    product: optional(text('Product that is to be sold.')),
    campaign_id: optional(text('Campaign that caused it.')),
    stage: text('Stage that it stands in; closed, the last one that it stood in.'),
    status: text<OpportunityStatus>('open, won, lost or withdrawn.'),
    amount: money('Amount at stake, or won, in minor units of the currency.'),
    currency: text('ISO 4217 currency of the amount.'),
    expected_close: optional(date('Day on which it is expected to close.')),
    set_category: optional(text<OpenForecastCategory>('Forecast category as somebody set it; null: it is derived.')),
    lines: json<readonly Line[]>('What is to be sold: product, quantity, unit price and amount of each line.'),
    quotes_sent: integer('Number of quotes sent.'),
    quotes_accepted: integer('Number of quotes that the customer accepted.'),
    contract_signed_at: optional(instant('When the last contract was signed.')),
    loss_reason: optional(text('Why it was lost.')),
    competitor: optional(text('Who did better.')),
    opened_at: instant('When it was opened.'),
    closed_at: optional(instant('When it was won, lost or withdrawn.')),
  },
  opens: {
    OpportunityOpened: ({ data, occurredAt }) => ({
      pipeline_id: data.pipelineId,
      title: data.title,
      account_id: data.accountId,
      contact_ids: data.contactIds,
      owner: data.owner,
      product: data.product,
      campaign_id: data.campaignId,
      stage: data.stage,
      status: 'open' as const,
      amount: data.amount.amount,
      currency: data.amount.currency,
      expected_close: data.expectedClose,
      lines: data.lines ?? [],
      quotes_sent: 0,
      quotes_accepted: 0,
      opened_at: occurredAt,
    }),
  },
  changes: {
    OpportunityAdvanced: ({ data }) => ({ stage: data.to }),
    OpportunityMovedBack: ({ data }) => ({ stage: data.to }),
    OpportunityMovedToPipeline: ({ data }) => ({ pipeline_id: data.pipelineId, stage: data.to }),
    OpportunityAmountChanged: ({ data }) => ({ ...data.amount }),
    OpportunityLinesChanged: ({ data }) => ({ ...data.amount, lines: data.lines }),
    OpportunityRescheduled: ({ data }) => ({ expected_close: data.expectedClose }),
    OpportunityAccountAssigned: ({ data }) => ({ account_id: data.accountId }),
    OpportunityReassigned: ({ data }) => ({ owner: data.to }),
    ForecastCategorySet: ({ data }) => ({ set_category: data.category }),
    QuoteSent: (_, { quotes_sent }) => ({ quotes_sent: quotes_sent + 1 }),
    QuoteAccepted: (_, { quotes_accepted }) => ({ quotes_accepted: quotes_accepted + 1 }),
    // What stands in tables of its own makes a version too: the row names the last event of the stream.
    QuoteDeclined: () => ({}),
    BuyingRoleAssigned: () => ({}),
    BuyingRoleRemoved: () => ({}),
    ContractSigned: ({ occurredAt }) => ({ contract_signed_at: occurredAt }),
    OpportunityWon: ({ data, occurredAt }) => ({ status: 'won' as const, ...data.amount, closed_at: occurredAt }),
    OpportunityLost: ({ data, occurredAt }) => ({
      status: 'lost' as const,
      loss_reason: data.reason,
      competitor: data.competitor,
      closed_at: occurredAt,
    }),
    OpportunityWithdrawn: ({ occurredAt }) => ({ status: 'withdrawn' as const, closed_at: occurredAt }),
    OpportunityReopened: ({ data }) => ({
      status: 'open' as const,
      stage: data.to,
      loss_reason: null,
      competitor: null,
      closed_at: null,
    }),
  },
  indexes: [{ on: ['pipeline_id', 'status', 'stage'], current: true }],
});

export type OpportunityRow = StoredRow<typeof opportunities>;

/** How an opportunity came to where it stood. */
export type Move =
  'opened' | 'advanced' | 'moved-back' | 'moved-to-pipeline' | 'won' | 'lost' | 'withdrawn' | 'reopened';

/** A row for each time that an opportunity came to stand somewhere. */
export const moves = appends<OpportunityEvents>()({
  primaryKey: ['opportunity_id', 'revision'],
  columns: {
    opportunity_id: text('Id of the opportunity.'),
    revision: integer('Revision of the event in its stream.'),
    move: text<Move>('opened, advanced, moved-back, moved-to-pipeline, won, lost, withdrawn or reopened.'),
    stage: text('Stage that it came to stand in; won, lost or withdrawn, the one that it left.'),
    status: text<OpportunityStatus>('open, won, lost or withdrawn.'),
    skipped: texts('Stages in between that it did not stand in.'),
    reason: optional(text('Why it moved back, was lost or reopened.')),
    actor_id: text('Who did it: a stable id, never a name.'),
    actor_role: text('In which role.'),
  },
  on: {
    OpportunityOpened: (event) => moved(event, 'opened', event.data.stage),
    OpportunityAdvanced: (event) => ({ ...moved(event, 'advanced', event.data.to), skipped: event.data.skipped }),
    OpportunityMovedBack: (event) => moved(event, 'moved-back', event.data.to, event.data.reason),
    OpportunityMovedToPipeline: (event) => moved(event, 'moved-to-pipeline', event.data.to, event.data.reason),
    OpportunityWon: (event) => moved(event, 'won', event.data.from),
    OpportunityLost: (event) => moved(event, 'lost', event.data.from, event.data.reason),
    OpportunityWithdrawn: (event) => moved(event, 'withdrawn', event.data.from),
    OpportunityReopened: (event) => moved(event, 'reopened', event.data.to, event.data.reason),
  },
});

export type MoveRow = StoredRow<typeof moves>;

function moved({ stream, revision, actor }: RecordedEvent, move: Move, stage: string, reason?: string) {
  const status: OpportunityStatus = move === 'won' || move === 'lost' || move === 'withdrawn' ? move : 'open';
  const skipped: readonly string[] = [];
  const by = { actor_id: actor.id, actor_role: actor.role };
  return { opportunity_id: idOf(stream), revision, move, stage, status, skipped, reason, ...by };
}

/** Every definition of every pipeline. */
export const pipelines = versions<PipelineEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the pipeline.'),
    name: text('What it is called.'),
    currency: text('ISO 4217 currency of its opportunities.'),
    stages: json<readonly Stage[]>('Stages in use, in order, with their probabilities in per cent.'),
    retired: json<readonly Stage[]>('Stages that are no longer entered.'),
  },
  opens: { PipelineDefined: ({ data }) => data },
});

export type PipelineRow = StoredRow<typeof pipelines>;
