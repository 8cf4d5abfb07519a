import { firstDayOf, type Instant, periodOf, type RecordedEvent, type RecordedOf } from '../../libs/kernel/index.js';
import type { ActivityEvents } from '../../libs/domain/activity/activity.events.js';
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
  monthOf,
  optional,
  seconds,
  text,
  texts,
  totals,
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
    entered_at: instant('When it came to stand in its stage.'),
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
      entered_at: occurredAt,
    }),
  },
  changes: {
    OpportunityAdvanced: ({ data, occurredAt }) => ({ stage: data.to, entered_at: occurredAt }),
    OpportunityMovedBack: ({ data, occurredAt }) => ({ stage: data.to, entered_at: occurredAt }),
    OpportunityMovedToPipeline: ({ data, occurredAt }) => ({
      pipeline_id: data.pipelineId,
      stage: data.to,
      entered_at: occurredAt,
    }),
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
    OpportunityReopened: ({ data, occurredAt }) => ({
      status: 'open' as const,
      stage: data.to,
      entered_at: occurredAt,
      loss_reason: null,
      competitor: null,
      closed_at: null,
    }),
  },
  indexes: [
    // With all that a pipeline's sums are made of: they are read from the index alone.
    { on: ['pipeline_id', 'status', 'stage', 'amount'], current: true },
    { on: ['pipeline_id', 'status', 'stage', 'valid_to', 'valid_from', 'recorded_from', 'recorded_to', 'amount'] },
    { on: ['account_id'] },
    { on: ['opened_at', 'id'] },
    { on: ['status', 'opened_at', 'id'], current: true },
    { on: ['status', 'opened_at', 'id'] },
    { on: ['owner', 'status', 'opened_at', 'id'] },
    { on: ['status', 'amount', 'id'], current: true },
    // With all that tells what held at an instant: the first are found without a look at rows.
    { on: ['status', 'amount', 'id'], with: ['valid_from', 'valid_to', 'recorded_from', 'recorded_to', 'position'] },
  ],
});

export type OpportunityRow = StoredRow<typeof opportunities>;

/** How an opportunity came to where it stood. */
export type Move =
  'opened' | 'advanced' | 'moved-back' | 'moved-to-pipeline' | 'won' | 'lost' | 'withdrawn' | 'reopened';

/** A version for each time that an opportunity came to stand somewhere, with the stay that ended by it. */
export const moves = versions<OpportunityEvents>()({
  key: 'opportunity_id',
  columns: {
    opportunity_id: text('Id of the opportunity.'),
    move: text<Move>('opened, advanced, moved-back, moved-to-pipeline, won, lost, withdrawn or reopened.'),
    pipeline_id: text('Pipeline that it runs through.'),
    stage: text('Stage that it came to stand in; won, lost or withdrawn, the one that it left.'),
    status: text<OpportunityStatus>('open, won, lost or withdrawn.'),
    entered_at: instant('When it came to stand there.'),
    skipped: texts('Stages in between that it did not stand in.'),
    reason: optional(text('Why it moved back, was lost or reopened.')),
    left_pipeline_id: optional(text('Pipeline of the stage that it left; null: it left none.')),
    left_stage: optional(text('Stage that it left; null: it was not open.')),
    left_in: optional(date('First day of the month in which it left that stage.')),
    left_in_quarter: optional(date('First day of the quarter in which it left that stage.')),
    left_seconds: optional(seconds('How long it had stood in the stage that it left, in whole seconds.')),
  },
  opens: {
    OpportunityOpened: ({ data, occurredAt }) => ({
      move: 'opened' as const,
      pipeline_id: data.pipelineId,
      stage: data.stage,
      status: 'open' as const,
      entered_at: occurredAt,
      skipped: [],
    }),
  },
  changes: {
    OpportunityAdvanced: (event, row) => ({
      ...moved(event, row, 'advanced', event.data.to),
      skipped: event.data.skipped,
    }),
    OpportunityMovedBack: (event, row) => moved(event, row, 'moved-back', event.data.to, event.data.reason),
    OpportunityMovedToPipeline: (event, row) => ({
      ...moved(event, row, 'moved-to-pipeline', event.data.to, event.data.reason),
      pipeline_id: event.data.pipelineId,
    }),
    OpportunityWon: (event, row) => moved(event, row, 'won', event.data.from),
    OpportunityLost: (event, row) => moved(event, row, 'lost', event.data.from, event.data.reason),
    OpportunityWithdrawn: (event, row) => moved(event, row, 'withdrawn', event.data.from),
    OpportunityReopened: (event, row) => moved(event, row, 'reopened', event.data.to, event.data.reason),
  },
  // In the order of how long they stood there, in a month, a quarter or ever: the one in the middle is found by counting.
  indexes: [
    { on: ['left_pipeline_id', 'left_stage', 'left_in', 'left_seconds'], with: ['valid_from', 'recorded_from'] },
    {
      on: ['left_pipeline_id', 'left_stage', 'left_in_quarter', 'left_seconds'],
      with: ['left_in', 'valid_from', 'recorded_from'],
    },
    { on: ['left_pipeline_id', 'left_stage', 'left_seconds'], with: ['left_in', 'valid_from', 'recorded_from'] },
  ],
});

