import { type RawBuilder, sql } from 'kysely';
import type { Moment, Projection, Source, StoredRow, Table, Tables } from './definition.js';

/**
 * As of (t, k) the row of a key is the one of its last event with occurredAt ≤ t and recordedAt ≤ k. Neither runs
 * backwards within a stream, so that is the one row that began by then on both axes and was not yet followed on one.
 */
const holdsAt = (t: RawBuilder<unknown>, k: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql`(valid_from <= ${t} and recorded_from <= ${k} and (valid_to > ${t} or recorded_to > ${k} or valid_to = 'infinity'))`;

function source<T extends Tables>(
  projection: Pick<Projection, 'tables'>,
  schema: string,
  holds: RawBuilder<boolean>,
  happened: RawBuilder<unknown>,
): Source<T> {
  const all = (table: string): RawBuilder<unknown> => sql.id(schema, table);
  return {
    all,
    holds,
    at: <N extends keyof T & string>(name: N) => {
      const table: Table | undefined = projection.tables[name];
      return sql<StoredRow<T[N]>>`(select * from ${all(name)} where ${table?.kind === 'versions' ? holds : happened})`;
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
    return source(projection, schema, sql`(valid_to = 'infinity')`, sql`true`);
  }
  const t = sql`${moment.asOf ?? 'infinity'}::timestamptz`;
  const k = sql`${moment.knownAt ?? 'infinity'}::timestamptz`;
  return source(projection, schema, holdsAt(t, k), sql`occurred_at <= ${t} and recorded_at <= ${k}`);
}

/** The same for a view, which takes the moment from the session's settings. Sub-selects, so that each is read once. */
export function sourceOfView<T extends Tables>(projection: Pick<Projection, 'tables'>, schema: string): Source<T> {
  const t = sql`(select analytics.as_of())`;
  const k = sql`(select analytics.known_at())`;
  return source(projection, schema, holdsAt(t, k), sql`occurred_at <= ${t} and recorded_at <= ${k}`);
}
