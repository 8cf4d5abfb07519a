import { type RawBuilder, sql } from 'kysely';
import { policyDefaults } from '../../libs/domain/policy/policy.events.js';
import {
  monthWithin,
  ofAll,
  periodOfMonth,
  type Source,
  type Span,
  startOfPeriod,
  type View,
} from '../../libs/read-model/index.js';
import type { PipelineTables } from './stages.js';

export interface VelocityRow {
  readonly pipeline_id: string;
  readonly period: string | null;
  readonly stage: string;
  readonly entered: number;
  readonly skipped: number;
  readonly left: number;
  readonly advanced: number;
  readonly moved_back: number;
  readonly won: number;
  readonly lost: number;
  readonly average_seconds: number | null;
  readonly median_seconds: number | null;
  readonly longest_seconds: number | null;
}

/** The stays of the period of a row `s`. */
const ofPeriod = {
  month: sql`left_in = s.start`,
  quarter: sql`left_in_quarter = s.start`,
  all: sql`true`,
} as const satisfies Readonly<Record<Span['per'], RawBuilder<unknown>>>;

/**
 * The median and the longest of the stays of each row `s`. They lie in an index in the order of their lengths: the one in
 * the middle is found by counting.
 */
const lengths = (source: Source<PipelineTables>, { per, ...span }: Span): RawBuilder<unknown> => {
  const stays = sql`${source.begun('moves')} m where left_pipeline_id = s.pipeline_id and left_stage = s.stage
    and left_in is not null and ${monthWithin(sql`left_in`, span)} and ${ofPeriod[per]}`;
  return sql`left join lateral (
    select floor((min(left_seconds) + max(left_seconds) + 1) / 2) as median_seconds from (
      select left_seconds from ${stays} order by left_seconds offset greatest(("left" - 1) / 2, 0) limit 2 - "left" % 2
    ) middle
  ) middle on "left" > 0
  left join lateral (
    select left_seconds as longest_seconds from ${stays} order by left_seconds desc limit 1
  ) longest on "left" > 0`;
};

/**
 * How fast opportunities run through the stages: what entered, skipped and left each stage in a period, and how long
 * those that left it had stood there, in whole seconds. A stay counts in the period in which it ended. All but the median
 * and the longest are sums.
 */
export const velocityOf = (source: Source<PipelineTables>, span: Span): RawBuilder<VelocityRow> => {
  const { per } = span;
  return sql<VelocityRow>`
  select pipeline_id, ${periodOfMonth(sql`start`, per)} as period, stage, entered, skipped, "left", advanced, moved_back,
    won, lost, round(seconds / nullif("left", 0)) as average_seconds, median_seconds, longest_seconds
  from (
    select pipeline_id, stage, ${startOfPeriod(sql`month`, per)} as start, sum(entered)::integer as entered,
      sum(skipped)::integer as skipped, sum("left")::integer as "left", sum(advanced)::integer as advanced,
      sum(moved_back)::integer as moved_back, sum(won)::integer as won, sum(lost)::integer as lost, sum(seconds) as seconds
    from ${source.at('velocity')} v where ${monthWithin(sql`month`, span)} group by 1, 2, 3
  ) s
  ${lengths(source, span)}
  where entered + skipped + "left" > 0`;
};

/** Without a move or an activity for so long an open opportunity is stale, by the policy at the moment. */
const staleFor = (
  source: Source<PipelineTables>,
): RawBuilder<unknown> => sql`(select make_interval(hours => 24 * coalesce(
  (select (value ->> 'days')::integer from ${source.at('policies')} p where name = 'stale-opportunity'),
  ${sql.lit(policyDefaults['stale-opportunity'].days)})))`;

/** It came into its stage so long ago. */
const longStanding = (source: Source<PipelineTables>): RawBuilder<unknown> =>
  sql`o.entered_at + ${staleFor(source)} <= ${source.instant}`;

export interface OpportunityAgeRow {
  readonly id: string;
  readonly pipeline_id: string;
  readonly stage: string;
  readonly owner: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly age_seconds: number;
  readonly stage_seconds: number;
  readonly last_touched_at: string;
  readonly stale: boolean;
}

/**
 * Every open opportunity with its age, how long it has stood in its stage, and whether it is stale.
 *
 * @param told of which activities are looked for, as a condition on `o`: whatever came into its stage lately is not stale
 */
