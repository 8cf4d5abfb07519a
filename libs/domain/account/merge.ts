import { factsOf, refused } from '../../kernel/index.js';
import { acceptsMerge, awaits, mergesWith, notMerged, unmergesFrom } from '../merging.js';
import { accountEvents } from './account.events.js';
import type { Account, AccountState } from './state.js';
import type {
  AcceptAccountMerge,
  ConfirmAccountMerge,
  DropAccountMerge,
  MergeAccounts,
  SeparateAccount,
  UnmergeAccounts,
} from './merge.commands.js';

const fact = factsOf(accountEvents);

/** What the accounts around two are that are to be one. */
export interface Surroundings {
  /** Those above the survivor. */
  readonly ancestors: ReadonlyMap<string, AccountState>;
  /** The duplicate and those above it. */
  readonly duplicateLine: ReadonlyMap<string, AccountState>;
}

export function merged({ accountId, duplicateId }: MergeAccounts, { merging }: Account, around: Surroundings) {
  const duplicate = around.duplicateLine.get(duplicateId)?.account?.merging ?? notMerged;
  if (!mergesWith(merging, accountId, duplicateId, duplicate)) return [];
  if (around.ancestors.has(duplicateId) || around.duplicateLine.has(accountId)) {
    throw refused('ACCOUNT_PARENT_CIRCLE', 'One lies below the other: as one account it would be its own parent.');
  }
  return [fact('AccountsMerged', { duplicateId })];
}

export function mergeAnswered({ accountId, survivorId }: AcceptAccountMerge, { merging }: Account) {
  if (merging.survivorId === survivorId) return [];
  return acceptsMerge(merging, accountId, survivorId)
    ? [fact('AccountMergedInto', { survivorId })]
    : [fact('AccountMergeDeclined', { survivorId })];
}

export const mergeConfirmed = ({ duplicateId }: ConfirmAccountMerge, { merging }: Account) =>
  awaits(merging, duplicateId) ? [fact('AccountMergeConfirmed', { duplicateId })] : [];

export const mergeDropped = ({ duplicateId }: DropAccountMerge, { merging }: Account) =>
  awaits(merging, duplicateId) ? [fact('AccountMergeDropped', { duplicateId })] : [];

export const unmerged = ({ duplicateId }: UnmergeAccounts, { merging }: Account) =>
  unmergesFrom(merging, duplicateId) ? [fact('AccountsUnmerged', { duplicateId })] : [];

export const separated = ({ survivorId }: SeparateAccount, { merging }: Account) =>
  merging.survivorId === survivorId ? [fact('AccountSeparated', { survivorId })] : [];
