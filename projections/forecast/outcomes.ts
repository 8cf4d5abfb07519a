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
  won as (
    select s.period, s.team_id, s.pipeline_id, coalesce(sum(o.amount), 0) as actual,
      (count(*) filter (where o.id is not null and o.amount is null))::integer as unconverted
    from totals s left join lateral (
      select o.id, ${convertedTo(currency, {
        amount: sql`o.amount`,
        from: sql`o.currency`,
        rate: sql`w.rate`,
        direct: sql`w.direct`,
      })} as amount
      from ${source.all('opportunities')} o
        left join lateral ${closedRate(source, currency)} w on o.currency <> ${currency}
      where o.status = 'won' and o.falls_on between s.first_day and s.last_day
        and o.valid_from < s.ends_at and o.recorded_from <= ${known}
        and (o.valid_to >= s.ends_at or o.recorded_to > ${known})
        and (s.pipeline_id is null or o.pipeline_id = s.pipeline_id)
        and (s.team_id is null or s.team_id = (
          select m.team_id from ${source.all('memberships')} m where m.salesperson = o.owner
            and m.from_day <= o.falls_on and (m.until_day is null or m.until_day >= o.falls_on)
            and m.valid_from < s.ends_at and m.recorded_from <= ${known}
            and (m.valid_to >= s.ends_at or m.recorded_to > ${known})
          order by m.from_day desc limit 1))
    ) o on true group by 1, 2, 3
  )
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
