import { type RawBuilder, sql } from 'kysely';
import type { Instant, Period } from '../../libs/kernel/index.js';
import type { Source } from '../../libs/read-model/index.js';
import type { ForecastTables } from './tables.js';
import { closedRate, convertedTo, type Frame, rateThen } from './valued.js';

export interface CalibratedRow {
  readonly period: Period;
  readonly team_id: string | null;
  readonly pipeline_id: string | null;
  readonly committed: number | null;
  readonly own_amount: number;
  readonly own_currency: string;
  readonly actual: number;
  readonly unconverted: number;
  readonly is_last: boolean;
  readonly committed_at: Instant;
  readonly actor_id: string;
  readonly actor_role: string;
  readonly position: bigint;
}

/** What was in force when a period ended, as far as it was known: a condition on a row's own columns. */
const heldThen = (row: string, known: RawBuilder<unknown>): RawBuilder<boolean> => {
  const [from, to] = [sql.ref(`${row}.valid_from`), sql.ref(`${row}.valid_to`)];
  const [recordedFrom, recordedTo] = [sql.ref(`${row}.recorded_from`), sql.ref(`${row}.recorded_to`)];
  return sql<boolean>`${from} < ends_at and ${recordedFrom} <= ${known} and (${to} >= ends_at or ${recordedTo} > ${known})`;
};

/** The team of an owner on a day, as it was known when the period ended. */
const teamThen = (
  source: Source<ForecastTables>,
  known: RawBuilder<unknown>,
  owner: string,
  day: RawBuilder<unknown>,
) =>
  sql`(select m.team_id from ${source.all('memberships')} m where m.salesperson = ${sql.ref(owner)}
      and m.from_day <= ${day} and (m.until_day is null or m.until_day >= ${day}) and ${heldThen('m', known)}
      order by m.from_day desc limit 1)`;

/**
 * What had been won when each period ended: from totals, but for what is to be converted, which has a rate of its own, and
 * for months in which the owner came into a team or left one. Of these each opportunity is looked at.
 */
const outcomes = (
  source: Source<ForecastTables>,
  currency: RawBuilder<unknown>,
  known: RawBuilder<unknown>,
): RawBuilder<unknown> => sql`
  summed as materialized (
    select p.period, p.ends_at, w.month, w.owner, w.pipeline_id, w.currency, sum(w.count)::integer as count,
      sum(w.amount) as amount, w.currency <> ${currency} or exists (
        select from ${source.all('memberships')} m where m.salesperson = w.owner and ${heldThen('m', known)}
          and ((m.from_day > w.month and m.from_day < w.month + interval '1 month')
            or (m.until_day >= w.month and m.until_day < w.month + interval '1 month' - interval '1 day'))
      ) as each
    from (select distinct period, first_day, last_day, ends_at from totals) p
      cross join lateral ${source.before('won', sql`(p.last_day + 1)`, known)} w
    where w.month between p.first_day and p.last_day group by 1, 2, 3, 4, 5, 6 having sum(w.count) > 0
  ),
  outcome as materialized (
    select period, pipeline_id, ${teamThen(source, known, 's.owner', sql`s.month`)} as team_id, amount,
      0 as unconverted
    from summed s where not each
    union all
    select s.period, s.pipeline_id, ${teamThen(source, known, 's.owner', sql`o.falls_on`)}, c.amount,
      (c.amount is null)::integer
    from summed s join ${source.all('opportunities')} o on o.falls_on >= s.month and o.falls_on < s.month + interval '1 month'
        and o.status = 'won' and o.owner is not distinct from s.owner and o.pipeline_id = s.pipeline_id
        and o.currency = s.currency and ${heldThen('o', known)}
      left join lateral ${closedRate(source, currency)} w on o.currency <> ${currency}
      cross join lateral (select ${convertedTo(currency, {
        amount: sql`o.amount`,
        from: sql`o.currency`,
        rate: sql`w.rate`,
        direct: sql`w.direct`,
      })} as amount) c
    where s.each
  ),
  won as materialized (
    select s.period, s.team_id, s.pipeline_id, coalesce(sum(o.amount), 0) as actual,
      coalesce(sum(o.unconverted), 0)::integer as unconverted
    from totals s left join outcome o on o.period = s.period and (s.pipeline_id is null or o.pipeline_id = s.pipeline_id)
      and (s.team_id is null or o.team_id = s.team_id)
    group by 1, 2, 3
  )`;

/**
 * Every commitment for a period that is over, with what had been won when the period ended, as far as it is known now:
 * what the forecast answers as closed for the last instant of the period. Committed amounts keep the rate of the day on
 * which they were committed, as it was known then.
 *
 * @param known what was recorded by then counts
 */
export const calibrated = (
  source: Source<ForecastTables>,
  { currency, day }: Frame,
  known: RawBuilder<unknown>,
): RawBuilder<CalibratedRow> => sql<CalibratedRow>`(
  with kept as (
    select * from ${source.at('commitments')} c where last_day < ${day}
  ),
  totals as (
    select distinct period, first_day, last_day, (last_day + 1)::timestamp at time zone 'UTC' as ends_at, team_id, pipeline_id
    from kept
  ),
  ${outcomes(source, currency, known)}
  select k.period, k.team_id, k.pipeline_id, ${convertedTo(currency, {
    amount: sql`k.amount`,
    from: sql`k.currency`,
    rate: sql`r.rate`,
    direct: sql`r.direct`,
  })} as committed, k.amount as own_amount, k.currency as own_currency, w.actual, w.unconverted,
    k.revision = max(k.revision) over (partition by k.id) as is_last,
    k.occurred_at as committed_at, k.actor_id, k.actor_role, k.position
  from kept k
    join won w on w.period = k.period and w.team_id is not distinct from k.team_id
      and w.pipeline_id is not distinct from k.pipeline_id
    left join lateral ${rateThen(source, currency, {
      from: sql`k.currency`,
      day: sql`(k.occurred_at at time zone 'UTC')::date`,
      at: sql`k.occurred_at`,
      recordedAt: sql`k.recorded_at`,
    })} r on k.currency <> ${currency})`;
