import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { linkLibraries } from '../../libs/embedded/postgres/binaries.js';
import { type Postgres, startPostgres, supervise, supervisorOf } from '../../libs/embedded/postgres/index.js';

describe('the embedded PostgreSQL', () => {
  let home: string;
  let data: string;
  const running: Postgres[] = [];
  const start = async (options: { databases?: string[]; log?: (message: string) => void } = {}): Promise<Postgres> => {
    const postgres = await startPostgres({ data, databases: [], ...options });
    running.push(postgres);
    return postgres;
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'kroniek-postgres-'));
    // Private like a home folder: the user PostgreSQL runs as under root cannot pass through.
    chmodSync(home, 0o700);
    data = join(home, 'data folder', 'postgres');
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((postgres) => postgres.stop()));
    rmSync(home, { recursive: true, force: true });
  });

  it('keeps databases, port and password over a stop', async () => {
    const first = await start({ databases: ['one', 'two'] });
    expect(await ask(first.url('one'), 'create table fact (what text); insert into fact values ($$Ærø ☃$$)')).toEqual(
      [],
    );
    expect(await ask(first.url('two'), 'select getdatabaseencoding() as encoding, lower($$ÆØ$$) as lower')).toEqual([
      { encoding: 'UTF8', lower: 'æø' },
    ]);
    await first.stop();
    expect(await first.exited).toBe('exit code 0');

    const second = await start({ databases: ['one', 'three'] });
    expect(second.adopted).toBe(false);
    expect(second.url('one')).toBe(first.url('one'));
    expect(await ask(second.url('one'), 'select what from fact')).toEqual([{ what: 'Ærø ☃' }]);
    expect(await ask(second.url('three'), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('lets nobody in without the password, which stands in one private file', async () => {
    const { url, port } = await start();
    const password = new URL(url('postgres')).password;
    await expect(ask(`postgres://kroniek:guess@127.0.0.1:${String(port)}/postgres`, 'select 1')).rejects.toThrow(
      /password authentication failed/,
    );
    expect(statSync(join(data, 'password')).mode & 0o777).toBe(0o600);
    expect(readdirSync(data).sort()).toEqual(['cluster', 'password', 'port', 'postgres.log']);
    for (const file of [join(data, 'postgres.log'), join(data, 'cluster', 'postmaster.opts')]) {
      expect(readFileSync(file, 'utf8')).not.toContain(password);
    }
  });

  it('takes over a server that outlived its starter', async () => {
    const first = await start({ databases: ['one'] });
    const second = await start({ databases: ['one', 'two'] });
    expect(second).toMatchObject({ adopted: true, pid: first.pid, port: first.port });
    expect(await ask(second.url('two'), 'select 1 as one')).toEqual([{ one: 1 }]);
    await second.stop();
    expect(await second.exited).toBe('ended');
  });

  it('starts again after kill -9 of the server, with what it had acknowledged, on the same port', async () => {
    const first = await start({ databases: ['one'] });
    await ask(first.url('one'), 'create table fact (what int); insert into fact values (1)');
    process.kill(first.pid, 'SIGKILL');
    expect(await first.exited).toBe('signal SIGKILL');
    const second = await start({ databases: ['one'] });
    expect(second.port).toBe(first.port);
    expect(await ask(second.url('one'), 'select what from fact')).toEqual([{ what: 1 }]);
  });

  it('is not kept out by another process that has got the number of a killed server', async () => {
    const first = await start();
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const file = join(data, 'cluster', 'postmaster.pid');
    const written = readFileSync(file, 'utf8').replace(/^\d+/, String(process.ppid));
    writeFileSync(file, written);
    expect((await start()).adopted).toBe(false);
  });

  it('makes one server of two first starts at the same time', async () => {
    const [one, two] = await Promise.all([start({ databases: ['one'] }), start({ databases: ['one'] })]);
    expect(one.pid).toBe(two.pid);
    expect([one.adopted, two.adopted].sort()).toEqual([false, true]);
    expect(readdirSync(data).sort()).toEqual(['cluster', 'password', 'port', 'postgres.log']);
  });

  it('starts over what a killed first start left half-made', async () => {
    mkdirSync(join(data, 'unfinished-4194000-abc', 'cluster'), { recursive: true });
    await start();
    expect(readdirSync(data)).not.toContain('unfinished-4194000-abc');
  });

  it('chooses another port where the last one was taken', async () => {
    const first = await start();
    await first.stop();
    const taken = await startPostgres({ data: join(home, 'other'), databases: [], port: first.port });
    running.push(taken);
    const second = await start();
    expect(second.port).not.toBe(first.port);
  });

  it('names the versions where another PostgreSQL made the data', async () => {
    await (await start()).stop();
    writeFileSync(join(data, 'cluster', 'PG_VERSION'), '9\n');
    await expect(start()).rejects.toThrow(/made by PostgreSQL 9, and this release brings 18/);
  });

  it('says what PostgreSQL said where it cannot start', async () => {
    await (await start()).stop();
    rmSync(join(data, 'cluster', 'global', 'pg_control'));
    await expect(start()).rejects.toThrow(/did not start .*postgres\.log.*pg_control/s);
  });

  it('has one supervisor, whose lock ends with its connection', async () => {
    const { url } = await start();
    const first = await supervise(url('postgres'));
    if (!first.held) throw new Error('The lock was free.');
    expect(await supervise(url('postgres'))).toEqual({ held: false, pid: process.pid });
    expect(await supervisorOf(url('postgres'))).toBe(process.pid);
    await first.release();
    await first.lost;
    expect(await supervisorOf(url('postgres'))).toBeUndefined();
  });

  it('makes the library links that an installation without scripts lacks', async () => {
    mkdirSync(join(home, 'native', 'lib'), { recursive: true });
    const listed = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
    writeFileSync(join(home, 'native', 'pg-symlinks.json'), JSON.stringify(listed));
    await linkLibraries(home);
    await linkLibraries(home);
    expect(readlinkSync(join(home, 'native', 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18');
  });
});

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result: pg.QueryResult | pg.QueryResult[] = await client.query(statement);
    return Array.isArray(result) ? [] : (result.rows as unknown[]);
  } finally {
    await client.end();
  }
}
