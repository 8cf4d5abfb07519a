import { type RawBuilder, sql } from 'kysely';
import type { CustomerGroup } from '../../libs/domain/account/customer-group.rules.js';
import type { RelationshipPhase } from '../../libs/domain/account/phase.rules.js';
import type { Instant, LocalDate } from '../../libs/kernel/index.js';
import {
  type Asked,
  boughtOf,
  climbOf,
  countedOf,
  halfUp,
  membersOf,
  policyAt,
  withCustomer,
  withMembers,
} from './bought.js';
import { standingInSql } from './people.js';

/** Who a customer is, whatever is asked of it. */
export interface OwnFacts {
  readonly id: string;
  readonly kind: 'account' | 'person';
  /** Of an account. */
  readonly name: string | null;
  readonly owner: string | null;
  readonly industry: string | null;
  readonly country: string | null;
}

/** A customer at a moment, as SQL gives it. */
export interface CustomerRow extends OwnFacts {
  readonly known_since: Instant;
  readonly phase: RelationshipPhase;
  readonly phase_fact: string;
  readonly phase_id: string;
  readonly phase_position: string;
  readonly phase_at: Instant;
  readonly window_days: number;
  readonly window_version: number;
  readonly inactive_from: Instant | null;
  readonly last_purchase: Instant | null;
  readonly last_interaction: Instant | null;
  readonly last_attempt: Instant | null;
  readonly failed_attempts: number;
  readonly days_silent: number;
  readonly purchases: number;
  readonly first_day: LocalDate | null;
  readonly realised: number | null;
  readonly unconverted: number;
  readonly value_at_risk: number | null;
  readonly currency: string;
  readonly satisfaction: number | null;
  readonly response: number | null;
  readonly interactions: number;
  readonly recent_value: number;
  readonly share: number | null;
  /** Lists and segments that a window may be for. */
  readonly lists: readonly string[] | null;
  readonly recency: number | null;
  readonly group_version: number;
  readonly customer_group: CustomerGroup | null;
}

/** Whether anything was bought by `x` or by somebody who counts for it: asked of few, so it goes down from each of them. */
const bought = ({ source: { at }, only }: Asked): RawBuilder<unknown> =>
  only
    ? sql`x.id in (select m.customer from members m join counted c on c.subject_id = m.subject)`
    : sql`exists (
  with recursive part (id) as (
    select x.id
    union all
    select e.id from part cross join lateral (
      select id from ${at('accounts')} a where up = part.id and cause <> 'AccountOpeningReverted'
      union all select id from ${at('people')} p where up = part.id offset 0
    ) e
  )
  select from part join counted c on c.subject_id = part.id
)`;

/** A customer is an account, or a person without one; of suppliers, partners and the like, those that bought. */
export const baseOf = (asked: Asked): RawBuilder<unknown> => {
  const { source, only, names } = asked;
  // Few are looked up one by one.
  const of = (table: 'accounts' | 'people'): RawBuilder<unknown> =>
    only
      ? sql`(select distinct unnest(${only.customers}::text[]) as of_id) o
          cross join lateral (select * from ${source.at(table)} r where r.id = o.of_id offset 0) x`
      : sql`${source.at(table)} x`;
  return sql`base as (
    select id, 'account' as kind, name, owner, industry, country, (share ->> 'perCent')::integer as share,
      opened_at as known_since, 'AccountOpened' as standing_event, opened_at as standing_at,
      opened_position as standing_position, 'suspect' as standing
    from ${of('accounts')}
    where up is null and cause <> 'AccountOpeningReverted' and ('customer' = any(roles) or ${bought(asked)})
    union all
    select id, 'person', null, owner, null, null, null, known_since, standing_event, standing_at, standing_position,
      ${standingInSql}
    from ${of('people')}
    where up is null
      and ((kind = 'lead' and potential = 'customer') ${names ? sql`or kind = 'name'` : sql``}
        or (kind <> 'name' and ${bought(asked)}))
  )`;
};

/** By whom it was bought first, and then by customer: few count for another one, and the purchases are many. */
const buyingOf = (asked: Asked): RawBuilder<unknown> => sql`buying as (
  select m.customer, sum(purchases)::integer as purchases, min(first_day) as first_day,
    max(last_purchase) as last_purchase, sum(realised) as realised, sum(unconverted)::integer as unconverted,
    string_to_array((array_agg(last_bought order by last_purchase desc, last_position desc))[1], ' ') as last_bought,
    sum(recent_value) as recent_value
  from ${withCustomer(
    asked,
    sql`(
    select subject_id, count(*) as purchases, min(on_day) as first_day, max(bought_at) as last_purchase,
      sum(reporting) as realised, count(*) filter (where reporting is null) as unconverted,
      (array_agg(position order by bought_at desc, position desc))[1] as last_position,
      (array_agg(fact || ' ' || id || ' ' || position order by bought_at desc, position desc))[1] as last_bought,
      sum(reporting) filter (where fixed and bought_at > ${asked.t} - make_interval(hours => 24 * days)) as recent_value
    from bought cross join looked_back group by subject_id
  )`,
  )} group by m.customer
)`;

