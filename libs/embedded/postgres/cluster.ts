import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, link, mkdir, mkdtemp, readFile, readdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { hasCode, messageOf } from './error-code.js';
import { exists } from './postmaster.js';

export const superuser = 'kroniek';

/**
 * Makes the data folder of PostgreSQL where there is none. Whatever happens half-way (a kill, a second start at the
 * same time), `cluster` is either absent or whole: it is made beside and renamed.
 *
 * @returns the password of the superuser
 */
export async function ensureCluster(data: string, binaries: Binaries, account: Account): Promise<string> {
  const cluster = join(data, 'cluster');
  await sweepUnfinished(data);
  const password = await ensurePassword(data, existsSync(cluster));
  if (existsSync(cluster)) {
    await checkVersion(cluster, binaries);
    return password;
  }
  const workshop = await mkdtemp(join(data, `unfinished-${String(process.pid)}-`));
  try {
    const passwordFile = join(workshop, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    await Promise.all([account.own(passwordFile), account.own(workshop)]);
    await initdb(workshop, passwordFile, binaries, account);
    await rename(join(workshop, 'cluster'), cluster);
  } catch (error) {
    // Another start was faster: its cluster has the same password.
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
  return password;
}

/** Neither the language of the system nor a missing one decides about encoding, order or the case of letters. */
const locale = ['--encoding=UTF8', '--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

async function initdb(workshop: string, passwordFile: string, binaries: Binaries, account: Account): Promise<void> {
  const args = [
    `--pgdata=${join(workshop, 'cluster')}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    ...locale,
  ];
  const process = account.spawn(binaries.initdb, args, {
    cwd: workshop,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  process.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  process.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    process.once('error', (error) => {
      reject(new Error(`PostgreSQL's initdb could not be started: ${error.message}`));
    });
    process.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`PostgreSQL could not make its data folder (initdb): ${output.trim()}`));
    });
  });
}

/** Written beside and linked, so that two first starts agree on one password and none is ever cut in half. */
async function ensurePassword(data: string, clusterExists: boolean): Promise<string> {
  const file = join(data, 'password');
  if (!existsSync(file)) {
    if (clusterExists) {
      throw new Error(`${file} is missing: put it back from a backup, or remove ${data} to start with empty data.`);
    }
    const beside = `${file}-${String(process.pid)}-${randomBytes(4).toString('hex')}`;
    await writeFile(beside, randomBytes(24).toString('base64url'), { mode: 0o600 });
    try {
      await link(beside, file);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    } finally {
      await unlink(beside);
    }
  }
  return (await readFile(file, 'utf8')).trim();
}

async function checkVersion(cluster: string, binaries: Binaries): Promise<void> {
  const made = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  if (made !== binaries.major) {
    throw new Error(
      `The data in ${cluster} was made by PostgreSQL ${made}, and this release brings ${binaries.major}: start it with the release that made it, or name another folder in KRONIEK_DATA.`,
    );
  }
}

/** What killed starts left behind; those of starts that still run are let be. */
async function sweepUnfinished(data: string): Promise<void> {
  for (const name of await readdir(data)) {
    const pid = /^(?:unfinished|password)-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !exists(Number(pid))) await rm(join(data, name), { recursive: true, force: true });
  }
}

/** The folder stands open for passing through (the server's user differs from root), its files do not. */
export async function ensureFolder(data: string): Promise<void> {
  try {
    const made = await mkdir(data, { recursive: true, mode: 0o755 });
    if (made !== undefined) await chmod(data, 0o711);
    await readdir(data);
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
    throw new Error(
      `${data} cannot be used by this user (${messageOf(error)}): start as the user who made it, or name another folder in KRONIEK_DATA.`,
      { cause: error },
    );
  }
}
