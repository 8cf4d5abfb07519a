import { type RawBuilder, sql } from 'kysely';
import {
  monthOfInstant,
  monthWithin,
  periodOfMonth,
  ratio,
  type Source,
  type Span,
  startOfPeriod,
} from '../../libs/read-model/index.js';
import type { FunnelTables } from './journeys.js';

type Tables = Source<FunnelTables>;

/** Fewer than one lead in ten becoming a contact is typical (S0; domain.md §1). */
export const conversionBenchmark = '0.1000';

/** Who continues as whom, whoever was merged into somebody who was merged. */
const merged = ({ at }: Tables): RawBuilder<unknown> => sql`
  step as (
    select id, merged_into as survivor from ${at('people')} p where merged_into is not null
    union all
    select s.id, p.merged_into from step s join ${at('people')} p on p.id = s.survivor where p.merged_into is not null
  ),
  merged as (select id, survivor from step s where not exists (select from step o where o.id = s.survivor)),
  family as (select survivor, id from merged union select survivor, survivor from merged)`;

/** Those whom merges make one; the others are in the sums. */
const areFew = sql`p.id in (select id from family)`;

/** Leads, by whom they continue as: when any of those first came so far, and whether an opportunity of theirs is won. */
const leads = ({ at }: Tables): RawBuilder<unknown> => sql`
  winner as (
    select distinct coalesce(m.survivor, j.id) as id from ${at('journeys')} j left join merged m on m.id = j.id
    where j.won
  ),
  earlier as (
    select m.survivor, min(d.marketing_qualified_at) as marketing_qualified_at,
      min(d.sales_qualified_at) as sales_qualified_at
    from merged m join ${at('people')} d on d.id = m.id group by 1
  ),
  lead as (
    select p.id, p.source, p.potential, p.registered_at, p.converted_at, (w.id is not null) as won,
      least(p.marketing_qualified_at, e.marketing_qualified_at) as marketing_qualified_at,
      least(p.sales_qualified_at, e.sales_qualified_at) as sales_qualified_at
    from ${at('people')} p left join winner w on w.id = p.id left join earlier e on e.survivor = p.id
    where p.kind = 'lead' and p.merged_into is null and ${areFew}
  )`;

export interface ConversionRow {
  readonly cohort: string | null;
  readonly source: string | null;
  readonly leads: number;
  readonly marketing_qualified: number;
  readonly sales_qualified: number;
  readonly contacts: number;
  readonly won: number;
  readonly conversion_rate: string;
  readonly below_benchmark: boolean;
}

/**
 * What merges change of the sums over all leads, of which each counts for itself: whoever the others continue as has come
 * as far as any of them, and has won what any of them won. They are few.
 */
const ofMerged = ({ at }: Tables): RawBuilder<unknown> => sql`
  won as materialized (
    select f.survivor, j.registered_in as month, j.lead_source as source, j.potential
    from family f join ${at('journeys')} j on j.id = f.id where j.won
  ),
  changed as (
    select ${monthOfInstant(sql`p.registered_at`)} as month, p.source, p.potential,
      (p.marketing_qualified_at is null and bool_or(d.marketing_qualified_at is not null))::integer as marketing_qualified,
      (p.sales_qualified_at is null and bool_or(d.sales_qualified_at is not null))::integer as sales_qualified,
      (exists (select from won w where w.survivor = p.id))::integer as won
    from merged m join ${at('people')} d on d.id = m.id join ${at('people')} p on p.id = m.survivor
    where p.kind = 'lead' and p.merged_into is null
    group by p.id, p.registered_at, p.source, p.potential, p.marketing_qualified_at, p.sales_qualified_at
    union all
    select month, source, potential, 0, 0, -1 from won where month is not null
  )`;

/**
 * How many of the leads of each cohort came how far by the moment. The cohort is the period in which they became a
 * lead; who was merged into somebody counts as them.
 */
export const conversionOf = (
  source: Tables,
  span: Span,
  by: 'source' | 'all',
  only: RawBuilder<unknown> = sql`true`,
): RawBuilder<ConversionRow> => sql<ConversionRow>`
  with recursive ${merged(source)}, ${ofMerged(source)}, cohort as (
    select ${startOfPeriod(sql`month`, span.per)} as start, ${by === 'source' ? sql`source` : sql`null::text`} as source,
      sum(leads)::integer as leads, sum(marketing_qualified)::integer as marketing_qualified,
      sum(sales_qualified)::integer as sales_qualified, sum(contacts)::integer as contacts, sum(won)::integer as won
    from (
      select month, source, potential, leads, marketing_qualified, sales_qualified, contacts, won
      from ${source.at('cohorts')} c
      union all
      select month, source, potential, 0, marketing_qualified, sales_qualified, 0, won from changed
    ) c where ${monthWithin(sql`month`, span)} and ${only} group by 1, 2 having sum(leads) > 0
  )
  select ${periodOfMonth(sql`start`, span.per)} as cohort, source, leads, marketing_qualified, sales_qualified, contacts,
    won, ${ratio(sql`contacts`, sql`leads`)} as conversion_rate, 10 * contacts < leads as below_benchmark from cohort`;

