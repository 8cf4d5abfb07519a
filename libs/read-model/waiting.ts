import type { Position } from '../kernel/index.js';
import type { Database } from './database.js';
import type { Projection } from './definition.js';
import { BehindPosition } from './errors.js';
import { positionsChannel, registryChannel } from './notifications.js';
import { askServing, servingSchema } from './reading.js';
import { quoted } from './schema.js';

/** Positions that were notified, by schema; trusted while the connection that brought them stands. */
const heard = new WeakMap<Database, Map<string, Position>>();

function positionsHeard(database: Database): Map<string, Position> {
  const found = heard.get(database);
  if (found) return found;
  const positions = new Map<string, Position>();
  heard.set(database, positions);
  database.notifications.listen(positionsChannel, (payload) => {
    const [schema, position] = payload?.split(' ') ?? [];
    if (schema === undefined || position === undefined) positions.clear();
    else positions.set(schema, BigInt(position));
  });
  // A schema may come back under a name that was used before.
  database.notifications.listen(registryChannel, () => positions.clear());
  return positions;
}

/**
 * Waits until what serves the read models has seen everything up to a position: read your own writes. It is told by the
 * transaction that moves the checkpoint and does not poll.
 *
 * @throws BehindPosition naming the first that has not come there in time
 */
export async function waitFor(
  database: Database,
  projections: Pick<Projection, 'name'> | readonly Pick<Projection, 'name'>[],
  position: Position,
  timeoutMs: number,
): Promise<void> {
  const all = [projections].flat();
  const until = performance.now() + timeoutMs;
  await Promise.all(all.map(({ name }) => waitForOne(database, name, position, until)));
}

async function waitForOne(database: Database, name: string, wanted: Position, until: number): Promise<void> {
  const positions = positionsHeard(database);
  const { notifications } = database;
  let schema = await servingSchema(database, name);
  const heard = notifications.connected ? positions.get(schema) : undefined;
  if (heard !== undefined && heard >= wanted) return;
  let told: (isThere: boolean) => void = () => undefined;
  const unlisten = [
    notifications.listen(positionsChannel, (payload) => {
      const [of, position] = payload?.split(' ') ?? [];
      if (position === undefined) told(false);
      else if (of === schema && BigInt(position) >= wanted) told(true);
    }),
    notifications.listen(registryChannel, (payload) => {
      if (payload === undefined || payload === name) told(false);
    }),
  ];
  try {
    // Where earlier checkpoints were heard of, the one waited for will be too: nothing needs to be asked meanwhile.
    for (let ask = heard === undefined; ; ask = true) {
      const news = new Promise<boolean>((resolve) => (told = resolve));
      if (ask) {
        const at = await askServing(database, name, (serving) => checkpointOf(database, (schema = serving)));
        const { position } = at;
        if (position !== null && position >= wanted) return;
        if (performance.now() >= until) {
          throw new BehindPosition(
            name,
            String(wanted),
            position === null ? null : String(position),
            lagOf(at, wanted),
          );
        }
      }
      const isThere = await Promise.race([news, after(until - performance.now())]);
      if (isThere) return;
    }
  } finally {
    for (const stop of unlisten) stop();
  }
}

/**
 * Tells whenever a read model may have gone on, or another schema serves it, until the returned function is called; once
 * too often rather than once too seldom.
 */
export function whenMoved(database: Database, { name }: Pick<Projection, 'name'>, heard: () => void): () => void {
  const prefix = `${name.replaceAll('-', '_')}_v`;
  const unlisten = [
    database.notifications.listen(positionsChannel, (payload) => {
      if (payload === undefined || payload.startsWith(prefix)) heard();
    }),
    database.notifications.listen(registryChannel, (payload) => {
      if (payload === undefined || payload === name) heard();
    }),
  ];
  return () => {
    for (const stop of unlisten) stop();
  };
}

const after = (milliseconds: number): Promise<boolean> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(false), milliseconds).unref();
  });

interface Checkpoint {
  readonly position: Position | null;
  readonly seen: bigint;
  /** Seconds since the last event that was seen had been recorded; null before the first. */
  readonly age: number | null;
}

async function checkpointOf(database: Database, schema: string): Promise<Checkpoint> {
  const { rows } = await database.pool.query<Checkpoint>(
    `select position, seen, extract(epoch from now() - recorded_at)::float8 as age from ${quoted(schema, 'checkpoint')}`,
  );
  return rows[0] ?? { position: null, seen: 0n, age: null };
}

/**
 * How far a checkpoint is behind a position. 0 events is exact; else they are estimated from the average distance of
 * the events seen so far, as positions have holes.
 */
export function lagOf({ position, seen, age }: Checkpoint, head: Position | null): { events: number; seconds: number } {
  if (head === null || (position !== null && position >= head)) return { events: 0, seconds: 0 };
  if (position === null || seen === 0n || position <= 0n) return { events: Number(head), seconds: age ?? 0 };
  const distance = Number(position) / Number(seen);
  return { events: Math.max(1, Math.round(Number(head - position) / distance)), seconds: Math.max(0, age ?? 0) };
}
