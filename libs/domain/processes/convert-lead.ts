import { declareProcess, idOf } from '../../kernel/index.js';
import { OpenAccount } from '../account/account.commands.js';
import { OpenOpportunity } from '../opportunity/opportunity.commands.js';
import { type ConvertedOpportunity, personEvents } from '../person/person.events.js';

/** A converted lead becomes a contact of an account, with an opportunity if one was asked for (domain.md §1). */
export const convertLead = declareProcess(personEvents)('convert-lead', {
  LeadConverted: ({ stream, data: { accountId, newAccount, opportunity, owner } }) => [
    ...(newAccount ? [Object.assign(new OpenAccount(), { accountId, ...newAccount, owner })] : []),
    ...(opportunity ? [opened(opportunity, { accountId, contactIds: [idOf(stream)], owner })] : []),
  ],
});

/** Whether it may be opened was decided by the conversion. */
const opened = ({ policy: _, ...opportunity }: ConvertedOpportunity, rest: Partial<OpenOpportunity>): OpenOpportunity =>
  Object.assign(new OpenOpportunity(), { ...opportunity, ...rest });
