import { type RawBuilder, sql } from 'kysely';
import type { CampaignAim } from '../../libs/domain/campaign/campaign.events.js';
import type { ResponseKind } from '../../libs/domain/recipient/recipient.events.js';
import type { Instant } from '../../libs/kernel/index.js';
import { ratio, type Source } from '../../libs/read-model/index.js';
import { convertedTo, rateThen, reportingCurrency } from '../forecast/valued.js';
import { survivorsOf } from '../merges.js';
import type { CampaignStatus, CampaignTables } from './tables.js';

type Tables = Source<CampaignTables>;

/** Responses by which somebody turns to us; opening, leaving and bouncing are counted apart. */
const answers = [
  'clicked',
  'visited',
  'downloaded',
  'registered',
  'attended',
  'replied',
] as const satisfies ResponseKind[];

const answered = sql`kind in (${sql.join(answers.map((kind) => sql.lit(kind)))})`;

/**
 * The people who were merged with whom they continue as, and the campaign that caused each lead: of those who are one by
 * now, the last word counts.
 */
const attributed = ({ at }: Tables): RawBuilder<unknown> => sql`merged as materialized (
  select substr(stream, 8) as id, substr(survivor, 8) as survivor from ${survivorsOf(at('merges'))} s
  where stream like 'person-%'
), attributed as (
  select distinct on (1) coalesce(m.survivor, a.person_id) as person_id, a.campaign_id
  from ${at('attributions')} a left join merged m on m.id = a.person_id where a.person_id is not null
  order by 1, a.valid_from desc, a.position desc
)`;

