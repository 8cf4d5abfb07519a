import {
  aggregate,
  conflict,
  type DataOf,
  factsOf,
  type LocalDate,
  type Lookup,
  type Money,
  notFound,
  refused,
} from '../../kernel/index.js';
import {
  defaultPipelineId,
  existing,
  inCurrency,
  pipeline,
  type PipelineState,
  placeAfter,
  placeOf,
} from '../pipeline/pipeline.js';
import { plain, same } from '../values.js';
import {
  AdvanceOpportunity,
  AssignOpportunityAccount,
  ChangeOpportunityAmount,
  LoseOpportunity,
  MoveOpportunityBack,
  OpenOpportunity,
  ReopenOpportunity,
  RescheduleOpportunity,
  WinOpportunity,
} from './opportunity.commands.js';
import { type OpportunityEvents, opportunityEvents } from './opportunity.events.js';

type Data<T extends keyof OpportunityEvents> = DataOf<OpportunityEvents[T]>;

/** An opportunity as it stands. `stage` is the open stage it stands in, or stood in when it was closed. */
export interface Opportunity {
  readonly status: 'open' | 'won' | 'lost';
  readonly stage: string;
  readonly amount: Money;
  readonly accountId?: string;
  readonly expectedClose?: LocalDate;
  readonly opened: Data<'OpportunityOpened'>;
  readonly lost?: Data<'OpportunityLost'>;
  /** How it was opened again last. */
  readonly reopened?: Data<'OpportunityReopened'>;
}

export interface OpportunityState {
  readonly opportunity?: Opportunity;
}

interface Lookups {
  readonly pipeline: PipelineState;
}

const fact = factsOf(opportunityEvents);

/** Only what enters a stage needs to know the stages. */
const itsPipeline: Lookup<OpportunityState, PipelineState> = {
  from: pipeline,
  id: (command, { opportunity }) => {
    if (command instanceof OpenOpportunity) return command.pipelineId ?? defaultPipelineId;
    const entersStage =
      command instanceof AdvanceOpportunity ||
      command instanceof MoveOpportunityBack ||
      (command instanceof ReopenOpportunity && command.to !== undefined);
    return entersStage ? opportunity?.opened.pipelineId : undefined;
  },
};

