import { type RawBuilder, sql } from 'kysely';
import { derivedForecastCategories, type ForecastCategory } from '../../libs/domain/opportunity/opportunity.events.js';
import { policyDefaults } from '../../libs/domain/policy/policy.events.js';
import { currencies, type LocalDate, minorDigits } from '../../libs/kernel/index.js';
import type { Source } from '../../libs/read-model/index.js';
import type { ForecastTables, OpportunityStatus } from './tables.js';

type Tables = Source<ForecastTables>;
type Piece = RawBuilder<unknown>;

/** What is taken to be so in place of what is. */
export interface Supposed {
  /** Of stages that are known, in whole per cents. */
  readonly probabilities: readonly {
    readonly pipelineId: string;
    readonly stage: string;
    readonly probability: number;
  }[];
  /** Of the day asked for, by the currency that is not the reporting one; each once. */
  readonly rates: readonly { readonly currency: string; readonly rate: string; readonly direct: boolean }[];
}

/** What amounts are converted into, and the day asked for. */
export interface Frame {
  readonly currency: Piece;
  readonly day: Piece;
  /** Left out: everything is as it is. */
  readonly supposed?: Supposed | undefined;
}

/** The read models that convert amounts have these tables. */
export interface Rates {
  readonly at: (table: 'policies') => Piece;
  readonly all: (table: 'rates') => Piece;
}

/** The reporting currency at the moment. */
export const reportingCurrency = ({ at }: Pick<Rates, 'at'>): RawBuilder<string> => sql<string>`(select coalesce(
  (select value ->> 'currency' from ${at('policies')} p where name = 'reporting.currency'),
  ${sql.lit(policyDefaults['reporting.currency'].currency)}))`;

const named = (digits: number): Piece =>
  sql`array[${sql.join(currencies.filter((code) => minorDigits(code) === digits).map((code) => sql.lit(code)))}]`;

/** Minor units that one unit of a currency has. */
const unit = (currency: Piece): Piece =>
  sql`case when ${currency} = any(${named(0)}) then 1 when ${currency} = any(${named(3)}) then 1000 else 100 end`;

/**
 * An amount (0 or more) in the other currency: exact until it is rounded once to minor units, half up, as `converted` in
 * the kernel does. Null without a rate. `div` is exact, where a quotient would be rounded twice.
 */
export function convertedTo(
  to: Piece,
  given: { readonly amount: Piece; readonly from: Piece; rate: Piece; direct: Piece },
) {
  const { amount, from, rate, direct } = given;
  const [units, own] = [sql`(${unit(to)})`, sql`(${unit(from)})`];
  return sql<number | null>`case when ${from} = ${to} then ${amount}
    when ${direct} then div(2 * ${amount} * ${rate} * ${units} + ${own}, 2 * ${own}::numeric)
    else div(2 * ${amount} * ${units} + ${rate} * ${own}, 2 * ${rate} * ${own}) end`;
}

/**
 * The rate of each currency on the day asked for, as it is known at the moment: the last one of either direction; of the
 * same day, the one that was set for this direction.
 */
export const ratesOn = ({ at }: Tables, { currency, day, supposed }: Frame): Piece => {
  const known = sql`(
  select distinct on (currency) currency, rate, direct from (
    select case when to_currency = ${currency} then from_currency else to_currency end as currency,
      rate::numeric as rate, to_currency = ${currency} as direct, holds_from
    from ${at('rates')} r where (to_currency = ${currency} or from_currency = ${currency}) and holds_from <= ${day}
  ) known order by currency, holds_from desc, direct desc)`;
  const { rates = [] } = supposed ?? {};
  if (rates.length === 0) return known;
  const [codes, values, directions] = [
    rates.map((given) => given.currency),
    rates.map(({ rate }) => rate),
    rates.map(({ direct }) => direct),
  ];
  return sql`(
  select currency, coalesce(g.rate, k.rate) as rate, coalesce(g.direct, k.direct) as direct from ${known} k
    full join unnest(${codes}::text[], ${values}::numeric[], ${directions}::boolean[]) g (currency, rate, direct)
    using (currency))`;
};

/**
 * The rate of a day as it was known at an instant, by what was recorded until another: it does not change any more. Rates
 * are only looked at where there is something to convert.
 */
export const rateThen = (
  { all }: Pick<Rates, 'all'>,
  currency: Piece,
  then: { readonly from: Piece; readonly day: Piece; readonly at: Piece; readonly recordedAt: Piece },
): Piece => sql`(
  select rate::numeric as rate, to_currency = ${currency} as direct from ${all('rates')} r
  where ${then.from} <> ${currency} and ${then.at} is not null
    and ((from_currency = ${then.from} and to_currency = ${currency})
      or (from_currency = ${currency} and to_currency = ${then.from}))
    and holds_from <= ${then.day} and valid_from <= ${then.at} and recorded_from <= ${then.recordedAt}
    and (valid_to > ${then.at} or recorded_to > ${then.recordedAt} or valid_to = 'infinity')
  order by holds_from desc, direct desc limit 1)`;

/** A won amount in the reporting currency, at the rate of its closing day as it was known at its closing. */
export const closedRate = (source: Tables, currency: Piece): Piece =>
  rateThen(source, currency, {
    from: sql`o.currency`,
    day: sql`o.falls_on`,
    at: sql`o.closed_at`,
    recordedAt: sql`o.closed_recorded_at`,
  });

