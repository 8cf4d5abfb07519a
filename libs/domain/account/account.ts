import {
  aggregate,
  type Aggregate,
  asItStands,
  type ChainLookup,
  conflict,
  factsOf,
  type Lookup,
  notFound,
  ofSalespeople,
  refused,
} from '../../kernel/index.js';
import { changedAttributes, knownAttributes, withAttributes, withoutAttributes } from '../attributes.js';
import { attributesOf } from '../attributes.commands.js';
import { type PolicyInForce, policyLookup } from '../policy/policy.js';
import { existingScheme, rating, type RatingState } from '../rating/rating.js';
import { afterMerge, type Merging, notMerged } from '../merging.js';
import { itsOwner } from '../owners.js';
import { plain, same } from '../values.js';
import {
  AddProductInUse,
  EstimateShareOfWallet,
  RateAccount,
  RemoveAccountAttributes,
  RemoveProductInUse,
  SetAccountAttributes,
} from './account-facts.commands.js';
import {
  AssignAccountRoles,
  AssignParentAccount,
  BreakCircleOfParents,
  ChangeAccountDetails,
  OpenAccount,
  RemoveParentAccount,
  TransferAccount,
} from './account.commands.js';
import { accountEvents, accountRoles } from './account.events.js';
import { detailsChanged, withoutDetails } from './details.js';
import { rated } from './rate-account.js';
import { merged, mergeAnswered, mergeConfirmed, mergeDropped, separated, unmerged } from './merge.js';
import {
  AcceptAccountMerge,
  ConfirmAccountMerge,
  DropAccountMerge,
  MergeAccounts,
  SeparateAccount,
  UnmergeAccounts,
} from './merge.commands.js';
import { otherThan, productAdded, productRemoved } from './products.js';
import { NoteAccountUse, RevertAccountOpening } from './revert.commands.js';
import type { Account, AccountState } from './state.js';

interface Lookups {
  /** The accounts above it, the nearest first; of a circle each once. */
  readonly ancestors: ReadonlyMap<string, AccountState>;
  readonly scheme: RatingState;
  readonly cutOff: PolicyInForce<'rating.cut-off'>;
  /** An account that is to be merged, as its own stream says, and those above it. */
  readonly duplicateLine: ReadonlyMap<string, AccountState>;
}

const fact = factsOf(accountEvents);

const mostAncestors = 100;

/** Above the parent that it is to have; or, to see whether there is a circle, above itself. */
const ancestors: ChainLookup<AccountState, AccountState> = {
  get from() {
    return account;
  },
  id: (command, state) => {
    if (command instanceof AssignParentAccount) return command.parentId;
    const above = command instanceof BreakCircleOfParents || command instanceof MergeAccounts;
    return above ? state.account?.parentId : undefined;
  },
  next: (above) => above.account?.parentId,
  atMost: mostAncestors,
};

const scheme: Lookup<AccountState, RatingState> = {
  from: rating,
  id: (command) => (command instanceof RateAccount ? command.schemeId : undefined),
};

const duplicateLine: ChainLookup<AccountState, AccountState> = {
  get from() {
    return asItStands(account);
  },
  id: (command) => (command instanceof MergeAccounts ? command.duplicateId : undefined),
  next: (above) => above.account?.parentId,
  atMost: mostAncestors,
};

