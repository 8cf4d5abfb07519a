import { type RawBuilder, sql } from 'kysely';
import { type Asked, climbedOf, countedOf } from './bought.js';

/** Who bought, at the moment, each for themselves. */
export const ownBuyersAt = ({ source, k }: Asked): RawBuilder<unknown> =>
  // Both bounds of one column, so that an index finds them.
  sql`(select * from ${source.at('buyers')} b where recorded_to >= ${k})`;

/** When customers bought for whom others count, as `bought`: their instants in order. To be joined with `climbed`. */
export const boughtByClimbed = (asked: Asked): RawBuilder<unknown> => sql`
  ${countedOf({ ...asked, only: undefined, about: sql`(select distinct subject from climbed)` })},
  bought as (
    select c.customer, array_agg(b.bought_at order by b.bought_at) as times
    from climbed c join counted b on b.subject_id = c.subject group by c.customer
  )`;

/** Every customer that bought, as `buyer`: `id`, `by_person`, `last_at`. */
export const buyerOf = (asked: Asked): RawBuilder<unknown> => sql`
  ${climbedOf(asked)}, ${boughtByClimbed(asked)},
  buyer as (
    select id, by_person, last_at from ${ownBuyersAt(asked)} o where id not in (select customer from climbed)
    union all
    select customer, (select true from ${asked.source.at('accounts')} a where a.id = b.customer limit 1) is null,
      times[cardinality(times)]
    from bought b
  )`;
