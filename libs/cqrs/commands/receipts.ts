import { hash, hkdfSync } from 'node:crypto';
import * as rfc8785 from 'canonicalize';
import type DataLoader from 'dataloader';
import { gathering } from '../../event-log/index.js';
import type { Database } from '../../read-model/index.js';
import type { CommandResult } from './result.js';

/** A command that came before under the same id. */
export interface Receipt {
  readonly fingerprint: string;
  /** What was answered, where it cannot be told from the stream; `null`: look there, or it was never answered. */
  readonly result: CommandResult | null;
  /** Streams besides the one that it names in which it may have been recorded: the named one continued as these. */
  readonly streams: readonly string[];
}

interface Claim {
  readonly commandId: string;
  readonly fingerprint: string;
}

interface Row extends Receipt {
  readonly command_id: string;
}

// A CommonJS module: Node gives its function as `default`, the types say otherwise.
const canonicalize = rfc8785.default as unknown as (value: unknown) => string;

/** A lost claim is told from the stream, so the disk need not be waited for. */
const claimAll = {
  name: 'claim receipts',
  text: `insert into kroniek.command_receipts (command_id, fingerprint)
    select c.* from (select set_config('synchronous_commit', 'off', true)) s,
      unnest($1::uuid[], $2::text[]) as c (command_id, fingerprint)
    on conflict do nothing returning command_id`,
};

const keepOne = {
  name: 'keep receipt',
  text: `insert into kroniek.command_receipts as r (command_id, fingerprint, result) values ($1, $2, $3)
    on conflict (command_id) do update set result = coalesce(r.result, excluded.result) returning result`,
};

const followOne = {
  name: 'follow receipt',
  text: `insert into kroniek.command_receipts as r (command_id, fingerprint, streams) values ($1, $2, array[$3])
    on conflict (command_id) do update set streams = array_append(r.streams, $3)
    where r.streams is null or not $3 = any(r.streams)`,
};

/**
 * Which command ids were used, and for what. What a command recorded can be told from its stream; the receipts notice an
 * id that is used for another command, and keep the answer of those that recorded nothing. Claims of the same moment
 * share one statement.
 */
export class Receipts {
  private readonly claims: DataLoader<Claim, Receipt | null>;
  private readonly secret: string;

  private constructor(
    private readonly database: Database,
    masterKey: Buffer,
  ) {
    // A bare hash of a small input could be guessed; the input may hold personal data.
    this.secret = Buffer.from(hkdfSync('sha256', masterKey, '', 'command-receipts', 32)).toString('hex');
    this.claims = gathering((claims) => this.claimBatch(claims));
  }

  static async open(database: Database, masterKey: Buffer): Promise<Receipts> {
    await database.pool.query(`do $$ begin
      perform pg_advisory_xact_lock(hashtext('kroniek.command_receipts'));
      create schema if not exists kroniek;
      create table if not exists kroniek.command_receipts (
        command_id uuid primary key,
        fingerprint text not null,
        result json,
        claimed_at timestamptz not null default now()
      );
      alter table kroniek.command_receipts add column if not exists streams text[];
    end $$`);
    return new Receipts(database, masterKey);
  }

  /** The same for the same command, whatever the order of its fields; tells nothing of its content. */
  fingerprint(command: { name: string; data: object; occurredAt: string | undefined }): string {
    // Of the hash a part is kept, so that nobody can go on from it: the secret in front does what an HMAC would, sooner.
    return hash('sha256', this.secret + canonicalize(command), 'base64url').slice(0, 22);
  }

  /** Takes a command id; what is known of it if it was taken before. */
  claim(commandId: string, fingerprint: string): Promise<Receipt | null> {
    return this.claims.load({ commandId, fingerprint });
  }

  /**
   * Keeps the answer of a command that recorded nothing, together with its claim, which a crash of the database may have
   * lost meanwhile. It is on disk when this resolves.
   *
   * @returns the answer to give: that of another process, if it was faster
   */
  async keep(commandId: string, fingerprint: string, result: CommandResult): Promise<CommandResult> {
    const values = [commandId, fingerprint, JSON.stringify(result)];
    const { rows } = await this.database.pool.query<{ result: CommandResult }>({ ...keepOne, values });
    return rows[0]?.result ?? result;
  }

  /** Notes that the command may be recorded in another stream than the one it names. It is on disk when this resolves. */
  async follow(commandId: string, fingerprint: string, stream: string): Promise<void> {
    await this.database.pool.query({ ...followOne, values: [commandId, fingerprint, stream] });
  }

  private async claimBatch(claims: readonly Claim[]): Promise<(Receipt | null)[]> {
    // The same id twice in one batch: the second one came after the first.
    const firsts = new Map<string, Claim>();
    for (const claim of claims) if (!firsts.has(claim.commandId)) firsts.set(claim.commandId, claim);
    // In order, so that two processes that claim the same ids never wait for each other.
    const ids = [...firsts.keys()].sort();
    const values = [ids, ids.map((id) => firsts.get(id)?.fingerprint)];
    const { rows } = await this.database.pool.query<{ command_id: string }>({ ...claimAll, values });
    const claimed = new Set(rows.map((row) => row.command_id));
    const taken = ids.filter((id) => !claimed.has(id));
    const known = taken.length > 0 ? await this.find(taken) : new Map<string, Receipt>();
    return claims.map((claim) => {
      const first = firsts.get(claim.commandId) ?? claim;
      return (
        known.get(claim.commandId) ??
        (first === claim ? null : { fingerprint: first.fingerprint, result: null, streams: [] })
      );
    });
  }

  private async find(ids: readonly string[]): Promise<Map<string, Receipt>> {
    const text = `select command_id, fingerprint, result, coalesce(streams, '{}') as streams
      from kroniek.command_receipts where command_id = any($1::uuid[])`;
    const { rows } = await this.database.pool.query<Row>({ name: 'find receipts', text, values: [ids] });
    return new Map(rows.map((row) => [row.command_id, row]));
  }
}