/** How an opportunity left a stage, as far as it is counted apart. */
const counts: { readonly [M in Move]?: 'advanced' | 'moved_back' | 'won' | 'lost' } = {
  advanced: 'advanced',
  'moved-back': 'moved_back',
  won: 'won',
  lost: 'lost',
};

/** What entered, skipped and left each stage in each month. */
export const velocity = totals({
  by: {
    month: date('First day of the month.'),
    pipeline_id: text('Id of the pipeline.'),
    stage: text('Stage of the pipeline.'),
  },
  sums: {
    entered: 'How often an opportunity came to stand in the stage.',
    skipped: 'How often an opportunity advanced past the stage without standing in it.',
    left: 'How often an opportunity left the stage; the next ones are of these.',
    advanced: 'To a later stage.',
    moved_back: 'To an earlier stage.',
    won: 'By winning.',
    lost: 'By losing.',
    seconds: 'How long they had stood there, in whole seconds.',
  },
  byDay: true,
  of: (_, begun) => [
    begun(moves, (row, at) => {
      const { status, pipeline_id, stage, move, skipped, left_pipeline_id, left_stage, left_seconds } = row;
      const month = monthOf(at);
      const left =
        left_stage === null || left_pipeline_id === null
          ? []
          : [
              {
                ...{ month, pipeline_id: left_pipeline_id, stage: left_stage, left: 1 },
                ...(counts[move] === undefined ? {} : { [counts[move]]: 1 }),
                seconds: left_seconds ?? 0,
              },
            ];
      return [
        ...(status === 'open' ? [{ month, pipeline_id, stage, entered: 1 }] : []),
        ...left,
        ...skipped.map((skip) => ({ month, pipeline_id, stage: skip, skipped: 1 })),
      ];
    }),
  ],
});

export type MoveRow = StoredRow<typeof moves>;

/** Where it stood before: what counts is the stage of an open one. */
interface Stood {
  readonly pipeline_id: string;
  readonly stage: string;
  readonly status: OpportunityStatus;
  readonly entered_at: Instant;
}

function moved({ occurredAt }: RecordedEvent, before: Stood, move: Move, stage: string, reason?: string) {
  const status: OpportunityStatus = move === 'won' || move === 'lost' || move === 'withdrawn' ? move : 'open';
  const skipped: readonly string[] = [];
  const left = before.status === 'open';
  return {
    move,
    stage,
    status,
    entered_at: occurredAt,
    skipped,
    reason,
    left_pipeline_id: left ? before.pipeline_id : null,
    left_stage: left ? before.stage : null,
    left_in: left ? monthOf(occurredAt) : null,
    left_in_quarter: left ? firstDayOf(periodOf(occurredAt.slice(0, 10), 'quarter')) : null,
    left_seconds: left ? Math.floor((Date.parse(occurredAt) - Date.parse(before.entered_at)) / 1_000) : null,
  };
}

const done = ({ data }: RecordedOf<ActivityEvents, 'ActivityLogged' | 'ActivityCompleted'>) =>
  data.opportunityId === undefined ? [] : [{ opportunity_id: data.opportunityId }];

/** A row for each activity that took place for an opportunity, whether it reached anybody or not. */
export const touches = appends<ActivityEvents>()({
  columns: { opportunity_id: text('Id of the opportunity.') },
  on: { ActivityLogged: done, ActivityCompleted: done },
  indexes: [{ on: ['opportunity_id', 'occurred_at'] }],
});

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
