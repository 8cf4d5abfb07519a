import { type RawBuilder, sql } from 'kysely';
import {
  monthOfInstant,
  monthWithin,
  ofAll,
  periodOfInstant,
  periodOfMonth,
  ratio,
  type Source,
  type Span,
  startOfPeriod,
  within,
} from '../../libs/read-model/index.js';
import type { FunnelTables } from './journeys.js';

export const winRateGroups = ['owner', 'pipeline', 'source', 'competitor', 'loss-reason', 'all'] as const;
export type WinRateGroup = (typeof winRateGroups)[number];

/** The first of the contacts of `o` who was a lead. */
const firstLead = ({ at }: Source<FunnelTables>): RawBuilder<unknown> => sql`(
    select p.source, c.place from unnest(o.contact_ids) with ordinality c (id, place) join ${at('people')} p on p.id = c.id
    where p.kind = 'lead' order by c.place limit 1
  )`;

/** Every lost opportunity with the source of the first of its contacts who was a lead. */
export const lostOf = (source: Source<FunnelTables>): RawBuilder<unknown> => sql`
  select o.id, ${periodOfInstant(sql`o.closed_at`, ofAll.per)} as period, o.pipeline_id, o.owner, l.source as lead_source,
    o.loss_reason, o.competitor
  from ${source.at('opportunities')} o left join lateral ${firstLead(source)} l on true where o.status = 'lost'`;

const columns = {
  owner: sql`owner`,
  pipeline: sql`pipeline_id`,
  competitor: sql`competitor`,
  'loss-reason': sql`loss_reason`,
  all: sql`null::text`,
} as const satisfies Readonly<Record<Exclude<WinRateGroup, 'source'>, RawBuilder<unknown>>>;

/** Columns that are told apart besides the source. */
const byNone = sql``;
const byOwner = sql`owner, pipeline_id,`;

/**
 * By sources of leads, which are facts about other streams. Sums tell those of which the first contact is a lead; where
 * there are several contacts and a later one is the first lead, each is looked at. The rest has no source.
 */
const bySource = (
  source: Source<FunnelTables>,
  span: Span,
  only: RawBuilder<unknown>,
  by: RawBuilder<unknown>,
): RawBuilder<unknown> => sql`
  with sourced as (
    select month, owner, pipeline_id, source, won, lost, seconds
    from ${source.at('sourced')} s where ${monthWithin(sql`month`, span)} and ${only}
    union all
    select ${monthOfInstant(sql`o.closed_at`)}, o.owner, o.pipeline_id, l.source, (o.status = 'won')::integer,
      (o.status = 'lost')::integer,
      case o.status when 'won' then floor(extract(epoch from o.closed_at - o.opened_at)) else 0 end
    from ${source.at('opportunities')} o cross join lateral ${firstLead(source)} l
    where o.several and o.status in ('won', 'lost') and l.place > 1 and ${within(sql`o.closed_at`, span)} and ${only}
  ),
  known as materialized (
    select ${startOfPeriod(sql`month`, span.per)} as start, ${by} source, sum(won) as won, sum(lost) as lost,
      sum(seconds) as seconds
    from sourced group by start, ${by} source
  )
  select start, ${by} source as "group", won, lost, seconds from known
  union all
  select start, ${by} null, -won, -lost, -seconds from known
  union all
  select ${startOfPeriod(sql`month`, span.per)}, ${by} null, won, lost, seconds from ${source.at('closings')} c
  where ${monthWithin(sql`month`, span)} and ${only}`;

/** What was won and lost in each month by owner, pipeline and source. */
export const closingsOf = (source: Source<FunnelTables>): RawBuilder<unknown> => sql`
  select ${periodOfMonth(sql`start`, ofAll.per)} as period, owner, pipeline_id, "group" as lead_source,
    sum(won)::integer as won, sum(lost)::integer as lost, (sum(won) + sum(lost))::integer as closed,
    round(sum(seconds) / nullif(sum(won), 0)) as average_seconds_to_win
  from (${bySource(source, ofAll, sql`true`, byOwner)}) c
  group by start, owner, pipeline_id, "group" having sum(won) + sum(lost) > 0`;

/** What was closed, as numbers to be added up. */
const numbersOf = (
  source: Source<FunnelTables>,
  span: Span,
  by: WinRateGroup,
  only: RawBuilder<unknown>,
): RawBuilder<unknown> =>
  by === 'source'
    ? bySource(source, span, only, byNone)
    : sql`select ${startOfPeriod(sql`month`, span.per)} as start, ${columns[by]} as "group", won, lost, seconds
        from ${source.at('closings')} c where ${monthWithin(sql`month`, span)} and ${only}`;

export interface WinRateRow {
  readonly period: string | null;
  readonly group: string | null;
  readonly won: number;
  readonly lost: number;
  readonly closed: number;
  readonly win_rate: string | null;
  readonly share_of_lost: string | null;
  readonly average_seconds_to_win: number | null;
}

/**
 * Won ÷ closed (won or lost) of what was closed in each period. Only what is lost has a competitor or a reason, so there
 * the rows are of what is lost.
 */
export const winRateOf = (
  source: Source<FunnelTables>,
  span: Span,
  by: WinRateGroup,
  only: RawBuilder<unknown> = sql`true`,
): RawBuilder<WinRateRow> => {
  const ofLost = by === 'competitor' || by === 'loss-reason';
  const won = ofLost ? sql`0` : sql`sum(won)`;
  return sql<WinRateRow>`
  select period, "group", won, lost, won + lost as closed,
    ${ofLost ? sql`null::text` : ratio(sql`won`, sql`(won + lost)`)} as win_rate,
    ${ratio(sql`lost`, sql`all_lost`)} as share_of_lost, average_seconds_to_win
  from (
    select ${periodOfMonth(sql`start`, span.per)} as period, "group", ${won}::integer as won, sum(lost)::integer as lost,
      ${ofLost ? sql`null::numeric` : sql`round(sum(seconds) / nullif(sum(won), 0))`} as average_seconds_to_win,
      sum(sum(lost)) over (partition by start) as all_lost
    from (${numbersOf(source, span, by, only)}) n group by start, "group" having ${won} + sum(lost) > 0
  ) counted`;
};
