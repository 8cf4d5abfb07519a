import { factsOf, type Given, invalid, type Money, refused } from '../../kernel/index.js';
import type { PersonState } from '../person/state.js';
import { existing, inCurrency, type PipelineState, placeOf } from '../pipeline/pipeline.js';
import { linesOf, sumOf } from '../quote/lines.js';
import { same } from '../values.js';
import { type Line, opportunityEvents } from './opportunity.events.js';
import { withoutInterest } from './opening.js';
import { changed, found, open, type OpportunityData, type OpportunityState } from './state.js';
import type {
  AssignBuyingRole,
  ChangeOpportunityLines,
  MoveOpportunityToPipeline,
  ReassignOpportunity,
  RemoveBuyingRole,
  SetForecastCategory,
} from './terms.commands.js';

const fact = factsOf(opportunityEvents);

interface Lookups {
  readonly pipeline: PipelineState;
  readonly people: ReadonlyMap<string, PersonState>;
}

/** What is sold, how sure it is, who has a part in it, and who owns it. */
export const termsDecisions = {
  ChangeOpportunityLines: ({ lines: asked }: ChangeOpportunityLines, state: OpportunityState) => {
    const { amount, lines: before } = open(state);
    const lines = linesOf(asked);
    const sum = inCurrency(amount, sumOf(lines) ?? amount);
    return same(lines, before) ? [] : [fact('OpportunityLinesChanged', { lines, amount: sum })];
  },

  SetForecastCategory: ({ category }: SetForecastCategory, state: OpportunityState) =>
    open(state).category === category ? [] : [fact('ForecastCategorySet', category === undefined ? {} : { category })],

  /** Somebody who is no customer can have a part too: everybody in the purchase is registered (S1). */
  AssignBuyingRole: ({ personId, role }: AssignBuyingRole, state: OpportunityState, { lookups }: Given<Lookups>) => {
    const { roles } = open(state);
    if (roles.get(personId) === role) return [];
    if (lookups.people.get(personId)?.kind === 'name') throw withoutInterest();
    return [fact('BuyingRoleAssigned', { personId, role })];
  },

  RemoveBuyingRole: ({ personId }: RemoveBuyingRole, state: OpportunityState) => {
    const role = open(state).roles.get(personId);
    return role === undefined ? [] : [fact('BuyingRoleRemoved', { personId, role })];
  },

  ReassignOpportunity: ({ owner: to }: ReassignOpportunity, state: OpportunityState) => {
    const { owner: from } = found(state);
    if (from === to) return [];
    return [fact('OpportunityReassigned', from === undefined ? { to } : { from, to })];
  },

  MoveOpportunityToPipeline: (
    { pipelineId, stage, reason }: MoveOpportunityToPipeline,
    state: OpportunityState,
    { lookups }: Given<Lookups>,
  ) => {
    const { pipelineId: fromPipelineId, stage: from, amount } = open(state);
    if (pipelineId === fromPipelineId) {
      if (stage === undefined || stage === from) return [];
      throw refused('STAGE_OF_SAME_PIPELINE', 'It runs through this pipeline already: advance it, or move it back.');
    }
    const defined = existing(lookups.pipeline, pipelineId);
    inCurrency(defined, amount);
    const to = defined.stages[stage === undefined ? 0 : placeOf(stage, defined)]?.stage;
    if (to === undefined) throw refused('STAGE_UNKNOWN', 'The pipeline has no stage.');
    return [fact('OpportunityMovedToPipeline', { fromPipelineId, from, pipelineId, to, reason })];
  },
};

export const termsFolds = {
  OpportunityLinesChanged: (state: OpportunityState, { lines, amount }: OpportunityData<'OpportunityLinesChanged'>) =>
    changed(state, { lines, amount }),
  ForecastCategorySet: (state: OpportunityState, { category }: OpportunityData<'ForecastCategorySet'>) =>
    changed(state, { category }),
  BuyingRoleAssigned: (state: OpportunityState, { personId, role }: OpportunityData<'BuyingRoleAssigned'>) =>
    changed(state, { roles: new Map(found(state).roles).set(personId, role) }),
  BuyingRoleRemoved: (state: OpportunityState, { personId }: OpportunityData<'BuyingRoleRemoved'>) => {
    const roles = new Map(found(state).roles);
    roles.delete(personId);
    return changed(state, { roles });
  },
  OpportunityReassigned: (state: OpportunityState, { to }: OpportunityData<'OpportunityReassigned'>) =>
    changed(state, { owner: to }),
  OpportunityMovedToPipeline: (
    state: OpportunityState,
    { pipelineId, to }: OpportunityData<'OpportunityMovedToPipeline'>,
  ) => changed(state, { pipelineId, stage: to }),
};

/** The amount of an opportunity: while there are lines, their exact sum and nothing else. */
export function amountOf(amount: Money | undefined, lines: readonly Line[]): Money {
  const sum = sumOf(lines);
  if (sum && amount && !same(sum, amount)) {
    throw invalid('OPPORTUNITY_AMOUNT_NOT_OF_LINES', 'The amount is the sum of the lines; change the lines.', [
      { path: 'amount', message: `amount must be ${sum.amount}, the sum of the lines.` },
    ]);
  }
  const known = sum ?? amount;
  if (!known) {
    throw invalid('OPPORTUNITY_WITHOUT_AMOUNT', 'An opportunity is worth something.', [
      { path: 'amount', message: 'amount or lines must be given.' },
    ]);
  }
  return known;
}
