import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type {
  DataOf,
  EventFeed,
  EventShape,
  FeedBatch,
  FollowOptions,
  Instant,
  Position,
  RecordedEvent,
} from '../kernel/index.js';
import {
  type Database,
  ensureReadModels,
  openDatabase,
  type Projection,
  runProjections,
  waitFor,
} from '../read-model/index.js';
import { servingSchema } from '../read-model/reading.js';
import { throwAwayDatabase } from './database.js';

/** A log in memory, for specs of projections: what is recorded is delivered in batches of the size asked for. */
export class MemoryLog implements EventFeed {
  readonly events: RecordedEvent[] = [];
  /** Number of reads of the log that were begun. */
  reads = 0;
  private readonly woken = new Set<() => void>();

  constructor(events: readonly RecordedEvent[] = []) {
    this.record(events);
  }

  record(events: readonly RecordedEvent[]): void {
    for (const event of events) this.events.push(event);
    for (const wake of this.woken) wake();
  }

  async head(): Promise<Position | null> {
    return Promise.resolve(this.events.at(-1)?.position ?? null);
  }

  async *follow(after: Position | null, { types, batch, signal }: FollowOptions): AsyncGenerator<FeedBatch> {
    this.reads += 1;
    const wanted = new Set(types);
    let next = after === null ? 0 : this.events.findIndex(({ position }) => position > after);
    if (next < 0) next = this.events.length;
    while (!signal.aborted) {
      const run = this.events.slice(next, next + batch);
      const last = run.at(-1);
      if (last) {
        next += run.length;
        const events = run.filter(({ type }) => wanted.has(type));
        yield { events, position: last.position, live: next === this.events.length };
        continue;
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.woken.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.woken.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }
}

/** What a spec says of an event; the rest follows from the events before it. */
export interface GivenEvent {
  readonly stream: string;
  readonly type: string;
  readonly data: object;
  readonly occurredAt: Instant;
  /** Default: `occurredAt`. */
  readonly recordedAt?: Instant;
  readonly actor?: RecordedEvent['actor'];
  readonly sealed?: RecordedEvent['sealed'];
}

/** When an event was recorded, by whom, and what of it is closed. */
export type Circumstances = Pick<GivenEvent, 'recordedAt' | 'actor' | 'sealed'>;

/** A typed way to say what happened: `happened<OpportunityEvents>()(stream, type, occurredAt, data)`. */
export const happened =
  <S extends object>() =>
  <T extends keyof S & string>(
    stream: string,
    type: T,
    occurredAt: Instant,
    data: S[T] extends EventShape ? S[T]['open'] & Partial<DataOf<S[T]>> : never,
    more: Circumstances = {},
  ): GivenEvent => ({ stream, type, occurredAt, data, ...more });

/** Gives events their places: revisions by stream, positions with holes as in a log. */
export function recorded(given: readonly GivenEvent[], after?: RecordedEvent[]): RecordedEvent[] {
  const revisions = new Map<string, number>();
  for (const { stream } of after ?? []) revisions.set(stream, (revisions.get(stream) ?? -1) + 1);
  const start = after?.at(-1)?.position ?? 0n;
  return given.map((event, index) => {
    const revision = (revisions.get(event.stream) ?? -1) + 1;
    revisions.set(event.stream, revision);
    return {
      id: randomUUID(),
      correlationId: randomUUID(),
      causationId: randomUUID(),
      actor: { id: 'key-1', role: 'sales' },
      recordedAt: event.occurredAt,
      ...event,
      revision,
      position: start + BigInt(index + 1) * 7n,
    };
  });
}

/** Rows of all tables of a read model, in a stable order. */
export type AllRows = Readonly<Record<string, readonly object[]>>;

/** A read model that has taken in the events of a spec. */
export interface Projected {
  readonly database: Database;
  readonly rows: AllRows;
}

export interface GivenEvents {
  /**
   * @param check runs against the read model built in one go; builds in other ways have shown the same rows before
   * @param beside read models that are asked too
   */
  projectedBy(
    projection: Projection,
    check: (projected: Projected) => Promise<void>,
    sizes?: readonly number[],
    beside?: readonly Projection[],
  ): Promise<void>;
}

/**
 * Builds a read model from the events on a real PostgreSQL, each time from nothing: in one batch, in small ones (or those
 * given), each event delivered twice, cut at random and delivered again. Every time the rows must be the same.
 */
export const givenEvents = (...given: readonly GivenEvent[]): GivenEvents => ({
  projectedBy: async (projection, check, sizes = [1, 2], beside = []) => {
    const events = recorded(given);
    const inOneGo = await build(projection, new MemoryLog(events), 1_000, beside);
    try {
      for (const size of sizes) {
        same(inOneGo.rows, await rowsOf(projection, new MemoryLog(events), size), `in batches of ${size}`);
      }
      same(inOneGo.rows, await rowsOf(projection, new Twice(events), 3), 'with every event delivered twice');
      const random = new AtRandom(events);
      same(inOneGo.rows, await rowsOf(projection, random, 7), `cut at random (${random.sizes.join(', ')})`);
      await check(inOneGo);
    } finally {
      await inOneGo.drop();
    }
  },
});

/** A log that delivers every batch twice. */
export class Twice extends MemoryLog {
  override async *follow(after: Position | null, options: FollowOptions): AsyncGenerator<FeedBatch> {
    for await (const batch of super.follow(after, options)) {
      yield batch;
      yield batch;
    }
  }
}

/** A log that breaks off in the middle of batches, at random, and delivers again what came before. */
export class AtRandom extends MemoryLog {
  readonly sizes: readonly number[];

  constructor(events: readonly RecordedEvent[], most = 7) {
    super(events);
    this.sizes = fc.sample(fc.integer({ min: 1, max: most }), 20);
  }

  override async *follow(after: Position | null, options: FollowOptions): AsyncGenerator<FeedBatch> {
    let at = after;
    for (let turn = 0; !options.signal.aborted; turn++) {
      const batch = this.sizes[turn % this.sizes.length] ?? 1;
      const reached: Position | null = at;
      for await (const next of super.follow(at, { ...options, batch })) {
        yield next;
        at = next.position;
        if (turn % 3 !== 0 || next.live) break;
      }
      // Every fourth time it reconnects further back than it was.
      if (turn % 4 === 3) at = reached;
    }
  }
}

async function rowsOf(projection: Projection, log: MemoryLog, batch: number): Promise<AllRows> {
  const built = await build(projection, log, batch);
  await built.drop();
  return built.rows;
}

async function build(
  projection: Projection,
  log: MemoryLog,
  batch: number,
  beside: readonly Projection[] = [],
): Promise<Projected & { drop: () => Promise<void> }> {
  const server = await throwAwayDatabase();
  const database = openDatabase(server.url);
  const stop = new AbortController();
  const projections = [projection, ...beside];
  await ensureReadModels(database, projections);
  const running = runProjections({ feed: log, database, projections, signal: stop.signal, batch });
  try {
    await waitFor(database, projections, (await log.head()) ?? 0n, 30_000);
  } finally {
    stop.abort();
    await running;
  }
  const close = async (): Promise<void> => {
    await database.close();
    await server.drop();
  };
  return { database, rows: await allRows(database, projection), drop: close };
}

/** Every row of every table of the schema that serves. */
export async function allRows(database: Database, projection: Projection): Promise<AllRows> {
  const schema = await servingSchema(database, projection.name);
  const found = await Promise.all(
    Object.keys(projection.tables).map(async (table) => {
      const { rows } = await database.pool.query<object>(`select * from "${schema}"."${table}"`);
      return [
        table,
        rows
          .map((row) => JSON.stringify(row, plain))
          .sort()
          .map((row) => JSON.parse(row) as object),
      ] as const;
    }),
  );
  return Object.fromEntries(found);
}

const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

function same(expected: AllRows, found: AllRows, how: string): void {
  const [left, right] = [JSON.stringify(expected, null, 1), JSON.stringify(found, null, 1)];
  if (left !== right) throw new Error(`Built ${how}, the rows differ.\nExpected: ${left}\nFound: ${right}`);
}
