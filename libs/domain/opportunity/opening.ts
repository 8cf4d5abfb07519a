import { refused } from '../../kernel/index.js';
import { wasSentQuote } from '../person/formal-contact.js';
import type { PersonState } from '../person/state.js';
import type { PolicyReference } from '../policy/policy.events.js';
import { type PolicyInForce, underPolicy } from '../policy/policy.js';

type People = ReadonlyMap<string, PersonState>;

/** Other people are never in a pipeline, and a name has shown no interest (S0; domain.md §1). */
export function checkContacts(people: People): void {
  for (const { kind } of people.values()) {
    if (kind === 'other') {
      throw refused('OTHER_NEVER_IN_PIPELINE', 'A contact is a partner, an employee, the press or a supplier.');
    }
    if (kind === 'name') throw withoutInterest();
  }
}

export const withoutInterest = () =>
  refused('NAME_WITHOUT_INTEREST', 'This person is only a name from a list; register the lead first.');

/**
 * When an opportunity may be opened (policy `opportunity.opensAt`; S1): at the first contact, or once a quote was sent
 * to one of its contacts. What a conversion asked for was decided on then: the policy of that day holds.
 *
 * @returns what the verdict was made under
 */
export function mayOpen(
  opportunityId: string | undefined,
  { people, opening }: { readonly people: People; readonly opening: PolicyInForce<'opportunity.opensAt'> },
): PolicyReference | undefined {
  const contacts = [...people.values()];
  const converted = contacts
    .map(({ conversion }) => conversion?.opportunity)
    .find((asked) => asked !== undefined && asked.opportunityId === opportunityId);
  if (converted) return converted.policy;
  if (opening.value.opensAt === 'quote-sent' && !contacts.some(wasSentQuote)) {
    throw refused('OPPORTUNITY_WITHOUT_QUOTE', 'An opportunity is opened once a quote was sent to a contact of it.');
  }
  return underPolicy('opportunity.opensAt', opening);
}
