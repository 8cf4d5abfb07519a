import { type RawBuilder, sql } from 'kysely';
import { periodOfInstant, ratio, type Source, type Span, within } from '../../libs/read-model/index.js';
import type { ActivityTables } from './tables.js';

export const activityGroups = ['person', 'team', 'kind', 'all'] as const;
export type ActivityGroup = (typeof activityGroups)[number];

/** What the numbers of a row are cut by. */
export type Cut = 'person' | 'team' | 'kind' | 'direction';

/** A row for each thing that is counted: something planned, in the period in which it is due; something done, in that in which it was. */
const counted = ({ at, instant }: Source<ActivityTables>, span: Span): RawBuilder<unknown> => sql`
  select ${periodOfInstant(sql`due_at`, span.per)} as period, due_at as day_of, assignee as person, kind, direction,
    status as plan, status = 'planned' and due_at <= ${instant} as overdue, null::text as outcome, null::integer as minutes
  from ${at('plans')} p where ${within(sql`due_at`, span)}
  union all
  select ${periodOfInstant(sql`done_at`, span.per)}, done_at, done_by, kind, direction, null, false, outcome, minutes
  from ${at('plans')} p where status = 'done' and ${within(sql`done_at`, span)}
  union all
  select ${periodOfInstant(sql`occurred_at`, span.per)}, occurred_at, done_by, kind, direction, null, false, outcome, minutes
  from ${at('logged')} l where ${within(sql`occurred_at`, span)}`;

const number = (condition: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(count(*) filter (where ${condition}))::integer`;

export interface ProductivityRow {
  readonly period: string | null;
  readonly planned: number;
  readonly carried_out: number;
  readonly overdue: number;
  readonly cancelled: number;
  readonly attempts: number;
  readonly reached: number;
  readonly failed: number;
  readonly no_answer: number;
  readonly left_message: number;
  readonly bounced: number;
  readonly refused: number;
  readonly no_show: number;
  readonly minutes: number;
  readonly completion_rate: string | null;
  readonly reach_rate: string | null;
}

/**
 * What was planned and what was done (S2, S3; domain.md §5), cut as asked. On two clocks: every attempt counts, and apart
 * from them those that reached somebody. The team is that of the person on the day.
 */
export const productivityOf = <C extends Cut>(
  source: Source<ActivityTables>,
  span: Span,
  cuts: readonly C[],
  only: RawBuilder<unknown> = sql`true`,
): RawBuilder<ProductivityRow & Readonly<Record<C, string | null>>> => {
  const columns = sql.join([sql`period`, ...cuts.map((cut) => sql.ref(cut))]);
  return sql<ProductivityRow & Readonly<Record<C, string | null>>>`
  select *, ${ratio(sql`carried_out`, sql`planned`)} as completion_rate, ${ratio(sql`reached`, sql`attempts`)} as reach_rate
  from (
    select ${columns}, ${number(sql`plan in ('planned', 'done')`)} as planned, ${number(sql`plan = 'done'`)} as carried_out,
      ${number(sql`overdue`)} as overdue, ${number(sql`plan = 'cancelled'`)} as cancelled,
      count(outcome)::integer as attempts, ${number(sql`outcome = 'reached'`)} as reached,
      ${number(sql`outcome <> 'reached'`)} as failed, ${number(sql`outcome = 'no-answer'`)} as no_answer,
      ${number(sql`outcome = 'left-message'`)} as left_message, ${number(sql`outcome = 'bounced'`)} as bounced,
      ${number(sql`outcome = 'refused'`)} as refused, ${number(sql`outcome = 'no-show'`)} as no_show,
      coalesce(sum(minutes), 0)::numeric as minutes
    from (
      select c.*, m.team_id as team from (${counted(source, span)}) c left join ${source.at('memberships')} m
        on m.salesperson = c.person and (c.day_of at time zone 'UTC')::date >= m.from_day
          and (m.until_day is null or (c.day_of at time zone 'UTC')::date <= m.until_day)
    ) c where ${only} group by ${columns}
  ) s`;
};
