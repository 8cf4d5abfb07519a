import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../../libs/kernel/index.js';
import { type Reading, rows } from '../../libs/read-model/index.js';
import type { Asked, Members } from './bought.js';
import { membersAt } from './places.js';
import type { CustomersTables } from './tables.js';

/** An account or a person at an instant that decides on the place of their customer. */
interface Dated {
  readonly id: string;
  readonly at: Instant;
}

/** Where a line goes on: behind somebody, or with the first of an instant. */
type Behind = { readonly at: Instant; readonly id?: string | undefined } | undefined;

/**
 * Accounts and people by an instant, behind another one. Each customer comes with one of its own at the very instant that
 * decides on its place; with others of them it may come before.
 */
export type Line = (reading: Reading<CustomersTables>, behind: Behind, count: number) => Promise<readonly Dated[]>;

interface Sought<R> {
  readonly line: Line;
  /** Where the line begins; left out: at its beginning. */
  readonly from?: Instant | undefined;
  /** Which of the customers that come up are judged at all; left out: all. */
  readonly among?: ((ids: readonly string[]) => RawBuilder<{ id: string }>) | undefined;
  readonly count: number;
  /** How many of the line are looked at first for each that is asked for: where most fit, few more. Default 3. */
  readonly times?: number | undefined;
  /** Those of some customers that fit. */
  readonly judge: (members: Members) => Promise<readonly R[]>;
  readonly compare: (a: R, b: R) => number;
  /** Whether nobody who stands in the line at an instant, or behind it, can be placed before this one. */
  readonly isSettled: (row: R, reached: Instant) => boolean;
}

/** As many stand in one run at most: what belongs to them is held in memory. */
const mostTogether = 4_000;

/**
 * The first customers in an order that follows from one instant of each. They are judged in runs along a line that begins
 * with the first, until nobody who comes yet can stand before those that were found: so a page costs what it shows, and
 * nobody is judged who is not in question.
 */
export async function firstInLine<R>(
  reading: Reading<CustomersTables>,
  asked: Asked,
  { line, from, among, count, times = 3, judge, compare, isSettled }: Sought<R>,
): Promise<readonly R[]> {
  const seen = new Set<string>();
  const found: R[] = [];
  let behind: Behind = from === undefined ? undefined : { at: from };
  for (let run = Math.ceil(times * count); ; run = Math.min(2 * run, mostTogether)) {
    const next = await line(reading, behind, run);
    const ids = (await upFrom(reading, [...new Set(next.map(({ id }) => id))])).filter((id) => !seen.has(id));
    for (const id of ids) seen.add(id);
    const judged = among && ids.length > 0 ? (await rows(reading, among(ids))).map(({ id }) => id) : ids;
    if (judged.length > 0) found.push(...(await judge(await membersAt(reading, asked, judged))));
    const last = next.at(-1);
    if (next.length < run || !last) break;
    if (found.filter((row) => isSettled(row, last.at)).length >= count) break;
    behind = last;
  }
  return found.sort(compare).slice(0, count);
}

/** These, and all whom they continue as or belong to. */
async function upFrom({ db, at }: Reading<CustomersTables>, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const found = await rows(
    { db },
    sql<{ id: string }>`with recursive up_from (id) as (
        select * from unnest(${ids}::text[])
        union
        select e.up from up_from u cross join lateral (
          select up from ${at('accounts')} a where id = u.id and up is not null
          union all select up from ${at('people')} p where id = u.id and up is not null offset 0
        ) e
      ) select id from up_from`,
  );
  return found.map(({ id }) => id);
}

const joined = (
  reading: Reading<CustomersTables>,
  parts: readonly RawBuilder<unknown>[],
  direction: 'asc' | 'desc',
  count: number,
  before: RawBuilder<unknown> = sql``,
): Promise<readonly Dated[]> =>
  rows(
    reading,
    sql<Dated>`${before} select id, at from (${sql.join(parts, sql` union all `)}) l
      order by at ${sql.raw(direction)}, id ${sql.raw(direction)} limit ${count}`,
  );

function follows(behind: Behind, column: string, id: string, direction: 'asc' | 'desc'): RawBuilder<unknown> {
  if (behind === undefined) return sql`true`;
  const sign = sql.raw(direction === 'asc' ? '>' : '<');
  return behind.id === undefined
    ? sql`${sql.ref(column)} ${sign}= ${behind.at}::timestamptz`
    : sql`(${sql.ref(column)}, ${sql.ref(id)}) ${sign} (${behind.at}::timestamptz, ${behind.id})`;
}

