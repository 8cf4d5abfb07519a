import type { Position } from '../kernel/index.js';
import type { Database } from './database.js';
import type { Projection } from './definition.js';
import { BehindPosition } from './errors.js';
import { type HeardPositions, heardPositions } from './heard-positions.js';
import { positionsChannel, registryChannel } from './notifications.js';
import { askServing, servingSchema } from './reading.js';
import { quoted } from './schema.js';

/**
 * Waits until what serves the read models has seen everything up to a position: read your own writes. It is told by the
 * transaction that moves the checkpoint and does not poll.
 *
 * @param signal where it is aborted, nobody waits any longer, and its reason is thrown
 * @throws BehindPosition naming the first that has not come there in time
 */
export async function waitFor(
  database: Database,
  projections: Pick<Projection, 'name'> | readonly Pick<Projection, 'name'>[],
  position: Position,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const all = [projections].flat();
  const until = performance.now() + timeoutMs;
  await Promise.all(all.map(({ name }) => waitForOne(database, { name, wanted: position, signal }, until)));
}

interface Waited {
  readonly name: string;
  readonly wanted: Position;
  readonly signal: AbortSignal | undefined;
}

async function waitForOne(database: Database, waited: Waited, until: number): Promise<void> {
  const { name, wanted, signal } = waited;
  const positions = heardPositions(database);
  let schema = await servingSchema(database, name);
  const heard = positions.of(schema);
  if (heard !== undefined && heard >= wanted) return;
  // Where earlier checkpoints were heard of, the one waited for will be too: nothing needs to be asked meanwhile.
  for (let ask = heard === undefined; ; ask = true) {
    signal?.throwIfAborted();
    const listened = schema;
    const news = newsOf(positions, listened, waited, until);
    try {
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
        if (schema !== listened) continue;
      }
      if (await news.isThere) return;
    } finally {
      news.forget();
    }
  }
}

/** The next news of a schema; `false` also when the time is over, or nobody waits any more. */
function newsOf(
  positions: HeardPositions,
  schema: string,
  { name, wanted, signal }: Waited,
  until: number,
): { readonly isThere: Promise<boolean>; readonly forget: () => void } {
  let forget = (): void => undefined;
  const isThere = new Promise<boolean>((tell) => {
    const unlisten = positions.listen(schema, { name, wanted, tell });
    const over = (): void => tell(false);
    const timer = setTimeout(over, Math.max(0, until - performance.now())).unref();
    signal?.addEventListener('abort', over, { once: true });
    forget = () => {
      unlisten();
      signal?.removeEventListener('abort', over);
      clearTimeout(timer);
    };
  });
  return { isThere, forget: () => forget() };
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
