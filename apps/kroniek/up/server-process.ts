import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ready } from '../../child.js';
import { Complaint } from '../complaint.js';
import type { Journal } from './journal.js';
import { nodeEnvironment } from './node-arguments.js';

export type ServerProcessOptions = {
  name: string;
  /** Path of the module, which calls `runChild`. */
  module: string;
  /** Asked at each start, since a server may have moved meanwhile. */
  environment: () => Record<string, string>;
  /** What Node is told. */
  nodeArguments: readonly string[];
};

/** A process that ends this often before it ever served will not serve; one that did is started again for ever. */
const attempts = 3;

/** Milliseconds before it is started again: at once if it has served, else ever longer, for a server may be away. */
const pauses = { least: 100, most: 5_000 };

/** A Node process of ours that is started again whenever it ends by itself. */
export class ServerProcess {
  private child?: ChildProcess;
  private ended: Promise<void> = Promise.resolve();
  private stopping = false;
  private pause = pauses.least;
  private failures = 0;
  private served = false;

  constructor(
    private readonly options: ServerProcessOptions,
    private readonly journal: Journal,
    private readonly say: (line: string) => void,
  ) {}

  get name(): string {
    return this.options.name;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Resolves when it serves for the first time; rejects if it never does. */
  start(): Promise<Ready> {
    return new Promise((resolve, reject) => {
      this.launch(resolve, reject);
    });
  }

  /** Ends it so that it starts again with its environment of now. */
  restart(): void {
    this.child?.kill('SIGTERM');
  }

  /** @param within milliseconds until it is killed */
  async stop(within: number): Promise<void> {
    this.stopping = true;
    this.child?.kill('SIGTERM');
    const patience = new AbortController();
    const kill = sleep(within, undefined, { signal: patience.signal }).then(
      () => this.child?.kill('SIGKILL'),
      () => undefined,
    );
    await this.ended;
    patience.abort();
    await kill;
    this.journal.close();
  }

  /** For a second Ctrl-C. */
  kill(): void {
    this.stopping = true;
    this.child?.kill('SIGKILL');
  }

  private launch(served: (ready: Ready) => void, failed: (error: Error) => void): void {
    if (this.stopping) return;
    const { module, nodeArguments, environment } = this.options;
    const child = fork(module, [], {
      env: { ...nodeEnvironment, ...process.env, ...environment() },
      execArgv: [...nodeArguments],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    if (child.stdout !== null) this.journal.follow(child.stdout);
    if (child.stderr !== null) this.journal.follow(child.stderr);
    child.on('message', (message: Partial<Ready>) => {
      if (message.ready !== true) return;
      this.served = true;
      this.pause = pauses.least;
      served({ ...message, ready: true });
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        resolve();
        if (this.stopping) return;
        this.failures += 1;
        if (!this.served && this.failures >= attempts) {
          failed(new Complaint(`${this.name} does not start (${how}); its log: ${this.journal.file}`));
          return;
        }
        this.say(`ended (${how}), starting again`);
        setTimeout(() => {
          this.launch(served, failed);
        }, this.pause);
        this.pause = Math.min(this.pause * 2, pauses.most);
      };
      child.once('error', (error) => {
        if (child.pid === undefined) end(error.message);
      });
      child.once('close', (code, signal) => {
        end(signal ?? `exit code ${String(code)}`);
      });
    });
  }
}