/** Nobody whose last interaction, or else since when they are known, is later stands before those in which it is earlier. */
export const bySilence =
  (
    { source, names, t, k }: Asked,
    { bought = false, until = t }: { bought?: boolean; until?: RawBuilder<unknown> } = {},
  ): Line =>
  (reading, behind, count) => {
    const { at, all } = source;
    const next = (column: string): RawBuilder<unknown> =>
      sql`${follows(behind, column, 'id', 'asc')} and ${sql.ref(column)} <= ${until}`;
    // Looked up one by one, as few are: all of them would be joined first.
    const lastOf = (id: RawBuilder<unknown>): RawBuilder<unknown> =>
      sql`(select last_interaction from ${at('clocks')} c where c.id = ${id} order by valid_from desc limit 1)`;
    const upOf = sql`coalesce((select up from ${at('people')} p where p.id = x.id limit 1),
      (select up from ${at('accounts')} a where a.id = x.id limit 1))`;
    const hasBought = sql`((select true from ${all('purchases')} b where b.subject_id = x.id and by_person limit 1)
      or (select true from ${all('people')} b where b.merged_into = x.id limit 1))`;
    // Gathered first, where few did: to pass by all who did not costs more.
    const amongBuyers = sql`id in (select subject_id from ${all('purchases')} b where by_person
      union all select merged_into from ${all('people')} b where merged_into is not null)`;
    const isName = names ? sql`false` : sql`kind = 'name'`;
    // Planners think the bounds of a row independent of one another, and so far fewer to lie over the moment than do.
    const liesOver = sql`case when valid_from <= ${t} and recorded_from <= ${k}
      and (recorded_to > ${k} or recorded_to = 'infinity') then true else false end`;
    const isAlone = sql`(select up is null from ${at('people')} p where p.id = x.id limit 1)`;
    return joined(
      reading,
      [
        sql`(select id, at from reached)`,
        sql`(select id, opened_at as at from ${at('accounts')} x
          where up is null and ${next('opened_at')} and opened_at <= (select at from bound) and ${lastOf(sql`x.id`)} is null
          order by opened_at, id limit ${count})`,
        sql`(select id, known_since as at from ${at('people')} x
          where up is null and ${next('known_since')} and known_since <= (select at from bound)
            and ${bought ? amongBuyers : sql`not ${isName}`} and ${lastOf(sql`x.id`)} is null
          order by known_since, id limit ${count})`,
      ],
      'asc',
      count,
      // Whose account was reached later does not decide, and those behind the last of these do not come yet.
      sql`with reached as materialized (
          select id, last_interaction as at from ${all('clocks')} x
          where ${next('last_interaction')} and valid_to > ${t} and recorded_to >= ${k} and ${liesOver}
            and ${bought ? sql`(${isAlone} is not true or ${hasBought})` : sql`true`}
            and ${lastOf(upOf)} > last_interaction is not true
          order by last_interaction, id limit ${count}
        ),
        bound as (select case when count(*) < ${count} then 'infinity' else max(at) end as at from reached)`,
    );
  };

/** The same of the customers of one owner, who are few enough to be put in order at once. */
export function bySilenceOf(asked: Asked, owner: string): Line {
  const { source, names, t } = asked;
  const { at } = source;
  let line: Promise<readonly Dated[]> | undefined;
  const inLine = async (reading: Reading<CustomersTables>): Promise<readonly Dated[]> => {
    const own = await rows(
      reading,
      sql<{ id: string }>`select id from ${at('accounts')} a where owner = ${owner} and up is null
        union all select id from ${at('people')} p where owner = ${owner} and up is null
          ${names ? sql`` : sql`and kind <> 'name'`}`,
    );
    const { subjects, customers } = await membersAt(
      reading,
      asked,
      own.map(({ id }) => id),
    );
    return rows(
      reading,
      sql<Dated>`select m.customer as id, coalesce(max(c.last_interaction), max(known_since)) as at
        from unnest(${subjects}::text[], ${customers}::text[]) m (subject, customer)
        left join lateral (
          select last_interaction from ${at('clocks')} c where c.id = m.subject order by valid_from desc limit 1
        ) c on true
        left join lateral (
          select opened_at as known_since from ${at('accounts')} a where a.id = m.customer
          union all select known_since from ${at('people')} p where p.id = m.customer offset 0
        ) k on true
        group by 1 having coalesce(max(c.last_interaction), max(known_since)) <= ${t} order by 2, 1`,
    );
  };
  return async (reading, behind, count) => {
    const all = await (line ??= inLine(reading));
    const from = all.findIndex(
      ({ id, at: reached }) =>
        behind === undefined ||
        reached > behind.at ||
        (reached === behind.at && (behind.id === undefined || id > behind.id)),
    );
    return from < 0 ? [] : all.slice(from, from + count);
  };
}

/** Nobody whose last purchase is earlier stands before those in which it is later. */
export const byPurchase =
  ({ source, t }: Asked, { until, since }: { until?: Instant | undefined; since?: Instant | undefined } = {}): Line =>
  (reading, behind, count) => {
    const { at } = source;
    const next = (column: string, id: string): RawBuilder<unknown> =>
      sql.join(
        [
          follows(behind, column, id, 'desc'),
          sql`${sql.ref(column)} <= ${until === undefined ? t : sql`${until}::timestamptz`}`,
          ...(since === undefined ? [] : [sql`${sql.ref(column)} > ${since}::timestamptz`]),
        ],
        sql` and `,
      );
    return joined(
      reading,
      [
        sql`(select subject_id as id, bought_at as at from ${at('purchases')} x
          where order_id is null and not cancelled and ${next('bought_at', 'subject_id')}
          order by bought_at desc, subject_id desc limit ${count})`,
        sql`(select account_id as id, won_at as at from ${at('opportunities')} x
          where status = 'won' and account_id is not null and ${next('won_at', 'account_id')}
          order by won_at desc, account_id desc limit ${count})`,
      ],
      'desc',
      count,
    );
  };

/** Which of two texts comes first. */
export const inOrderOf = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