/** By the definition at the moment; where that does not know the stage, by the first one that does. */
const probabilities = ({ all, holds }: Tables, { supposed }: Frame): Piece => {
  const known = sql`(
  select distinct on (id, stage ->> 'stage') id as pipeline_id, stage ->> 'stage' as stage,
    (stage ->> 'probability')::integer as probability
  from ${all('pipelines')} p, jsonb_array_elements(stages || retired) s (stage)
  order by id, stage ->> 'stage', ${holds} desc, revision)`;
  const { probabilities: given = [] } = supposed ?? {};
  if (given.length === 0) return known;
  const [pipelines, stages, values] = [
    given.map(({ pipelineId }) => pipelineId),
    given.map(({ stage }) => stage),
    given.map(({ probability }) => probability),
  ];
  return sql`(
  select pipeline_id, stage, coalesce(g.probability, k.probability) as probability from ${known} k
    left join unnest(${pipelines}::text[], ${stages}::text[], ${values}::integer[]) g (pipeline_id, stage, probability)
    using (pipeline_id, stage))`;
};

const derived = sql.join(
  derivedForecastCategories.map(
    ({ from, category }) => sql`when coalesce(p.probability, 0) >= ${sql.lit(from)} then ${sql.lit(category)}`,
  ),
  sql` `,
);

/** The memberships of everybody at the moment in one value: read once, however many are looked up in it. */
const teams = ({ at }: Tables): Piece => sql`(
  select jsonb_object_agg(salesperson, known) from (
    select salesperson, jsonb_agg(jsonb_build_array(from_day, until_day, team_id) order by from_day desc) as known
    from ${at('memberships')} m group by 1
  ) m)`;

/** The team of somebody on a day, as it is known at the moment. */
export const teamOn = (source: Tables, salesperson: Piece, day: Piece): Piece => sql`(
  select m ->> 2 as team_id from jsonb_array_elements(${teams(source)} -> ${salesperson}) with ordinality k (m, place)
  where (m ->> 0)::date <= ${day} and (m ->> 1 is null or (m ->> 1)::date >= ${day}) order by place limit 1)`;

/** An opportunity, open or won, as a forecast sees it. */
export interface ValuedRow {
  readonly id: string;
  readonly title: string;
  readonly status: Extract<OpportunityStatus, 'open' | 'won'>;
  readonly owner: string | null;
  readonly team_id: string | null;
  readonly pipeline_id: string;
  readonly stage: string;
  readonly category: ForecastCategory;
  readonly falls_on: LocalDate;
  /** Whole per cents; 100 when won. */
  readonly probability: number;
  /** Minor units of the reporting currency; null: no rate. */
  readonly amount: number | null;
  readonly own_amount: number;
  readonly own_currency: string;
}

/**
 * Everything open or won that falls on some day, in the reporting currency: open amounts at the rate of the day asked
 * for, won ones at the rate of their closing day. The team is that of the owner on the same day.
 *
 * @param falls on which days, as a condition on `falls_on`; left out: on any
 */
export const valued = (source: Tables, frame: Frame, falls?: Piece): RawBuilder<ValuedRow> => {
  const { currency, day } = frame;
  // An index by these days tells apart what held; where they do not matter, all is read once.
  const opportunities = falls === undefined ? source.at('opportunities') : source.inParts('opportunities');
  return sql<ValuedRow>`(
  select o.id, o.title, o.status, o.owner, o.pipeline_id, o.stage, o.falls_on,
    ${teamOn(source, sql`o.owner`, sql`(case when o.status = 'won' then o.falls_on else ${day} end)`)} as team_id,
    case when o.status = 'won' then 100 else coalesce(p.probability, 0) end as probability,
    case when o.status = 'won' then 'closed' when o.set_category is not null then o.set_category ${derived} end as category,
    ${convertedTo(currency, {
      amount: sql`o.amount`,
      from: sql`o.currency`,
      rate: sql`coalesce(w.rate, r.rate)`,
      direct: sql`coalesce(w.direct, r.direct)`,
    })} as amount,
    o.amount as own_amount, o.currency as own_currency
  from ${opportunities} o
    left join ${probabilities(source, frame)} p on p.pipeline_id = o.pipeline_id and p.stage = o.stage
    left join ${ratesOn(source, frame)} r on r.currency = o.currency and o.status = 'open'
    left join lateral ${closedRate(source, currency)} w on o.status = 'won' and o.currency <> ${currency}
  where o.falls_on is not null and ${falls ?? sql`true`})`;
};

/** The sums that a forecast is made of, over rows of `valued` called `v`. Weighted: in hundredths of minor units. */
export const sums = sql`
  count(*)::integer as count,
  coalesce(sum(amount) filter (where status = 'won'), 0) as closed,
  coalesce(sum(amount) filter (where status = 'open' and category <> 'omitted'), 0) as open,
  coalesce(sum(amount * probability) filter (where category <> 'omitted'), 0) as weighted,
  coalesce(sum(amount) filter (where category = 'commit'), 0) as open_commit,
  coalesce(sum(amount) filter (where category = 'best-case'), 0) as open_best_case,
  coalesce(sum(amount) filter (where category = 'pipeline'), 0) as open_pipeline,
  coalesce(sum(amount) filter (where category = 'omitted'), 0) as omitted,
  (count(*) filter (where amount is null))::integer as unconverted`;
