import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { connectionConfig } from './connections.js';
import { Notifications } from './notifications.js';

export interface DatabaseOptions {
  /** Most connections of the pool. Default 8. */
  readonly connections?: number;
  /** Shown in pg_stat_activity. Default `kroniek`. */
  readonly application?: string;
  /** Milliseconds until a query is given up. Default 30,000. */
  readonly statementTimeout?: number;
}

/** The read models' PostgreSQL as a process uses it: a bounded pool, and what it is notified of. */
export class Database {
  readonly pool: pg.Pool;
  /** For tables of one's own; read models are reached through `read`. */
  readonly db: Kysely<unknown>;
  readonly notifications: Notifications;

  constructor(
    readonly url: string,
    options: DatabaseOptions,
  ) {
    this.pool = new pg.Pool({
      ...connectionConfig(url, options),
      max: options.connections ?? 8,
      // An idle one takes 5 MB of the server. Two stay, with the plans that they have made.
      min: 2,
      idleTimeoutMillis: 10_000,
    });
    // An idle connection that breaks is replaced by the pool; the next query tells of a server that is gone.
    this.pool.on('error', () => undefined);
    // While it is in use too: the query under way is rejected, which is enough; unheard it would end the process.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: namingStatements(this.pool) }) });
    this.notifications = new Notifications(url);
  }

  async close(): Promise<void> {
    await this.notifications.close();
    await this.db.destroy();
  }
}

/** So many different statements are kept prepared on each connection; what comes later is sent as it is. */
const mostNamed = 100;

/**
 * A pool for kysely in which a statement that comes again is sent under a name. PostgreSQL then parses and plans it once a
 * connection, which for a short query costs several times as much as running it.
 */
function namingStatements(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>();
  const once = new Set<string>();
  const nameOf = (text: string): string | undefined => {
    const name = names.get(text);
    if (name !== undefined || names.size >= mostNamed) return name;
    if (once.size >= 1_000) once.clear();
    if (once.has(text)) names.set(text, `kysely ${String(names.size)}`);
    once.add(text);
    return names.get(text);
  };
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  const naming = (client: pg.PoolClient): PostgresPoolClient =>
    ({
      query: (text: string, given: readonly unknown[]) => {
        const values = [...given];
        // Without parameters it may be several statements in one, which cannot be prepared.
        const name = values.length > 0 ? nameOf(text) : undefined;
        return client.query(name === undefined ? { text, values } : { name, text, values });
      },
      release: () => client.release(),
    }) as unknown as PostgresPoolClient;
  return {
    connect: async () => {
      const client = await pool.connect();
      const found = known.get(client) ?? naming(client);
      known.set(client, found);
      return found;
    },
    end: () => pool.end(),
  };
}

/** Opens a bounded pool; nothing is connected before the first query. */
export const openDatabase = (url: string, options: DatabaseOptions = {}): Database => new Database(url, options);
