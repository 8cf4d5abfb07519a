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
  return Promise.all(rows.map((stored) => statusOfSchema(database, stored, head)));
}

async function statusOfSchema(database: Database, stored: Stored, head: Position | null): Promise<ProjectionStatus> {
  const { rows } = await database.pool.query<StoredCheckpoint>(
    `select position, seen, rate, moved_at, extract(epoch from now() - recorded_at)::float8 as age,
       extract(epoch from now() - moved_at)::float8 as idle from ${quoted(stored.schema, 'checkpoint')}`,
  );
  const [checkpoint] = rows;
  if (!checkpoint) throw new Error(`The checkpoint of ${stored.schema} is gone.`);
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
