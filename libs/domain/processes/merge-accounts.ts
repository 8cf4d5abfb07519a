import { declareProcess, idOf } from '../../kernel/index.js';
import { accountEvents } from '../account/account.events.js';
import {
  AcceptAccountMerge,
  ConfirmAccountMerge,
  DropAccountMerge,
  SeparateAccount,
} from '../account/merge.commands.js';

/**
 * Of two accounts that are said to be one, the duplicate is asked to continue as the survivor, and the survivor is told
 * the answer (domain.md §1; docs/decisions/0010).
 */
export const mergeAccounts = declareProcess(accountEvents)('merge-accounts', {
  AccountsMerged: ({ stream, data: { duplicateId } }) => [
    Object.assign(new AcceptAccountMerge(), { accountId: duplicateId, survivorId: idOf(stream) }),
  ],
  AccountMergedInto: ({ stream, data: { survivorId } }) => [
    Object.assign(new ConfirmAccountMerge(), { accountId: survivorId, duplicateId: idOf(stream) }),
  ],
  AccountMergeDeclined: ({ stream, data: { survivorId } }) => [
    Object.assign(new DropAccountMerge(), { accountId: survivorId, duplicateId: idOf(stream) }),
  ],
  AccountsUnmerged: ({ stream, data: { duplicateId } }) => [
    Object.assign(new SeparateAccount(), { accountId: duplicateId, survivorId: idOf(stream) }),
  ],
});