/** A concrete chance of a sale, found through its contacts (S1, S3; domain.md §3). */
export const opportunity = aggregate<OpportunityState, Lookups>()({
  events: opportunityEvents,
  commands: {
    OpenOpportunity,
    AdvanceOpportunity,
    MoveOpportunityBack,
    ChangeOpportunityAmount,
    RescheduleOpportunity,
    AssignOpportunityAccount,
    WinOpportunity,
    LoseOpportunity,
    ReopenOpportunity,
  },
  id: 'opportunityId',
  initial: {},
  lookups: { pipeline: itsPipeline },
  decide: {
    OpenOpportunity: ({ opportunityId: _, ...details }, { opportunity: known }, { lookups }) => {
      const pipelineId = details.pipelineId ?? defaultPipelineId;
      const asked = { ...details, pipelineId, contactIds: details.contactIds ?? [] };
      if (known) {
        if (same({ ...asked, stage: asked.stage ?? known.opened.stage }, known.opened)) return [];
        throw conflict('OPPORTUNITY_EXISTS', 'There is already an opportunity with this id and other details.');
      }
      const defined = existing(lookups.pipeline, pipelineId);
      const place = asked.stage === undefined ? 0 : placeOf(asked.stage, defined);
      const stage = defined.stages[place]?.stage;
      if (stage === undefined) throw refused('STAGE_UNKNOWN', 'The pipeline has no stage.');
      return [fact('OpportunityOpened', plain({ ...asked, stage, amount: inCurrency(defined, asked.amount) }))];
    },

    AdvanceOpportunity: ({ to }, state, { lookups }) => {
      const { stage: from, opened } = open(state);
      if (to === from) return [];
      const defined = existing(lookups.pipeline, opened.pipelineId);
      const next = placeAfter(from, defined);
      const place = placeOf(to, defined);
      if (place < next) throw refused('STAGE_NOT_LATER', `"${to}" is not later than "${from}": move it back instead.`);
      const skipped = defined.stages.slice(next, place).map(({ stage }) => stage);
      return [fact('OpportunityAdvanced', { from, to, skipped })];
    },

    MoveOpportunityBack: ({ to, reason }, state, { lookups }) => {
      const { stage: from, opened } = open(state);
      if (to === from) return [];
      const defined = existing(lookups.pipeline, opened.pipelineId);
      if (placeOf(to, defined) >= placeAfter(from, defined)) {
        throw refused('STAGE_NOT_EARLIER', `"${to}" is not earlier than "${from}": advance it instead.`);
      }
      return [fact('OpportunityMovedBack', { from, to, reason })];
    },

    ChangeOpportunityAmount: ({ amount: asked }, state) => {
      const known = open(state);
      const amount = inCurrency(known.amount, asked);
      return same(amount, known.amount) ? [] : [fact('OpportunityAmountChanged', { amount })];
    },

    RescheduleOpportunity: ({ expectedClose }, state) =>
      open(state).expectedClose === expectedClose ? [] : [fact('OpportunityRescheduled', { expectedClose })],

    AssignOpportunityAccount: ({ accountId }, state) =>
      open(state).accountId === accountId ? [] : [fact('OpportunityAccountAssigned', { accountId })],

    WinOpportunity: ({ amount: asked }, state) => {
      const { status, stage: from, amount, accountId } = found(state);
      if (status === 'won' && (asked === undefined || same(asked, amount))) return [];
      open(state);
      if (accountId === undefined) {
        throw refused('OPPORTUNITY_WITHOUT_ACCOUNT', 'Assign the account that buys before it is won.');
      }
      return [fact('OpportunityWon', { from, amount: asked ? inCurrency(amount, asked) : amount })];
    },

    LoseOpportunity: ({ reason, competitor }, state) => {
      const { lost, stage: from } = found(state);
      const asked = plain({ from, reason, competitor });
      if (lost && same(asked, lost)) return [];
      open(state);
      return [fact('OpportunityLost', asked)];
    },

    ReopenOpportunity: ({ reason, to }, state, { lookups }) => {
      const { status, stage, opened, reopened } = found(state);
      if (status === 'open') {
        if (reopened?.reason === reason && (to === undefined || to === reopened.to)) return [];
        throw refused('OPPORTUNITY_NOT_CLOSED', 'The opportunity is open.');
      }
      // It may return to a stage retired meanwhile, but not enter one.
      if (to !== undefined && to !== stage) placeOf(to, existing(lookups.pipeline, opened.pipelineId));
      return [fact('OpportunityReopened', { to: to ?? stage, reason })];
    },
  },
  evolve: {
    OpportunityOpened: (_, opened) => ({
      opportunity: {
        status: 'open',
        stage: opened.stage,
        amount: opened.amount,
        accountId: opened.accountId,
        expectedClose: opened.expectedClose,
        opened,
      },
    }),
    OpportunityAdvanced: (state, { to }) => changed(state, { stage: to }),
    OpportunityMovedBack: (state, { to }) => changed(state, { stage: to }),
    OpportunityAmountChanged: (state, { amount }) => changed(state, { amount }),
    OpportunityRescheduled: (state, { expectedClose }) => changed(state, { expectedClose }),
    OpportunityAccountAssigned: (state, { accountId }) => changed(state, { accountId }),
    OpportunityWon: (state, { amount }) => changed(state, { status: 'won', amount }),
    OpportunityLost: (state, lost) => changed(state, { status: 'lost', lost }),
    OpportunityReopened: (state, reopened) =>
      changed(state, { status: 'open', stage: reopened.to, lost: undefined, reopened }),
  },
});

const changed = ({ opportunity: known }: OpportunityState, change: Partial<Opportunity>): OpportunityState => ({
  opportunity: known && { ...known, ...change },
});

function found({ opportunity: known }: OpportunityState): Opportunity {
  if (!known) throw notFound('OPPORTUNITY_NOT_FOUND', 'There is no such opportunity.');
  return known;
}

/** An opportunity that is neither won nor lost: only such a one changes. */
function open(state: OpportunityState): Opportunity {
  const known = found(state);
  if (known.status !== 'open')
    throw refused('OPPORTUNITY_CLOSED', `The opportunity is ${known.status}; reopen it first.`);
  return known;
}
