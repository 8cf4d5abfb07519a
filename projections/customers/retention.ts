import { type RawBuilder, sql } from 'kysely';
import { type Reading, rows } from '../../libs/read-model/index.js';
import { type Asked, climbedOf, countedOf } from './bought.js';
import type { CustomersTables } from './tables.js';

/** How many customers of the year before the last 365 days bought in these as well. */
export interface Retention {
  /** Whole per mille, half up; `null`: nobody bought in that year. */
  readonly perMille: number | null;
  readonly customers: number;
  readonly retained: number;
}

/**
 * The retention of all customers together at the moment, by which lifetime values are projected: one row. Each account and
 * person is summed up for itself; customers for whom others count are few, and what that changes is worked out.
 */
export const retentionOf = (given: Asked): RawBuilder<unknown> => {
  const asked = { ...given, only: undefined };
  const { at } = asked.source;
  const year = sql`make_interval(hours => 8760)`;
  return sql`(
    select customers, retained, case when customers > 0 then (2000 * retained + customers) / (2 * customers) end as per_mille
    from (
      with recursive ${climbedOf(asked)}, ${countedOf({ ...asked, about: sql`(select distinct subject from climbed)` })}
      select coalesce(sum(customers), 0)::integer as customers, coalesce(sum(retained), 0)::integer as retained from (
        select customers, retained from ${at('retention')} r
        union all
        select -1, -retained::integer from (select distinct customer from climbed) c
          cross join lateral (select retained from ${at('loyalty')} l where l.id = c.customer offset 0) own
        union all
        select 1, since::integer from (
          select bool_or(bought_at <= ${asked.t} - ${year}) as before, bool_or(bought_at > ${asked.t} - ${year}) as since
          from climbed c join counted b on b.subject_id = c.subject where bought_at > ${asked.t} - 2 * ${year}
          group by c.customer
        ) whole where before
      ) parts
    ) x
  )`;
};

export async function retentionAt(reading: Reading<CustomersTables>, asked: Asked): Promise<Retention> {
  const [row] = await rows(
    reading,
    sql<{ customers: number; retained: number; per_mille: number | null }>`select * from ${retentionOf(asked)} r`,
  );
  return { perMille: row?.per_mille ?? null, customers: row?.customers ?? 0, retained: row?.retained ?? 0 };
}
