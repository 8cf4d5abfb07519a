import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../libs/embedded/ports.js';
import { UpProcess, killAll, processesOf } from './up-process.js';

const main = 'apps/kroniek/main.js';

describe('the first run', () => {
  let folder: string;
  let port: number;
  const start = (): UpProcess => new UpProcess(main, { KRONIEK_DATA: join(folder, 'data'), PORT: String(port) });
  const command = (args: string[], key: string) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      const env = {
        PATH: process.env['PATH'] ?? '',
        KRONIEK_URL: `http://localhost:${String(port)}`,
        KRONIEK_KEY: key,
      };
      const path = join(process.env['KRONIEK_DIST'] ?? 'dist', main);
      execFile(process.execPath, [path, ...args], { env }, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
      });
    });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kroniek-first-run-'));
    chmodSync(folder, 0o711);
    port = await freePort();
  });

  afterEach(async () => {
    killAll(folder);
    while (processesOf(folder).length > 0) await sleep(50);
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows an admin key once, which works, also after kill -9 of everything', async () => {
    const first = await start().serves();
    const key = /Admin key +(\S+)/.exec(first.output)?.[1] ?? '';
    expect(first.output).toContain(
      `curl -H "Authorization: Bearer ${key}" http://localhost:${String(port)}/v1/pipelines`,
    );
    // Forgotten only after it was shown: a kill between the two shows it again.
    while (existsSync(join(folder, 'data', 'first.key'))) await sleep(20);

    const made = await command(['keys', 'create', '--role', 'analyst', '--name', 'Reports'], key);
    expect(made).toMatchObject({ code: 0 });
    killAll(folder);

    const second = await start().serves();
    expect(second.output).not.toContain('Admin key');
    expect((await command(['keys', 'list'], key)).output).toContain('Reports');
    expect((await command(['status'], made.output.split('\n')[0] ?? '')).output).toContain('pipeline');

    const since = Date.now();
    second.ctrlC();
    expect(await second.ended).toBe(0);
    // A promise of the product, not a measurement.
    expect(Date.now() - since).toBeLessThan(10_000);
    expect(processesOf(folder)).toEqual([]);
  });
});
