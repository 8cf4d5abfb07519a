import type { Position } from '../kernel/index.js';
import type { Database } from './database.js';
import { positionsChannel, registryChannel } from './notifications.js';

/** Somebody waiting for a read model to come to a position. */
interface Waiting {
  readonly name: string;
  readonly wanted: Position;
  readonly tell: (isThere: boolean) => void;
}

/**
 * Where the schemas of read models stand as far as was notified, and who waits for them to get on. Many may wait at once
 * and there is news many times a second, so those whom it does not concern are not looked at.
 */
export class HeardPositions {
  private readonly positions = new Map<string, Position>();
  /** By schema. */
  private readonly waiting = new Map<string, Set<Waiting>>();

  constructor(private readonly database: Database) {
    const { notifications } = database;
    notifications.listen(positionsChannel, (payload) => {
      this.hear(payload);
    });
    notifications.listen(registryChannel, (name) => {
      // A schema may come back under a name that was used before.
      this.positions.clear();
      this.lookAgain(name);
    });
  }

  /** `undefined`: nothing was heard of it that can be trusted. */
  of(schema: string): Position | undefined {
    return this.database.notifications.connected ? this.positions.get(schema) : undefined;
  }

  /** Tells `true` when the schema is there, `false` when that has to be asked for; until the returned function is called. */
  listen(schema: string, waiting: Waiting): () => void {
    const all = this.waiting.get(schema) ?? new Set();
    this.waiting.set(schema, all.add(waiting));
    return () => {
      all.delete(waiting);
      if (all.size === 0 && this.waiting.get(schema) === all) this.waiting.delete(schema);
    };
  }

  private hear(payload: string | undefined): void {
    const [schema, told] = payload?.split(' ') ?? [];
    if (schema === undefined || told === undefined) {
      this.positions.clear();
      this.lookAgain();
      return;
    }
    const position = BigInt(told);
    this.positions.set(schema, position);
    for (const { wanted, tell } of this.waiting.get(schema) ?? []) if (position >= wanted) tell(true);
  }

  /** @param of the read model that it concerns; left out: any */
  private lookAgain(of?: string): void {
    for (const all of this.waiting.values()) {
      for (const { name, tell } of all) if (of === undefined || of === name) tell(false);
    }
  }
}

const heard = new WeakMap<Database, HeardPositions>();

/** What a process hears over its one connection, for all who wait. */
export function heardPositions(database: Database): HeardPositions {
  const found = heard.get(database) ?? new HeardPositions(database);
  heard.set(database, found);
  return found;
}
