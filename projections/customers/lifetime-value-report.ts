import { sql } from 'kysely';
import { type ProjectedValue, projectionFormula } from '../../libs/domain/account/lifetime-value.rules.js';
import type { Money } from '../../libs/kernel/index.js';
import {
  Cursors,
  type Database,
  limitOf,
  type Moment,
  type Page,
  type Paging,
  readSteadily,
  rows,
} from '../../libs/read-model/index.js';
import { buyersAt, firstByWorth } from './by-worth.js';
import type { OwnFacts } from './customers.js';
import type { Placed } from './first-placed.js';
import { customers } from './index.js';
import { lifetimeValueAt, type LifetimeValueRow } from './lifetime-value.js';
import { allOf, those, type WhichCustomers } from './places.js';
import { askedOf } from './queries.js';
import { type Retention, retentionAt } from './retention.js';

/** What a customer brought, and is expected to bring (S4; domain.md §2). People are told by their ids alone. */
export interface CustomerValue extends OwnFacts {
  readonly purchases: number;
  /** Per currency. */
  readonly realised: readonly Money[];
  /** In the reporting currency, of what has a rate. */
  readonly reporting: Money;
  /** Purchases that are not in it, for want of a rate. */
  readonly unconverted: number;
  /** `null`: nothing of it has a rate, or no retention could be measured yet. */
  readonly projected: ProjectedValue | null;
}

export interface LifetimeValues extends Page<CustomerValue> {
  readonly retention: Retention;
  readonly formula: string;
}

export const lifetimeValueSorts = ['realised', 'projected', 'id'] as const;
export type LifetimeValueSort = (typeof lifetimeValueSorts)[number];

/** Which customers; what is left out does not matter. */
export interface LifetimeValuesAsked extends Moment, Paging, WhichCustomers {
  /** Default `realised`. */
  readonly sort?: LifetimeValueSort | undefined;
  /** Default: `asc` by id, else `desc`. */
  readonly order?: 'asc' | 'desc' | undefined;
  /** With people who are no more than names (S0). Default: without. */
  readonly names?: boolean | undefined;
}

const keys = {
  realised: sql`reporting`,
  projected: sql`coalesce(projected, -1)`,
  id: sql`id`,
} as const;

/** A page of the customers that ever bought, those first that are worth most. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const lifetimeValues = (database: Database, given: LifetimeValuesAsked): Promise<LifetimeValues> =>
  readSteadily(database, customers, given, async (reading) => {
    const { limit: _limit, cursor, ...query } = given;
    const { asOf, knownAt, names, sort = 'realised', order } = query;
    const limit = limitOf(given);
    const asked = askedOf(reading, { asOf, knownAt }, names);
    const cursors = new Cursors({ list: 'lifetime-value', ...query });
    const after = cursors.read(cursor, [sort === 'id' ? 'string' : 'number', 'string']);
    const backwards = (order ?? (sort === 'id' ? 'asc' : 'desc')) === 'desc';
    const type = sql.raw(sort === 'id' ? 'text' : 'numeric');
    const retention = await retentionAt(reading, asked);
    const measured = sql`(select ${retention.perMille}::integer as per_mille)`;
    const only = [
      ...those(query),
      ...(after ? [sql`(${keys[sort]}, id) ${backwards ? sql`<` : sql`>`} (${after[0]}::${type}, ${after[1]})`] : []),
    ];
    const found = await firstByWorth(reading, asked, {
      order: sort === 'projected' ? { by: sort, perMille: retention.perMille } : { by: sort },
      ...{ backwards, after, count: limit + 1, which: query },
      judge: async (ids) =>
        rows(
          reading,
          sql<LifetimeValueRow & Placed>`select l.*, ${keys[sort]} as key
            from ${lifetimeValueAt({ ...asked, only: await buyersAt(reading, asked, ids) }, measured)} l
            where ${allOf(only)}`,
        ),
    });
    return {
      ...cursors.page(found, limit, valueOf, ({ key, id }) => [key, id]),
      retention,
      formula: projectionFormula,
    };
  });

const valueOf = (row: LifetimeValueRow): CustomerValue => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  owner: row.owner,
  industry: row.industry,
  country: row.country,
  purchases: row.purchases,
  realised: row.realised,
  reporting: { amount: row.reporting, currency: row.currency },
  unconverted: row.unconverted,
  projected: projectedOf(row),
});

function projectedOf(row: LifetimeValueRow): ProjectedValue | null {
  const { projected, average_yearly, expected_years_per_mille, first_purchase, days, retention_per_mille } = row;
  if (projected === null || average_yearly === null || expected_years_per_mille === null) return null;
  if (first_purchase === null || days === null || retention_per_mille === null) return null;
  const money = (amount: number): Money => ({ amount, currency: row.currency });
  return {
    projected: money(projected),
    averageYearly: money(average_yearly),
    expectedYearsPerMille: expected_years_per_mille,
    inputs: {
      realised: money(row.reporting),
      firstPurchase: first_purchase,
      asOf: row.as_of,
      days,
      retentionPerMille: retention_per_mille,
    },
  };
}
