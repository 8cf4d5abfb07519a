import { declareProcess, idOf } from '../../kernel/index.js';
import { BreakCircleOfParents } from '../account/account.commands.js';
import { accountEvents } from '../account/account.events.js';

/**
 * Two assignments made at the same time can each be right on its own and close a circle together; so can an assignment
 * and a merge, or what was assigned while two were one and their separation. Whoever hears of the later one sees both,
 * and takes that account out from under its parent (docs/decisions/0013).
 */
export const breakCirclesOfParents = declareProcess(accountEvents)('break-circles-of-parents', {
  AccountParentAssigned: ({ stream }) => [lookedAt(stream)],
  AccountMergeConfirmed: ({ stream }) => [lookedAt(stream)],
  AccountSeparated: ({ stream }) => [lookedAt(stream)],
});

const lookedAt = (stream: string) => Object.assign(new BreakCircleOfParents(), { accountId: idOf(stream) });
