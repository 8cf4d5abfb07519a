import { factsOf } from '../../kernel/index.js';
import { opportunityEvents } from './opportunity.events.js';
import { found, type OpportunityState } from './state.js';
import type { MarkOpportunityRevived, MarkOpportunityStale } from './stale.commands.js';

const fact = factsOf(opportunityEvents);

/** Only an open opportunity goes stale, once until something happens; it may have been closed meanwhile. */
export function markStale({ since, deadline, policyVersion }: MarkOpportunityStale, state: OpportunityState) {
  const { status, stale } = found(state);
  if (status !== 'open' || stale) return [];
  const policy = { name: 'stale-opportunity', version: policyVersion } as const;
  return [fact('OpportunityWentStale', { since, deadline, policy })];
}

/** Something happened again. */
export const markRevived = ({ at }: MarkOpportunityRevived, state: OpportunityState) =>
  found(state).stale ? [fact('OpportunityRevived', { at })] : [];
