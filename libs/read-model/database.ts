import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { connectionConfig } from './connections.js';
import { Notifications } from './notifications.js';
import { namingStatements } from './prepared.js';

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
      // To plan a list takes longer than to run it (docs/decisions/0033).
      ...connectionConfig(url, { ...options, plansOnce: true }),
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

/** Opens a bounded pool; nothing is connected before the first query. */
export const openDatabase = (url: string, options: DatabaseOptions = {}): Database => new Database(url, options);
