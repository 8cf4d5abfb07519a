import { type RawBuilder, sql } from 'kysely';
import {
  monthWithin,
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

/** Every closed opportunity with the source of the first of its contacts who was a lead. */
export const closedOf = ({ at }: Source<FunnelTables>, span: Span): RawBuilder<unknown> => sql`
  select ${periodOfInstant(sql`o.closed_at`, span.per)} as period, o.*, l.source as lead_source,
    floor(extract(epoch from o.closed_at - o.opened_at)) as seconds
  from ${at('opportunities')} o left join lateral (
    select p.source from unnest(o.contact_ids) with ordinality c (id, place) join ${at('people')} p on p.id = c.id
    where p.kind = 'lead' order by c.place limit 1
  ) l on true
  where o.status in ('won', 'lost') and ${within(sql`o.closed_at`, span)}`;

/** Sums over rows of `closedOf`. */
export const closingsOf = sql`(count(*) filter (where status = 'won'))::integer as won,
  (count(*) filter (where status = 'lost'))::integer as lost, count(*)::integer as closed,
  round(avg(seconds) filter (where status = 'won')) as average_seconds_to_win`;

const columns = {
  owner: sql`owner`,
  pipeline: sql`pipeline_id`,
  competitor: sql`competitor`,
  'loss-reason': sql`loss_reason`,
  all: sql`null::text`,
} as const satisfies Readonly<Record<Exclude<WinRateGroup, 'source'>, RawBuilder<unknown>>>;

/**
 * What was closed, as numbers to be added up. The sources of leads are facts about other streams, so by them each
 * opportunity is looked at; the rest stands in totals.
 */
const numbersOf = (
  source: Source<FunnelTables>,
  span: Span,
  by: WinRateGroup,
  only: RawBuilder<unknown>,
): RawBuilder<unknown> =>
  by === 'source'
    ? sql`select period, lead_source as "group", (status = 'won')::integer as won, (status = 'lost')::integer as lost,
        case status when 'won' then seconds end as seconds from (${closedOf(source, span)}) c where ${only}`
    : sql`select ${periodOfMonth(sql`start`, span.per)} as period, "group", won, lost, seconds from (
        select ${startOfPeriod(sql`month`, span.per)} as start, ${columns[by]} as "group", sum(won) as won,
          sum(lost) as lost, sum(seconds) as seconds
        from ${source.at('closings')} c where ${monthWithin(sql`month`, span)} and ${only} group by 1, 2
      ) c`;

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
    select period, "group", ${won}::integer as won, sum(lost)::integer as lost,
      ${ofLost ? sql`null::numeric` : sql`round(sum(seconds) / nullif(sum(won), 0))`} as average_seconds_to_win,
      sum(sum(lost)) over (partition by period) as all_lost
    from (${numbersOf(source, span, by, only)}) n group by 1, 2 having ${won} + sum(lost) > 0
  ) counted`;
};
