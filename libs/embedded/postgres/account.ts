import { type ChildProcess, type SpawnOptions, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { dirname, join } from 'node:path';

type User = { name: string; uid: number; gid: number };

/** As whom PostgreSQL runs. */
export type Account = {
  /** Undefined where PostgreSQL runs as the user who started us. */
  user?: User;
  /** Gives a file or folder to the account. */
  own(path: string): Promise<void>;
  /** Starts a program as the account; what fails at the start is an `error` event of the process. */
  spawn(command: string, args: readonly string[], options: SpawnOptions): ChildProcess;
};

/**
 * PostgreSQL refuses to run as root, so root runs it as another user: the owner of existing data, else `postgres`, else
 * `nobody`; only where the system has none of them one is made.
 *
 * @param data the folder of the data, which exists
 * @param needed files and folders that PostgreSQL reads
 */
export function chooseAccount(data: string, needed: readonly string[], log: (message: string) => void): Account {
  if (process.getuid?.() !== 0) {
    return { own: async () => undefined, spawn: (command, args, options) => spawn(command, args, options) };
  }
  const user = ownerOf(data) ?? findUser('postgres') ?? findUser('nobody') ?? makeUser(log);
  const own = (path: string): Promise<void> => chown(path, user.uid, user.gid);
  const blocked = [join(data, 'cluster'), ...needed].find((path) => !reachable(path, user));
  if (blocked === undefined) {
    return {
      user,
      own,
      spawn: (command, args, options) => spawn(command, args, { ...options, uid: user.uid, gid: user.gid }),
    };
  }
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
  const capability = heldCapability();
  if (setpriv === undefined || capability === undefined) {
    throw new Error(
      `PostgreSQL runs as the user ${user.name}, who cannot reach ${blocked}: start as an ordinary user, or keep the program and KRONIEK_DATA outside of a private (mode 0700) home folder.`,
    );
  }
  // The last one lets access(2), by which PostgreSQL looks at its own binaries, respect the right.
  const rights = [
    `--inh-caps=-all,+${capability}`,
    `--ambient-caps=-all,+${capability}`,
    '--securebits=+no_setuid_fixup',
  ];
  const identity = [`--reuid=${String(user.uid)}`, `--regid=${String(user.gid)}`, '--clear-groups'];
  return {
    user,
    own,
    // The shell between is started with the right already in force; setpriv itself gives it only to what it starts.
    spawn: (command, args, options) =>
      spawn(setpriv, [...identity, ...rights, '--', '/bin/sh', '-c', 'exec "$0" "$@"', command, ...args], options),
  };
}

/** An existing cluster is used by its owner alone, whoever that was when it was made. */
function ownerOf(data: string): User | undefined {
  const cluster = `${data}/cluster`;
  if (!existsSync(cluster)) return undefined;
  const { uid, gid } = statSync(cluster);
  return uid === 0 ? undefined : { name: `number ${String(uid)}`, uid, gid };
}

function findUser(name: string): User | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { name, uid: Number(uid), gid: Number(gid) };
}

function makeUser(log: (message: string) => void): User {
  log('PostgreSQL does not run as root and this system has no user for it: making the system user "postgres"');
  execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  const made = findUser('postgres');
  if (made === undefined) throw new Error('The user "postgres" could not be made: start as an ordinary user.');
  return made;
}

/** Whether the user may enter each folder on the way and use what stands at its end, where that is there already. */
function reachable(path: string, user: User): boolean {
  for (let at = path; ; at = dirname(at)) {
    if (existsSync(at)) {
      const { mode, uid, gid } = statSync(at);
      const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
      const wanted = at === path ? 0o5 : 0o1;
      if (((mode >> shift) & wanted) !== wanted) return false;
    }
    if (at === dirname(at)) return true;
  }
}

/** The smallest right of ours that lets PostgreSQL read past a private home folder; containers may lack the first. */
function heldCapability(): string | undefined {
  const bits = { dac_read_search: 2n, dac_override: 1n };
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const has = (bit: bigint): boolean => ((held >> bit) & 1n) === 1n;
  const setpcap = 8n;
  return has(setpcap) ? Object.entries(bits).find(([, bit]) => has(bit))?.[0] : undefined;
}
