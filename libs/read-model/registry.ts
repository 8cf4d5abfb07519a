import type pg from 'pg';
import type { Actor, Position } from '../kernel/index.js';
import type { Database } from './database.js';
import type { Projection } from './definition.js';
import { Misdeclared } from './errors.js';
import { registryChannel } from './notifications.js';
import { foundation, quoted, schemaStatements, shapeOf, viewsHash, viewStatements } from './schema.js';

/** A schema of a read model: it serves queries, is being built beside the one that does, or waits to be dropped. */
export interface RegisteredSchema {
  readonly schema: string;
  readonly name: string;
  readonly version: number;
  readonly generation: number;
  readonly state: 'building' | 'serving' | 'retired';
}

const lockOfRegistry = `select pg_advisory_xact_lock(hashtextextended('kroniek read models', 0))`;

type Run = (client: pg.ClientBase) => Promise<void>;

/** Runs in one transaction; changes to the registry happen one after the other, whatever the process. */
export async function inRegistry<T>(client: pg.ClientBase, change: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    await client.query(lockOfRegistry);
    const result = await change();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function changeRegistry(database: Database, change: Run): Promise<void> {
  const client = await database.pool.connect();
  try {
    await inRegistry(client, () => change(client));
  } finally {
    // The pool gets it back closed: of the tables that it made its server would hold 15 MB for good.
    client.release(true);
  }
}

/** In one round trip: a schema has up to some hundred statements. */
const runAll = async (client: pg.ClientBase, statements: readonly string[]): Promise<void> => {
  await client.query(statements.join(';\n'));
};

const told = (client: pg.ClientBase, name: string): Promise<unknown> =>
  client.query('select pg_notify($1, $2)', [registryChannel, name]);

/** `inactive-customers` version 2 → `inactive_customers_v2`, its second copy `inactive_customers_v2_2`. */
const schemaName = (name: string, version: number, generation: number): string =>
  `${name.replaceAll('-', '_')}_v${version}${generation > 1 ? `_${generation}` : ''}`;

/**
 * Makes what is missing: the registry, the role and the schema of analysts, a schema for each read model that has none,
 * and one beside it for each that has another version. Idempotent; several processes may call it at once.
 *
 * @throws Misdeclared if a read model has changed its tables without a new version
 */
export async function ensureReadModels(database: Database, projections: readonly Projection[]): Promise<void> {
  const twice = projections.find(({ name }, index) => projections.findIndex((other) => other.name === name) !== index);
  if (twice) throw new Misdeclared(`There are two read models with the name ${twice.name}.`);
  await changeRegistry(database, async (client) => {
    await runAll(client, foundation);
    for (const projection of projections) await ensureReadModel(client, projection);
  });
}

async function ensureReadModel(client: pg.ClientBase, projection: Projection): Promise<void> {
  const { rows } = await client.query<RegisteredSchema & { shape: string; views: string }>(
    `select schema, name, version, generation, state, shape, views from kroniek.read_models where name = $1 and state <> 'retired'`,
    [projection.name],
  );
  const same = rows.filter(({ version }) => version === projection.version);
  if (same.some(({ shape }) => shape !== shapeOf(projection))) {
    throw new Misdeclared(
      `The read model ${projection.name} has other tables than its version ${projection.version} was built with: give it a new version.`,
    );
  }
  const serving = same.find(({ state }) => state === 'serving');
  if (serving && serving.views !== viewsHash(projection, serving.schema)) {
    await pointViews(client, projection, serving.schema);
  }
  if (same.length > 0) return;
  await addSchema(client, projection, rows.length === 0 ? 'serving' : 'building');
}

async function addSchema(
  client: pg.ClientBase,
  projection: Projection,
  state: 'building' | 'serving',
): Promise<string> {
  const { rows } = await client.query<{ next: number }>(
    'select coalesce(max(generation), 0) + 1 as next from kroniek.read_models where name = $1 and version = $2',
    [projection.name, projection.version],
  );
  const generation = rows[0]?.next ?? 1;
  const schema = schemaName(projection.name, projection.version, generation);
  await runAll(client, schemaStatements(projection, schema));
  await client.query(
    `insert into kroniek.read_models (schema, name, version, generation, shape, views, state, served_at)
     values ($1, $2, $3, $4, $5, '', $6, case when $6 = 'serving' then now() end)`,
    [schema, projection.name, projection.version, generation, shapeOf(projection), state],
  );
  if (state === 'serving') await pointViews(client, projection, schema);
  await told(client, projection.name);
  return schema;
}

/** Views are no part of a version: they hold no rows, so a changed one is simply made anew. */
async function pointViews(client: pg.ClientBase, projection: Projection, schema: string): Promise<void> {
  await runAll(client, viewStatements(projection, schema));
  const views = viewsHash(projection, schema);
  await client.query('update kroniek.read_models set views = $2 where schema = $1', [schema, views]);
}

/**
 * Asks for a fresh copy of a read model, built from the first event beside the one that serves and swapped in when it
 * has caught up. While one is being built already, that one is meant.
 *
 * @returns the schema of the copy
 */
export async function rebuild(database: Database, projection: Projection): Promise<string> {
  let schema = '';
  await changeRegistry(database, async (client) => {
    const { rows } = await client.query<{ schema: string }>(
      `select schema from kroniek.read_models where name = $1 and version = $2 and state = 'building'`,
      [projection.name, projection.version],
    );
    schema = rows[0]?.schema ?? (await addSchema(client, projection, 'building'));
  });
  return schema;
}

/**
 * Lets a read model (this version of it, and its rebuilds) leave out the event at a position, which stopped it. The act
 * is recorded with who did it.
 */
export async function skipEvent(
  database: Database,
  projection: Pick<Projection, 'name' | 'version'>,
  position: Position,
  actor: Actor,
): Promise<void> {
  await changeRegistry(database, async (client) => {
    await client.query(
      `insert into kroniek.skipped_events (name, version, position, actor_id, actor_role) values ($1, $2, $3, $4, $5)
       on conflict do nothing`,
      [projection.name, projection.version, position, actor.id, actor.role],
    );
    await told(client, projection.name);
  });
}

/** Positions of the events that a read model leaves out. */
export async function skippedEvents(
  client: pg.ClientBase,
  { name, version }: Pick<Projection, 'name' | 'version'>,
): Promise<ReadonlySet<Position>> {
  const { rows } = await client.query<{ position: Position }>(
    'select position from kroniek.skipped_events where name = $1 and version = $2',
    [name, version],
  );
  return new Set(rows.map(({ position }) => position));
}

/** All schemas of some read models. */
export async function registeredSchemas(
  database: Database,
  names: readonly string[],
): Promise<readonly RegisteredSchema[]> {
  const { rows } = await database.pool.query<RegisteredSchema>(
    'select schema, name, version, generation, state from kroniek.read_models where name = any($1)',
    [names],
  );
  return rows;
}

/**
 * Lets a schema serve, if it stands no further back than the one that does, or at the end of the log: views and queries
 * go over to it in one transaction, the old one is dropped later.
 *
 * @param head asks for the end of the log
 * @returns whether it serves now
 */
export async function swapIn(
  client: pg.ClientBase,
  projection: Projection,
  schema: string,
  head: () => Promise<Position | null>,
): Promise<boolean> {
  return inRegistry(client, async () => {
    // An analyst's long query holds the view; rather try again than let all others queue behind us.
    await client.query(`set local lock_timeout = '2s'`);
    const { rows } = await client.query<{ schema: string; state: string }>(
      `select schema, state from kroniek.read_models where schema = $1 or (name = $2 and state = 'serving') for update`,
      [schema, projection.name],
    );
    const own = rows.find((row) => row.schema === schema);
    const old = rows.find((row) => row.state === 'serving');
    if (own?.state !== 'building' || old?.schema === schema) return own?.state === 'serving';
    if (old && (await isBehind(client, schema, old.schema, head))) return false;
    await client.query(
      `update kroniek.read_models set state = 'retired', retired_at = now(), error = null where name = $1 and state = 'serving'`,
      [projection.name],
    );
    await client.query(
      `update kroniek.read_models set state = 'serving', served_at = now(), error = null where schema = $1`,
      [schema],
    );
    await pointViews(client, projection, schema);
    await told(client, projection.name);
    return true;
  });
}

/** The lock on the old checkpoint keeps it from moving on before the swap is done. */
async function isBehind(
  client: pg.ClientBase,
  schema: string,
  old: string,
  head: () => Promise<Position | null>,
): Promise<boolean> {
  const checkpoint = async (of: string, lock: string): Promise<Position> => {
    const { rows } = await client.query<{ position: Position | null }>(
      `select position from ${quoted(of, 'checkpoint')} ${lock}`,
    );
    return rows[0]?.position ?? -1n;
  };
  const there = await checkpoint(old, 'for update');
  const here = await checkpoint(schema, '');
  return here < there && here < ((await head()) ?? -1n);
}

/** Drops the schemas that were retired longer ago than `after` milliseconds: what queries saw them has long ended. */
export async function dropRetired(database: Database, names: readonly string[], after: number): Promise<void> {
  const due = `name = any($1) and state = 'retired' and retired_at < now() - $2 * interval '1 millisecond'`;
  const { rows } = await database.pool.query<{ schema: string }>(
    `select schema from kroniek.read_models where ${due}`,
    [names, after],
  );
  for (const { schema } of rows) {
    await changeRegistry(database, async (client) => {
      await client.query(`set local lock_timeout = '2s'`);
      await client.query(`drop schema if exists ${quoted(schema)} cascade`);
      await client.query(`delete from kroniek.read_models where schema = $1 and state = 'retired'`, [schema]);
    });
  }
}
