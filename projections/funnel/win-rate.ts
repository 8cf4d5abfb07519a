import { type RawBuilder, sql } from 'kysely';
import { periodOfInstant, ratio, type Source, type Span, within } from '../../libs/read-model/index.js';
import type { FunnelTables } from './tables.js';

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
export const closings = sql`(count(*) filter (where status = 'won'))::integer as won,
  (count(*) filter (where status = 'lost'))::integer as lost, count(*)::integer as closed,
  round(avg(seconds) filter (where status = 'won')) as average_seconds_to_win`;

const columns = {
  owner: 'owner',
  pipeline: 'pipeline_id',
  source: 'lead_source',
  competitor: 'competitor',
  'loss-reason': 'loss_reason',
} as const satisfies Readonly<Record<Exclude<WinRateGroup, 'all'>, string>>;

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
  return sql<WinRateRow>`
  select period, "group", won, lost, closed,
    ${ofLost ? sql`null::text` : ratio(sql`won`, sql`closed`)} as win_rate,
    ${ratio(sql`lost`, sql`all_lost`)} as share_of_lost, average_seconds_to_win
  from (
    select period, ${by === 'all' ? sql`null::text` : sql.ref(columns[by])} as "group", ${closings},
      sum(count(*) filter (where status = 'lost')) over (partition by period) as all_lost
    from (${closedOf(source, span)}) c where ${only} ${ofLost ? sql`and status = 'lost'` : sql``} group by 1, 2
  ) counted`;
};
