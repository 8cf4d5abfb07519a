import { sql, type Kysely } from 'kysely';
import type { Instant, Position } from '../../kernel/index.js';
import { instantText, withoutDisk } from '../processes/tables.js';

/** Under which terms all of a segment were looked at; `cursor`: up to this one so far. */
export interface LookedAt {
  readonly terms: string;
  readonly cursor?: string;
}

/** A customer of a segment that somebody has to look at. */
export interface Place {
  readonly segmentId: string;
  readonly key: string;
}

const placeOf = ({ segmentId, key }: Place): string => `${segmentId}/${key}`;

/** What a follower of segments remembers, in the tables of processes: how far it is, and when it looks at whom again. */
export class FollowerNotes {
  constructor(
    private readonly db: Kysely<unknown>,
    private readonly process: string,
  ) {}

  /** Everything up to there was looked at; -1: nothing. */
  async position(): Promise<Position> {
    const { rows } = await sql<{ position: string }>`
      select position::text from kroniek.process_checkpoints where process = ${this.process}`.execute(this.db);
    return BigInt(rows[0]?.position ?? -1);
  }

  async moveTo(position: Position): Promise<void> {
    await sql`insert into kroniek.process_checkpoints as c (process, position)
      select ${this.process}, ${String(position)}::bigint from ${withoutDisk}
      on conflict (process) do update set position = greatest(c.position, excluded.position)`.execute(this.db);
  }

  async lookedAt(segmentId: string): Promise<LookedAt | undefined> {
    const { rows } = await sql<{ state: LookedAt }>`
      select state from kroniek.process_state where process = ${this.process} and key = ${segmentId}`.execute(this.db);
    return rows[0]?.state;
  }

  async setLookedAt(segmentId: string, looked: LookedAt): Promise<void> {
    await sql`insert into kroniek.process_state as s (process, key, state)
      values (${this.process}, ${segmentId}, ${JSON.stringify(looked)}::jsonb)
      on conflict (process, key) do update set state = excluded.state`.execute(this.db);
  }

  /** When each of them is to be looked at again; `undefined`: not until something happens. */
  async lookAgain(segmentId: string, at: ReadonlyMap<string, Instant | undefined>): Promise<void> {
    const keys = [...at.keys()].map((key) => placeOf({ segmentId, key }));
    const waiting = [...at].flatMap(([key, due]) =>
      due === undefined ? [] : [{ key: placeOf({ segmentId, key }), due }],
    );
    await this.db.transaction().execute(async (tx) => {
      await sql`delete from kroniek.process_state where process = ${this.process} and key = any(${keys}::text[])
        and key <> all(${waiting.map(({ key }) => key)}::text[])`.execute(tx);
      await sql`insert into kroniek.process_state as s (process, key, state, due_at, fires_at)
        select ${this.process}, key, '{}', due, due
          from unnest(${waiting.map(({ key }) => key)}::text[], ${waiting.map(({ due }) => due)}::timestamptz[]) w (key, due)
        on conflict (process, key) do update set due_at = excluded.due_at, fires_at = excluded.fires_at`.execute(tx);
    });
  }

  /** Some of those to be looked at by now, the earliest first. */
  async due(now: Instant, limit: number): Promise<readonly Place[]> {
    const { rows } = await sql<{ key: string }>`select key from kroniek.process_state
      where process = ${this.process} and not late and fires_at <= ${now}::timestamptz
      order by fires_at, key limit ${limit}`.execute(this.db);
    return rows.map(({ key }) => {
      const slash = key.indexOf('/');
      return { segmentId: key.slice(0, slash), key: key.slice(slash + 1) };
    });
  }

  /** When somebody is to be looked at next. */
  async next(): Promise<Instant | undefined> {
    const { rows } = await sql<{ at: string | null }>`select ${instantText('min(fires_at)')} as at
      from kroniek.process_state where process = ${this.process} and not late and fires_at is not null`.execute(
      this.db,
    );
    return rows[0]?.at ?? undefined;
  }

  /**
   * Does it if nobody else does at the moment.
   *
   * @returns `undefined`: somebody else does
   */
  async alone<T>(work: (holds: () => Promise<unknown>) => Promise<T>): Promise<T | undefined> {
    return this.db.connection().execute(async (connection) => {
      const lock = sql`hashtextextended(${`kroniek process ${this.process}`}, 0)`;
      const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_lock(${lock}) as locked`.execute(
        connection,
      );
      if (rows[0]?.locked !== true) return undefined;
      try {
        // Over the very connection that holds the lock: who has lost it hears so.
        return await work(() => sql`select`.execute(connection));
      } finally {
        await sql`select pg_advisory_unlock(${lock})`.execute(connection).catch(() => undefined);
      }
    });
  }
}
