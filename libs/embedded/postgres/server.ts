import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort, isPortFree } from '../ports.js';
import { type Account, chooseAccount } from './account.js';
import { type Binaries, locateBinaries } from './binaries.js';
import { ensureCluster, ensureFolder, superuser } from './cluster.js';
import { hasCode } from './error-code.js';
import { disown, isPostmaster, readPostmaster, stopPostmaster } from './postmaster.js';
import { type Settings, serverArguments } from './settings.js';

export type PostgresOptions = {
  /** Folder of the data; made if it is missing. */
  data: string;
  /** Databases that will be there; `postgres` always is. */
  databases: readonly string[];
  /** Loopback port; by default the one of the last start, or a free one if that is taken. */
  port?: number;
  /** Settings of the server (postgresql.conf) over those chosen here. */
  settings?: Settings;
  log?: (message: string) => void;
};

export type Postgres = {
  port: number;
  /** Process id of the postmaster. */
  pid: number;
  /** True if the server ran already: it outlived the process that started it. */
  adopted: boolean;
  /** Connection string of a database; carries the password. */
  url: (database: string) => string;
  /** Settles with the reason when the server has ended, by stop() or otherwise. Never rejects. */
  exited: Promise<string>;
  /** Fast shutdown; after `within` milliseconds (5,000) without a checkpoint, then by force. */
  stop(within?: number): Promise<void>;
};

/**
 * Starts a PostgreSQL of our own on loopback, or takes over the one that already runs on the folder. The server runs in
 * a session of its own: neither a Ctrl-C in the terminal nor the death of this process ends it.
 *
 * @throws Error whose message says what to do
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const log = options.log ?? (() => undefined);
  await ensureFolder(resolve(options.data));
  const data = await realpath(options.data);
  const binaries = await locateBinaries();
  const account = chooseAccount(data, [binaries.postgres, join(binaries.native, 'share', 'postgresql')], log);
  const password = await ensureCluster(data, binaries, account);
  const server = await runningOrLaunched({ ...options, data, log }, binaries, account);
  const url = urls(server.port, password);
  await ensureDatabases(url('postgres'), options.databases);
  return {
    ...server,
    url,
    stop: (within = 5_000) => stopPostmaster(server.pid, join(data, 'cluster'), within),
  };
}

/** The server that runs on the folder, if there is one; starts nothing. */
export function runningPostgres(data: string): { pid: number; url: (database: string) => string } | undefined {
  const found = readPostmaster(join(resolve(data), 'cluster'));
  if (found?.living !== true || !found.ready) return undefined;
  const password = readFileSync(join(data, 'password'), 'utf8').trim();
  return { pid: found.pid, url: urls(found.port, password) };
}

const urls = (port: number, password: string) => (database: string) =>
  `postgres://${superuser}:${password}@127.0.0.1:${String(port)}/${encodeURIComponent(database)}`;

type Running = Pick<Postgres, 'pid' | 'port' | 'adopted' | 'exited'>;
type Launch = PostgresOptions & { log: (message: string) => void };

/**
 * A server that is starting or stopping is waited for, so that of two starts at the same time one launches and both
 * have the server, and a start right after a stop or a kill succeeds.
 */
async function runningOrLaunched(options: Launch, binaries: Binaries, account: Account): Promise<Running> {
  const cluster = join(options.data, 'cluster');
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = readPostmaster(cluster);
    if (found?.living === true) {
      if (found.ready && (await answers(found.port))) {
        return { pid: found.pid, port: found.port, adopted: true, exited: ended(found.pid, cluster) };
      }
      if (Date.now() > deadline) {
        throw new Error(
          `A PostgreSQL (process ${String(found.pid)}) holds ${cluster} and does not answer: end that process and start again.`,
        );
      }
      await sleep(50);
      continue;
    }
    if (found !== undefined) disown(cluster, found.pid);
    const launched = await launch(options, binaries, account);
    if (typeof launched !== 'string') return launched;
    if (Date.now() > deadline || !passing.test(launched)) {
      throw new Error(`PostgreSQL did not start (log: ${join(options.data, 'postgres.log')}): ${launched}`);
    }
    options.log('PostgreSQL could not start yet, trying again');
    await sleep(200);
  }
}

