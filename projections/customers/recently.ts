import { type RawBuilder, sql } from 'kysely';
import type { RelationshipPhase } from '../../libs/domain/account/phase.rules.js';
import { type Reading, rows } from '../../libs/read-model/index.js';
import { type Asked, climbedOf } from './bought.js';
import type { CustomersTables } from './tables.js';

/** Instants before which everybody, and nobody, is inactive whose last purchase that was. */
export interface LastActive {
  readonly everybody: RawBuilder<unknown>;
  readonly nobody: RawBuilder<unknown>;
}

/** Something of the purchases of customer `x` under its own id, told from the first and the last; null: it bought nothing. */
const ofBuyer = ({ source }: Asked, what: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(select ${what} from ${source.at('buyers')} b where b.id = x.id order by valid_from desc limit 1)`;

/** Whether customer `x` bought anything after an instant, under its own id: at one look. */
export const boughtSince = (asked: Asked, from: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`coalesce(${ofBuyer(asked, sql`last_at > ${from}`)}, false)`;

/** Purchases by people and merged accounts, of whatever time: where there are more, nobody is gathered beforehand. */
const fewOthers = 2_000;

/**
 * Whether others may have bought for customer `x`: whoever is merged, and contacts who bought. Where they are few, as they
 * are where organisations buy, they are gathered once; else they are looked for as each account comes up.
 */
export async function withOthers(
  reading: Reading<CustomersTables>,
  asked: Asked,
  few = fewOthers,
): Promise<RawBuilder<unknown>> {
  const { all } = reading;
  const some = (table: 'purchases' | 'accounts', holds: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`(select count(*) from (select from ${all(table)} s where ${holds} limit ${few}) s)`;
  const [byPeople, merged] = [some('purchases', sql`by_person`), some('accounts', sql`up is not null`)];
  const [found] = await rows(reading, sql<{ many: boolean }>`select ${byPeople} + ${merged} >= ${few} as many`);
  if (!found?.many) {
    const climbed = await rows(
      reading,
      sql<{ id: string }>`with recursive ${climbedOf(asked)} select distinct customer as id from climbed`,
    );
    return climbed.length === 0 ? sql`false` : sql`x.id in (select unnest(${climbed.map(({ id }) => id)}::text[]))`;
  }
  return sql`coalesce(
    (select true from ${all('accounts')} a where a.up = x.id limit 1),
    (select true from ${all('people')} p where p.up = x.id and coalesce(
      (select true from ${all('purchases')} b where b.subject_id = p.id and by_person limit 1),
      (select true from ${all('people')} m where m.merged_into = p.id limit 1)) limit 1),
    false)`;
}

/** Whether anything may have been bought for customer `x`, by itself or by others. */
export const perhapsBought = (asked: Asked, others: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`coalesce(${ofBuyer(asked, sql`true`)}, ${others})`;

/**
 * Which accounts may be active, or inactive, as `x`: told by what they bought under their own id. Whatever others of the
 * same customer bought only makes it active for longer.
 *
 * @param others whether others may have bought for it
 */
export function perhapsIn(
  asked: Asked,
  phase: Extract<RelationshipPhase, 'active' | 'inactive'>,
  { everybody, nobody }: LastActive,
  others: RawBuilder<unknown>,
): RawBuilder<unknown> {
  if (phase === 'active') return sql`(${boughtSince(asked, everybody)} or ${others})`;
  return sql`coalesce(${ofBuyer(asked, sql`last_at <= ${nobody}`)}, ${others})`;
}
