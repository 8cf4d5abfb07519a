import { type RawBuilder, sql } from 'kysely';
import { policyDefaults } from '../../libs/domain/policy/policy.events.js';
import { firstDayOf } from '../../libs/kernel/index.js';
import { periodOfInstant, ratio, type Span, within } from '../../libs/read-model/index.js';
import { type Asked, climbedOf, climbOf, instantsOf, withCustomer } from './bought.js';
import { shortestSilence } from './buyers.js';
import { boughtByClimbed, ownBuyersAt } from './buying.js';

const versionsOf = ({ source }: Asked): RawBuilder<unknown> => sql`policy as (
    select valid_from as since, version, value from ${source.begun('policies')} p where name = 'inactivity.window'
    union all
    select '-infinity', 0, ${sql.lit(JSON.stringify(policyDefaults['inactivity.window']))}::jsonb
  )`;

/** What the windows that ever held have in common, as far as is known. */
export interface EverHeld {
  /** Whether a segment ever had a window of its own. */
  readonly segments: boolean;
  /** Number of different windows of everybody. */
  readonly windows: number;
  /** Days of the shortest window that there ever was. */
  readonly shortest: number;
}

export const everHeld = (asked: Asked): RawBuilder<EverHeld> => sql<EverHeld>`with ${versionsOf(asked)}
  select bool_or(value -> 'segments' <> '[]') as segments, count(distinct value ->> 'days')::integer as windows,
    min(least((value ->> 'days')::integer,
      (select min((s ->> 'days')::integer) from jsonb_array_elements(value -> 'segments') s))) as shortest
  from policy`;