/** An organisation, by name (S1; domain.md §2). */
export const account: Aggregate<AccountState> = aggregate<AccountState, Lookups>()({
  events: accountEvents,
  commands: {
    OpenAccount,
    ChangeAccountDetails,
    TransferAccount,
    AssignParentAccount,
    RemoveParentAccount,
    BreakCircleOfParents,
    AssignAccountRoles,
    AddProductInUse,
    RemoveProductInUse,
    SetAccountAttributes,
    RemoveAccountAttributes,
    EstimateShareOfWallet,
    RateAccount,
    MergeAccounts,
    UnmergeAccounts,
    AcceptAccountMerge,
    ConfirmAccountMerge,
    DropAccountMerge,
    SeparateAccount,
    RevertAccountOpening,
    NoteAccountUse,
  },
  id: 'accountId',
  initial: {},
  continuesAs: ({ account: known }) => known?.merging.survivorId,
  // What is merged becomes the survivor's owner's.
  whose: (command, state, found) => {
    const duplicate = found(duplicateLine.from, duplicateLine.id(command, state))?.state;
    return [...itsOwner(command, state.account?.owner), ...ofSalespeople(duplicate?.account?.owner)];
  },
  lookups: {
    ancestors,
    scheme,
    cutOff: policyLookup('rating.cut-off', (command) => command instanceof RateAccount),
    duplicateLine,
  },
  decide: {
    OpenAccount: ({ accountId, ...details }, { account: known }) => {
      if (accountId !== undefined && details.parentId === accountId) throw ownParent();
      const asked = plain({ ...details, roles: details.roles ?? ['customer' as const] });
      if (!known) return [fact('AccountOpened', asked)];
      if (same(asked, known.opened)) return [];
      throw conflict('ACCOUNT_EXISTS', 'There is already an account with this id and other details.');
    },

    ChangeAccountDetails: (command, state) => detailsChanged(command, found(state)),

    TransferAccount: ({ owner: to, reason }, state) => {
      const { owner: from } = found(state);
      return from === to ? [] : [fact('AccountTransferred', plain({ from, to, reason }))];
    },

    AssignParentAccount: ({ accountId, parentId }, state, { lookups }) => {
      const { parentId: before } = found(state);
      if (parentId === accountId) throw ownParent();
      if (parentId === before) return [];
      if (lookups.ancestors.has(accountId)) {
        throw refused('ACCOUNT_PARENT_CIRCLE', 'The parent lies below this account: take it out from there first.');
      }
      if (lookups.ancestors.size === mostAncestors) {
        throw refused('ACCOUNT_TOO_DEEP', `An account has fewer than ${mostAncestors} accounts above it.`);
      }
      return [fact('AccountParentAssigned', plain({ parentId, before }))];
    },

    RemoveParentAccount: (_, state) => {
      const { parentId } = found(state);
      return parentId === undefined ? [] : [fact('AccountParentRemoved', { parentId, because: 'asked' })];
    },

    BreakCircleOfParents: ({ accountId }, state, { lookups }) => {
      const { parentId } = found(state);
      if (parentId === undefined || !lookups.ancestors.has(accountId)) return [];
      return [fact('AccountParentRemoved', { parentId, because: 'circle' })];
    },

    AssignAccountRoles: ({ roles: asked }, state) => {
      const known = found(state).roles;
      const roles = accountRoles.filter((role) => asked.includes(role));
      return same(
        roles,
        accountRoles.filter((role) => known.includes(role)),
      )
        ? []
        : [fact('AccountRolesAssigned', { roles })];
    },

    AddProductInUse: (command, state) => productAdded(command, found(state)),

    RemoveProductInUse: (command, state) => productRemoved(command, found(state)),

    SetAccountAttributes: ({ attributes: asked }, state) => {
      const attributes = changedAttributes(found(state).attributes, attributesOf(asked));
      return attributes.length === 0 ? [] : [fact('AccountAttributesSet', { attributes })];
    },

    RemoveAccountAttributes: ({ names: asked }, state) => {
      const names = knownAttributes(found(state).attributes, asked);
      return names.length === 0 ? [] : [fact('AccountAttributesRemoved', { names })];
    },

    EstimateShareOfWallet: ({ perCent, source }, state) => {
      const asked = { perCent, source };
      return same(asked, found(state).shareOfWallet) ? [] : [fact('ShareOfWalletEstimated', asked)];
    },

    RateAccount: (command, state, { lookups }) => {
      const { ratings } = found(state);
      const asked = rated(command, existingScheme(lookups.scheme), lookups.cutOff);
      return ratings.some((known) => same(known, asked)) ? [] : [fact('AccountRated', asked)];
    },

    RevertAccountOpening: (_, state) =>
      found(state).workedOn ? [] : [fact('AccountOpeningReverted', { because: 'conversion-reverted' })],

    NoteAccountUse: (_, state) => {
      const { workedOn, withdrawn } = found(state);
      return workedOn && !withdrawn ? [] : [fact('AccountUseNoted', {})];
    },

    MergeAccounts: (command, state, { lookups }) => merged(command, found(state), lookups),

    UnmergeAccounts: (command, state) => unmerged(command, found(state)),

    AcceptAccountMerge: (command, state) => mergeAnswered(command, found(state)),

    ConfirmAccountMerge: (command, state) => mergeConfirmed(command, found(state)),

    DropAccountMerge: (command, state) => mergeDropped(command, found(state)),

    SeparateAccount: (command, state) => separated(command, found(state)),
  },
  evolve: {
    AccountOpened: (_, opened) => {
      const { parentId, owner, roles, ...details } = opened;
      const unknown = { products: [], attributes: [], ratings: [], merging: notMerged };
      return { account: { opened, details, owner, parentId, roles, ...unknown, workedOn: false, withdrawn: false } };
    },
    AccountDetailsChanged: (state, { cleared, ...changed }) =>
      changedBy(state, ({ details }) => ({ details: { ...withoutDetails(details, cleared), ...changed } })),
    AccountTransferred: (state, { to }) => changedBy(state, () => ({ owner: to })),
    AccountParentAssigned: (state, { parentId }) => changedBy(state, () => ({ parentId })),
    AccountParentRemoved: (state) => changedBy(state, () => ({ parentId: undefined })),
    AccountRolesAssigned: (state, { roles }) => changedBy(state, () => ({ roles })),
    ProductInUseAdded: (state, product) =>
      changedBy(state, ({ products }) => ({ products: [...products.filter(otherThan(product)), product] })),
    ProductInUseRemoved: (state, product) =>
      changedBy(state, ({ products }) => ({ products: products.filter(otherThan(product)) })),
    AccountAttributesSet: (state, { attributes }) =>
      changedBy(state, (known) => ({ attributes: withAttributes(known.attributes, attributes) })),
    AccountAttributesRemoved: (state, { names }) =>
      changedBy(state, (known) => ({ attributes: withoutAttributes(known.attributes, names) })),
    AccountRated: (state, made) =>
      changedBy(state, ({ ratings }) => ({
        ratings: [...ratings.filter(({ schemeId }) => schemeId !== made.schemeId), made],
      })),
    ShareOfWalletEstimated: (state, shareOfWallet) => changedBy(state, () => ({ shareOfWallet })),
    AccountOpeningReverted: (state) => changedBy(state, () => ({ withdrawn: true })),
    AccountUseNoted: (state) => changedBy(state, () => ({})),
    AccountsMerged: (state, { duplicateId }) => mergedBy(state, (merging) => afterMerge.merged(merging, duplicateId)),
    AccountMergedInto: (state, { survivorId }) =>
      mergedBy(state, (merging) => afterMerge.mergedInto(merging, survivorId)),
    AccountMergeDeclined: (state) => state,
    AccountMergeConfirmed: (state, { duplicateId }) =>
      mergedBy(state, (merging) => afterMerge.confirmed(merging, duplicateId)),
    AccountMergeDropped: (state, { duplicateId }) =>
      mergedBy(state, (merging) => afterMerge.dropped(merging, duplicateId)),
    AccountsUnmerged: (state, { duplicateId }) =>
      mergedBy(state, (merging) => afterMerge.unmerged(merging, duplicateId)),
    AccountSeparated: (state) => mergedBy(state, afterMerge.separated),
  },
});

const ownParent = () => refused('ACCOUNT_OWN_PARENT', 'An account cannot be its own parent.');

function found({ account: known }: AccountState): Account {
  if (!known) throw notFound('ACCOUNT_NOT_FOUND', 'There is no such account.');
  return known;
}

const changedBy = ({ account: known }: AccountState, change: (known: Account) => Partial<Account>): AccountState => ({
  account: known && { ...known, workedOn: true, withdrawn: false, ...change(known) },
});

const mergedBy = (state: AccountState, change: (known: Merging) => Merging): AccountState =>
  changedBy(state, ({ merging }) => ({ merging: change(merging) }));
