import { sql, type Kysely } from 'kysely';

/** How one process stands. */
export interface ProcessStatus {
  readonly process: string;
  readonly position: string | null;
  /** Reactions that a rule refused; each is named in the log and in `kroniek.process_refusals`. */
  readonly refusals: number;
  /** Keys that wait for a deadline. */
  readonly waiting: number;
  /** The earliest deadline that is waited for; `null`: none. */
  readonly nextDeadline: string | null;
}

/** An instant as everything here compares it. */
export const instantText = (column: string) =>
  sql.raw<string | null>(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

/**
 * In a statement that moves a process on: its commit need not wait for the disk. A crash of the database sets the process
 * back by a moment together with its states, and what it then issues once more has the same ids.
 */
export const withoutDisk = sql`(select set_config('synchronous_commit', 'off', true)) as without_disk`;

/** How processes stand. */
export async function statusOfProcesses(
  db: Kysely<unknown>,
  processes: readonly { readonly name: string }[],
): Promise<readonly ProcessStatus[]> {
  const { rows } = await sql<ProcessStatus>`
    select name as process, nullif(c.position, -1)::text as position,
           (select count(*)::int from kroniek.process_refusals r where r.process = name) as refusals,
           coalesce(w.waiting, 0) as waiting, ${instantText('w.next_deadline')} as "nextDeadline"
      from unnest(${processes.map(({ name }) => name)}::text[]) as name
      left join kroniek.process_checkpoints c on c.process = name
      left join lateral (
        select count(*)::int as waiting, min(due_at) as next_deadline from kroniek.process_state s
         where s.process = name and s.fires_at is not null) w on true
     order by name`.execute(db);
  return rows;
}

/** Makes the tables that processes keep their place and their states in. */
export async function ensureProcessTables(db: Kysely<unknown>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('kroniek.process_checkpoints'))`.execute(tx);
    await sql`create schema if not exists kroniek`.execute(tx);
    await sql`create table if not exists kroniek.process_checkpoints (
      process text primary key,
      position bigint not null
    )`.execute(tx);
    await sql`alter table kroniek.process_checkpoints
      add column if not exists version int not null default 0,
      add column if not exists step bigint not null default 0,
      add column if not exists policies jsonb,
      add column if not exists quiet_from timestamptz`.execute(tx);
    await sql`create table if not exists kroniek.process_refusals (
      process text not null,
      event_id uuid not null,
      reaction int not null,
      stream text not null,
      code text not null,
      primary key (process, event_id, reaction)
    )`.execute(tx);
    await sql`create table if not exists kroniek.process_state (
      process text not null,
      key text not null,
      state jsonb not null,
      due_at timestamptz,
      fires_at timestamptz,
      late boolean not null default false,
      primary key (process, key)
    )`.execute(tx);
    await sql`create index if not exists process_state_fires on kroniek.process_state (process, late, fires_at, key)
      where fires_at is not null`.execute(tx);
    await sql`create index if not exists process_state_due on kroniek.process_state (process, due_at)
      where fires_at is not null`.execute(tx);
  });
}
