import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../../apps/kroniek/sample/random.js';
import type { EngineStatus } from '../../../apps/api/operations/health.js';
import { freePort } from '../../../libs/embedded/ports.js';
import { readPostmaster } from '../../../libs/embedded/postgres/postmaster.js';
import { runningPostgres } from '../../../libs/embedded/postgres/server.js';
import { eventually } from './eventually.js';
import { UpProcess, killAll, processesOf } from '../../up/up-process.js';

/** What is killed: one process, or all of them at once with the supervisor. */
export const victims = ['projector', 'api', 'event-store', 'postgres', 'supervisor', 'everything'] as const;
export type Victim = (typeof victims)[number];

const modules: Readonly<Partial<Record<Victim, string>>> = {
  projector: 'apps/projector/main.js',
  api: 'apps/api/main.js',
  'event-store': 'apps/kroniek/event-store.js',
};

const main = 'apps/kroniek/main.js';

/** The product as `npm start` runs it, on a folder of its own. */
export class KilledProduct {
  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly adminKey: string,
    private up: UpProcess,
  ) {}

  static async start(): Promise<KilledProduct> {
    const folder = mkdtempSync(join(tmpdir(), 'kroniek-kill-'));
    // Run by root, PostgreSQL is another user, who passes through here.
    chmodSync(folder, 0o711);
    const port = await freePort();
    const adminKey = randomBytes(24).toString('hex');
    const product = new KilledProduct(folder, port, adminKey, launch(folder, port, adminKey));
    await product.up.serves();
    return product;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  get databaseUrl(): string {
    return this.database('kroniek');
  }

  get eventStoreDatabaseUrl(): string {
    return this.database('eventstore');
  }

  private database(name: string): string {
    const running = runningPostgres(join(this.folder, 'data', 'postgres'));
    if (!running) throw new Error('PostgreSQL does not run.');
    return running.url(name);
  }

  get eventStoreUrl(): string {
    const port = readFileSync(join(this.folder, 'data', 'event-store.port'), 'utf8');
    return `esdb://127.0.0.1:${port}?tls=false`;
  }

  /** kill -9 of one process; what is nobody's child any more is started again by hand, and serves on return. */
  async kill(victim: Victim): Promise<void> {
    if (victim === 'everything' || victim === 'supervisor') {
      await this.killSupervisor(victim);
      await this.up.serves();
      return;
    }
    await eventually(`there is a process of ${victim}`, () => {
      const pid = this.pidOf(victim);
      return pid !== undefined && signalled(pid);
    });
  }

  /** kill -9 of all processes at once, and once more while they are being started again. */
  async killTwice(startingMs: number): Promise<void> {
    await this.killSupervisor('everything');
    await sleep(startingMs);
    await this.kill('everything');
  }

  private async killSupervisor(victim: 'supervisor' | 'everything'): Promise<void> {
    if (victim === 'everything') killAll(this.folder);
    this.up.signal('SIGKILL');
    await this.up.ended;
    this.up = launch(this.folder, this.port, this.adminKey);
  }

  private pidOf(victim: Victim): number | undefined {
    if (victim === 'postgres') {
      const found = readPostmaster(join(this.folder, 'data', 'postgres', 'cluster'));
      return found?.living === true ? found.pid : undefined;
    }
    const module = modules[victim] ?? '';
    return processesOf(this.folder).find(({ command }) => command.includes(module))?.pid;
  }

  async call<T>(method: 'GET' | 'POST', path: string): Promise<T> {
    const headers = { authorization: `Bearer ${this.adminKey}` };
    const answer = await fetch(`${this.url}${path}`, { method, headers, signal: AbortSignal.timeout(30_000) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${String(answer.status)}: ${text}`);
    return JSON.parse(text) as T;
  }

  status(): Promise<EngineStatus> {
    return this.call('GET', '/v1/status');
  }

  isReady(): Promise<boolean> {
    return this.call('GET', '/health/ready').then(
      () => true,
      () => false,
    );
  }

  async ctrlC(): Promise<number | null> {
    this.up.ctrlC();
    return this.up.ended;
  }

  /** Ours and PostgreSQL's own, which work inside of the folder. */
  processes(): string[] {
    const inside = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && worksIn(name).startsWith(this.folder));
    const ours = processesOf(this.folder).map(({ pid, command }) => `${String(pid)} ${command}`);
    return [...ours, ...inside.map((pid) => `${pid} works in the folder`)];
  }

  get postgresLog(): string {
    return readFileSync(join(this.folder, 'data', 'postgres', 'postgres.log'), 'utf8');
  }

  async remove(): Promise<void> {
    killAll(this.folder);
    this.up.signal('SIGKILL');
    await eventually('no process is left', () => this.processes().length === 0);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function signalled(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

const launch = (folder: string, port: number, adminKey: string): UpProcess =>
  new UpProcess(main, {
    KRONIEK_DATA: join(folder, 'data'),
    PORT: String(port),
    KRONIEK_ADMIN_KEY: adminKey,
  });

function worksIn(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

/** The victims of a run in the order in which they die. */
export function killOrder(random: Random, times: Readonly<Record<Victim, number>>): Victim[] {
  const order = victims.flatMap((victim) => Array.from({ length: times[victim] }, () => victim));
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.whole(0, last);
    const [here, there] = [order[last], order[other]];
    if (here && there) [order[last], order[other]] = [there, here];
  }
  return order;
}
