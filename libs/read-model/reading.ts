import { type Kysely, type QueryExecutorProvider, type RawBuilder, sql } from 'kysely';
import type { Instant } from '../kernel/index.js';
import type { Database } from './database.js';
import type { Moment, Projection, Source, StoredRows, Tables } from './definition.js';
import { isMissingRelation } from './errors.js';
import { registryChannel } from './notifications.js';
import { sourceAt } from './source.js';

/** A read model's tables as a query sees them. */
export interface Reading<T extends Tables> extends Source<T> {
  /** Its tables with all rows that ever held; those of the moment are `at(table)`. */
  readonly db: Kysely<StoredRows<T>>;
  /** The schema that serves. */
  readonly schema: string;
  /** As they are declared. */
  readonly tables: T;
}

interface Serving {
  readonly schema: string;
  readonly until: number;
}

const known = new WeakMap<Database, Map<string, Serving>>();

/** Milliseconds for which a schema is taken to serve if no swap is heard of; one that was retired is kept for longer. */
const trusted = 5_000;

function servingOf(database: Database): Map<string, Serving> {
  const found = known.get(database);
  if (found) return found;
  const serving = new Map<string, Serving>();
  known.set(database, serving);
  database.notifications.listen(registryChannel, (name) => {
    if (name === undefined) serving.clear();
    else serving.delete(name);
  });
  return serving;
}

/** The schema that serves a read model. @throws Error if there is none yet */
export async function servingSchema(database: Database, name: string): Promise<string> {
  const serving = servingOf(database);
  const found = serving.get(name);
  if (found && found.until > performance.now()) return found.schema;
  const { rows } = await database.pool.query<{ schema: string }>(
    `select schema from kroniek.read_models where name = $1 and state = 'serving'`,
    [name],
  );
  const [row] = rows;
  if (!row) throw new Error(`There is no read model ${name} yet.`);
  serving.set(name, { schema: row.schema, until: performance.now() + trusted });
  return row.schema;
}

/** Whether this version of a read model can be asked: at first it is only being made, or built beside the one before. */
export async function isServed(
  database: Database,
  { name, version }: Pick<Projection, 'name' | 'version'>,
): Promise<boolean> {
  const { rows } = await database.pool.query<{ made: boolean }>(
    `select to_regclass('kroniek.read_models') is not null as made`,
  );
  if (rows[0]?.made !== true) return false;
  const serving = await database.pool.query(
    `select from kroniek.read_models where name = $1 and version = $2 and state = 'serving'`,
    [name, version],
  );
  return serving.rowCount === 1;
}

/** Asks the schema that serves a read model; should it just have been dropped, the one that took its place. */
export async function askServing<R>(database: Database, name: string, ask: (schema: string) => Promise<R>): Promise<R> {
  try {
    return await ask(await servingSchema(database, name));
  } catch (error) {
    if (!isMissingRelation(error)) throw error;
    servingOf(database).delete(name);
    return ask(await servingSchema(database, name));
  }
}

/** Asks a read model, as of a moment, through the schema that serves it. */
export const read = <T extends Tables, R>(
  database: Database,
  projection: Projection<T>,
  moment: Moment,
  query: (reading: Reading<T>) => Promise<R>,
): Promise<R> =>
  askServing(database, projection.name, (schema) => {
    const db = database.db.withSchema(schema) as unknown as Kysely<StoredRows<T>>;
    return query({ ...sourceAt<T>(projection, schema, moment), db, schema, tables: projection.tables });
  });

/** The same for several queries, which see one and the same state of the read model, and one and the same `now()`. */
export const readSteadily = <T extends Tables, R>(
  database: Database,
  projection: Projection<T>,
  moment: Moment,
  query: (reading: Reading<T>) => Promise<R>,
): Promise<R> =>
  read(database, projection, moment, (reading) =>
    reading.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute((db) => query({ ...reading, db })),
  );

/** The instant that a reading is as of; the present one where none was asked for. */
export async function instantOf<T extends Tables>(reading: Reading<T>): Promise<Instant> {
  const [now] = await rows(reading, sql<{ at: Instant }>`select ${reading.instant} as at`);
  if (!now) throw new Error('PostgreSQL answered a select without from with no row.');
  return now.at;
}

/** Runs a piece of SQL. */
export async function rows<R>(
  reading: { readonly db: QueryExecutorProvider },
  query: RawBuilder<R>,
): Promise<readonly R[]> {
  return (await query.execute(reading.db)).rows;
}
