import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';

/** Bytes; the file before is kept beside, so one process takes at most twice that. */
const limit = 5_000_000;

/** Keeps what a server process writes in a file of bounded size, and picks out the lines that people should see. */
export class Journal {
  private fd: number;
  private size: number;
  private last = { line: '', at: 0 };

  constructor(
    readonly file: string,
    private readonly show: (line: string) => void,
  ) {
    this.fd = openSync(file, 'a', 0o600);
    this.size = existsSync(file) ? statSync(file).size : 0;
  }

  /** Takes pino's JSON lines as well as plain text. */
  follow(stream: Readable): void {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      this.write(chunk);
      const lines = (rest + chunk).split('\n');
      rest = (lines.pop() ?? '').slice(-100_000);
      for (const line of lines) this.notice(line);
    });
  }

  close(): void {
    closeSync(this.fd);
  }

  private write(text: string): void {
    if (this.size > limit) {
      closeSync(this.fd);
      renameSync(this.file, `${this.file}.1`);
      this.fd = openSync(this.file, 'a', 0o600);
      this.size = 0;
    }
    this.size += writeSync(this.fd, text);
  }

  /** The same line again and again, as from a server that is away, is shown every ten seconds. */
  private notice(line: string): void {
    const text = notable(line);
    if (text === undefined) return;
    const now = Date.now();
    if (text === this.last.line && now - this.last.at < 10_000) return;
    this.last = { line: text, at: now };
    this.show(text);
  }
}

interface Line {
  readonly level?: number;
  readonly msg?: string;
  readonly err?: { readonly message?: string };
  readonly error?: { readonly message?: string };
}

/** One line for people: warnings and errors of pino, and the heads of plain errors without their stacks. */
export function notable(line: string): string | undefined {
  if (!line.startsWith('{')) return /^(?:[A-Za-z]*Error|FATAL)\b.*/.exec(line)?.[0];
  try {
    const { level, msg, err, error } = JSON.parse(line) as Line;
    if (level === undefined || level < 40) return undefined;
    const message = err?.message ?? error?.message;
    const cause = message !== undefined && message !== msg ? message.split('\n')[0] : undefined;
    return [level >= 50 ? 'error:' : 'warning:', msg, cause].filter((part) => part !== undefined).join(' ');
  } catch {
    return undefined;
  }
}
