import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../libs/embedded/ports.js';
import { Complaint } from '../complaint.js';

/** What `up` keeps under KRONIEK_DATA beside the servers' own data. */
export class DataFolder {
  readonly logs: string;
  readonly postgres: string;

  constructor(readonly path: string) {
    this.logs = join(path, 'logs');
    this.postgres = join(path, 'postgres');
  }

  /** @throws Complaint where this user cannot write there */
  make(): void {
    try {
      // Run by root, PostgreSQL is another user, who passes through.
      mkdirSync(this.path, { recursive: true, mode: 0o711 });
      mkdirSync(this.logs, { recursive: true, mode: 0o700 });
      writeFileSync(join(this.path, '.writable'), '');
      rmSync(join(this.path, '.writable'));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Complaint(`${this.path} cannot be written (${reason}): name another folder in KRONIEK_DATA.`);
    }
  }

  /** Made on the first start. Losing it makes all personal data unreadable for ever. */
  masterKey(): string {
    const file = join(this.path, 'master.key');
    this.once(file, () => randomBytes(32).toString('base64'));
    return readFileSync(file, 'utf8').trim();
  }

  /** Of the role `analyst`, for SQL. */
  analystPassword(): string {
    const file = join(this.path, 'analyst.password');
    this.once(file, () => randomBytes(18).toString('base64url'));
    return readFileSync(file, 'utf8').trim();
  }

  /** The same port as last time where it is free, so that clients find the server again. */
  async port(server: string): Promise<number> {
    const file = join(this.path, `${server}.port`);
    const port = await freePort(existsSync(file) ? Number(readFileSync(file, 'utf8')) || undefined : undefined);
    writeFileSync(file, String(port));
    return port;
  }

  /**
   * The present of the sample data as long as that is not complete: fixed, like whether it is wanted, on the first
   * start, so that a start that goes on with it tells the same story.
   */
  sampleDue(wanted: boolean): string | undefined {
    const file = join(this.path, 'sample');
    this.once(file, () => (wanted ? `loading ${new Date().toISOString()}` : 'off'));
    return /^loading (\S+)$/.exec(readFileSync(file, 'utf8'))?.[1];
  }

  sampleIsLoaded(): void {
    writeFileSync(join(this.path, 'sample'), 'loaded');
  }

  /** Kept until it was shown and the sample is loaded with it: a first start can be killed before. */
  get firstKey(): string | undefined {
    return existsSync(this.firstKeyFile) ? readFileSync(this.firstKeyFile, 'utf8') : undefined;
  }

  keepFirstKey(key: string): void {
    this.once(this.firstKeyFile, () => key);
  }

  forgetFirstKey(): void {
    rmSync(this.firstKeyFile, { force: true });
  }

  private get firstKeyFile(): string {
    return join(this.path, 'first.key');
  }

  /** Written beside and linked: whole or absent, and never replaced. */
  private once(file: string, content: () => string): void {
    if (existsSync(file)) return;
    const beside = `${file}-${randomBytes(4).toString('hex')}`;
    writeFileSync(beside, content(), { mode: 0o600 });
    try {
      linkSync(beside, file);
    } catch (error) {
      if (!existsSync(file)) throw error;
    } finally {
      rmSync(beside);
    }
  }
}
