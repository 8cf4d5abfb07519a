import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Names the lock among the advisory locks of the `postgres` database. */
const key = 0x6b726f6e;

const name = (pid: number): string => `kroniek supervisor ${String(pid)}`;

export type Supervision =
  /** `lost` settles when the connection, and with it the lock, is gone. */
  { held: true; lost: Promise<void>; release(): Promise<void> } | { held: false; pid: number };

/**
 * Makes this process the one supervisor of the servers on a data folder. The lock is that of a database session: it
 * ends with the process, however that ends.
 *
 * @param url of the database `postgres`
 */
export async function supervise(url: string): Promise<Supervision> {
  const client = new pg.Client({
    connectionString: url,
    application_name: name(process.pid),
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  const lost = new Promise<void>((resolve) => {
    client.once('end', resolve);
  });
  // Without a listener a broken connection would end the process; `end` follows.
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [key]);
  if (rows[0]?.held === true) return { held: true, lost, release: () => client.end() };
  const pid = await holder(client);
  await client.end();
  return { held: false, pid };
}

/** Process id of the supervisor that holds the lock, undefined if nobody does. */
export async function supervisorOf(url: string): Promise<number | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const pid = await holder(client);
    return pid === 0 ? undefined : pid;
  } finally {
    await client.end();
  }
}

async function holder(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ application_name: string }>(
    `select application_name from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and classid = 0 and objid = $1 and granted`,
    [key],
  );
  return Number(rows[0]?.application_name.split(' ').pop() ?? 0);
}

/**
 * Waits until nobody is connected to a database, then ends who still is: processes of a supervisor that was killed must
 * not write beside those of the next one.
 *
 * @param url of the database
 * @param patience milliseconds
 */
export async function clearSessions(url: string, patience: number): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  const others = `from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
      and backend_type = 'client backend'`;
  try {
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      if ((await client.query(`select ${others}`)).rowCount === 0) return;
      await sleep(50);
    }
    await client.query(`select pg_terminate_backend(pid) ${others}`);
  } finally {
    await client.end();
  }
}
