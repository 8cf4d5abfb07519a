import { type Foldable, type Found, type Owner, ofSalespeople } from '../kernel/index.js';
import type { AccountState } from './account/state.js';
import type { OpportunityState } from './opportunity/state.js';
import { ownerOf } from './person/details.js';
import type { PersonState } from './person/state.js';

/*
 * Whose a command is that is about something with an owner (docs/decisions/0030): one's own may be handed to anybody,
 * what is nobody's may be taken, and given only to somebody within reach.
 */

/** Of the owner that it has; while it has none, of the one that the command gives it. */
export const itsOwner = (command: object, owner: string | undefined): readonly Owner[] =>
  ofSalespeople(owner ?? (command as { readonly owner?: string }).owner);

/** What has no owner of its own is the customer's. */
interface About {
  readonly personId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly opportunityId?: string | undefined;
}

interface Owned {
  readonly person?: Foldable<PersonState>;
  readonly account?: Foldable<AccountState>;
  readonly opportunity?: Foldable<OpportunityState>;
}

/** Of the owners of all that it is about. */
export const ownersOf = (
  { person, account, opportunity }: Owned,
  { personId, accountId, opportunityId }: About,
  found: Found,
): readonly Owner[] => {
  const [one, its, deal] = [
    person && found(person, personId)?.state,
    account && found(account, accountId)?.state.account,
    opportunity && found(opportunity, opportunityId)?.state.opportunity,
  ];
  return ofSalespeople(one && ownerOf(one), its?.owner, deal?.owner);
};
