import { type RawBuilder, sql } from 'kysely';
import type { CampaignAim } from '../../libs/domain/campaign/campaign.events.js';
import type { Instant } from '../../libs/kernel/index.js';
import { ratio, type Source } from '../../libs/read-model/index.js';
import { convertedTo, rateThen, reportingCurrency } from '../forecast/valued.js';
import { survivorsOf } from '../merges.js';
import type { CampaignStatus, CampaignTables } from './tables.js';

type Tables = Source<CampaignTables>;

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

/**
 * Whom each campaign reached: sums, in which everybody counts for themselves, and what merges change of them. Of those who
 * are one by now each is looked up; they are few.
 */
const reached = ({ at }: Tables): RawBuilder<unknown> => {
  const one = (is: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`bool_or(${is})::integer - count(*) filter (where ${is})`;
  return sql`family as (
    select id, survivor from merged union select survivor, survivor from merged
  ), reached as (
    select campaign_id, sent, recipients, opened, responses, responders, replies, unsubscribed, complained, bounced
    from ${at('reach')} s
    union all
    select r.campaign_id, 0, ${one(sql`sent > 0`)}, ${one(sql`opened`)}, 0, ${one(sql`answers > 0`)},
      (bool_or(answers > 0) and bool_or(sent > 0))::integer - count(*) filter (where answers > 0 and sent > 0),
      ${one(sql`unsubscribed`)}, ${one(sql`complained`)}, ${one(sql`bounced`)}
    from family f cross join lateral (
      select * from ${at('recipients')} r where r.person_id = f.id offset 0
    ) r group by r.campaign_id, f.survivor
  ), response as (
    select campaign_id, ${sql.join(counted.map((column) => sql`sum(${sql.ref(column)})::integer as ${sql.ref(column)}`))}
    from reached group by 1
  )`;
};

const counted = [
  ...['sent', 'recipients', 'opened', 'responses', 'responders', 'replies'],
  ...['unsubscribed', 'complained', 'bounced'],
];

/** What attributions say of opportunities: their campaign, or the one that caused the first of their contacts whom one did. */
const told = ({ at, all }: Tables): RawBuilder<unknown> => sql`told as materialized (
  select opportunity_id as id, campaign_id from ${at('attributions')} a where opportunity_id is not null
), by_contact as materialized (
  select distinct on (c.opportunity_id) c.opportunity_id as id, p.campaign_id
  from (
    select person_id as id, campaign_id from attributed
    union all
    select m.id, a.campaign_id from attributed a join merged m on m.survivor = a.person_id
  ) p cross join lateral (
    select opportunity_id, place from ${all('contacts')} c where c.person_id = p.id offset 0
  ) c order by c.opportunity_id, c.place
)`;

/** Purchases that stand for an opportunity. Few do. */
const naming = ({ at }: Tables): RawBuilder<unknown> => sql`naming as materialized (
  select id, order_id, opportunity_id from ${at('purchases')} p where opportunity_id is not null
)`;

/**
 * The opportunities that a campaign caused: the one that they were attributed to last; else the one that they were opened
 * with; else the one that caused the first of their contacts whom a campaign caused.
 */
const caused = (opportunities: RawBuilder<unknown>): RawBuilder<unknown> => sql`caused as (
  select * from (
    select o.*, coalesce(t.campaign_id, o.campaign_id, c.campaign_id) as caused_by
    from ${opportunities} o left join told t on t.id = o.id left join by_contact c on c.id = o.id
    where o.status <> 'withdrawn'
  ) o where caused_by is not null
)`;

/**
 * The opportunities that are more, or something else, than the sums by the campaign that they were opened with say: they
 * were attributed, a contact of theirs was, a purchase stands for them, or what they were won for has to be converted.
 */
const apart = ({ at, all, holds }: Tables): RawBuilder<unknown> => sql`dealt as materialized (
  select campaign_id, currency, opportunities, won, amount from ${at('deals')} d
), apart as materialized (
  select o.* from (
    select id from told union select id from by_contact union select opportunity_id from naming
    union
    select o.id from (select distinct currency from dealt where currency <> (select currency from reporting)) d
      cross join lateral (
        select id from ${all('opportunities')} o
        where o.currency = d.currency and o.campaign_id is not null and o.status = 'won' and ${holds} offset 0
      ) o
  ) i cross join lateral (select * from ${at('opportunities')} o where o.id = i.id offset 0) o
)`;

/**
 * Every cost, and every sale that a campaign caused, in the reporting currency at the rate of its day as it was known when
 * it was learnt; null without one. A purchase counts in place of the won opportunity that it names, or that an invoice of
 * it names (decision 11).
 */
const amounts = (source: Tables): RawBuilder<unknown> => {
  const { at } = source;
  const currency = sql`(select currency from reporting)`;
  const then = { from: sql`i.currency`, day: sql`i.on_day`, at: sql`i.known_at`, recordedAt: sql`i.learnt_at` };
  return sql`item as (
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
  sql`reporting as materialized (select ${reportingCurrency(source)} as currency), ${attributed(source)}, ${told(source)},
    ${naming(source)}`;

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
  with ${base(source)}, ${caused(source.at('opportunities'))}, ${amounts(source)}
  select campaign_id, what, id, amount, currency, on_day, reporting,
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
  with ${base(source)}, ${reached(source)}, ${apart(source)}, ${caused(sql`apart`)}, ${amounts(source)}, lead as (
    select campaign_id, count(*)::integer as leads from attributed group by 1
  ), deal as (
    select campaign_id, sum(opportunities)::integer as opportunities, sum(won)::integer as won, sum(amount) as amount
    from (
      select campaign_id, opportunities, won, case when currency = (select currency from reporting) then amount end as amount
      from dealt
      union all
      select campaign_id, -1, -(status = 'won')::integer,
        case when status = 'won' and currency = (select currency from reporting) then -amount end
      from apart where campaign_id is not null and status <> 'withdrawn'
      union all
      select caused_by, 1, (status = 'won')::integer, null from caused
    ) d group by 1
  ), total as (
    select campaign_id, sum(reporting) filter (where what = 'cost') as cost,
      sum(reporting) filter (where what <> 'cost') as revenue,
      (count(*) filter (where reporting is null))::integer as unconverted
    from converted group by 1
  ), summed as (
    select c.id, c.name, c.aim, c.segment_id, c.owner, c.status, c.launched_at, c.ended_at, c.budget, c.budget_currency,
      c.members, coalesce(r.sent, 0) as sent, coalesce(r.recipients, 0) as recipients, coalesce(r.opened, 0) as opened,
      coalesce(r.responses, 0) as responses, coalesce(r.responders, 0) as responders,
      coalesce(r.replies, 0) as replies, coalesce(r.unsubscribed, 0) as unsubscribed,
      coalesce(r.complained, 0) as complained, coalesce(r.bounced, 0) as bounced, coalesce(l.leads, 0) as leads,
      coalesce(d.opportunities, 0) as opportunities, coalesce(d.won, 0) as won, coalesce(t.cost, 0) as cost,
      coalesce(d.amount, 0) + coalesce(t.revenue, 0) as revenue, coalesce(t.unconverted, 0) as unconverted
    from ${at('campaigns')} c left join response r on r.campaign_id = c.id left join lead l on l.campaign_id = c.id
      left join deal d on d.campaign_id = c.id left join total t on t.campaign_id = c.id
  )
  select id, name, aim, segment_id, owner, status, launched_at, ended_at, budget, budget_currency, members, sent,
    recipients, opened, responses, responders, ${ratio(sql`replies`, sql`recipients`)} as response_rate, unsubscribed,
    complained, bounced, leads, opportunities, won, cost, revenue,
    ${ratio(sql`(revenue - cost)`, sql`cost`)} as return_on_investment, unconverted,
    (select currency from reporting) as currency
  from summed`;
};
