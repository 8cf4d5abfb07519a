import { declareProcess } from '../../kernel/index.js';
import { NoteAccountUse } from '../account/revert.commands.js';
import { opportunityEvents } from '../opportunity/opportunity.events.js';
import { personEvents } from '../person/person.events.js';
import { convertLead } from './convert-lead.js';

const note = (accountId: string) => Object.assign(new NoteAccountUse(), { accountId });

/*
 * An account that a conversion opened is withdrawn with it, unless it is used otherwise by then (docs/decisions/0015).
 * That other streams name it stands in their events alone, so the account is told, once.
 */

/** Another contact belongs to the account. */
export const keepAccountsOfContacts = declareProcess(personEvents)('keep-accounts-of-contacts', {
  LeadConverted: ({ data: { accountId, newAccount } }) => (newAccount ? [] : [note(accountId)]),
  ContactAccountAssigned: ({ data: { accountId } }) => [note(accountId)],
});

/** Another opportunity belongs to the account than the one that the conversion opened with it. */
export const keepAccountsOfOpportunities = declareProcess(opportunityEvents)('keep-accounts-of-opportunities', {
  OpportunityOpened: ({ actor, data: { accountId } }) =>
    accountId === undefined || actor.id === convertLead.name ? [] : [note(accountId)],
  OpportunityAccountAssigned: ({ data: { accountId } }) => [note(accountId)],
});
