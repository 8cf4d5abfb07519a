import pg from 'pg';
import { readRecord } from '../protocol/record.js';
import type { Log } from '../options.js';
import { SCHEMA, WRITER_LOCK } from './schema.js';

const LOCK_PATIENCE_MS = 5_000;
const RETRY_MS = 200;
/** How long the appends in the queue wait for a database that went away before they are refused. */
const RECOVERY_PATIENCE_MS = 3_000;
const LOCK_NOT_AVAILABLE = '55P03';

const LAST = 'select position, record from event_store.events order by position desc limit 1';

/** Another living server writes to the same database. */
export class DatabaseInUse extends Error {
  constructor() {
    super('another running event store holds this database');
  }
}

/**
 * The one connection that writes, and what it has to know to go on: the last position and instant. It holds the
 * database's advisory lock, so that its end, however it comes, ends the claim, and a successor can only begin when
 * nothing of this session can be committed any more.
 */
export class WriterSession {
  private current: pg.Client | undefined;
  private recovering: Promise<void> | undefined;
  private isClosed = false;
  private lastInstant = 0;
  position = 0;

  constructor(
    private readonly database: string,
    private readonly log: Log,
    /** Called with the last position each time that the session stands again. */
    private readonly onOpen: (position: number) => void,
  ) {}

  get isOpen(): boolean {
    return this.current !== undefined;
  }

  get client(): pg.Client {
    if (this.current === undefined) throw new Error('the database is not connected');
    return this.current;
  }

  /** Never goes back, whatever the clock does. */
  nextInstant(now: number): number {
    this.lastInstant = Math.max(this.lastInstant, Math.floor(now));
    return this.lastInstant;
  }

  /** @throws DatabaseInUse, or what PostgreSQL says. */
  async open(): Promise<void> {
    const client = new pg.Client({ connectionString: this.database, application_name: 'event store writer' });
    client.on('error', () => undefined);
    client.on('end', () => {
      if (this.current !== client) return;
      this.current = undefined;
      void this.recover();
    });
    try {
      await client.connect();
      await claim(client);
      await client.query(SCHEMA);
      await client.query('set synchronous_commit = on');
      const { rows } = await client.query<{ position: string; record: Buffer }>(LAST);
      this.position = Number(rows[0]?.position ?? 0);
      if (rows[0] !== undefined) this.nextInstant(readRecord(rows[0].record).created);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    if (this.isClosed) {
      await client.end();
      return;
    }
    this.current = client;
    this.onOpen(this.position);
  }

  report(error: unknown): void {
    this.log('error', 'writing to the database failed', {
      reason: error instanceof Error ? error.message : String(error),
    });
  }

  /** After a failed write: a new connection, for the state of the old one is unknown. False when it takes too long. */
  async recover(): Promise<boolean> {
    this.recovering ??= this.reconnect().finally(() => (this.recovering = undefined));
    await Promise.race([this.recovering, pause(RECOVERY_PATIENCE_MS)]);
    return this.isOpen;
  }

  private async reconnect(): Promise<void> {
    const old = this.current;
    this.current = undefined;
    if (old !== undefined) await Promise.race([old.end().catch(() => undefined), pause(RETRY_MS)]);
    while (!this.isClosed) {
      try {
        await this.open();
        this.log('info', 'the database is connected again', {});
        return;
      } catch {
        await pause(RETRY_MS);
      }
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const client = this.current;
    this.current = undefined;
    await client?.end().catch(() => undefined);
  }
}

async function claim(client: pg.Client): Promise<void> {
  await client.query(`set lock_timeout = ${LOCK_PATIENCE_MS}`);
  try {
    await client.query('select pg_advisory_lock($1)', [WRITER_LOCK]);
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE) throw new DatabaseInUse();
    throw error;
  }
  await client.query('set lock_timeout = 0');
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
