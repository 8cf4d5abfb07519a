import { factsOf, notFound } from '../../kernel/index.js';
import { personEvents } from './person.events.js';
import type { ClearStalledContact, MarkContactStalled } from './stalled.commands.js';

/** What these decisions need to know of a person. */
interface Contact {
  readonly kind: string;
  readonly stalled?: object;
}

const fact = factsOf(personEvents);

function known(state: Contact): Contact {
  if (state.kind === 'unknown') throw notFound('PERSON_NOT_FOUND', 'There is no such person.');
  return state;
}

/** A contact without an opportunity after N weeks raises an alarm (S0; domain.md §1). Once: it may be none any more. */
export function markStalled({ deadline, policyVersion }: MarkContactStalled, state: Contact) {
  const { kind, stalled } = known(state);
  if (kind !== 'contact' || stalled) return [];
  const policy = { name: 'stalled-contact.after', version: policyVersion } as const;
  return [fact('ContactStalled', { deadline, policy })];
}

/** An opportunity clears the alarm. */
export const clearStalled = ({ opportunityId, at }: ClearStalledContact, state: Contact) =>
  known(state).stalled ? [fact('StalledContactCleared', { opportunityId, at })] : [];
