import { type RawBuilder, sql } from 'kysely';
import { policyDefaults } from '../../libs/domain/policy/policy.events.js';
import { firstDayOf } from '../../libs/kernel/index.js';
import { periodOfInstant, ratio, type Span, within } from '../../libs/read-model/index.js';
import { type Asked, climbOf, instantsOf, withCustomer } from './bought.js';

const versionsOf = ({ source }: Asked): RawBuilder<unknown> => sql`policy as (
    select valid_from as since, version, value from ${source.begun('policies')} p where name = 'inactivity.window'
    union all
    select '-infinity', 0, ${sql.lit(JSON.stringify(policyDefaults['inactivity.window']))}::jsonb
  )`;

/** Whether a segment ever had a window of its own, as far as is known: one row, `ever`. */
export const everWithSegments = (asked: Asked): RawBuilder<{ ever: boolean }> =>
  sql<{
    ever: boolean;
  }>`with ${versionsOf(asked)} select exists (select from policy where value -> 'segments' <> '[]') as ever`;

/** Which window held for everybody from when to when. */
const windowsOfAll = (asked: Asked): RawBuilder<unknown> => sql`
  ${versionsOf(asked)},
  held as materialized (
    select since, lead(since) over (order by since) as until, make_interval(hours => 24 * days) as long
    from (
      select distinct on (since) since, (value ->> 'days')::integer as days from policy order by since, version desc
    ) p
  )`;

/** Which window holds for which buyer from when to when: by the versions of the policy and by the lists they stand on. */
const windowsOf = (asked: Asked): RawBuilder<unknown> => sql`
  ${versionsOf(asked)},
  listed as (
    select c.id as customer, c.valid_from as since, c.lists from ${asked.source.all('clocks')} c
    where recorded_from <= ${asked.k} and (recorded_to > ${asked.k} or recorded_to = 'infinity')
      and exists (select from policy where value -> 'segments' <> '[]')
  ),
  turn as (
    select b.customer, p.since from (select distinct customer from buy) b cross join policy p
    union
    select l.customer, l.since from listed l where exists (select from buy b where b.customer = l.customer)
  ),
  held as (
    select t.customer, t.since, lead(t.since) over (partition by t.customer order by t.since) as until, make_interval(hours => 24 * coalesce(
      (select max((s ->> 'days')::integer) from jsonb_array_elements(p.value -> 'segments') s
        where s ->> 'segmentId' = any(l.lists)), (p.value ->> 'days')::integer)) as long
    from turn t
      cross join lateral (select value from policy where since <= t.since order by since desc, version desc limit 1) p
      left join lateral (
        select lists from listed l where l.customer = t.customer and l.since <= t.since order by l.since desc limit 1
      ) l on true
  )`;

/**
 * From when to when each customer was active (S3; domain.md §1): from a purchase until nothing was bought for as long as
 * the window that held then. `stint` counts them from 1; the last one ends after the moment, if they are active. One that
 * no purchase began (`by_purchase`) was begun by a window that was made longer.
 */
const stintsOf = (asked: Asked): RawBuilder<unknown> => sql`
  ${climbOf(asked)},
  bought as (
    select m.customer, array_agg(m.bought_at order by m.bought_at) as times
    from ${withCustomer(asked, sql`(select subject_id, bought_at from ${instantsOf(asked)} i where bought_at <= ${asked.t})`)}
    group by m.customer
  ),
  buy as (
    select customer, unnest(times) as bought_at, unnest(times[2:]) as next from bought b
    where b.customer in (
        select id from ${asked.source.at('accounts')} a where up is null and cause <> 'AccountOpeningReverted')
      or (select true from ${asked.source.at('people')} p where p.id = b.customer and up is null limit 1)
  ),
  ${asked.segmentWindows === false ? windowsOfAll(asked) : windowsOf(asked)},
  piece as (
    select b.customer, b.bought_at, greatest(b.bought_at, h.since) as since, least(b.next, h.until, b.bought_at + h.long) as until
    from buy b join held h on ${asked.segmentWindows === false ? sql`true` : sql`h.customer = b.customer`}
    where greatest(b.bought_at, h.since) < least(b.next, h.until, b.bought_at + h.long)
  ),
  marked as (
    select *, since > coalesce(lag(until) over line, '-infinity') as begins, lead(since) over line <= until as goes_on
    from piece where since <= ${asked.t} window line as (partition by customer order by since)
  ),
  numbered as (
    select *, count(*) filter (where begins) over (partition by customer order by since) as stint
    from marked where begins or goes_on is not true
  ),
  stint as (
    select customer, stint, min(since) as since, max(until) as until, bool_or(begins and since = bought_at) as by_purchase
    from numbered group by 1, 2
  )`;

