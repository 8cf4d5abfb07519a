import { describe, expect, it } from '@jest/globals';
import { factsOf, type RecordedEvent } from '../../kernel/index.js';
import { command, fold, given, type StatedFact } from '../../testing/decider.js';
import { mergeAccounts } from '../processes/merge-accounts.js';
import { account } from './account.js';
import { accountEvents } from './account.events.js';
import {
  AcceptAccountMerge,
  ConfirmAccountMerge,
  DropAccountMerge,
  MergeAccounts,
  SeparateAccount,
  UnmergeAccounts,
} from './merge.commands.js';

const fact = factsOf(accountEvents);
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const duplicateId = 'f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3';
const third = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';

const opened = fact('AccountOpened', { name: 'Noordzee Windbouw', roles: ['customer'] });
const below = (parentId: string) => fact('AccountParentAssigned', { parentId });
const merged = fact('AccountsMerged', { duplicateId });
const confirmed = fact('AccountMergeConfirmed', { duplicateId });
const dropped = fact('AccountMergeDropped', { duplicateId });
const unmerged = fact('AccountsUnmerged', { duplicateId });
const mergedInto = fact('AccountMergedInto', { survivorId: accountId });
const declined = fact('AccountMergeDeclined', { survivorId: accountId });
const separated = fact('AccountSeparated', { survivorId: accountId });

const merge = (change: object = {}) => command(MergeAccounts, { accountId, duplicateId, ...change });
const unmerge = command(UnmergeAccounts, { accountId, duplicateId });
const accept = command(AcceptAccountMerge, { accountId: duplicateId, survivorId: accountId });
const confirm = command(ConfirmAccountMerge, { accountId, duplicateId });
const drop = command(DropAccountMerge, { accountId, duplicateId });
const separate = command(SeparateAccount, { accountId: duplicateId, survivorId: accountId });
const duplicate = (...facts: readonly StatedFact[]) => ({
  lookups: { [`account-${duplicateId}`]: [opened, ...facts], [`account-${third}`]: [opened] },
});

describe('Two accounts that are the same organisation', () => {
  it('are merged, and the duplicate takes note', () => {
    given(account, opened).when(merge(), duplicate()).then(merged);
    given(account, opened, merged).when(merge(), duplicate()).thenNothing();
    given(account, opened).when(accept).then(mergedInto);
    given(account, opened, merged).when(confirm).then(confirmed);
    expect(account.continuesAs?.(fold(account, [opened, mergedInto]))).toBe(accountId);
  });

  it('are two, of which none lies below the other', () => {
    given(account, opened)
      .when(merge({ duplicateId: accountId }))
      .thenRefused('MERGED_WITH_ITSELF');
    given(account, opened, below(duplicateId)).when(merge(), duplicate()).thenRefused('ACCOUNT_PARENT_CIRCLE');
    given(account, opened)
      .when(merge(), duplicate(below(accountId)))
      .thenRefused('ACCOUNT_PARENT_CIRCLE');
    given(account, opened, below(third))
      .when(merge(), duplicate(below(third)))
      .then(merged);
  });

  it('do not take part in two merges at once', () => {
    given(account, opened).when(merge(), duplicate(mergedInto)).thenRefused('MERGED_ALREADY');
    const waits = fact('AccountsMerged', { duplicateId: third });
    given(account, opened).when(merge(), duplicate(waits)).thenRefused('MERGE_UNDER_WAY');
    given(account, opened, waits).when(accept).then(declined);
    given(account, opened, merged).when(drop).then(dropped);
    given(account, opened, merged, confirmed).when(drop).thenNothing();
  });

  it('are unmerged when they turn out to be two', () => {
    given(account, opened, merged, confirmed).when(unmerge).then(unmerged);
    given(account, opened, merged, confirmed, unmerged).when(unmerge).thenNothing();
    given(account, opened, mergedInto).when(separate).then(separated);
    given(account, opened).when(unmerge).thenRefused('NOT_MERGED');
    given(account, opened, merged).when(unmerge).thenRefused('MERGE_UNDER_WAY');
    expect(account.continuesAs?.(fold(account, [opened, mergedInto, separated]))).toBeUndefined();
  });

  it('are brought together by a process that passes on what each of them said', () => {
    const passedOn = (heard: StatedFact, stream: string) =>
      mergeAccounts.react({ ...heard, stream: `account-${stream}` } as unknown as RecordedEvent);
    expect(passedOn(merged, accountId)).toEqual([accept]);
    expect(passedOn(mergedInto, duplicateId)).toEqual([confirm]);
    expect(passedOn(declined, duplicateId)).toEqual([drop]);
    expect(passedOn(unmerged, accountId)).toEqual([separate]);
  });
});
