import { declareProcess, idOf } from '../../kernel/index.js';
import { OpenAccount } from '../account/account.commands.js';
import { RevertAccountOpening } from '../account/revert.commands.js';
import { OpenOpportunity } from '../opportunity/opportunity.commands.js';
import { WithdrawOpportunity } from '../opportunity/withdraw.commands.js';
import { type ConvertedOpportunity, personEvents } from '../person/person.events.js';

/**
 * A converted lead becomes a contact of an account, with an opportunity if one was asked for (domain.md §1). When the
 * conversion is reverted, both are withdrawn; by this process, so that they are opened before they are withdrawn.
 */
export const convertLead = declareProcess(personEvents)('convert-lead', {
  LeadConverted: ({ stream, data: { accountId, newAccount, opportunity, owner } }) => [
    ...(newAccount ? [Object.assign(new OpenAccount(), { accountId, ...newAccount, owner })] : []),
    ...(opportunity ? [opened(opportunity, { accountId, contactIds: [idOf(stream)], owner })] : []),
  ],
  ConversionReverted: ({ data: { accountId, openedAccount, openedOpportunityId } }) => [
    ...(openedOpportunityId === undefined
      ? []
      : [Object.assign(new WithdrawOpportunity(), { opportunityId: openedOpportunityId })]),
    ...(openedAccount ? [Object.assign(new RevertAccountOpening(), { accountId })] : []),
  ],
});

/** Whether it may be opened was decided by the conversion. */
const opened = ({ policy: _, ...opportunity }: ConvertedOpportunity, rest: Partial<OpenOpportunity>): OpenOpportunity =>
  Object.assign(new OpenOpportunity(), { ...opportunity, ...rest });