/** The clocks of everybody who counts for the customer; lists are those that the customer itself stands on. */
const touchedOf = (asked: Asked): RawBuilder<unknown> => sql`touched as (
  select m.customer, max(last_interaction) as last_interaction, max(last_attempt) as last_attempt,
    array_agg(lists) filter (where id = m.customer and lists <> '{}') as lists, array_agg(m.subject) as subjects
  from members m left join lateral (
    select * from ${asked.source.all('clocks')} l
    where l.id = m.subject and valid_from <= ${asked.t} and valid_to > ${asked.t}
      and recorded_from <= ${asked.k} and (recorded_to > ${asked.k} or recorded_to = 'infinity')
    order by valid_from desc limit 1
  ) c on true group by m.customer
)`;

/** How often customer `n` was tried in vain since it was reached last. */
const failedOf = ({ source }: Asked): RawBuilder<unknown> => sql`(
  case when n.last_attempt > coalesce(n.last_interaction, '-infinity') then (
    select count(distinct g.position)::integer from unnest(n.subjects) s (subject) cross join lateral (
      select position from ${source.at('signals')} r where subject_id = s.subject and what = 'failed'
        and occurred_at > coalesce(n.last_interaction, '-infinity') offset 0
    ) g
  ) else 0 end
)`;

/** How far customers came who never bought; of others it is not asked. */
const contactsOf = (asked: Asked): RawBuilder<unknown> => {
  const asks = asked.bought ? sql`false` : sql`true`;
  return sql`contacts as (
  select m.customer, (array_agg(array[p.id, standing_position] order by standing_at, p.id))[1:1] as first,
    min(standing_at) as at
  from ${withMembers(asked, 'people', 'id', 'p', sql`kind = 'contact' and merged_into is null and ${asks}`)}
  group by m.customer
), deals as (
  select m.customer, (array_agg(array[d.id, opened_position] order by opened_at, d.id))[1:1] as first, min(opened_at) as at
  from ${withMembers(asked, 'opportunities', 'account_id', 'd', sql`status <> 'withdrawn' and ${asks}`)}
  group by m.customer
)`;
};

/**
 * One fact that is about several people of a customer counts once; what was sent and answered, once a stream. Told apart
 * by numbers first: to compare texts takes several times as long.
 */
const relationOf = (asked: Asked): RawBuilder<unknown> => sql`relation as (
  select s.customer,
    (sum(value) filter (where what = 'satisfaction') / count(*) filter (where what = 'satisfaction'))::integer as satisfaction,
    (count(*) filter (where what in ('reached', 'failed') and outbound))::integer as attempts,
    (count(*) filter (where what = 'reached' and outbound))::integer as answered,
    (count(*) filter (where what = 'sent'))::integer as sends,
    (count(*) filter (where what = 'answered'))::integer as replies,
    (count(*) filter (where what = 'reached'))::integer as interactions
  from (
    select distinct case when g.what in ('sent', 'answered') then null else g.position end as position,
      case when g.what in ('sent', 'answered') then g.stream end as stream,
      m.customer, g.what, g.outbound, g.value
    from ${withMembers(
      asked,
      'signals',
      'subject_id',
      'g',
      sql`occurred_at > ${asked.t} - (select make_interval(hours => 24 * days) from looked_back)`,
    )}
  ) s group by s.customer
)`;

/** Days of the window of a customer `u` with its `lists`, by the policy `w`. */
export const windowOf = ({ segmentWindows = true }: Asked): RawBuilder<unknown> => {
  const usual = sql`(w.value ->> 'days')::integer`;
  return segmentWindows
    ? sql`coalesce((select max((s ->> 'days')::integer) from jsonb_array_elements(w.value -> 'segments') s
        where s ->> 'segmentId' = any(u.lists)), ${usual})`
    : usual;
};

/**
 * Every customer at the moment with its phase, what made it so, its clocks, its value and its group. Whoever selects few
 * columns of it pays for few: each fact is joined by the customer's id, of which it has one.
 */
