import type { EventFeed, Instant, Position } from '../kernel/index.js';
import type { Database } from './database.js';
import type { Projection } from './definition.js';
import type { Lag } from './errors.js';
import { quoted } from './schema.js';
import { lagOf } from './waiting.js';

/** What stopped a projection: an event that it cannot take, or one that nobody can read, of which less is known. */
export interface ProjectionError {
  readonly id?: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: number | null;
  readonly position: string | null;
  readonly message: string;
}

/** Where one schema of a read model stands. Positions are decimal strings. */
export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly schema: string;
  /** `building`: beside the one that serves. */
  readonly state: 'serving' | 'building';
  readonly position: string | null;
  readonly head: string | null;
  readonly lag: Lag;
  /** Events a second, smoothed over the last seconds; 0 while nothing comes. */
  readonly rate: number;
  readonly movedAt: Instant;
  /** Some process holds its lock: it is being kept up to date. */
  readonly running: boolean;
  readonly error: ProjectionError | null;
}

interface Stored {
  readonly name: string;
  readonly version: number;
  readonly schema: string;
  readonly state: 'serving' | 'building';
  readonly error: ProjectionError | null;
  readonly running: boolean;
}

interface StoredCheckpoint {
  readonly schema: string;
  readonly position: Position | null;
  readonly seen: bigint;
  readonly age: number | null;
  readonly rate: number;
  readonly idle: number;
  readonly moved_at: Instant;
}

/** Every schema that serves or is being built, against the end of the log. */
export async function statusOf(
  database: Database,
  projections: readonly Pick<Projection, 'name'>[],
  feed: Pick<EventFeed, 'head'>,
): Promise<readonly ProjectionStatus[]> {
  const [head, { rows }] = await Promise.all([
    feed.head(),
    database.pool.query<Stored>(
      `select name, version, schema, state, error, exists (
         select from pg_locks l, (select hashtextextended('kroniek ' || schema, 0) as key) h
         where l.locktype = 'advisory' and l.granted and l.objsubid = 1
           and l.database = (select oid from pg_database where datname = current_database())
           and l.classid = ((h.key >> 32) & 4294967295)::oid and l.objid = (h.key & 4294967295)::oid
       ) as running
       from kroniek.read_models where name = any($1) and state <> 'retired' order by name, version, generation`,
      [projections.map(({ name }) => name)],
    ),
  ]);
  const checkpoints = await checkpointsOf(
    database,
    rows.map(({ schema }) => schema),
  );
  return rows.map((stored) => {
    const checkpoint = checkpoints.get(stored.schema);
    if (!checkpoint) throw new Error(`The checkpoint of ${stored.schema} is gone.`);
    return statusOfSchema(stored, checkpoint, head);
  });
}

/** With one statement: one for each schema at the same time would take as many connections. */
async function checkpointsOf(
  database: Database,
  schemas: readonly string[],
): Promise<ReadonlyMap<string, StoredCheckpoint>> {
  if (schemas.length === 0) return new Map();
  const each = schemas.map(
    (schema, place) =>
      `select $${place + 1} as schema, position, seen, rate, moved_at,
         extract(epoch from now() - recorded_at)::float8 as age, extract(epoch from now() - moved_at)::float8 as idle
       from ${quoted(schema, 'checkpoint')}`,
  );
  const { rows } = await database.pool.query<StoredCheckpoint>(each.join(' union all '), [...schemas]);
  return new Map(rows.map((row) => [row.schema, row]));
}

function statusOfSchema(stored: Stored, checkpoint: StoredCheckpoint, head: Position | null): ProjectionStatus {
  const { position, rate, idle, moved_at } = checkpoint;
  return {
    name: stored.name,
    version: stored.version,
    schema: stored.schema,
    state: stored.state,
    position: position === null ? null : String(position),
    head: head === null ? null : String(head),
    lag: lagOf(checkpoint, head),
    rate: idle > 10 ? 0 : Math.round(rate),
    movedAt: moved_at,
    running: stored.running,
    error: stored.error,
  };
}