/** Rows with the person whom they count for in `of_person_id`. */
const ofPeople = (rows: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select r.*, coalesce(m.survivor, r.person_id) as of_person_id from ${rows} r left join merged m on m.id = r.person_id
)`;

/**
 * What was sent, and to how many. Their ids are counted along the index, in whose order they are; who has several is one.
 */
const sent = ({ at }: Tables): RawBuilder<unknown> => sql`family as materialized (
  select id, survivor from merged union select survivor, survivor from merged
), again as (
  select s.campaign_id, count(distinct s.person_id) - count(distinct f.survivor) as people
  from family f join ${at('sends')} s on s.person_id = f.id group by 1
), sending as (
  select s.campaign_id, s.sent, (s.ids - coalesce(a.people, 0))::integer as recipients from (
    select campaign_id, count(*)::integer as sent, count(distinct person_id) as ids from ${at('sends')} s group by 1
  ) s left join again a on a.campaign_id = s.campaign_id
)`;

/** What everybody answered to each campaign, and how many did; also of those who were sent something. */
const heard = ({ at }: Tables): RawBuilder<unknown> => sql`heard as materialized (
  select campaign_id, of_person_id, count(*) filter (where ${answered}) as answers,
    bool_or(kind = 'opened') as opened, bool_or(kind = 'unsubscribed') as unsubscribed,
    bool_or(kind = 'complained') as complained, bool_or(kind = 'bounced') as bounced
  from ${ofPeople(at('responses'))} r group by 1, 2
), response as (
  select campaign_id, sum(answers)::integer as responses, ${people('answers > 0')} as responders,
    ${people('opened')} as opened, ${people('unsubscribed')} as unsubscribed, ${people('complained')} as complained,
    ${people('bounced')} as bounced
  from heard group by 1
), reply as (
  select campaign_id, count(*)::integer as replies from heard h
  where answers > 0 and coalesce(
    (select true from ${at('sends')} s where s.campaign_id = h.campaign_id and s.person_id = h.of_person_id limit 1),
    (select true from merged m join ${at('sends')} s on s.person_id = m.id
      where m.survivor = h.of_person_id and s.campaign_id = h.campaign_id limit 1))
  group by 1
)`;

/** Of rows that are a person each. */
const people = (condition: string): RawBuilder<unknown> =>
  sql`(count(*) filter (where ${sql.raw(condition)}))::integer`;

/**
 * Every opportunity with the campaign that caused it: the one that it was attributed to last; else the one that it was
 * opened with; else the one that caused the first of its contacts whom a campaign caused.
 */
const caused = ({ at }: Tables): RawBuilder<unknown> => sql`opened_with as (
  select o.*, coalesce(a.campaign_id, o.campaign_id) as caused_by
  from ${at('opportunities')} o left join ${at('attributions')} a on a.opportunity_id = o.id
  where o.campaign_id is not null
), by_contact as (
  select distinct on (o.id) o.id, p.campaign_id
  from ${at('opportunities')} o cross join unnest(o.contact_ids) with ordinality c (contact, place)
    left join merged m on m.id = c.contact join attributed p on p.person_id = coalesce(m.survivor, c.contact)
  where o.campaign_id is null order by o.id, c.place
), later as (
  select coalesce(a.opportunity_id, l.id) as id, coalesce(a.campaign_id, l.campaign_id) as campaign_id
  from by_contact l
    full join (select * from ${at('attributions')} a where opportunity_id is not null) a on a.opportunity_id = l.id
), caused as (
  select * from opened_with o where status <> 'withdrawn'
  union all
  select o.*, l.campaign_id from later l join ${at('opportunities')} o on o.id = l.id
  where o.campaign_id is null and o.status <> 'withdrawn'
)`;

/**
 * Every cost, and every sale that a campaign caused, in the reporting currency at the rate of its day as it was known when
 * it was learnt; null without one. A purchase counts in place of the won opportunity that it names, or that an invoice of
 * it names (decision 11). Few name one.
 */
const amounts = (source: Tables): RawBuilder<unknown> => {
  const { at } = source;
  const currency = sql`(select currency from reporting)`;
  const then = { from: sql`i.currency`, day: sql`i.on_day`, at: sql`i.known_at`, recordedAt: sql`i.learnt_at` };
  return sql`naming as materialized (
    select id, order_id, opportunity_id from ${at('purchases')} p where opportunity_id is not null
  ), item as (
    select campaign_id, 'cost' as what, reference as id, amount, currency, on_day, recorded_at as known_at,
      recorded_at as learnt_at from ${at('costs')} c
    union all
    select caused_by, 'opportunity', id, amount, currency, (closed_at at time zone 'UTC')::date, closed_at, learnt_at
    from caused o where status = 'won' and not exists (select from naming n where n.opportunity_id = o.id)
    union all
    select o.caused_by, 'purchase', p.id, p.amount, p.currency, p.on_day, p.learnt_at, p.learnt_at
    from (
      select id as purchase, opportunity_id from naming where order_id is null
      union all
      select order_id, min(opportunity_id) from naming n
      where order_id is not null and not exists (select from naming o where o.id = n.order_id) group by 1
    ) sold join ${at('purchases')} p on p.id = sold.purchase join caused o on o.id = sold.opportunity_id
    where p.order_id is null and not p.cancelled
  ), converted as (
    select i.*, ${convertedTo(currency, { amount: sql`i.amount`, from: sql`i.currency`, rate: sql`r.rate`, direct: sql`r.direct` })}
      as reporting
    from item i left join lateral ${rateThen(source, currency, then)} r on i.currency <> ${currency}
  )`;
};

const base = (source: Tables): RawBuilder<unknown> =>
  sql`reporting as materialized (select ${reportingCurrency(source)} as currency), ${attributed(source)}, ${caused(source)},
    ${amounts(source)}`;

export interface AmountRow {
  readonly campaign_id: string;
  readonly what: 'cost' | 'opportunity' | 'purchase';
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly on_day: string;
  readonly reporting: number | null;
  readonly reporting_currency: string;
}

/** What a campaign cost, and what it brought, item by item. */
export const amountsOf = (source: Tables): RawBuilder<AmountRow> => sql<AmountRow>`
  with ${base(source)} select campaign_id, what, id, amount, currency, on_day, reporting,
    (select currency from reporting) as reporting_currency from converted`;

export interface CampaignRow {
  readonly id: string;
  readonly name: string;
  readonly aim: CampaignAim;
  readonly segment_id: string;
  readonly owner: string;
  readonly status: CampaignStatus;
  readonly launched_at: Instant | null;
  readonly ended_at: Instant | null;
  readonly budget: number | null;
  readonly budget_currency: string | null;
  readonly members: number | null;
  readonly sent: number;
  readonly recipients: number;
  readonly opened: number;
  readonly responses: number;
  readonly responders: number;
  readonly response_rate: string | null;
  readonly unsubscribed: number;
  readonly complained: number;
  readonly bounced: number;
  readonly leads: number;
  readonly opportunities: number;
  readonly won: number;
  readonly cost: number;
  readonly revenue: number;
  readonly return_on_investment: string | null;
  readonly unconverted: number;
  readonly currency: string;
}

/** Every campaign with its cost, what it sent, who answered, and what it brought (S3; domain.md §7). */
export const campaignsOf = (source: Tables): RawBuilder<CampaignRow> => {
  const { at } = source;
  return sql<CampaignRow>`
  with ${base(source)}, ${sent(source)}, ${heard(source)}, lead as (
    select campaign_id, count(*)::integer as leads from attributed group by 1
  ), deal as (
    select caused_by, count(*)::integer as opportunities, (count(*) filter (where status = 'won'))::integer as won
    from caused group by 1
  ), total as (
    select campaign_id, sum(reporting) filter (where what = 'cost') as cost,
      sum(reporting) filter (where what <> 'cost') as revenue,
      (count(*) filter (where reporting is null))::integer as unconverted
    from converted group by 1
  ), summed as (
    select c.id, c.name, c.aim, c.segment_id, c.owner, c.status, c.launched_at, c.ended_at, c.budget, c.budget_currency,
      c.members, coalesce(s.sent, 0) as sent, coalesce(s.recipients, 0) as recipients, coalesce(r.opened, 0) as opened,
      coalesce(r.responses, 0) as responses, coalesce(r.responders, 0) as responders,
      coalesce(y.replies, 0) as replies, coalesce(r.unsubscribed, 0) as unsubscribed,
      coalesce(r.complained, 0) as complained, coalesce(r.bounced, 0) as bounced, coalesce(l.leads, 0) as leads,
      coalesce(d.opportunities, 0) as opportunities, coalesce(d.won, 0) as won, coalesce(t.cost, 0) as cost,
      coalesce(t.revenue, 0) as revenue, coalesce(t.unconverted, 0) as unconverted
    from ${at('campaigns')} c left join sending s on s.campaign_id = c.id left join response r on r.campaign_id = c.id
      left join reply y on y.campaign_id = c.id left join lead l on l.campaign_id = c.id
      left join deal d on d.caused_by = c.id left join total t on t.campaign_id = c.id
  )
  select id, name, aim, segment_id, owner, status, launched_at, ended_at, budget, budget_currency, members, sent,
    recipients, opened, responses, responders, ${ratio(sql`replies`, sql`recipients`)} as response_rate, unsubscribed,
    complained, bounced, leads, opportunities, won, cost, revenue,
    ${ratio(sql`(revenue - cost)`, sql`cost`)} as return_on_investment, unconverted,
    (select currency from reporting) as currency
  from summed`;
};
