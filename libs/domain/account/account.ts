import { aggregate, conflict, type DataOf, factsOf, refused } from '../../kernel/index.js';
import { plain, same } from '../values.js';
import { OpenAccount } from './account.commands.js';
import { type AccountEvents, accountEvents } from './account.events.js';

export interface AccountState {
  readonly opened?: DataOf<AccountEvents['AccountOpened']>;
}

const fact = factsOf(accountEvents);

/** An organisation, by name (S1; domain.md §2). */
export const account = aggregate<AccountState>()({
  events: accountEvents,
  commands: { OpenAccount },
  id: 'accountId',
  initial: {},
  lookups: {},
  decide: {
    OpenAccount: ({ accountId, ...details }, { opened }) => {
      if (accountId !== undefined && details.parentId === accountId) {
        throw refused('ACCOUNT_OWN_PARENT', 'An account cannot be its own parent.');
      }
      const asked = plain({ ...details, roles: details.roles ?? ['customer' as const] });
      if (!opened) return [fact('AccountOpened', asked)];
      if (same(asked, opened)) return [];
      throw conflict('ACCOUNT_EXISTS', 'There is already an account with this id and other details.');
    },
  },
  evolve: {
    AccountOpened: (_, opened) => ({ opened }),
  },
});
