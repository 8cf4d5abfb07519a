import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeArguments, nodeEnvironment } from '../../apps/kroniek/up/node-arguments.js';
import { startPostgres, type Postgres } from '../../libs/embedded/postgres/index.js';

const dist = fileURLToPath(new URL('../../', import.meta.url));

/** The product on throw-away servers, each in a process of its own as `kroniek up` has it; durable like the real ones. */
export interface BenchServers {
  readonly postgres: Postgres;
  readonly eventStoreUrl: string;
  readonly apiUrl: string;
  readonly adminKey: string;
  readonly masterKey: Buffer;
  /** With all read models, or with those named alone. */
  startProjector(readModels?: readonly string[]): Promise<void>;
  stopProjector(): Promise<void>;
  /** Memory of all processes but this one in MB, shared pages counted once. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

export async function startBenchServers(): Promise<BenchServers> {
  const folder = await mkdtemp(join(tmpdir(), 'kroniek-bench-'));
  await chmod(folder, 0o711);
  const postgres = await startPostgres({ data: join(folder, 'postgres'), databases: ['kroniek', 'eventstore'] });
  const children = new Map<string, ChildProcess>();
  const adminKey = randomBytes(24).toString('hex');
  const masterKey = randomBytes(32);

  const start = (
    name: string,
    module: string,
    environment: Record<string, string>,
    told: readonly string[],
  ): Promise<void> =>
    new Promise((served, failed) => {
      const child = fork(join(dist, module), [], {
        env: { ...nodeEnvironment, ...process.env, ...environment },
        execArgv: [...told, ...profiled(name)],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      children.set(name, child);
      child.once('message', () => served());
      child.once('exit', (code) => failed(new Error(`${name} ended with ${String(code)}.`)));
    });
  const end = async (name: string): Promise<void> => {
    const child = children.get(name);
    if (!child) return;
    children.delete(name);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };

  const storePort = await freePort();
  const apiPort = await freePort();
  const eventStoreUrl = `esdb://127.0.0.1:${storePort}?tls=false`;
  const service = {
    DATABASE_URL: postgres.url('kroniek'),
    EVENTSTORE_URL: eventStoreUrl,
    KRONIEK_MASTER_KEY: masterKey.toString('base64'),
    KRONIEK_ADMIN_KEY: adminKey,
    PORT: String(apiPort),
  };
  const store = { DATABASE_URL: postgres.url('eventstore'), PORT: String(storePort) };
  await start('event-store', 'apps/kroniek/event-store.js', store, nodeArguments.eventStore);
  await start('api', 'apps/api/main.js', service, nodeArguments.api);

  return {
    postgres,
    eventStoreUrl,
    apiUrl: `http://127.0.0.1:${apiPort}`,
    adminKey,
    masterKey,
    startProjector: (readModels) => {
      const named = { ...service, KRONIEK_BENCH_READ_MODELS: readModels?.join() ?? '' };
      const module = readModels ? 'test/bench/projector.js' : 'apps/projector/main.js';
      return start('projector', module, named, nodeArguments.projector);
    },
    stopProjector: () => end('projector'),
    memory: async () => {
      const own = [...children.values()].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
      const all = [...own, ...(await withChildren(postgres.pid))];
      const sizes = await Promise.all(all.map(proportionalSize));
      return sizes.reduce((sum, size) => sum + size, 0) / 1024;
    },
    stop: async () => {
      for (const name of [...children.keys()].reverse()) await end(name);
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** KRONIEK_BENCH_PROFILE names a folder for a processor profile of each server. */
function profiled(name: string): string[] {
  const folder = process.env['KRONIEK_BENCH_PROFILE'];
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${join(folder, name)}`] : [];
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

async function withChildren(pid: number): Promise<number[]> {
  const found = [pid];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    if (Number(stat.slice(stat.lastIndexOf(')') + 1).split(' ')[2]) === pid) found.push(Number(name));
  }
  return found;
}

/** In kB. A page that n processes share counts 1/n in each. */
async function proportionalSize(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
}
