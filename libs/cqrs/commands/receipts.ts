import { createHmac, hkdfSync } from 'node:crypto';
import * as rfc8785 from 'canonicalize';
import DataLoader from 'dataloader';
import { sql, type Kysely } from 'kysely';
import type { CommandResult } from './executor.js';

/** What was answered to a command, so that the same key gets the same answer. */
export interface Receipt {
  readonly fingerprint: string;
  readonly result: CommandResult;
}

interface Row {
  readonly command_id: string;
  readonly fingerprint: string;
  readonly result: CommandResult;
}

const mostWaiting = 2_000;

// A CommonJS module: Node gives its function as `default`, the types say otherwise.
const canonicalize = rfc8785.default as unknown as (value: unknown) => string;

/**
 * The answers given, by command id. What a command appended can also be told from its stream; the receipt adds the
 * commands that appended nothing, and notices a key that is used for another command. Reads and writes of the same
 * moment share one statement.
 */
export class Receipts {
  private readonly reads: DataLoader<string, Receipt | null>;
  private waiting: Row[] = [];
  /** What is not on disk yet is found here. */
  private readonly underWay = new Map<string, Receipt>();
  private writing: Promise<void> | undefined;
  private readonly secret: Buffer;

  private constructor(
    private readonly db: Kysely<unknown>,
    masterKey: Buffer,
  ) {
    // A bare hash of a small input could be guessed; the input may hold personal data.
    this.secret = Buffer.from(hkdfSync('sha256', masterKey, '', 'command-receipts', 32));
    this.reads = new DataLoader((ids) => this.load(ids), { cache: false, maxBatchSize: 1_000 });
  }

  static async open(db: Kysely<unknown>, masterKey: Buffer): Promise<Receipts> {
    await db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtext('kroniek.command_receipts'))`.execute(tx);
      await sql`create schema if not exists kroniek`.execute(tx);
      await sql`create table if not exists kroniek.command_receipts (
        command_id uuid primary key,
        fingerprint text not null,
        result json not null,
        answered_at timestamptz not null default now()
      )`.execute(tx);
    });
    return new Receipts(db, masterKey);
  }

  /** The same for the same command, whatever the order of its fields; tells nothing of its content. */
  fingerprint(command: { name: string; data: object; occurredAt: string | undefined }): string {
    return createHmac('sha256', this.secret).update(canonicalize(command)).digest('base64url');
  }

  async find(commandId: string): Promise<Receipt | null> {
    return this.underWay.get(commandId) ?? this.reads.load(commandId);
  }

  /**
   * Writes the receipt with the others of the moment. A `durable` one is on disk when this resolves; the others can be
   * told again from their streams and are waited for only when too many are under way.
   */
  async write(commandId: string, receipt: Receipt, durable: boolean): Promise<void> {
    this.underWay.set(commandId, receipt);
    this.waiting.push({ command_id: commandId, fingerprint: receipt.fingerprint, result: receipt.result });
    const writing = this.flush();
    if (durable) await writing;
    else if (this.waiting.length > mostWaiting) await writing.catch(() => undefined);
    else writing.catch(() => undefined);
  }

  /** Resolves when all that is waiting is on disk. */
  flush(): Promise<void> {
    this.writing ??= this.writeWaiting().finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  private async writeWaiting(): Promise<void> {
    await new Promise((resume) => setImmediate(resume));
    while (this.waiting.length > 0) {
      const rows = this.waiting;
      this.waiting = [];
      await sql`insert into kroniek.command_receipts (command_id, fingerprint, result)
        select command_id, fingerprint, result
          from json_to_recordset(${JSON.stringify(rows)}::json)
            as r (command_id uuid, fingerprint text, result json)
        on conflict do nothing`
        .execute(this.db)
        .finally(() => rows.forEach((row) => this.underWay.delete(row.command_id)));
    }
  }

  private async load(ids: readonly string[]): Promise<(Receipt | null)[]> {
    const { rows } = await sql<Row>`select command_id, fingerprint, result from kroniek.command_receipts
      where command_id = any(${ids}::uuid[])`.execute(this.db);
    const found = new Map(rows.map((row) => [row.command_id, row]));
    return ids.map((id) => found.get(id) ?? null);
  }
}
