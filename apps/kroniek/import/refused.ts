import { stringify } from 'csv-stringify/sync';
import { open, type FileHandle } from 'node:fs/promises';

/** A row, or one command of it, that was not accepted. */
export interface Refused {
  readonly file: string;
  /** Line of the file on which the row ends; 0 for a step without a file. */
  readonly line: number;
  /** The command that was turned down; empty where the whole row was. */
  readonly command: string;
  readonly code: string;
  readonly reason: string;
  /** The row as it stands in the file. */
  readonly row: Readonly<Record<string, string>>;
}

const leading = ['file', 'line', 'command', 'code', 'reason'];

/**
 * Writes refused rows to a CSV: where, what and why, then the original columns of all files. The file is made with the
 * first refusal; an older one of that name is replaced then.
 */
export class RefusedRows {
  #file: FileHandle | undefined;
  #waiting: Refused[] = [];
  #writing: Promise<void> = Promise.resolve();
  count = 0;

  constructor(
    private readonly path: string,
    private readonly columns: readonly string[],
  ) {}

  async add(refused: Refused): Promise<void> {
    this.count++;
    this.#waiting.push(refused);
    this.#writing = this.#writing.then(() => this.flush());
    if (this.#waiting.length > 100) await this.#writing;
  }

  /** All that was added is in the file. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
  }

  private async flush(): Promise<void> {
    const rows = this.#waiting.splice(0);
    if (rows.length === 0) return;
    if (!this.#file) {
      this.#file = await open(this.path, 'w');
      await this.#file.write(stringify([[...leading, ...this.columns]]));
    }
    const records = rows.map(({ file, line, command, code, reason, row }) => [
      file,
      line,
      command,
      code,
      reason,
      ...this.columns.map((column) => row[column] ?? ''),
    ]);
    await this.#file.write(stringify(records));
  }
}
