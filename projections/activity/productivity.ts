import { type RawBuilder, sql } from 'kysely';
import {
  dayOfInstant,
  monthOfInstant,
  monthWithin,
  periodOfMonth,
  ratio,
  type Source,
  type Span,
  startOfMonth,
  startOfPeriod,
  within,
} from '../../libs/read-model/index.js';
import type { ActivityTables } from './tables.js';

export const activityGroups = ['person', 'team', 'kind', 'all'] as const;
export type ActivityGroup = (typeof activityGroups)[number];

/** What the numbers of a row are cut by. */
export type Cut = (typeof allCuts)[number];
const allCuts = ['person', 'team', 'kind', 'direction'] as const;

/** What is asked for alone. */
export type Only = { readonly [C in Cut]?: string | undefined };

const outcomes = ['reached', 'no_answer', 'left_message', 'bounced', 'refused', 'no_show'] as const;
const sums = ['planned', 'carried_out', 'overdue', 'cancelled', ...outcomes, 'minutes'] as const;
type Sum = (typeof sums)[number];

/** The numbers of a row: those that are given, 0 for the others. */
const numbers = (given: { readonly [S in Sum]?: RawBuilder<unknown> }): RawBuilder<unknown> =>
  sql.join(sums.map((name) => sql`${given[name] ?? sql`0`} as ${sql.ref(name)}`));

const whether = (condition: RawBuilder<unknown>): RawBuilder<unknown> => sql`(${condition})::integer`;

/** What was done, by its outcome. */
const byOutcome = (outcome: RawBuilder<unknown>) =>
  Object.fromEntries(outcomes.map((name) => [name, whether(sql`${outcome} = ${sql.lit(name.replace('_', '-'))}`)]));

/** Months as a whole. What is planned for a month before that of the instant, and did not take place, is overdue. */
const ofMonths = ({ at, instant }: Source<ActivityTables>, span: Span): RawBuilder<unknown> => sql`
  select month, month as day, person, kind, direction, ${numbers({
    ...Object.fromEntries(sums.map((name) => [name, sql.ref(name)])),
    // Worked out once, not for each row.
    overdue: sql`case when month < (select ${monthOfInstant(instant)}) then planned - carried_out else 0 end`,
  })} from ${at('productivity')} p where ${monthWithin(sql`month`, span)}`;

/** In the month of the instant each plan has its own time from which on it is overdue. */
const ofThisMonth = ({ at, instant }: Source<ActivityTables>, span: Span): RawBuilder<unknown> => sql`
  select ${monthOfInstant(instant)} as month, ${dayOfInstant(sql`due_at`)} as day, assignee as person, kind, direction,
    ${numbers({ overdue: sql`1` })}
  from ${at('plans')} p
  where status = 'planned' and due_at >= ${startOfMonth(instant)} and due_at <= ${instant} and ${within(sql`due_at`, span)}`;

/** Months in which somebody came into a team or left one, but for their first days. */
const movesOf = ({ at }: Source<ActivityTables>, span: Span): RawBuilder<unknown> => sql`
  select distinct salesperson as person, date_trunc('month', day::timestamp)::date as month,
    date_trunc('month', day::timestamp) at time zone 'UTC' as since,
    (date_trunc('month', day::timestamp) + interval '1 month') at time zone 'UTC' as until
  from ${at('memberships')} m cross join lateral (values (from_day), (until_day + 1)) d (day)
  where day <> date_trunc('month', day::timestamp)::date and ${monthWithin(sql`date_trunc('month', day::timestamp)`, span)}`;

/** The same as `ofMonths`, of each thing that is counted: of the months in which the person moved. */
const ofMoves = ({ at, instant }: Source<ActivityTables>): RawBuilder<unknown> => sql`
  select month, ${dayOfInstant(sql`due_at`)} as day, person, kind, direction, ${numbers({
    planned: whether(sql`status <> 'cancelled'`),
    carried_out: whether(sql`status = 'done'`),
    overdue: whether(sql`status = 'planned' and due_at < ${startOfMonth(instant)}`),
    cancelled: whether(sql`status = 'cancelled'`),
  })} from moved join ${at('plans')} p on assignee = person and due_at >= since and due_at < until
  union all
  select month, ${dayOfInstant(sql`done_at`)}, person, kind, direction,
    ${numbers({ ...byOutcome(sql`outcome`), minutes: sql`coalesce(minutes, 0)` })}
  from moved join ${at('plans')} p on done_by = person and done_at >= since and done_at < until where status = 'done'
  union all
  select month, ${dayOfInstant(sql`occurred_at`)}, person, kind, direction,
    ${numbers({ ...byOutcome(sql`outcome`), minutes: sql`coalesce(minutes, 0)` })}
  from moved join ${at('logged')} l on done_by = person and occurred_at >= since and occurred_at < until`;

/** The team is that of the person on the day: in a month without a move, on any day of it. */
const withTeams = (source: Source<ActivityTables>, span: Span): RawBuilder<unknown> => sql`
  with moved as materialized (${movesOf(source, span)})
  select c.*, m.team_id as team from (
    select * from (${ofMonths(source, span)}) w
    where not exists (select from moved where moved.person = w.person and moved.month = w.month)
    union all
    select * from (${ofMoves(source)}) w
    union all
    select * from (${ofThisMonth(source, span)}) w
  ) c left join ${source.at('memberships')} m
    on m.salesperson = c.person and c.day >= m.from_day and (m.until_day is null or c.day <= m.until_day)`;

/** Rows with the numbers of what is counted, by first day of the month and every cut. */
const counted = (source: Source<ActivityTables>, span: Span, asksTeam: boolean): RawBuilder<unknown> =>
  asksTeam
    ? withTeams(source, span)
    : sql`select *, null::text as team from (${ofMonths(source, span)} union all ${ofThisMonth(source, span)}) c`;

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
  only: Only = {},
): RawBuilder<ProductivityRow & Readonly<Record<C, string | null>>> => {
  const asksTeam = only.team !== undefined || cuts.some((cut) => cut === 'team');
  const conditions = allCuts.flatMap((cut) => (only[cut] === undefined ? [] : [sql`${sql.ref(cut)} = ${only[cut]}`]));
  const names = cuts.map((cut) => sql.ref(cut));
  const columns = sql.join([startOfPeriod(sql`month`, span.per), ...names]);
  const added = (name: Sum, type: 'integer' | 'numeric' = 'integer'): RawBuilder<unknown> =>
    sql`sum(${sql.ref(name)})::${sql.raw(type)} as ${sql.ref(name)}`;
  const failed = sql.join(
    outcomes.filter((name) => name !== 'reached').map((name) => sql.ref(name)),
    sql` + `,
  );
  return sql<ProductivityRow & Readonly<Record<C, string | null>>>`
  select ${sql.join([sql`${periodOfMonth(sql`start`, span.per)} as period`, ...names])}, planned, carried_out, overdue,
    cancelled, reached + failed as attempts, reached, failed, no_answer, left_message, bounced, refused, no_show, minutes,
    ${ratio(sql`carried_out`, sql`planned`)} as completion_rate, ${ratio(sql`reached`, sql`(reached + failed)`)} as reach_rate
  from (
    select *, ${failed} as failed from (
      select ${sql.join([sql`${startOfPeriod(sql`month`, span.per)} as start`, ...names])}, ${sql.join(
        sums.map((name) => added(name, name === 'minutes' ? 'numeric' : 'integer')),
      )}
      from (${counted(source, span, asksTeam)}) c
      where ${conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `)}
      group by ${columns}
    ) s
  ) s where planned + cancelled + reached + failed > 0`;
};