export interface FunnelRow {
  readonly period: string | null;
  readonly content: string | null;
  readonly source: string | null;
  readonly visits: number;
  readonly visitors: number;
  readonly leads: number;
  readonly marketing_qualified: number;
  readonly sales_qualified: number;
  readonly contacts: number;
  readonly won: number;
}

/**
 * People whom merges make one with what they count for: what they visited or clicked first (`any`: everything, once
 * each); who visited nothing, the source that they were registered with and the content by which a campaign caused them.
 */
const persons = (source: Tables, touch: 'first' | 'any'): RawBuilder<unknown> => {
  const { at } = source;
  const one = touch === 'first' ? sql`person_id` : sql`person_id, content, source`;
  return sql`${leads(source)},
  visit as (
    select coalesce(m.survivor, p.id) as person_id, p.content, p.source, p.occurred_at, p.position
    from (select v.person_id as id, v.content, v.source, v.occurred_at, v.position from ${at('visits')} v) p left join merged m on m.id = p.id where ${areFew}
  ),
  touch as (
    select distinct on (${one}) person_id, content, source, occurred_at as touched_at
    from visit order by ${one}, occurred_at, position
  ),
  caused as (
    select distinct on (1) coalesce(m.survivor, p.id) as person_id, p.content
    from (select a.person_id as id, a.content, a.valid_from, a.position from ${at('attributions')} a) p left join merged m on m.id = p.id
    where p.id is not null and ${areFew}
    order by 1, p.valid_from desc, p.position desc
  ),
  person as (
    select t.touched_at, t.content, t.source, true as visited, l.registered_at, l.marketing_qualified_at,
      l.sales_qualified_at, l.converted_at, coalesce(l.won, false) as won
    from touch t left join lead l on l.id = t.person_id
    union all
    select l.registered_at, c.content, l.source, false, l.registered_at, l.marketing_qualified_at, l.sales_qualified_at,
      l.converted_at, l.won
    from lead l left join caused c on c.person_id = l.id where not exists (select from touch t where t.person_id = l.id)
  )`;
};

/** Rows of `persons` as numbers to be added up. */
const ofPersons = sql`
  select ${monthOfInstant(sql`touched_at`)} as month, content, source, 0 as visits, visited::integer as visitors,
    (registered_at is not null)::integer as leads, (marketing_qualified_at is not null)::integer as marketing_qualified,
    (sales_qualified_at is not null)::integer as sales_qualified, (converted_at is not null)::integer as contacts,
    won::integer as won
  from person`;

/** What somebody counts for in the sums, taken away again: who is in one with others counts with them. */
const takenAway = sql`-(j.registered_in is not null)::integer, -(j.registered_in is not null and j.marketing_qualified)::integer,
    -(j.registered_in is not null and j.sales_qualified)::integer, -(j.registered_in is not null and j.contact)::integer,
    -(j.registered_in is not null and j.won)::integer`;

/** By what was visited first: sums, in which each counts for themselves, and what merges change of them. */
const ofFirst = (source: Tables): RawBuilder<unknown> => sql`
  select month, content, source, visits, visitors, leads, marketing_qualified, sales_qualified, contacts, won
  from ${source.at('inbound')} i
  union all
  ${ofPersons}
  union all
  select j.month, j.content, j.source, 0, -j.visited::integer, ${takenAway}
  from (select distinct id from family) f join ${source.at('journeys')} j on j.id = f.id where j.month is not null`;

/** By everything that was visited: also by what was visited besides. */
const ofAny = (source: Tables): RawBuilder<unknown> => sql`${ofFirst(source)}
  union all
  select month, content, source, 0, visitors, leads, marketing_qualified, sales_qualified, contacts, won
  from ${source.at('further')} i
  union all
  select t.month, t.content, t.source, 0, -1, ${takenAway}
  from (select distinct id from family) f join ${source.at('journeys')} j on j.id = f.id
    cross join jsonb_to_recordset(j.further) t (month date, content text, source text)`;

/**
 * From the visit to the sale, per content and source (S4; domain.md §7). People count for what they visited or clicked
 * first, in the period of it (`any`: for everything, once each); who visited nothing counts for the source that they
 * were registered with, in the period of that, and for the content by which a campaign caused them.
 */
export const funnelOf = (source: Tables, span: Span, touch: 'first' | 'any'): RawBuilder<FunnelRow> => sql<FunnelRow>`
  with recursive ${merged(source)}, ${persons(source, touch)}
  select ${periodOfMonth(sql`start`, span.per)} as period, content, source, visits, visitors, leads, marketing_qualified,
    sales_qualified, contacts, won
  from (
    select ${startOfPeriod(sql`month`, span.per)} as start, content, source, sum(visits)::integer as visits,
      sum(visitors)::integer as visitors, sum(leads)::integer as leads,
      sum(marketing_qualified)::integer as marketing_qualified, sum(sales_qualified)::integer as sales_qualified,
      sum(contacts)::integer as contacts, sum(won)::integer as won
    from (${touch === 'first' ? ofFirst(source) : ofAny(source)}) c where ${monthWithin(sql`month`, span)} group by 1, 2, 3
  ) summed where visits + visitors + leads > 0`;
