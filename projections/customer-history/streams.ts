import { type RawBuilder, sql } from 'kysely';
import type { Source } from '../../libs/read-model/index.js';
import type { HistoryTables } from './tables.js';

/** What is of a person is of their account too. */
const ofPeople = sql.join(
  ['activity', 'purchase', 'case', 'response', 'recipient'].map((category) => sql.lit(category)),
);

/**
 * Which streams make up the history of which customer. Of an account: its own, its people's and its opportunities', and
 * the activities, purchases, cases, survey responses and campaigns of any of them. Of a person: their own, the opportunities that
 * they are a contact of, and the activities, purchases, cases, survey responses and campaigns of theirs.
 */
export const historyOf = (
  source: Source<HistoryTables>,
  customers?: readonly string[],
): RawBuilder<{ customer: string; stream: string }> => {
  const only = (column: string): RawBuilder<unknown> =>
    customers ? sql`and ${sql.ref(column)} = any(${customers})` : sql``;
  return sql`(
    select stream as customer, stream from ${source.at('entries')} own
    where revision = 0 and (stream like 'person-%' or stream like 'account-%') ${only('stream')}
    union
    select to_stream, from_stream from ${source.at('links')} l
    where (to_stream like 'person-%' or to_stream like 'account-%') ${only('to_stream')}
    union
    select l.to_stream, a.from_stream from ${source.at('links')} l join ${source.at('links')} a on a.to_stream = l.from_stream
    where l.to_stream like 'account-%' and split_part(a.from_stream, '-', 1) in (${ofPeople}) ${only('l.to_stream')}
  )`;
};
