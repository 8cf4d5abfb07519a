import { type Kysely, sql } from 'kysely';
import type { Instant } from '../kernel/index.js';
import type { Moment, Projection, StoredRows, Tables } from './definition.js';
import { type Reading, rows } from './reading.js';
import { sourceAt } from './source.js';

/** Two read models as they were at one moment. */
export interface Beside<T extends Tables, U extends Tables> {
  /** What was asked for, but known no later than both have read. */
  readonly moment: Moment;
  readonly own: Reading<T>;
  readonly other: Reading<U>;
}

/** Nothing was recorded before. */
const beginning = sql`timestamptz '0001-01-01T00:00:00Z'`;

/**
 * Another read model beside one that is being read steadily: in the same transaction, so in one and the same state of the
 * database. Each goes on through the log by itself; where one has read further than the other, both answer with what was
 * known when the last event was recorded that both have read. See docs/decisions/0031.
 *
 * @param reading that of `readSteadily`
 * @param moment which `reading` was asked for
 */
export async function beside<T extends Tables, U extends Tables>(
  reading: Reading<T>,
  other: Projection<U>,
  moment: Moment,
): Promise<Beside<T, U>> {
  const { db, schema, tables } = reading;
  const [serving] = await rows(
    { db },
    sql<{ schema: string }>`select schema from kroniek.read_models where name = ${other.name} and state = 'serving'`,
  );
  if (!serving) throw new Error(`There is no read model ${other.name} yet.`);
  const knownAt = await knownToBoth(reading, serving.schema, moment);
  const together: Moment = knownAt === null ? moment : { ...moment, knownAt };
  return {
    moment: together,
    own: { ...reading, ...sourceAt<T>({ tables }, schema, together) },
    other: {
      ...sourceAt<U>(other, serving.schema, together),
      db: db.withSchema(serving.schema) as unknown as Kysely<StoredRows<U>>,
      schema: serving.schema,
      tables: other.tables,
    },
  };
}

/** Up to when something was recorded that both have read, and no later than asked for; `null`: they have read the same. */
async function knownToBoth<T extends Tables>(
  { db, schema }: Reading<T>,
  other: string,
  { knownAt }: Moment,
): Promise<Instant | null> {
  const [found] = await rows(
    { db },
    sql<{ known_at: Instant | null }>`select case when a.position is distinct from b.position then least(
        case when a.position is null or a.position < b.position then coalesce(a.recorded_at, ${beginning})
          else coalesce(b.recorded_at, ${beginning}) end, ${knownAt ?? null}::timestamptz) end as known_at
      from ${sql.id(schema, 'checkpoint')} a cross join ${sql.id(other, 'checkpoint')} b`,
  );
  return found?.known_at ?? null;
}
