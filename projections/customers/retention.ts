import { type RawBuilder, sql } from 'kysely';
import { type Reading, rows } from '../../libs/read-model/index.js';
import { type Asked, climbOf, countedOf, withCustomer } from './bought.js';
import type { CustomersTables } from './tables.js';

/** How many customers of the year before the last 365 days bought in these as well. */
export interface Retention {
  /** Whole per mille, half up; `null`: nobody bought in that year. */
  readonly perMille: number | null;
  readonly customers: number;
  readonly retained: number;
}

/** The retention of all customers together at the moment, by which lifetime values are projected: one row. */
export const retentionOf = (given: Asked): RawBuilder<unknown> => {
  const asked = { ...given, only: undefined };
  const year = sql`make_interval(hours => 8760)`;
  return sql`(
    select customers, retained, case when customers > 0 then (2000 * retained + customers) / (2 * customers) end as per_mille
    from (
      with recursive ${countedOf(asked)}, ${climbOf(asked)}
      select (count(*) filter (where before))::integer as customers,
        (count(*) filter (where before and since))::integer as retained
      from (
        select m.customer, bool_or(before) as before, bool_or(since) as since
        from ${withCustomer(
          asked,
          sql`(
          select subject_id, bool_or(bought_at <= ${asked.t} - ${year}) as before,
            bool_or(bought_at > ${asked.t} - ${year}) as since
          from counted where bought_at > ${asked.t} - 2 * ${year} group by subject_id
        )`,
        )}
        where exists (select from ${asked.source.at('accounts')} a
            where a.id = m.customer and up is null and cause <> 'AccountOpeningReverted')
          or exists (select from ${asked.source.at('people')} p where p.id = m.customer and up is null)
        group by m.customer
      ) y
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
