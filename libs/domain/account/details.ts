import { factsOf, invalid } from '../../kernel/index.js';
import { plain, same } from '../values.js';
import type { ChangeAccountDetails } from './account.commands.js';
import { type AccountDetails, accountEvents, type ClearableDetail } from './account.events.js';
import type { Account } from './state.js';

const fact = factsOf(accountEvents);

export function detailsChanged(
  { accountId: _, clear = [], ...asked }: ChangeAccountDetails,
  { details }: Pick<Account, 'details'>,
) {
  const both = clear.filter((detail) => asked[detail] !== undefined);
  if (both.length > 0) {
    const errors = both.map((detail) => ({ path: detail, message: `${detail} is to be cleared as well.` }));
    throw invalid('DETAIL_SET_AND_CLEARED', 'A detail is either given a value or cleared.', errors);
  }
  const changed = differing(asked, details);
  const cleared = clear.filter((detail) => details[detail] !== undefined);
  if (Object.keys(changed).length === 0 && cleared.length === 0) return [];
  return [fact('AccountDetailsChanged', { ...changed, cleared })];
}

/** What is asked for and is not so yet. */
const differing = (asked: Partial<AccountDetails>, known: AccountDetails): Partial<AccountDetails> =>
  plain(Object.fromEntries(Object.entries(asked).filter(([key, value]) => !same(value, { ...known }[key]))));

export const withoutDetails = (details: AccountDetails, cleared: readonly ClearableDetail[]): AccountDetails => ({
  ...details,
  ...Object.fromEntries(cleared.map((detail) => [detail, undefined])),
});
