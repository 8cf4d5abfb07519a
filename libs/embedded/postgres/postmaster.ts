import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from './error-code.js';

/** What a PostgreSQL server writes about itself into its data folder. */
export type Postmaster = { pid: number; port: number; ready: boolean };

/** Reads postmaster.pid; undefined where there is none. `living` tells whether that server still runs. */
export function readPostmaster(cluster: string): (Postmaster & { living: boolean }) | undefined {
  let text: string;
  try {
    text = readFileSync(join(cluster, 'postmaster.pid'), 'utf8');
  } catch {
    return undefined;
  }
  // Lines: pid, folder, start time, port, socket folder, listen address, shared memory key, status.
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return { pid: 0, port: 0, ready: false, living: false };
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready', living: isPostmaster(pid, cluster) };
}

/**
 * Clears the way for a start after a server was killed. A number that lives again as another process would keep
 * PostgreSQL out; its parent's number would not. The rest of the file stays: by it PostgreSQL sees whether processes of
 * the killed server still use the data.
 */
export function disown(cluster: string, pid: number): void {
  const file = join(cluster, 'postmaster.pid');
  if (pid === 0) {
    // Cut in half by a crash, unless a server is writing it just now.
    if (Date.now() - statSync(file).mtimeMs > 5_000) rmSync(file);
  } else if (exists(pid)) {
    const [, ...rest] = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, [process.pid, ...rest].join('\n'));
  }
}

/** Process ids are used again, soon in containers: a number that lives is a server only if its command line says so. */
export function isPostmaster(pid: number, cluster: string): boolean {
  if (!exists(pid)) return false;
  const command = commandLine(pid);
  return command === undefined || command.includes(cluster);
}

export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is there all the same.
    return hasCode(error, 'EPERM');
  }
}

/** Empty for a dead process that nobody has waited for; undefined where the system does not tell. */
function commandLine(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8');
    if (process.platform === 'win32') return undefined;
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/**
 * Fast shutdown: sessions are ended, everything is written. What does not end in time is ended without a checkpoint
 * (the next start recovers from the log), and at last killed.
 *
 * @param within milliseconds for the orderly way
 */
export async function stopPostmaster(pid: number, cluster: string, within: number): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', within],
    ['SIGQUIT', 2_000],
    ['SIGKILL', 2_000],
  ] as const) {
    if (!isPostmaster(pid, cluster)) return;
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      if (!isPostmaster(pid, cluster)) return;
      await sleep(20);
    }
  }
}
