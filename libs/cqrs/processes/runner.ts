import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { sql, type Kysely } from 'kysely';
import { deriveId } from '../../event-log/index.js';
import {
  Refusal,
  type AskingProcess,
  type EventFeed,
  type Position,
  type Process,
  type RecordedEvent,
} from '../../kernel/index.js';
import { streamBusy, type CommandExecutor } from '../commands/executor.js';

export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: object) => void;

type AnyProcess = Process | AskingProcess;

/** How one process stands. */
export interface ProcessStatus {
  readonly process: string;
  readonly position: string | null;
  /** Reactions that a rule refused; each is named in the log and in `kroniek.process_refusals`. */
  readonly refusals: number;
}

/** How processes stand. */
export async function statusOfProcesses(
  db: Kysely<unknown>,
  processes: readonly Pick<AnyProcess, 'name'>[],
): Promise<readonly ProcessStatus[]> {
  const { rows } = await sql<ProcessStatus>`
    select name as process, c.position::text as position,
           (select count(*)::int from kroniek.process_refusals r where r.process = name) as refusals
      from unnest(${processes.map(({ name }) => name)}::text[]) as name
      left join kroniek.process_checkpoints c on c.process = name
     order by name`.execute(db);
  return rows;
}

/** Makes the tables that processes keep their place in. */
export async function ensureProcessTables(db: Kysely<unknown>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('kroniek.process_checkpoints'))`.execute(tx);
    await sql`create schema if not exists kroniek`.execute(tx);
    await sql`create table if not exists kroniek.process_checkpoints (
      process text primary key,
      position bigint not null
    )`.execute(tx);
    await sql`create table if not exists kroniek.process_refusals (
      process text not null,
      event_id uuid not null,
      reaction int not null,
      stream text not null,
      code text not null,
      primary key (process, event_id, reaction)
    )`.execute(tx);
  });
}

/**
 * Runs processes: each event that one hears leads to commands whose ids are derived from the event, so a reaction that
 * was cut off is simply repeated. The checkpoint moves when a batch's commands are all recorded. Two runners at once do
 * each reaction once, for the same reason.
 */
export class ProcessRunner {
  constructor(
    private readonly db: Kysely<unknown>,
    private readonly feed: EventFeed,
    private readonly executor: Pick<CommandExecutor, 'execute'>,
    private readonly log: Log,
  ) {}

  /** Runs processes until the signal is aborted. One read of the log serves them all, from where the last one stands. */
  async run(processes: readonly AnyProcess[], signal: AbortSignal): Promise<void> {
    const ended = (): boolean => signal.aborted;
    while (!ended()) {
      try {
        await this.follow(processes, signal);
      } catch (problem) {
        if (ended()) return;
        // An event that this product cannot read: an operator or a newer version has to help, so say it and wait.
        this.log('error', 'Processes stand still.', { error: problem instanceof Error ? problem.message : problem });
        await sleep(standstillMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async follow(processes: readonly AnyProcess[], signal: AbortSignal): Promise<void> {
    const checkpoints = await this.retry(() => this.checkpoints(processes), signal);
    const types = [...new Set(processes.flatMap(({ hears }) => hears))];
    const after = [...checkpoints.values()].reduce((least, position) => (position < least ? position : least));
    for await (const batch of this.feed.follow(after < 0n ? null : after, { types, batch: 500, signal })) {
      for (const process of processes) {
        const done = checkpoints.get(process.name) ?? beforeAll;
        const heard = batch.events.filter(({ type, position }) => position > done && process.hears.includes(type));
        // Different streams side by side; within one stream in order.
        await Promise.all(byStream(heard).map((events) => this.reactInOrder(process, events, signal)));
        if (batch.position > done) checkpoints.set(process.name, batch.position);
      }
      await this.retry(() => this.moveCheckpoints(checkpoints), signal);
    }
  }

  private async reactInOrder(
    process: AnyProcess,
    events: readonly RecordedEvent[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const event of events) {
      let issued = 0;
      for await (const command of process.react(event)) {
        const reaction = issued++;
        await this.retry(() => this.issue(process, event, reaction, command), signal);
      }
    }
  }

  private async issue(process: AnyProcess, event: RecordedEvent, reaction: number, command: object): Promise<void> {
    try {
      await this.executor.execute({
        command,
        commandId: deriveId(`${process.name}/${reaction}`, event.id),
        actor: { id: process.name, role: 'service' },
        correlationId: event.correlationId,
        occurredAt: event.occurredAt,
        mayBeOverdue: true,
      });
    } catch (problem) {
      // A stream that many write to at once is no verdict on the command.
      if (!(problem instanceof Refusal) || problem.code === streamBusy) throw problem;
      this.log('error', 'A process was refused.', { process: process.name, stream: event.stream, code: problem.code });
      await sql`insert into kroniek.process_refusals (process, event_id, reaction, stream, code)
        values (${process.name}, ${event.id}, ${reaction}, ${event.stream}, ${problem.code})
        on conflict do nothing`.execute(this.db);
    }
  }

  private async checkpoints(processes: readonly AnyProcess[]): Promise<Map<string, Position>> {
    const { rows } = await sql<{ process: string; position: string }>`
      select process, position::text as position from kroniek.process_checkpoints`.execute(this.db);
    const stored = new Map(rows.map(({ process, position }) => [process, BigInt(position)]));
    return new Map(processes.map(({ name }) => [name, stored.get(name) ?? beforeAll]));
  }

  private async moveCheckpoints(checkpoints: ReadonlyMap<string, Position>): Promise<void> {
    const positions = [...checkpoints.values()].map(String);
    await sql`insert into kroniek.process_checkpoints as c (process, position)
      select * from unnest(${[...checkpoints.keys()]}::text[], ${positions}::bigint[])
      on conflict (process) do update set position = greatest(c.position, excluded.position)`.execute(this.db);
  }

  /** For as long as it takes: a store that is away comes back, and nothing may be left out meanwhile. */
  private retry<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return pRetry(work, {
      retries: Infinity,
      minTimeout: 50,
      maxTimeout: 2_000,
      signal,
      onFailedAttempt: ({ error }) => this.log('warn', 'A process waits for a store.', { error: error.name }),
    });
  }
}

const beforeAll: Position = -1n;
const standstillMs = 5_000;

function byStream(events: readonly RecordedEvent[]): RecordedEvent[][] {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const sameStream = streams.get(event.stream);
    if (sameStream) sameStream.push(event);
    else streams.set(event.stream, [event]);
  }
  return [...streams.values()];
}
