import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../kernel/index.js';
import type { Moment, Projection, Source, StoredRow, Table, Tables } from './definition.js';
import { rulesOf, turnsOf } from './memberships.js';
import { dayOfInstant, monthOfInstant, startOfDay, startOfMonth } from './figures.js';
import { daysOf, entriesOf, type TotalsTable } from './totals.js';

/**
 * As of (t, k) the row of a key is the one of its last event with occurredAt ≤ t and recordedAt ≤ k. Neither runs
 * backwards from fact to fact of a stream (verdicts make no versions), so that is the one row that began by then on both axes and was not yet followed on one.
 */
const holdsAt = (t: RawBuilder<unknown>, k: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql`(valid_from <= ${t} and recorded_from <= ${k} and (valid_to > ${t} or recorded_to > ${k} or valid_to = 'infinity'))`;

/** Rows of timelines are rectangles; what changes by itself has its rows ahead of time, so "now" is an instant too. */
const liesOver = (t: RawBuilder<unknown>, k: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql`(valid_from <= ${t} and valid_to > ${t} and recorded_from <= ${k} and (recorded_to > ${k} or recorded_to = 'infinity'))`;

/** The same with both bounds of `recorded_to`, so that an index finds what was not over yet. */
const liesOverInOrder = (t: RawBuilder<unknown>, k: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql`(recorded_to >= ${k} and ${liesOver(t, k)})`;

/** What holds at (t, k) without an `or`, in parts that have nothing in common, where an end of one of the axes is known. */
const holdsInParts = (t: RawBuilder<unknown>, k: RawBuilder<unknown>): readonly RawBuilder<unknown>[] => [
  sql`valid_from <= ${t} and recorded_from <= ${k} and valid_to > ${t}`,
  sql`valid_from <= ${t} and recorded_from <= ${k} and valid_to <= ${t} and recorded_to > ${k}`,
];

/** Where neither is: what holds now. */
const holdsNow = (t: RawBuilder<unknown>, k: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`valid_to = 'infinity' and ${t} = 'infinity' and ${k} = 'infinity'`;

/** When the rows of each kind of table are those of the moment, and when those of a versions table began by it. */
interface Conditions extends Readonly<Record<Exclude<Table['kind'], 'totals'> | 'begun', RawBuilder<unknown>>> {
  readonly parts: readonly RawBuilder<unknown>[];
}

/** The parts of the sums of a totals table at the moment. */
type Parts = (schema: string, name: string, table: TotalsTable) => RawBuilder<unknown>;

/** What changes by itself has its rows ahead of time, and so have their sums: "now" is an instant for them too. */
interface PartsOf {
  readonly timelines: Parts;
  readonly others: Parts;
}

function source<T extends Tables>(
  projection: Pick<Projection, 'tables'>,
  schema: string,
  holds: RawBuilder<boolean>,
  instant: RawBuilder<Instant>,
  conditions: Conditions,
  partsOf: PartsOf,
): Source<T> {
  const all = (table: string): RawBuilder<unknown> => sql.id(schema, table);
  return {
    all,
    rules: (table) => all(rulesOf(table)),
    turns: (table) => all(turnsOf(table)),
    holds,
    instant,
    before: <N extends keyof T & string>(name: N, month: RawBuilder<unknown>, known: RawBuilder<unknown>) => {
      const table: Table | undefined = projection.tables[name];
      if (table?.kind !== 'totals') throw new Error(`${name} is no table of totals.`);
      return sql<StoredRow<T[N]>>`(${partsBefore(month, known)(schema, name, table)})`;
    },
    inParts: <N extends keyof T & string>(name: N) => {
      const parts = conditions.parts.map((condition) => sql`select * from ${all(name)} where ${condition}`);
      return sql<StoredRow<T[N]>>`(${sql.join(parts, sql` union all `)})`;
    },
    begun: <N extends keyof T & string>(name: N) =>
      sql<StoredRow<T[N]>>`(select * from ${all(name)} where ${conditions.begun})`,
    at: <N extends keyof T & string>(name: N) => {
      const table: Table | undefined = projection.tables[name];
      if (table?.kind === 'totals') {
        const parts = table.of.some((summed) => summed.table.kind === 'timelines') ? partsOf.timelines : partsOf.others;
        return sql<StoredRow<T[N]>>`(${parts(schema, name, table)})`;
      }
      return sql<StoredRow<T[N]>>`(select * from ${all(name)} where ${conditions[table?.kind ?? 'appends']})`;
    },
  };
}

/** The tables of a schema as they were at a moment. */
export function sourceAt<T extends Tables>(
  projection: Pick<Projection, 'tables'>,
  schema: string,
  moment: Moment,
): Source<T> {
  if (moment.asOf === undefined && moment.knownAt === undefined) {
    const versions = sql<boolean>`(valid_to = 'infinity')`;
    const timelines = sql`(recorded_to = 'infinity' and valid_from <= now() and valid_to > now())`;
    const now = sql<Instant>`now()`;
    const always = sql`true`;
    const conditions = {
      versions,
      parts: [versions],
      timelines,
      memberships: timelines,
      appends: always,
      begun: always,
    };
    const partsOf = { timelines: partsAt(now, sql`'infinity'::timestamptz`), others: allParts };
    return source(projection, schema, versions, now, conditions, partsOf);
  }
  const t = sql`${moment.asOf ?? 'infinity'}::timestamptz`;
  const k = sql`${moment.knownAt ?? 'infinity'}::timestamptz`;
  const at = moment.asOf === undefined ? sql<Instant>`now()` : sql<Instant>`${t}`;
  return source(projection, schema, holdsAt(t, k), at, conditionsAt(t, k, at), partsOfAt(t, k, at));
}

/** The same for a view, which takes the moment from the session's settings. Sub-selects, so that each is read once. */
export function sourceOfView<T extends Tables>(projection: Pick<Projection, 'tables'>, schema: string): Source<T> {
  const t = sql`(select analytics.as_of())`;
  const k = sql`(select analytics.known_at())`;
  const at = sql<Instant>`(select coalesce(nullif(analytics.as_of(), 'infinity'), now()))`;
  const conditions = { ...conditionsAt(t, k, at), parts: [...holdsInParts(t, k), holdsNow(t, k)] };
  return source(projection, schema, holdsAt(t, k), at, conditions, partsOfAt(t, k, at));
}

const conditionsAt = (t: RawBuilder<unknown>, k: RawBuilder<unknown>, at: RawBuilder<Instant>): Conditions => ({
  versions: holdsAt(t, k),
  parts: holdsInParts(t, k),
  timelines: liesOver(at, k),
  memberships: liesOverInOrder(at, k),
  appends: happenedBy(t, k),
  begun: sql`(valid_from <= ${t} and recorded_from <= ${k})`,
});

const happenedBy = (t: RawBuilder<unknown>, k: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql`(occurred_at <= ${t} and recorded_at <= ${k})`;

const columnsOf = ({ columns }: TotalsTable): RawBuilder<unknown> =>
  sql.join(Object.keys(columns).map((column) => sql.ref(column)));

const allParts: Parts = (schema, name, table) => sql`select ${columnsOf(table)} from ${sql.id(schema, name)}`;

/**
 * What happened before a month: the months before it that were over at `k`, and what was recorded in that of `k`.
 *
 * @param until of what was recorded on the last day, also what happened until then; left out: until the month
 */
const partsBefore =
  (month: RawBuilder<unknown>, k: RawBuilder<unknown>, until?: RawBuilder<unknown>): Parts =>
  (schema, name, table) => {
    const columns = columnsOf(table);
    const days = sql`
      select ${columns} from ${sql.id(schema, daysOf(name))}
      where recorded_on >= ${monthOfInstant(k)} and recorded_on < ${dayOfInstant(k)} and valid_on < ${month}
      union all`;
    return sql`
      select ${columns} from ${sql.id(schema, name)} where valid_in < ${month} and recorded_in < ${monthOfInstant(k)}
      union all ${table.byDay ? days : sql``}
      select ${columns} from ${sql.id(schema, entriesOf(name))}
      where recorded_from >= ${table.byDay ? startOfDay(k) : startOfMonth(k)} and recorded_from <= ${k}
        and valid_from < ${until ?? sql`${month}::timestamp at time zone 'UTC'`}`;
  };

/** The same with what happened in the month of `t` by then. */
const partsAt =
  (t: RawBuilder<unknown>, k: RawBuilder<unknown>): Parts =>
  (schema, name, table) => {
    const { byDay } = table;
    const columns = columnsOf(table);
    const days = sql`
      select ${columns} from ${sql.id(schema, daysOf(name))}
      where valid_on >= ${monthOfInstant(t)} and valid_on < ${dayOfInstant(t)} and recorded_on < ${dayOfInstant(k)}
      union all`;
    return sql`${partsBefore(monthOfInstant(t), k, byDay ? startOfDay(t) : undefined)(schema, name, table)}
      union all ${byDay ? days : sql``}
      select ${columns} from ${sql.id(schema, entriesOf(name))}
      where valid_from >= ${byDay ? startOfDay(t) : startOfMonth(t)} and valid_from <= ${t} and recorded_from <= ${k}`;
  };

const partsOfAt = (t: RawBuilder<unknown>, k: RawBuilder<unknown>, at: RawBuilder<Instant>): PartsOf => ({
  timelines: partsAt(at, k),
  others: partsAt(t, k),
});
