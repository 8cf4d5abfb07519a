import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Names the folder of this run's PostgreSQL, which the first spec that needs one starts (libs/testing/database.ts), and
 * removes what killed runs left behind. Jest loads this file as CommonJS, so it imports nothing of ours.
 */
export default async function setUp(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^kroniek-test-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !lives(Number(pid))) await remove(join(tmpdir(), name));
  }
  const folder = mkdtempSync(join(tmpdir(), `kroniek-test-${String(process.pid)}-`));
  // Run by root, PostgreSQL is another user, who passes through here.
  chmodSync(folder, 0o711);
  process.env['KRONIEK_TEST_POSTGRES'] = folder;
  Object.assign(globalThis, { removeTestPostgres: () => remove(folder) });
}

async function remove(folder: string): Promise<void> {
  const pid = postmaster(folder);
  // Immediate shutdown: nothing here is needed again.
  if (pid !== undefined && lives(pid)) process.kill(pid, 'SIGQUIT');
  for (let waited = 0; pid !== undefined && lives(pid) && waited < 5_000; waited += 20) await sleep(20);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

function postmaster(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(folder, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
    if (process.platform !== 'linux') return pid;
    // The number could be another process's by now.
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes(folder) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
