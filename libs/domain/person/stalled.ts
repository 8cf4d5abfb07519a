import { factsOf, notFound } from '../../kernel/index.js';
import { personEvents } from './person.events.js';
import type { PersonState } from './state.js';
import type { ClearStalledContact, MarkContactStalled } from './stalled.commands.js';

const fact = factsOf(personEvents);

function known(state: PersonState): PersonState {
  if (state.kind === 'unknown') throw notFound('PERSON_NOT_FOUND', 'There is no such person.');
  return state;
}

/** A contact without an opportunity after N weeks raises an alarm (S0; domain.md §1). Once: it may be none any more. */
export function markStalled({ deadline, policyVersion }: MarkContactStalled, state: PersonState) {
  const { kind, stalled } = known(state);
  if (kind !== 'contact' || stalled) return [];
  const policy = { name: 'stalled-contact.after', version: policyVersion } as const;
  return [fact('ContactStalled', { deadline, policy })];
}

/** An opportunity clears the alarm. */
export const clearStalled = ({ opportunityId, at }: ClearStalledContact, state: PersonState) =>
  known(state).stalled ? [fact('StalledContactCleared', { opportunityId, at })] : [];