export const customersAt = (asked: Asked): RawBuilder<CustomerRow> => {
  const { t } = asked;
  const response = sql`(case when attempts + sends > 0
    then (100 * (answered + least(replies, sends)) / (attempts + sends)) end)`;
  const recency = sql`floor(extract(epoch from ${t} - last_purchase) / 86400)::integer`;
  const rule = (side: string, name: string) => sql`((g.value -> ${sql.lit(side)} ->> ${sql.lit(name)})::bigint)`;
  const isGood = (side: string, facts: readonly (readonly [string, RawBuilder<unknown>])[]): RawBuilder<unknown> =>
    sql`(${sql.join(
      facts.map(([name, value]) =>
        name === 'recency'
          ? sql`coalesce((${value} <= ${rule(side, name)})::integer, 0)`
          : sql`coalesce((${value} >= ${rule(side, name)})::integer, 0)`,
      ),
      sql` + `,
    )} >= ${rule(side, 'needed')})`;
  const likesUs = isGood('relationship', [
    ['satisfaction', sql`satisfaction`],
    ['response', response],
    ['interaction', sql`coalesce(interactions, 0)`],
  ]);
  const buysFromUs = isGood('buying', [
    ['value', sql`coalesce(recent_value, 0)`],
    ['share', sql`share`],
    ['recency', recency],
  ]);
  const inactiveFrom = sql`(last_purchase + make_interval(hours => 24 * window_days))`;
  const days = sql`greatest(365, (${t} at time zone 'UTC')::date - first_day)`;
  return sql<CustomerRow>`(
    with recursive ${membersOf(asked)}, ${countedOf(asked)}, ${boughtOf(asked)},
    looked_back as (select (value ->> 'periodDays')::integer as days from ${policyAt(asked, 'customer-group')} v),
    ${baseOf(asked)}, ${climbOf(asked)}, ${buyingOf(asked)}, ${touchedOf(asked)}, ${contactsOf(asked)}, ${relationOf(asked)},
    known as (
      select b.*, y.purchases, y.first_day, y.last_purchase, y.last_bought, y.realised, y.unconverted, y.recent_value,
        u.last_interaction, u.last_attempt, u.lists, u.subjects, w.version as window_version, ${windowOf(asked)} as window_days
      from base b left join buying y on y.customer = b.id left join touched u on u.customer = b.id
      cross join ${policyAt(asked, 'inactivity.window')} w
    )
    select n.id, n.kind, n.name, n.owner, n.industry, n.country, n.known_since,
      case when last_purchase is not null then case when ${inactiveFrom} > ${t} then 'active' else 'inactive' end
        when n.kind = 'person' then standing
        when c.customer is not null or d.customer is not null then 'potential'
        else standing end as phase,
      case when last_purchase is not null then last_bought[1] when n.kind = 'person' then standing_event
        when c.customer is not null then 'contact' when d.customer is not null then 'opportunity'
        else standing_event end as phase_fact,
      case when last_purchase is not null then last_bought[2] when n.kind = 'person' then n.id
        when c.customer is not null then c.first[1][1] when d.customer is not null then d.first[1][1] else n.id end as phase_id,
      case when last_purchase is not null then last_bought[3] when n.kind = 'person' then standing_position
        when c.customer is not null then c.first[1][2] when d.customer is not null then d.first[1][2]
        else standing_position end as phase_position,
      case when last_purchase is not null then last_purchase when n.kind = 'person' then standing_at
        when c.customer is not null then c.at when d.customer is not null then d.at
        else standing_at end as phase_at,
      n.window_days, n.window_version, ${inactiveFrom} as inactive_from, n.last_purchase, n.last_interaction,
      n.last_attempt, ${failedOf(asked)} as failed_attempts,
      floor(extract(epoch from ${t} - coalesce(n.last_interaction, n.known_since)) / 86400)::integer as days_silent,
      coalesce(n.purchases, 0) as purchases, n.first_day, n.realised, coalesce(n.unconverted, 0) as unconverted,
      ${halfUp(sql`(n.realised * 365)`, days)} as value_at_risk, r.value ->> 'currency' as currency,
      l.satisfaction, ${response} as response, coalesce(l.interactions, 0) as interactions,
      coalesce(n.recent_value, 0) as recent_value, n.share, n.lists, ${recency} as recency, g.version as group_version,
      case when ${likesUs} then case when ${buysFromUs} then 'partner' else 'friend' end
        when ${buysFromUs} then 'economist' when last_purchase is not null then 'dog' end as customer_group
    from known n
    left join contacts c on c.customer = n.id left join deals d on d.customer = n.id
    left join relation l on l.customer = n.id
    cross join ${policyAt(asked, 'customer-group')} g cross join ${policyAt(asked, 'reporting.currency')} r
  )`;
};
