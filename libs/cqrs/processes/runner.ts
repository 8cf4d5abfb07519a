import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { deriveId } from '../../event-log/index.js';
import type { AskingProcess, EventFeed, Position, Process, RecordedEvent } from '../../kernel/index.js';
import type { CommandExecutor } from '../commands/executor.js';
import { Issuing, type Log } from './issuing.js';
import { withoutDisk } from './tables.js';

type AnyProcess = Process | AskingProcess;

/**
 * Runs processes: each event that one hears leads to commands whose ids are derived from the event, so a reaction that
 * was cut off is simply repeated. The checkpoint moves when a batch's commands are all recorded. Two runners at once do
 * each reaction once, for the same reason.
 */
export class ProcessRunner {
  private readonly issuing: Issuing;

  constructor(
    private readonly db: Kysely<unknown>,
    private readonly feed: EventFeed,
    executor: Pick<CommandExecutor, 'execute'>,
    private readonly log: Log,
  ) {
    this.issuing = new Issuing(db, executor, log);
  }

  /**
   * Runs processes until the signal is aborted. One that asks goes its own way: the answer may be long in coming, and
   * nobody else is to wait for it.
   */
  async run(processes: readonly AnyProcess[], signal: AbortSignal): Promise<void> {
    const asking = processes.filter((process) => 'asks' in process);
    const others = processes.filter((process) => !('asks' in process));
    const groups = [...asking.map((process) => [process]), ...(others.length > 0 ? [others] : [])];
    await Promise.all(groups.map((group) => this.runTogether(group, signal)));
  }

  /** One read of the log serves them all, from where the last one stands. */
  private async runTogether(processes: readonly AnyProcess[], signal: AbortSignal): Promise<void> {
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
    const checkpoints = await this.issuing.retry(() => this.checkpoints(processes), signal);
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
      await this.issuing.retry(() => this.moveCheckpoints(checkpoints), signal);
    }
  }

  private async reactInOrder(
    process: AnyProcess,
    events: readonly RecordedEvent[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const event of events) {
      let issued = 0;
      for await (const command of process.react(event, signal)) {
        const reaction = issued++;
        await this.issuing.retry(() => this.issue(process, event, reaction, command), signal);
      }
    }
  }

  private issue({ name }: AnyProcess, event: RecordedEvent, place: number, command: object): Promise<void> {
    return this.issuing.issue({
      process: name,
      causeId: event.id,
      place,
      about: event.stream,
      request: {
        command,
        commandId: deriveId(`${name}/${place}`, event.id),
        correlationId: event.correlationId,
        occurredAt: event.occurredAt,
      },
    });
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
      select p.* from unnest(${[...checkpoints.keys()]}::text[], ${positions}::bigint[]) p, ${withoutDisk}
      on conflict (process) do update set position = greatest(c.position, excluded.position)`.execute(this.db);
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
