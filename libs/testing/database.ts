import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Postgres, runningPostgres, startPostgres } from '../embedded/postgres/index.js';

/** What a power cut would lose nobody misses here. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 200 };

let started: Promise<Postgres> | undefined;

/** The PostgreSQL of this test run: started by the first who asks, shared by all workers, ended by the global teardown. */
function server(): Promise<Postgres> {
  started ??= startPostgres({ data: process.env['KRONIEK_TEST_POSTGRES'] ?? ownFolder(), databases: [], settings });
  return started;
}

/** Outside of jest (a benchmark, a script) the server ends with the process. */
function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), `kroniek-test-${String(process.pid)}-`));
  // Run by root, PostgreSQL is another user, who passes through here.
  chmodSync(folder, 0o711);
  process.once('exit', () => {
    const running = runningPostgres(folder);
    if (running !== undefined) process.kill(running.pid, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  return folder;
}

export type ThrowAwayDatabase = {
  /** Connection string; carries the password. */
  url: string;
  /** Ends the connections to it and removes it. */
  drop(): Promise<void>;
};

/** A fresh, empty database. */
export async function throwAwayDatabase(): Promise<ThrowAwayDatabase> {
  const postgres = await server();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(postgres, `create database ${name} strategy file_copy`);
  return { url: postgres.url(name), drop: () => administer(postgres, `drop database if exists ${name} with (force)`) };
}

async function administer(postgres: Postgres, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
