import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running `kroniek up` and what it printed. */
export class UpProcess {
  output = '';
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;

  /** @param module built module that runs `up` */
  constructor(module: string, environment: Record<string, string>) {
    this.child = spawn(process.execPath, [join(process.env['KRONIEK_DIST'] ?? 'dist', module), 'up'], {
      env: { PATH: process.env['PATH'] ?? '', KRONIEK_SAMPLE: 'off', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, as a terminal makes one.
      detached: true,
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits until it has printed the text; throws if it ends before. */
  async prints(text: string): Promise<this> {
    while (!this.output.includes(text)) {
      const ended = await Promise.race([this.ended.then(() => true), sleep(20, false)]);
      if (ended && !this.output.includes(text)) throw new Error(`It ended without printing "${text}":\n${this.output}`);
    }
    return this;
  }

  serves(): Promise<this> {
    return this.prints('Ctrl-C stops everything');
  }

  /** To all processes at once, as a terminal sends it. */
  ctrlC(): void {
    process.kill(-this.pid, 'SIGINT');
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** Ids of all processes that were started with the folder in their arguments or environment, whoever their parent is. */
export function processesOf(folder: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), command: read(name, 'cmdline').replaceAll('\0', ' ') }))
    .filter(({ pid, command }) => command.includes(folder) || read(String(pid), 'environ').includes(folder));
}

/** kill -9 of all processes of the folder, or of those whose command line does not contain a word. */
export function killAll(folder: string, except?: string): void {
  for (const { pid, command } of processesOf(folder)) {
    if (except !== undefined && command.includes(except)) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(join('/proc', pid, file), 'utf8');
  } catch {
    return '';
  }
}
