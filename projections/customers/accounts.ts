import { sql } from 'kysely';
import type { AccountRole, Attribute, ProductInUse } from '../../libs/domain/account/account.events.js';
import type { Instant, Money } from '../../libs/kernel/index.js';
import {
  Cursors,
  type Database,
  limitOf,
  type Moment,
  type Page,
  type Paging,
  read,
  rows,
} from '../../libs/read-model/index.js';
import { customers } from './index.js';
import { those, type WhichCustomers } from './places.js';
import type { AccountRow, RatingMade, ShareEstimated } from './organisations.js';

/** An account as it stands at the moment. */
export interface AccountListed {
  readonly id: string;
  readonly name: string;
  readonly industry: string | null;
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  readonly employees: number | null;
  readonly annualRevenue: Money | null;
  readonly founded: number | null;
  readonly owner: string | null;
  readonly parentId: string | null;
  readonly roles: readonly AccountRole[];
  readonly products: readonly ProductInUse[];
  readonly attributes: readonly Attribute[];
  /** The latest of each scheme. */
  readonly ratings: readonly RatingMade[];
  readonly share: ShareEstimated | null;
  readonly openedAt: Instant;
  /** When it became as it is. */
  readonly since: Instant;
  readonly revision: number;
  /** Of its last event; a decimal string. */
  readonly position: string;
}

const accountOf = (row: AccountRow): AccountListed => {
  const { annual_revenue: amount, annual_revenue_currency: currency } = row;
  return {
    id: row.id,
    name: row.name,
    industry: row.industry,
    country: row.country,
    region: row.region,
    city: row.city,
    employees: row.employees,
    annualRevenue: amount === null || currency === null ? null : { amount, currency },
    founded: row.founded,
    owner: row.owner,
    parentId: row.parent_id,
    roles: row.roles as readonly AccountRole[],
    products: row.products,
    attributes: row.attributes,
    ratings: row.ratings,
    share: row.share,
    openedAt: row.opened_at,
    since: row.valid_from,
    revision: row.revision,
    position: String(row.position),
  };
};

/** Which accounts; what is left out does not matter. */
export interface AccountsAsked extends Moment, Paging, Omit<WhichCustomers, 'kind'> {
  readonly role?: AccountRole | undefined;
  /** In use. */
  readonly product?: string | undefined;
  readonly parentId?: string | undefined;
}

const counts = sql`cause <> 'AccountOpeningReverted'`;

/** A page of accounts, by name; merged ones are left out. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const accountsList = (database: Database, given: AccountsAsked): Promise<Page<AccountListed>> =>
  read(database, customers, given, async (reading) => {
    const { limit: _limit, cursor, ...asked } = given;
    const { owner, country, industry, role, product, parentId } = asked;
    const limit = limitOf(given);
    const cursors = new Cursors({ list: 'accounts', ...asked });
    const after = cursors.read(cursor, ['string', 'string']);
    const only = [
      sql`up is null and ${counts}`,
      ...those({ owner, country, industry }),
      ...(role === undefined ? [] : [sql`${role} = any(roles)`]),
      ...(product === undefined ? [] : [sql`products @> ${JSON.stringify([{ product }])}::jsonb`]),
      ...(parentId === undefined ? [] : [sql`parent_id = ${parentId}`]),
      ...(after ? [sql`(name, id) > (${after[0]}, ${after[1]})`] : []),
    ];
    const found = await rows(
      reading,
      sql<AccountRow>`select * from ${reading.at('accounts')} a where ${sql.join(only, sql` and `)}
        order by name, id limit ${limit + 1}`,
    );
    return cursors.page(found, limit, accountOf, (row) => [row.name, row.id]);
  });

/** One account with what belongs to it. */
export interface AccountDetail extends AccountListed {
  /** The account that this one continues as; `null`: it stands for itself. */
  readonly continuesAs: string | null;
  /** Accounts that were merged into this one. */
  readonly merged: readonly string[];
  /** Accounts of which it is the parent. */
  readonly children: readonly string[];
  /** Ids of its contacts. */
  readonly contacts: readonly string[];
}

interface Belonging {
  readonly relation: 'merged' | 'children' | 'contacts';
  readonly id: string;
}

/** One account, merged or not. `null` if there was none of this id at the moment. */
export const accountDetail = (
  database: Database,
  { id, ...moment }: Moment & { readonly id: string },
): Promise<AccountDetail | null> =>
  read(database, customers, moment, async (reading) => {
    const [row] = await rows(
      reading,
      sql<AccountRow>`select * from ${reading.at('accounts')} a where id = ${id} and ${counts}`,
    );
    if (!row) return null;
    const belonging = await rows(
      reading,
      sql<Belonging>`
        select 'merged' as relation, id from ${reading.at('accounts')} a where up = ${id}
        union all select 'children', id from ${reading.at('accounts')} a where parent_id = ${id} and up is null and ${counts}
        union all select 'contacts', id from ${reading.at('people')} p where up = ${id} and kind = 'contact'
        order by relation, id`,
    );
    const ofIt = (asked: Belonging['relation']): readonly string[] =>
      belonging.filter(({ relation }) => relation === asked).map((one) => one.id);
    const own = { merged: ofIt('merged'), children: ofIt('children'), contacts: ofIt('contacts') };
    return { ...accountOf(row), continuesAs: row.up, ...own };
  });