/** Reasons that go by: another start was faster, processes of a killed server still end, a port was just taken. */
const passing = /lock file "postmaster\.pid"|pre-existing shared memory|could not (?:bind|create any TCP\/IP)/;

/**
 * glibc otherwise keeps what a connection once needed, to analyse a table or to make an index, for as long as it is open.
 * Told a bound in bytes, it no longer raises it by itself.
 */
const givesMemoryBack = { MALLOC_TRIM_THRESHOLD_: '131072' };

/** @returns the server once it takes connections, or why it ended before */
async function launch(options: Launch, binaries: Binaries, account: Account): Promise<Running | string> {
  const cluster = join(options.data, 'cluster');
  const port = await choosePort(options);
  const logFile = join(options.data, 'postgres.log');
  if (existsSync(logFile) && statSync(logFile).size > 4_000_000) renameSync(logFile, `${logFile}.1`);
  const logged = openSync(logFile, 'a', 0o600);
  const from = statSync(logFile).size;
  const child = account.spawn(binaries.postgres, ['-D', cluster, ...serverArguments(port, options.settings)], {
    cwd: cluster,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...givesMemoryBack },
    stdio: ['ignore', logged, logged],
    detached: true,
  });
  closeSync(logged);
  child.unref();
  const exit = new Promise<string>((settle) => {
    child.once('error', (error) => {
      settle(error.message);
    });
    child.once('exit', (code, signal) => {
      settle(signal === null ? `exit code ${String(code)}` : `signal ${signal}`);
    });
  });
  const running = new AbortController();
  const early = exit.then((reason) => {
    running.abort();
    const written = readFileSync(logFile).subarray(from).toString().split('\n');
    return [reason, ...written.filter((line) => line !== '' && !/ (?:LOG|HINT): /.test(line)).slice(-4)].join('\n');
  });
  const ready = untilReady(child.pid, cluster, running.signal, options.log).then(() => undefined);
  const failure = await Promise.race([early, ready]);
  if (failure !== undefined || child.pid === undefined) return failure ?? (await early);
  await writeFile(join(options.data, 'port'), String(port));
  return { pid: child.pid, port, adopted: false, exited: exit };
}

/** Recovery after a kill has no bound that would be right everywhere; the process itself ends if it cannot go on. */
async function untilReady(
  pid: number | undefined,
  cluster: string,
  gaveUp: AbortSignal,
  log: (message: string) => void,
): Promise<void> {
  const slow = setTimeout(() => {
    log('PostgreSQL is recovering, this can take a while');
  }, 5_000);
  while (!gaveUp.aborted) {
    const found = readPostmaster(cluster);
    if (found !== undefined && found.pid === pid && found.ready) break;
    await sleep(10);
  }
  clearTimeout(slow);
}

/** The port of the last start where it is free, because clients of a killed server come back to it. */
async function choosePort(options: Launch): Promise<number> {
  if (options.port !== undefined) {
    if (await isPortFree(options.port)) return options.port;
    throw new Error(`Port ${String(options.port)} is taken: PostgreSQL cannot listen on it.`);
  }
  const last = await readFile(join(options.data, 'port'), 'utf8').catch(() => '');
  return await freePort(/^\d+$/.test(last) ? Number(last) : undefined);
}

async function answers(port: number): Promise<boolean> {
  return !(await isPortFree(port));
}

/** A server that is not our child is watched by its process id. */
async function ended(pid: number, cluster: string): Promise<string> {
  return await new Promise((settle) => {
    const timer = setInterval(() => {
      if (isPostmaster(pid, cluster)) return;
      clearInterval(timer);
      settle('ended');
    }, 250);
    timer.unref();
  });
}

async function ensureDatabases(url: string, databases: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    for (const database of databases) {
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
      if (rowCount !== 0) continue;
      await client.query(`create database ${client.escapeIdentifier(database)}`).catch((error: unknown) => {
        // 42P04, or 23505 in a race: another start made it.
        if (!hasCode(error, '42P04', '23505')) throw error;
      });
    }
  } finally {
    await client.end();
  }
}
