import { factsOf, refused } from '../../kernel/index.js';
import { plain } from '../values.js';
import { personEvents } from './person.events.js';
import type { PersonState } from './state.js';
import type { RevertConversion } from './revert.commands.js';

const fact = factsOf(personEvents);

/** What the conversion opened is named, so that the process that withdraws it needs to know nothing else. */
export function reverted({ reason }: RevertConversion, { conversion, reverted: before }: PersonState) {
  if (conversion) {
    const { accountId, newAccount, opportunity } = conversion;
    const opened = { openedAccount: newAccount !== undefined, openedOpportunityId: opportunity?.opportunityId };
    return [fact('ConversionReverted', plain({ reason, accountId, ...opened }))];
  }
  if (before === reason) return [];
  throw refused('PERSON_NOT_A_CONTACT', 'Only a conversion that took place is taken back.');
}

/**
 * The lead as they would stand had they never been converted. What came since stays: consents, details, attributes,
 * merges, another owner. The account of a contact goes with the conversion: a lead has none.
 */
export const asNeverConverted = (state: PersonState, reason: string): PersonState => ({
  ...state,
  kind: 'lead',
  conversion: undefined,
  contact: undefined,
  stalled: undefined,
  reverted: reason,
});
