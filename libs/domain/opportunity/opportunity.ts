import { aggregate, conflict, factsOf, type Lookup, type ManyLookup, refused } from '../../kernel/index.js';
import { person } from '../person/person.js';
import type { PersonState } from '../person/state.js';
import {
  defaultPipelineId,
  existing,
  inCurrency,
  pipeline,
  type PipelineState,
  placeAfter,
  placeOf,
} from '../pipeline/pipeline.js';
import { type PolicyInForce, policyLookup } from '../policy/policy.js';
import { linesOf } from '../quote/lines.js';
import { noFormalContact } from '../quote/quotes.js';
import { itsOwner } from '../owners.js';
import { plain, same } from '../values.js';
import { AcceptQuote, DeclineQuote, SendQuote, SignContract } from './formal-contact.commands.js';
import { formalContactDecisions, formalContactFolds } from './formal-contact.js';
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
import { MarkOpportunityRevived, MarkOpportunityStale } from './stale.commands.js';
import { markRevived, markStale } from './stale.js';
import { opportunityEvents } from './opportunity.events.js';
import { changed, found, judged, open, type OpportunityState } from './state.js';
import { WithdrawOpportunity } from './withdraw.commands.js';
import {
  AssignBuyingRole,
  ChangeOpportunityLines,
  MoveOpportunityToPipeline,
  ReassignOpportunity,
  RemoveBuyingRole,
  SetForecastCategory,
} from './terms.commands.js';
import { checkContacts, mayOpen } from './opening.js';
import { amountOf, termsDecisions, termsFolds } from './terms.js';

export type { Opportunity, OpportunityState } from './state.js';

interface Lookups {
  /** The pipeline whose stage is entered. */
  readonly pipeline: PipelineState;
  /** Whoever gets a part in it. */
  readonly people: ReadonlyMap<string, PersonState>;
  readonly opening: PolicyInForce<'opportunity.opensAt'>;
}

const fact = factsOf(opportunityEvents);

/** Only what enters a stage needs to know the stages. */
const itsPipeline: Lookup<OpportunityState, PipelineState> = {
  from: pipeline,
  id: (command, { opportunity }) => {
    if (command instanceof OpenOpportunity) return command.pipelineId ?? defaultPipelineId;
    if (command instanceof MoveOpportunityToPipeline) return command.pipelineId;
    const entersStage =
      command instanceof AdvanceOpportunity ||
      command instanceof MoveOpportunityBack ||
      (command instanceof ReopenOpportunity && command.to !== undefined);
    return entersStage ? opportunity?.pipelineId : undefined;
  },
};

