import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../../libs/kernel/index.js';
import { instantOf, type Reading, rows } from '../../libs/read-model/index.js';
import type { Asked, Members } from './bought.js';
import type { Place } from './clocks.js';
import { membersAt, nextRun, upFrom } from './places.js';
import { boughtSince } from './recently.js';
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

/** What is known when some more come up: who was found, and where the line was left; `undefined`: it begins. */
interface Before<R> {
  readonly found: readonly R[];
  readonly left: Instant | undefined;
}

interface Sought<R> {
  readonly line: Line;
  /** Where the line begins; left out: at its beginning. */
  readonly from?: Instant | undefined;
  /** Which of the customers that come up are judged at all, given those found before; left out, or `undefined`: all. */
  readonly among?: ((ids: readonly string[], before: Before<R>) => RawBuilder<{ id: string }> | undefined) | undefined;
  readonly count: number;
  /** How many of the line are looked at first for each that is asked for: where most fit, few more. Default 3. */
  readonly times?: number | undefined;
  /** Those of some customers that fit. */
  readonly judge: (members: Members) => Promise<readonly R[]>;
  readonly compare: (a: R, b: R) => number;
  /** Whether nobody who stands in the line at an instant, or behind it, can be placed before this one. */
  readonly isSettled: (row: R, reached: Instant) => boolean;
}

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
  let [run, passed] = [Math.ceil(times * count), 0];
  for (let round = 1; ; round++) {
    const next = await line(reading, behind, run);
    const ids = (await upFrom(reading, [...new Set(next.map(({ id }) => id))])).filter((id) => !seen.has(id));
    for (const id of ids) seen.add(id);
    const those = ids.length > 0 ? among?.(ids, { found, left: behind?.at }) : undefined;
    const judged = those ? (await rows(reading, those)).map(({ id }) => id) : ids;
    if (judged.length > 0) found.push(...(await judge(await membersAt(reading, asked, judged))));
    const last = next.at(-1);
    if (next.length < run || !last) break;
    const settled = found.filter((row) => isSettled(row, last.at)).length;
    if (settled >= count) break;
    behind = last;
    passed += run;
    run = nextRun({ run, round, missing: count - settled, share: settled / passed });
  }
  return found.sort(compare).slice(0, count);
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

/** Who comes up, by how long they are silent. */
interface Silent {
  /** Only those who bought at all. Default: everybody. */
  readonly bought?: boolean | undefined;
  /** Without buyers who bought since then under their own id: whoever they count for did so too. Default: with all. */
  readonly unlessBoughtSince?: RawBuilder<unknown> | undefined;
  /** Silent since then at the latest. Default: since whenever. */
  readonly until?: RawBuilder<unknown> | undefined;
}

/**
 * Nobody who is silent since later stands before those who are since earlier: along the index of each place in the line,
 * with what lies over the moment told apart in it.
 */
export const bySilence =
  (asked: Asked, { bought = false, unlessBoughtSince, until = asked.t }: Silent = {}): Line =>
  (reading, behind, count) => {
    const { source, names, t, k } = asked;
    const { at, all } = source;
    const passes = unlessBoughtSince ? sql`not ${boughtSince(asked, unlessBoughtSince)}` : sql`true`;
    const next = (column: string): RawBuilder<unknown> =>
      sql`${follows(behind, column, 'id', 'asc')} and ${sql.ref(column)} <= ${until}`;
    // Planners think the bounds of a row independent of one another, and so far fewer to lie over the moment than do.
    const liesOver = sql`case when valid_from <= ${t} and recorded_from <= ${k}
      and (recorded_to > ${k} or recorded_to = 'infinity') then true else false end`;
    const standing = (place: Place): RawBuilder<unknown> => sql`(select id, silent_since as at from ${all('clocks')} x
      where place = ${sql.lit(place)} and ${next('silent_since')} and valid_to > ${t} and recorded_to >= ${k} and ${liesOver}
        and ${passes}
      order by silent_since, id limit ${count})`;
    if (!bought) {
      const places: readonly Place[] = ['buyers', 'contacts', 'others', ...(names ? (['names'] as const) : [])];
      return joined(reading, places.map(standing), 'asc', count);
    }
    // An account that bought nothing but through contacts stands among the others.
    const contacts = sql`(select id, at from (
        select e.id, e.at from ${all('clocks')} x cross join lateral (
          select x.id, x.silent_since as at
          union all
          (select c.id, c.silent_since from ${at('people')} p join ${at('clocks')} c on c.id = p.up where p.id = x.id)
        ) e
        where place = 'contacts' and valid_to > ${t} and recorded_to >= ${k} and ${liesOver}
      ) c where ${next('at')} order by at, id limit ${count})`;
    return joined(reading, [standing('buyers'), contacts], 'asc', count);
  };

/**
 * The same of the customers of one owner, who are few enough to be put in order at once: by their own clocks, perhaps too
 * early, for others may have been reached for them since.
 *
 * @param from where the line begins: by whom their own clocks place before that, the clocks of all who count for them tell
 */
export function bySilenceOf(asked: Asked, owner: string, from: Instant | undefined): Line {
  const { source, names } = asked;
  const { at } = source;
  let line: Promise<readonly Dated[]> | undefined;
  const inLine = async (reading: Reading<CustomersTables>): Promise<readonly Dated[]> => {
    const isPart = (table: 'accounts' | 'people'): RawBuilder<unknown> =>
      sql`(select true from ${at(table)} u where u.up = o.id limit 1)`;
    const before = from === undefined ? sql`false` : sql`c.last_interaction < ${from}::timestamptz`;
    const own = await rows(
      reading,
      sql<Dated & { readonly others: boolean | null }>`
        select o.id, coalesce(c.last_interaction, o.known_since) as at,
          case when c.last_interaction is null or ${before} then coalesce(${isPart('people')}, ${isPart('accounts')}) end as others
        from (
          select id, opened_at as known_since from ${at('accounts')} a where owner = ${owner} and up is null
          union all
          select id, known_since from ${at('people')} p where owner = ${owner} and up is null
            ${names ? sql`` : sql`and kind <> 'name'`}
        ) o left join lateral (
          select last_interaction from ${at('clocks')} c where c.id = o.id order by valid_from desc limit 1
        ) c on true`,
    );
    const now = await instantOf(reading);
    // Others who were reached for one who never was, perhaps before they were known, decide alone; else whoever was last.
    const reached = await reachedFor(
      reading,
      own.flatMap(({ id, others }) => (others ? [id] : [])),
    );
    return own
      .map(({ id, at: since }) => ({ id, at: reached.get(id) ?? since }))
      .filter(({ at: since }) => since <= now)
      .sort((a, b) => inOrderOf(a.at, b.at) || inOrderOf(a.id, b.id));
  };
  const reachedFor = async (
    reading: Reading<CustomersTables>,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, Instant>> => {
    if (ids.length === 0) return new Map();
    const { subjects, customers } = await membersAt(reading, asked, ids);
    const found = await rows(
      reading,
      sql<Dated>`select m.customer as id, max(c.last_interaction) as at
        from unnest(${subjects}::text[], ${customers}::text[]) m (subject, customer)
        cross join lateral (
          select last_interaction from ${at('clocks')} c where c.id = m.subject order by valid_from desc limit 1
        ) c where last_interaction is not null group by 1`,
    );
    return new Map(found.map(({ id, at: last }) => [id, last]));
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
