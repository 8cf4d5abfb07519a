import type pg from 'pg';
import { writeUuidBytes } from '../protocol/uuid.js';

const SIGNATURE = Buffer.from('5047434f50590aff0d0a00', 'hex');
const HEADER_LENGTH = 19;
const COLUMNS = 5;

type CopyConnection = pg.Connection & { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void };
type CopyChunk = { chunk: Buffer };

/**
 * What node-postgres asks of an object that it runs in the place of a query. COPY in its binary format is several times
 * cheaper on both sides than parameters and rows as text: node-postgres knows no binary rows.
 */
abstract class CopyStatement {
  readonly done: Promise<void>;
  private settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  private failure: Error | undefined;

  constructor(protected readonly text: string) {
    this.done = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }

  abstract submit(connection: pg.Connection): void;

  handleError(error: Error): void {
    this.failure = error;
    this.settle?.reject(error);
  }

  handleReadyForQuery(): void {
    if (this.failure === undefined) this.settle?.resolve();
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(_message: CopyChunk): void {}
}

/** Writes rows; being a single statement it is its own transaction, so its end means that they are on disk. */
class CopyIn extends CopyStatement {
  constructor(
    text: string,
    private readonly rows: Buffer,
  ) {
    super(text);
  }

  submit(connection: pg.Connection): void {
    const copy = connection as CopyConnection;
    // All in one packet: should the statement fail, PostgreSQL drops the data that follows it.
    connection.stream.cork();
    connection.query(this.text);
    copy.sendCopyFromChunk(this.rows);
    copy.endCopyFrom();
    connection.stream.uncork();
  }
}

class CopyOut extends CopyStatement {
  private started = false;

  constructor(
    text: string,
    private readonly onRow: (row: Buffer) => void,
  ) {
    super(text);
  }

  submit(connection: pg.Connection): void {
    connection.query(this.text);
  }

  override handleCopyData({ chunk }: CopyChunk): void {
    const row = this.started ? chunk : chunk.subarray(HEADER_LENGTH);
    this.started = true;
    if (row.length > 2 && row.readInt16BE(0) > 0) this.onRow(row);
  }
}

/** Rows of `event_store.events` in binary COPY format, in one buffer that the caller has sized. */
export class RowEncoder {
  private at: number;

  constructor(private readonly target: Buffer) {
    target.fill(0, SIGNATURE.copy(target), HEADER_LENGTH);
    this.at = HEADER_LENGTH;
  }

  static readonly OVERHEAD = HEADER_LENGTH + 2;
  static readonly ROW_OVERHEAD = 2 + COLUMNS * 4 + 8 + 8 + 16;

  /** Adds a row whose record is written in place by `write`, which returns the position behind it; returns the record. */
  add(
    position: number,
    stream: string,
    revision: number | bigint,
    id: string,
    write: (target: Buffer, start: number) => number,
  ): Buffer {
    const { target } = this;
    let at = target.writeInt16BE(COLUMNS, this.at);
    at = this.number(at, position);
    const name = target.write(stream, at + 4, 'utf8');
    at = target.writeInt32BE(name, at) + name;
    at = this.number(at, revision);
    at = target.writeInt32BE(16, at);
    writeUuidBytes(target, at, id);
    at += 16;
    const start = at + 4;
    this.at = write(target, start);
    target.writeInt32BE(this.at - start, at);
    return target.subarray(start, this.at);
  }

  private number(at: number, value: number | bigint): number {
    const start = this.target.writeInt32BE(8, at);
    if (typeof value === 'bigint') return this.target.writeBigInt64BE(value, start);
    this.target.writeUInt32BE(Math.floor(value / 0x1_0000_0000), start);
    return this.target.writeUInt32BE(value >>> 0, start + 4);
  }

  finish(): Buffer {
    return this.target.subarray(0, this.target.writeInt16BE(-1, this.at));
  }
}

/** Adds rows, made by `RowEncoder`. Resolves once PostgreSQL has committed them. */
export async function copyIn(client: pg.ClientBase, rows: Buffer): Promise<void> {
  await client.query(new CopyIn('copy event_store.events from stdin (format binary)', rows)).done;
}

/** Reads a row of `position, revision, record`; the record is a view that lives only while the handler runs. */
export async function copyOut(
  client: pg.ClientBase,
  select: string,
  onRow: (position: number, revision: number, record: Buffer) => void,
): Promise<void> {
  const copy = new CopyOut(`copy (${select}) to stdout (format binary)`, (row) => {
    const length = row.readInt32BE(2 + 12 + 12);
    onRow(readNumber(row, 6), readNumber(row, 18), row.subarray(30, 30 + length));
  });
  await client.query(copy).done;
}

function readNumber(row: Buffer, at: number): number {
  return row.readInt32BE(at) * 0x1_0000_0000 + row.readUInt32BE(at + 4);
}