export interface AcquisitionRow {
  readonly period: string | null;
  readonly active_at_start: number;
  readonly acquired: number;
  readonly won_back: number;
  readonly active_by_window: number;
  readonly gone_inactive: number;
  readonly retained: number;
  readonly active_at_end: number;
  readonly retention_rate: string | null;
}

/**
 * Customers who came, stayed and went (S2; domain.md §8), by period. Retained: active all the time from the beginning of
 * the period to its end, or to the moment. Active at the start + new + won back + active by the window − gone inactive =
 * active at the end.
 */
export const acquisitionOf = (asked: Asked, span: Span): RawBuilder<AcquisitionRow> => {
  const { t } = asked;
  const whole = span.per === 'all';
  const first =
    span.from === undefined ? sql`'-infinity'::timestamptz` : sql`${`${firstDayOf(span.from)}T00:00:00Z`}::timestamptz`;
  const startOf = (instant: RawBuilder<unknown>): RawBuilder<unknown> =>
    span.per === 'all'
      ? sql`case when ${instant} < ${first} then '-infinity'::timestamptz else ${first} end`
      : sql`date_trunc(${sql.lit(span.per)}, ${instant} at time zone 'UTC') at time zone 'UTC'`;
  const step = sql.lit(span.per === 'quarter' ? '3 months' : '1 month');
  const periods = whole
    ? sql`select ${first} as start`
    : sql`select g at time zone 'UTC' as start from (select min(start) as first from move) f,
        generate_series(f.first at time zone 'UTC', ${startOf(t)} at time zone 'UTC', ${step}::interval) g`;
  // Everything before is summed up; what follows the span is left out.
  const upTo = span.to === undefined ? sql`true` : within(sql`moved_at`, { to: span.to });
  return sql<AcquisitionRow>`
  with recursive ${stintsOf(asked)},
  move as (
    select ${startOf(sql`moved_at`)} as start, m.* from (
      select since as moved_at, case when stint = 1 then 'new' when by_purchase then 'back' else 'window' end as what,
        null::timestamptz as since from stint
      union all
      select until, 'gone', since from stint where until <= ${t}
    ) m where ${upTo}
  ),
  counted_moves as (
    select p.start, count(*) filter (where what = 'new') as acquired, count(*) filter (where what = 'back') as won_back,
      count(*) filter (where what = 'window') as active_by_window, count(*) filter (where what = 'gone') as gone_inactive,
      count(*) filter (where what = 'gone' and m.since < p.start) as lost
    from (select start from (${periods}) g union select start from move) p left join move m on m.start = p.start
    group by 1
  ),
  summed as (
    select *, coalesce(sum(acquired + won_back + active_by_window - gone_inactive) over (order by start rows between
      unbounded preceding and 1 preceding), 0) as active_at_start from counted_moves
  ),
  shown as (
    select ${whole ? sql`null::text` : periodOfInstant(sql`start`, span.per)} as period,
      active_at_start::integer as active_at_start, acquired::integer as acquired, won_back::integer as won_back,
      active_by_window::integer as active_by_window, gone_inactive::integer as gone_inactive,
      (active_at_start - lost)::integer as retained,
      (active_at_start + acquired + won_back + active_by_window - gone_inactive)::integer as active_at_end
    from summed where start >= ${first} and ${span.to === undefined ? sql`true` : within(sql`start`, { to: span.to })}
  )
  select *, ${ratio(sql`retained`, sql`active_at_start`)} as retention_rate from shown`;
};