const itsPeople: ManyLookup<OpportunityState, PersonState> = {
  from: person,
  ids: (command) => {
    if (command instanceof OpenOpportunity) return command.contactIds ?? [];
    return command instanceof AssignBuyingRole ? [command.personId] : [];
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
    WithdrawOpportunity,
    ChangeOpportunityLines,
    SetForecastCategory,
    AssignBuyingRole,
    RemoveBuyingRole,
    ReassignOpportunity,
    MoveOpportunityToPipeline,
    SendQuote,
    AcceptQuote,
    DeclineQuote,
    SignContract,
    MarkOpportunityStale,
    MarkOpportunityRevived,
  },
  id: 'opportunityId',
  initial: {},
  whose: (command, { opportunity: known }) => itsOwner(command, known?.owner),
  lookups: {
    pipeline: itsPipeline,
    people: itsPeople,
    opening: policyLookup('opportunity.opensAt', (command) => command instanceof OpenOpportunity),
  },
  decide: {
    MarkOpportunityStale: markStale,
    MarkOpportunityRevived: markRevived,

    OpenOpportunity: ({ opportunityId, ...details }, { opportunity: known }, { lookups }) => {
      const pipelineId = details.pipelineId ?? defaultPipelineId;
      const lines = details.lines && linesOf(details.lines);
      const amount = amountOf(details.amount, lines ?? []);
      const asked = { ...details, pipelineId, amount, lines, contactIds: details.contactIds ?? [] };
      if (known) {
        if (same({ ...asked, stage: asked.stage ?? known.opened.stage }, { ...known.opened, policy: undefined }))
          return [];
        throw conflict('OPPORTUNITY_EXISTS', 'There is already an opportunity with this id and other details.');
      }
      const defined = existing(lookups.pipeline, pipelineId);
      const place = asked.stage === undefined ? 0 : placeOf(asked.stage, defined);
      const stage = defined.stages[place]?.stage;
      if (stage === undefined) throw refused('STAGE_UNKNOWN', 'The pipeline has no stage.');
      checkContacts(lookups.people);
      const policy = mayOpen(opportunityId, lookups);
      return [fact('OpportunityOpened', plain({ ...asked, stage, amount: inCurrency(defined, amount), policy }))];
    },

    AdvanceOpportunity: ({ to }, state, { lookups }) => {
      const { stage: from, pipelineId } = open(state);
      if (to === from) return [];
      const defined = existing(lookups.pipeline, pipelineId);
      const next = placeAfter(from, defined);
      const place = placeOf(to, defined);
      if (place < next) throw refused('STAGE_NOT_LATER', `"${to}" is not later than "${from}": move it back instead.`);
      const skipped = defined.stages.slice(next, place).map(({ stage }) => stage);
      return [fact('OpportunityAdvanced', { from, to, skipped })];
    },

    MoveOpportunityBack: ({ to, reason }, state, { lookups }) => {
      const { stage: from, pipelineId } = open(state);
      if (to === from) return [];
      const defined = existing(lookups.pipeline, pipelineId);
      if (placeOf(to, defined) >= placeAfter(from, defined)) {
        throw refused('STAGE_NOT_EARLIER', `"${to}" is not earlier than "${from}": advance it instead.`);
      }
      return [fact('OpportunityMovedBack', { from, to, reason })];
    },

    ChangeOpportunityAmount: ({ amount: asked }, state) => {
      const known = open(state);
      const amount = amountOf(inCurrency(known.amount, asked), known.lines);
      return same(amount, known.amount) ? [] : [fact('OpportunityAmountChanged', { amount })];
    },

    RescheduleOpportunity: ({ expectedClose }, state) =>
      open(state).expectedClose === expectedClose ? [] : [fact('OpportunityRescheduled', { expectedClose })],

    AssignOpportunityAccount: ({ accountId }, state) =>
      open(state).accountId === accountId ? [] : [fact('OpportunityAccountAssigned', { accountId })],

    WinOpportunity: ({ amount: asked }, state) => {
      const { status, stage: from, amount, lines, accountId } = found(state);
      if (status === 'won' && (asked === undefined || same(asked, amount))) return [];
      open(state);
      if (accountId === undefined) {
        throw refused('OPPORTUNITY_WITHOUT_ACCOUNT', 'Assign the account that buys before it is won.');
      }
      return [fact('OpportunityWon', { from, amount: asked ? amountOf(inCurrency(amount, asked), lines) : amount })];
    },

    LoseOpportunity: ({ reason, competitor }, state) => {
      const { lost, stage: from } = found(state);
      const asked = plain({ from, reason, competitor });
      if (lost && same(asked, lost)) return [];
      open(state);
      return [fact('OpportunityLost', asked)];
    },

    WithdrawOpportunity: (_, state) => {
      const { status, stage: from, workedOn } = found(state);
      // What somebody did with it since is a fact that stays, with the opportunity that it is about.
      if (status !== 'open' || workedOn) return [];
      return [fact('OpportunityWithdrawn', { from, because: 'conversion-reverted' })];
    },

    ReopenOpportunity: ({ reason, to }, state, { lookups }) => {
      const { status, stage, pipelineId, reopened } = found(state);
      if (status === 'open') {
        if (reopened?.reason === reason && (to === undefined || to === reopened.to)) return [];
        throw refused('OPPORTUNITY_NOT_CLOSED', 'The opportunity is open.');
      }
      // It may return to a stage retired meanwhile, but not enter one.
      if (to !== undefined && to !== stage) placeOf(to, existing(lookups.pipeline, pipelineId));
      return [fact('OpportunityReopened', { to: to ?? stage, reason })];
    },

    ...termsDecisions,
    ...formalContactDecisions,
  },
  evolve: {
    OpportunityWentStale: (state, stale) => judged(state, { stale }),
    OpportunityRevived: (state) => judged(state, { stale: undefined }),
    OpportunityOpened: (_, opened) => ({
      opportunity: {
        status: 'open',
        workedOn: false,
        pipelineId: opened.pipelineId,
        stage: opened.stage,
        amount: opened.amount,
        lines: opened.lines ?? [],
        accountId: opened.accountId,
        expectedClose: opened.expectedClose,
        owner: opened.owner,
        roles: new Map(),
        formalContact: noFormalContact,
        opened,
      },
    }),
    OpportunityAdvanced: (state, { to }) => changed(state, { stage: to }),
    OpportunityMovedBack: (state, { to }) => changed(state, { stage: to }),
    OpportunityAmountChanged: (state, { amount }) => changed(state, { amount }),
    OpportunityRescheduled: (state, { expectedClose }) => changed(state, { expectedClose }),
    OpportunityAccountAssigned: (state, { accountId }) => changed(state, { accountId }),
    OpportunityWon: (state, { amount }) => changed(state, { status: 'won', amount, stale: undefined }),
    OpportunityLost: (state, lost) => changed(state, { status: 'lost', lost, stale: undefined }),
    OpportunityWithdrawn: (state) => changed(state, { status: 'withdrawn', stale: undefined }),
    OpportunityReopened: (state, reopened) =>
      changed(state, { status: 'open', stage: reopened.to, lost: undefined, reopened }),
    ...termsFolds,
    ...formalContactFolds,
  },
});
