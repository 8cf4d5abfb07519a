import type pg from 'pg';
import type { Instant } from '../kernel/index.js';
import { quoted } from './schema.js';

/** A stored row that is not believed any more. */
export interface EndedRow {
  /** Values of the columns that tell it apart from others that hold from the same instant. */
  readonly of: readonly string[];
  readonly from: Instant;
  readonly recordedFrom: Instant;
  readonly recordedTo: Instant;
}

/**
 * Says until when rows were believed. What was believed for no time at all leaves no row: the same rows come out, however
 * batches are cut.
 *
 * @param columns what `of` has the values of; texts
 */
export async function endRows(
  client: pg.ClientBase,
  schema: string,
  name: string,
  columns: readonly string[],
  ended: readonly EndedRow[],
): Promise<void> {
  if (ended.length === 0) return;
  const own = columns.map((column) => quoted(column));
  const times = ['valid_from', 'recorded_from', 'recorded_to'];
  const types = [...columns.map(() => 'text'), ...times.map(() => 'timestamptz')];
  const these = `unnest(${types.map((type, place) => `$${place + 1}::${type}[]`).join(', ')})
             u (${[...own, ...times].join(', ')})`;
  const where = [...own, 'valid_from', 'recorded_from'].map((column) => `t.${column} = u.${column}`).join(' and ');
  const values = [
    ...columns.map((_, place) => ended.map(({ of }) => of[place])),
    ended.map(({ from }) => from),
    ended.map(({ recordedFrom }) => recordedFrom),
    ended.map(({ recordedTo }) => recordedTo),
  ];
  await client.query({
    name: `${schema}.${name} end`,
    text: `update ${quoted(schema, name)} t set recorded_to = u.recorded_to from ${these} where ${where}`,
    values,
  });
  if (ended.every(({ recordedFrom, recordedTo }) => recordedTo > recordedFrom)) return;
  await client.query({
    name: `${schema}.${name} unsay`,
    text: `delete from ${quoted(schema, name)} t using ${these} where ${where} and t.recorded_to <= t.recorded_from`,
    values,
  });
}
