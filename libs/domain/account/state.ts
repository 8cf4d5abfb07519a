import type { DataOf } from '../../kernel/index.js';
import type { Attribute } from '../attributes.js';
import type { Merging } from '../merging.js';
import type { AccountDetails, AccountEvents, AccountRole, ProductInUse, Rating } from './account.events.js';

/** An account as it stands. */
export interface Account {
  /** As it was opened. */
  readonly opened: DataOf<AccountEvents['AccountOpened']>;
  readonly details: AccountDetails;
  readonly owner?: string;
  readonly parentId?: string;
  readonly roles: readonly AccountRole[];
  readonly products: readonly ProductInUse[];
  readonly attributes: readonly Attribute[];
  /** The last rating of each scheme. */
  readonly ratings: readonly Rating[];
  readonly shareOfWallet?: DataOf<AccountEvents['ShareOfWalletEstimated']>;
  readonly merging: Merging;
  /** Whether anything is known of it but how it was opened. */
  readonly workedOn: boolean;
  /** The conversion that opened it was taken back, and nothing has happened to it since. */
  readonly withdrawn: boolean;
}

export interface AccountState {
  readonly account?: Account;
}
