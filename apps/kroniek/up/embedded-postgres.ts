import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Postgres,
  type Supervision,
  clearSessions,
  letLogIn,
  runningPostgres,
  startPostgres,
  supervise,
  supervisorOf,
} from '../../../libs/embedded/postgres/index.js';
import { Complaint } from '../complaint.js';
import type { DataFolder } from './data-folder.js';

type Held = Extract<Supervision, { held: true }>;

/** Databases of the embedded PostgreSQL. */
export const databases = { readModels: 'kroniek', eventStore: 'eventstore' } as const;

/**
 * @returns whether the PostgreSQL of the folder outlived its supervisor
 * @throws Complaint if another supervisor runs on the folder
 */
export async function refuseSecondSupervisor(folder: DataFolder): Promise<boolean> {
  const running = runningPostgres(folder.postgres);
  if (running === undefined) return false;
  // A server that does not answer has no supervisor that would have noticed; the start deals with it.
  const pid = await supervisorOf(running.url('postgres')).catch(() => undefined);
  if (pid !== undefined) throw alreadySupervised(folder, pid);
  return true;
}

const alreadySupervised = (folder: DataFolder, pid: number): Complaint =>
  new Complaint(
    `Kroniek already runs on ${folder.path} (process ${String(pid)}): stop that one, or name another folder in KRONIEK_DATA.`,
  );

/** The embedded PostgreSQL, started again whenever it ends, and the lock that makes this process its one supervisor. */
export class EmbeddedPostgres {
  private stopping = false;

  private constructor(
    private readonly folder: DataFolder,
    private readonly say: (line: string) => void,
    private server: Postgres,
    private lock: Held,
  ) {}

  /** @throws Complaint if another supervisor was faster, or PostgreSQL cannot start */
  static async start(folder: DataFolder, say: (line: string) => void): Promise<EmbeddedPostgres> {
    const server = await startServer(folder, say);
    const lock = await supervise(server.url('postgres'));
    if (!lock.held) throw alreadySupervised(folder, lock.pid);
    if (server.adopted) {
      say('took over the server that outlived the last run');
      await clearSessions(server.url(databases.eventStore), 3_000);
    }
    return new EmbeddedPostgres(folder, say, server, lock);
  }

  get port(): number {
    return this.server.port;
  }

  url(database: string): string {
    return this.server.url(database);
  }

  /** Where analysts log in: they read the schema `analytics` and nothing else. The role is there once the API is. */
  async urlOfAnalyst(): Promise<string> {
    const url = new URL(this.url(databases.readModels));
    url.username = 'analyst';
    url.password = this.folder.analystPassword();
    await letLogIn(this.url(databases.readModels), url.username, url.password);
    return url.href;
  }

  /**
   * Runs until stop().
   * @param moved called when the server came back on another port
   * @throws Complaint if another supervisor has taken the folder meanwhile
   */
  async keep(moved: () => void): Promise<void> {
    for (let pause = 100; ; pause = Math.min(pause * 2, 5_000)) {
      const reason = await Promise.race([this.server.exited, this.lock.lost.then(() => 'connection lost')]);
      if (this.stopping) return;
      this.say(`ended (${reason}), starting again`);
      const { port } = this.server;
      try {
        this.server = await startServer(this.folder, this.say);
        this.lock = await this.lockAgain();
        pause = 100;
      } catch (error) {
        if (error instanceof Complaint) throw error;
        this.say(error instanceof Error ? error.message : String(error));
        await sleep(pause);
      }
      if (this.server.port !== port) moved();
    }
  }

  /** @param within milliseconds for the orderly way */
  async stop(within: number): Promise<void> {
    this.stopping = true;
    await this.lock.release().catch(() => undefined);
    await this.server.stop(within);
  }

  /** The session of a lost connection may live a moment longer than the connection. */
  private async lockAgain(): Promise<Held> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const lock = await supervise(this.server.url('postgres'));
      if (lock.held) return lock;
      if (lock.pid !== process.pid || Date.now() > deadline) throw alreadySupervised(this.folder, lock.pid);
      await sleep(100);
    }
  }
}

async function startServer(folder: DataFolder, say: (line: string) => void): Promise<Postgres> {
  return await startPostgres({ data: folder.postgres, databases: Object.values(databases), log: say });
}
