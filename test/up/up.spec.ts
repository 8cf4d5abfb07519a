import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../libs/embedded/ports.js';
import { readPostmaster } from '../../libs/embedded/postgres/postmaster.js';
import { UpProcess, killAll, processesOf } from './up-process.js';

describe('kroniek up', () => {
  let folder: string;
  let port: number;
  const start = (environment: Record<string, string> = {}): UpProcess =>
    new UpProcess('test/up/small-up.js', { KRONIEK_DATA: join(folder, 'data'), PORT: String(port), ...environment });
  /** Process id of what answers as the API. */
  const apiPid = async (): Promise<number> => {
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${String(port)}/`).catch(() => undefined);
      if (answer !== undefined) return Number(await answer.text());
      await sleep(50);
    }
  };
  const postmaster = () => readPostmaster(join(folder, 'data', 'postgres', 'cluster'));
  const untilNoProcessIsLeft = async (): Promise<void> => {
    while (processesOf(folder).length > 0) await sleep(50);
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kroniek-up-'));
    chmodSync(folder, 0o711);
    port = await freePort();
  });

  afterEach(async () => {
    killAll(folder);
    await untilNoProcessIsLeft();
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts everything, and Ctrl-C ends all of it in order within ten seconds', async () => {
    const up = await start({ STUBBORN: '1' }).serves();
    expect(up.output).toMatch(/PostgreSQL +127\.0\.0\.1:\d+\n.*EventStoreDB +127\.0\.0\.1:\d+\n/);
    expect(up.output).toContain(`http://127.0.0.1:${String(port)}/docs`);
    expect(processesOf(folder).map(({ command }) => command)).toEqual(
      expect.arrayContaining(
        ['listening-child', 'idle-child', 'postgres -D'].map((part) => expect.stringContaining(part)),
      ),
    );
    const since = Date.now();
    up.ctrlC();
    expect(await up.ended).toBe(0);
    // A promise of the product, not a measurement: one of the processes refuses to end.
    expect(Date.now() - since).toBeLessThan(10_000);
    expect(processesOf(folder)).toEqual([]);
    expect(up.output).not.toMatch(/starting again|rror/);
  });

  it('does not wait after a second Ctrl-C', async () => {
    const up = await start({ STUBBORN: '1' }).serves();
    up.ctrlC();
    await sleep(1_200);
    up.ctrlC();
    expect(await up.ended).toBe(1);
    expect(processesOf(folder)).toEqual([]);
    const again = await start().serves();
    again.ctrlC();
  });

  it('refuses a folder on which another one runs, and leaves that one alone', async () => {
    const first = await start().serves();
    for (const PORT of [port, await freePort()]) {
      const second = start({ PORT: String(PORT) });
      expect(await second.ended).toBe(1);
      expect(second.output.trim()).toBe(
        `Kroniek already runs on ${join(folder, 'data')} (process ${String(first.pid)}): stop that one, or name another folder in KRONIEK_DATA.`,
      );
    }
    expect(await apiPid()).toBeGreaterThan(0);
  });

  it('lets one of two first starts at the same time have the folder', async () => {
    const both = [start(), start({ PORT: String(await freePort()) })];
    const refused = await Promise.race(both.map((up) => up.ended.then(() => up)));
    expect(refused.output).toMatch(/Kroniek already runs on .* \(process \d+\)/);
    const other = both.find((up) => up !== refused);
    await other?.serves();
  });

  it('names PORT where that is taken, before anything is started', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    const up = start();
    expect(await up.ended).toBe(1);
    other.close();
    expect(up.output.trim()).toBe(
      `Port ${String(port)} is taken by another program: set PORT to a free one, for instance PORT=${String(port + 1)}.`,
    );
    expect(readdirSync(join(folder, 'data'))).toEqual(['logs']);
  });

  it('names KRONIEK_DATA where the folder cannot be', async () => {
    writeFileSync(join(folder, 'data'), 'a file');
    const up = start();
    expect(await up.ended).toBe(1);
    expect(up.output).toMatch(/cannot be written .*: name another folder in KRONIEK_DATA\./);
  });

  it('starts again after kill -9 of everything but the database, which it takes over', async () => {
    await start().serves();
    const before = postmaster();
    killAll(folder, 'postgres');
    const up = await start().serves();
    expect(up.output).toContain('took over');
    expect(postmaster()).toEqual(before);
    up.ctrlC();
    expect(await up.ended).toBe(0);
    expect(processesOf(folder)).toEqual([]);
  });

  it('starts again after kill -9 of everything', async () => {
    await start().serves();
    killAll(folder);
    await start().serves();
  });

  it('leaves processes that end by themselves when it is killed, and starts again at once', async () => {
    const first = await start({ STUBBORN: '1' }).serves();
    first.signal('SIGKILL');
    await first.ended;
    const second = await start().serves();
    expect(second.output).toContain('took over');
    second.ctrlC();
    await second.ended;
    await untilNoProcessIsLeft();
  });

  it('starts a process again that died', async () => {
    const up = await start().serves();
    const pid = await apiPid();
    process.kill(pid, 'SIGKILL');
    await up.prints('ended (SIGKILL), starting again');
    expect(await apiPid()).not.toBe(pid);
  });

  it('starts the database again after kill -9, at the same address, and keeps its lock', async () => {
    const up = await start().serves();
    const before = postmaster();
    process.kill(before?.pid ?? 0, 'SIGKILL');
    await up.prints('starting again');
    while (postmaster()?.ready !== true || postmaster()?.pid === before?.pid) await sleep(50);
    expect(postmaster()?.port).toBe(before?.port);
    for (;;) {
      const second = start({ PORT: String(await freePort()) });
      expect(await second.ended).toBe(1);
      if (second.output.includes(`(process ${String(up.pid)})`)) break;
    }
  });

  it('keeps secrets in files of this user alone', async () => {
    await start().serves();
    expect(existsSync(join(folder, 'data', 'master.key'))).toBe(true);
    for (const file of ['master.key', 'postgres/password', 'postgres/postgres.log', 'logs/api.log']) {
      expect([file, statSync(join(folder, 'data', file)).mode & 0o777]).toEqual([file, 0o600]);
    }
  });
});