/** Windows with what held before and after them, `of` a customer or of everybody. */
const heldOf = (windows: RawBuilder<unknown>, of: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  held as materialized (
    select *, lead(since) over line as until, lag(long) over line as before, lead(long) over line as after
    from ${windows} w window line as (${of} order by since)
  )`;

/** Which window held for everybody from when to when. */
const windowsOfAll = (asked: Asked): RawBuilder<unknown> => sql`
  ${versionsOf(asked)}, ${heldOf(
    sql`(select distinct on (since) since, make_interval(hours => 24 * (value ->> 'days')::integer) as long
      from policy order by since, version desc)`,
    sql``,
  )}`;

/** Which window held for which buyer from when to when: by the versions of the policy and by the lists they stand on. */
const windowsOf = (asked: Asked): RawBuilder<unknown> => sql`
  ${versionsOf(asked)},
  listed as (
    select c.id as customer, c.valid_from as since, c.lists from ${asked.source.all('clocks')} c
    where recorded_from <= ${asked.k} and (recorded_to > ${asked.k} or recorded_to = 'infinity')
      and exists (select from policy where value -> 'segments' <> '[]')
  ),
  turn as (
    select b.customer, p.since from first_purchase b cross join policy p
    union
    select l.customer, l.since from listed l where exists (select from first_purchase b where b.customer = l.customer)
  ),
  ${heldOf(
    sql`(
    select t.customer, t.since, make_interval(hours => 24 * coalesce(
      (select max((s ->> 'days')::integer) from jsonb_array_elements(p.value -> 'segments') s
        where s ->> 'segmentId' = any(l.lists)), (p.value ->> 'days')::integer)) as long
    from turn t
      cross join lateral (select value from policy where since <= t.since order by since desc, version desc limit 1) p
      left join lateral (
        select lists from listed l where l.customer = t.customer and l.since <= t.since order by l.since desc limit 1
      ) l on true
    )`,
    sql`partition by customer`,
  )}`;

/** The instants of the purchases of each customer, in order, put in order now. */
const boughtByAll = (asked: Asked): RawBuilder<unknown> => sql`
  ${climbOf(asked)},
  bought as (
    select customer, times from (
      select m.customer, array_agg(m.bought_at order by m.bought_at) as times
      from ${withCustomer(asked, instantsOf(asked))} group by m.customer
    ) b
    where b.customer in (
        select id from ${asked.source.at('accounts')} a where up is null and cause <> 'AccountOpeningReverted')
      or (select true from ${asked.source.at('people')} p where p.id = b.customer and up is null limit 1)
  )`;

/** When customers bought first; and after which purchase, up to which next one, they bought nothing for longer than the shortest window. */
const silencesOf = (asked: Asked, kept: boolean): RawBuilder<unknown> => {
  const own = sql`${ownBuyersAt(asked)} o where id not in (select customer from climbed)`;
  return sql`
  ${kept ? sql`${climbedOf(asked)}, ${boughtByClimbed(asked)}` : boughtByAll(asked)},
  first_purchase as (
    ${kept ? sql`select id as customer, first_at as at from ${own} union all` : sql``}
    select customer, times[1] as at from bought
  ),
  ${asked.segmentWindows === false ? windowsOfAll(asked) : windowsOf(asked)},
  silence as materialized (
    select * from (
      ${
        kept
          ? sql`select id as customer, unnest(array_append(fell_silent, last_at)) as at, unnest(bought_again) as again
              from ${own} union all`
          : sql``
      }
      select customer, unnest(times) as at, unnest(times[2:]) as again from bought
    ) s where again is null or again > at + (select min(long) from held)
  )`;
};

/**
 * Every move of a customer into and out of being active (S3; domain.md §1): active from a purchase until nothing was bought
 * for as long as the window that held then, or until a shorter one came to hold; and again by the next purchase, or as a
 * window was made longer. A window that ends at the very instant of a purchase or of a longer one ends nothing.
 */
const movesOf = (asked: Asked, kept: boolean): RawBuilder<unknown> => {
  const held = sql`held h on ${asked.segmentWindows === false ? sql`true` : sql`h.customer = s.customer`}`;
  return sql`${silencesOf(asked, kept)},
  moved as (
    select customer, at as moved_at, 'new' as what from first_purchase
    union all
    select s.customer, again, 'back' from silence s join ${held}
    where again > h.since and (h.until is null or again <= h.until) and s.at + long < again
    union all
    select s.customer, h.since, 'window' from silence s join ${held}
    where h.since > s.at and h.since <= ${asked.t} and (again is null or h.since < again)
      and s.at + long > h.since and s.at + before < h.since
    union all
    select customer, ends, 'gone' from (
      select s.customer, again, greatest(s.at, h.since) as since, least(h.until, s.at + long) as ends, h.until,
        s.at + after as ends_after
      from silence s join ${held}
    ) p
    where since < ends and ends <= ${asked.t} and (again is null or ends < again)
      and (ends = until and ends_after > until) is not true
  )`;
};

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

const numberOf = (those: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`coalesce(sum(customers) filter (where ${those}), 0)`;

/** Days of the longest period of a kind; of the whole time, from its beginning, none is known. */
function longestOf({ per, from }: Span): number {
  if (per === 'all') return from === undefined ? 0 : Number.POSITIVE_INFINITY;
  return per === 'month' ? 31 : 92;
}

/**
 * Customers who came, stayed and went (S2; domain.md §8), by period. Retained: active all the time from the beginning of
 * the period to its end, or to the moment. Active at the start + new + won back + active by the window − gone inactive =
 * active at the end.
 *
 * @param ever what is known of all windows; left out: they may be any
 */
export const acquisitionOf = (given: Asked, span: Span, ever?: EverHeld): RawBuilder<AcquisitionRow> => {
  const asked = { ...given, segmentWindows: ever?.segments };
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
  // Who was active for longer than a period lasts before they went has been so since before it began.
  const isPlain = ever !== undefined && !ever.segments && ever.windows === 1 && ever.shortest >= longestOf(span);
  return sql<AcquisitionRow>`
  with recursive ${movesOf(asked, ever !== undefined && ever.shortest >= shortestSilence)},
  move as (
    select ${startOf(sql`moved_at`)} as start, m.* from ${
      isPlain
        ? sql`(select date_bin('24 hours', moved_at, '1970-01-01T00:00:00Z'::timestamptz) as moved_at, what, count(*) as customers,
            '-infinity'::timestamptz as since from moved group by 1, 2)`
        : sql`(select moved_at, what, 1 as customers, lag(moved_at) over (partition by customer order by moved_at) as since
            from moved)`
    } m where ${upTo}
  ),
  counted_moves as (
    select p.start, ${numberOf(sql`what = 'new'`)} as acquired, ${numberOf(sql`what = 'back'`)} as won_back,
      ${numberOf(sql`what = 'window'`)} as active_by_window, ${numberOf(sql`what = 'gone'`)} as gone_inactive,
      ${numberOf(sql`what = 'gone' and m.since < p.start`)} as lost
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