export const agesOf = (
  source: Source<PipelineTables>,
  told: RawBuilder<unknown> = sql`true`,
): RawBuilder<OpportunityAgeRow> => {
  const seconds = (since: RawBuilder<unknown>) => sql`floor(extract(epoch from ${source.instant} - ${since}))`;
  return sql<OpportunityAgeRow>`
  select o.id, o.pipeline_id, o.stage, o.owner, o.amount, o.currency, ${seconds(sql`o.opened_at`)} as age_seconds,
    ${seconds(sql`o.entered_at`)} as stage_seconds, greatest(o.entered_at, t.last) as last_touched_at,
    ${longStanding(source)}
      and coalesce(t.last + ${staleFor(source)} <= ${source.instant}, true) as stale
  from ${source.inParts('opportunities')} o
    left join lateral (
      select max(occurred_at) as last from ${source.at('touches')} t where t.opportunity_id = o.id and ${told}
    ) t on true
  where o.status = 'open'`;
};

export interface AgeingRow {
  readonly pipeline_id: string;
  readonly stage: string;
  readonly count: number;
  readonly amount: number;
  readonly currency: string;
  readonly average_seconds: number;
  readonly median_seconds: number;
  readonly longest_seconds: number;
  readonly average_age_seconds: number;
  readonly stale: number;
  readonly stale_amount: number;
}

/** How long the open opportunities have stood in their stages. */
export const ageingOf = (source: Source<PipelineTables>): RawBuilder<AgeingRow> => sql<AgeingRow>`
  select pipeline_id, stage, count(*)::integer as count, sum(amount) as amount, currency,
    round(avg(stage_seconds)) as average_seconds,
    floor((percentile_cont(0.5) within group (order by stage_seconds) + 0.5)::numeric) as median_seconds,
    max(stage_seconds) as longest_seconds, round(avg(age_seconds)) as average_age_seconds,
    (count(*) filter (where stale))::integer as stale, coalesce(sum(amount) filter (where stale), 0) as stale_amount
  from (${agesOf(source, longStanding(source))}) o group by pipeline_id, stage, currency`;

const place = { pipeline: 'Id of the pipeline.', stage: 'Stage of the pipeline.' };

export const velocityViews: Readonly<Record<string, View<PipelineTables>>> = {
  stage_velocity: {
    says: 'What entered, skipped and left each stage in each month, and how long it had stood there, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      ...place,
      period: 'Month in UTC: 2026-07.',
      entered: 'How often an opportunity came to stand in the stage.',
      skipped: 'How often an opportunity advanced past the stage without standing in it.',
      left: 'How often an opportunity left the stage; the times below are of these.',
      advanced: 'Of those that left, to a later stage.',
      moved_back: 'Of those that left, to an earlier stage.',
      won: 'Of those that left, by winning.',
      lost: 'Of those that left, by losing.',
      average_seconds: 'Average time that they had stood there, in seconds.',
      median_seconds: 'Median time, in seconds.',
      longest_seconds: 'Longest time, in seconds.',
    },
    as: (source) => sql`select pipeline_id, stage, period, entered, skipped, "left", advanced, moved_back, won, lost,
      average_seconds, median_seconds, longest_seconds from (${velocityOf(source, ofAll)}) v`,
  },
  stage_ageing: {
    says: 'How long the open opportunities have stood in their stages as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      ...place,
      count: 'Number of open opportunities.',
      amount: 'Sum of their amounts, in minor units of the currency.',
      currency: 'ISO 4217 currency.',
      average_seconds: 'Average time that they have stood there, in seconds.',
      median_seconds: 'Median time, in seconds.',
      longest_seconds: 'Longest time, in seconds.',
      average_age_seconds: 'Average time since they were opened, in seconds.',
      stale: 'Number of those without a move or an activity for the days of the policy stale-opportunity.',
      stale_amount: 'Sum of the amounts of those, in minor units.',
    },
    as: (source) => sql`select * from (${ageingOf(source)}) a`,
  },
  opportunity_ageing: {
    says: 'Every open opportunity with its age as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      opportunity_id: 'Id of the opportunity.',
      ...place,
      owner: 'Salesperson who owns it.',
      amount: 'Amount at stake, in minor units of the currency.',
      currency: 'ISO 4217 currency.',
      age_seconds: 'Time since it was opened, in seconds.',
      stage_seconds: 'Time that it has stood in its stage, in seconds.',
      last_touched_at: 'When it moved last, or when an activity took place for it, whichever is later.',
      stale: 'Whether that is as long ago as the policy stale-opportunity says.',
    },
    as: (source) => sql`select * from (${agesOf(source)}) a`,
  },
};
