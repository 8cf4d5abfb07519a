import type pg from 'pg';
import type { EventFeed, Position, RecordedEvent } from '../kernel/index.js';
import { connect, disconnect } from './connections.js';
import type { Projection } from './definition.js';
import { CheckpointMoved, ConnectionLost, LogUnreadable, Unprojectable } from './errors.js';
import type { Inbox } from './inbox.js';
import type { Log } from './log.js';
import { backOff, pause } from './pause.js';
import type { Readers } from './readers.js';
import { skippedEvents, swapIn } from './registry.js';
import { ProjectionWriter } from './writer.js';

export interface CopyOptions {
  readonly schema: string;
  readonly projection: Projection;
  /** It is built beside the one that serves, and takes its place once it has caught up. */
  readonly building: boolean;
  readonly feed: EventFeed;
  readonly url: string;
  readonly readers: Readers;
  readonly batch: number;
  readonly standby: number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What a stopped copy shows of the event that stopped it. No data of the event: it may tell of people. */
const described = ({ event, message }: Unprojectable): object => ({
  id: event.id,
  type: event.type,
  stream: event.stream,
  revision: event.revision,
  position: String(event.position),
  message,
});

/**
 * Under load a batch begins so many milliseconds after the one before: it costs much the same however few its events are,
 * and read models at the end of the log would otherwise take what time commands and queries need.
 */
const pace = 100;

/** A batch of more events than this is load: what one command records is at most visible a moment later. */
const few = 3;

/** No batch takes so long (milliseconds): whoever does not answer in that time is gone. */
const deadline = 120_000;

/**
 * One schema of a read model being kept up to date. It writes over the very connection that holds its lock: without the
 * lock there is no connection, without the connection no writing.
 */
export class Copy {
  private building: boolean;
  /** An error may stand in the registry, from before the start too. */
  private failed = true;
  private reconsidered: () => void = () => undefined;

  constructor(private readonly options: CopyOptions) {
    this.building = options.building;
  }

  /** The registry has changed: an event that stopped it may be skipped now. */
  reconsider(): void {
    this.reconsidered();
  }

  async run(): Promise<void> {
    const { signal, log, schema } = this.options;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.session(() => (attempt = 0));
      } catch (error) {
        if (this.options.signal.aborted) break;
        log('warn', `${schema} cannot be written, trying again`, { error });
      }
      await pause(backOff(attempt), signal);
    }
  }

  /** From a connection made to its end. */
  private async session(progress: () => void): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([this.options.signal, lost.signal]);
    const application = `kroniek ${this.options.schema}`;
    const client = await connect(this.options.url, { application, statementTimeout: deadline }, () => lost.abort());
    try {
      await prepare(client);
      await this.locked(client, signal);
      const writer = new ProjectionWriter(client, this.options.projection, this.options.schema);
      while (!signal.aborted) await this.follow(client, writer, signal, progress);
    } finally {
      disconnect(client);
    }
    if (lost.signal.aborted && !this.options.signal.aborted) throw new ConnectionLost('The connection was lost.');
  }

  /** Waits until no other process writes this schema. Asked again and again: waiting in the database holds a snapshot. */
  private async locked(client: pg.Client, signal: AbortSignal): Promise<void> {
    for (;;) {
      const { rows } = await client.query<{ locked: boolean }>(
        'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
        [`kroniek ${this.options.schema}`],
      );
      if (rows[0]?.locked) return;
      await pause(this.options.standby, signal);
      signal.throwIfAborted();
    }
  }

  /** From the checkpoint on, until something is in the way. */
  private async follow(
    client: pg.Client,
    writer: ProjectionWriter,
    signal: AbortSignal,
    progress: () => void,
  ): Promise<void> {
    const { readers, batch, log, schema } = this.options;
    const checkpoint = await writer.resume();
    if (this.building && (await this.isAtHead(checkpoint)) && (await this.advanced(writer, signal, () => true))) {
      await this.serves(client);
    }
    const inbox = readers.join(checkpoint);
    try {
      await this.advanced(writer, signal, () => !inbox.hasArrived);
      await this.write(client, writer, inbox, batch, signal, progress);
    } catch (error) {
      if (error instanceof CheckpointMoved) {
        log('warn', `${schema}: another writer moved the checkpoint, going on from there`);
      } else if (error instanceof Unprojectable) {
        readers.leave(inbox);
        await this.stopAt(client, error, signal);
      } else if (error instanceof LogUnreadable) {
        await this.waitForLog(client, error, signal);
      } else {
        throw error;
      }
    } finally {
      readers.leave(inbox);
    }
  }

  private async write(
    client: pg.Client,
    writer: ProjectionWriter,
    inbox: Inbox,
    most: number,
    signal: AbortSignal,
    progress: () => void,
  ): Promise<void> {
    while (!signal.aborted) {
      const batch = await inbox.take(most, signal);
      const begun = performance.now();
      await inTime(writer.write(batch));
      progress();
      if (this.failed) await this.tellError(client, null);
      this.failed = false;
      const more = await writer.advance();
      if (!batch.live) continue;
      // What is asked of it before that would not be answered in full.
      if (more && !(await this.advanced(writer, signal, () => !inbox.hasArrived)) && this.building) continue;
      await writer.live();
      // What serves may still be a little ahead; with nothing new in the log nothing else would bring us back here.
      while (!(await this.serves(client)) && !(await inbox.arrived(1_000, signal))) signal.throwIfAborted();
      if (batch.events.length > few) await pause(begun + pace - performance.now(), signal);
    }
  }

  /** Does what is done between batches, as long as there is time for it. @returns whether nothing is left */
  private async advanced(writer: ProjectionWriter, signal: AbortSignal, hasTime: () => boolean): Promise<boolean> {
    while (!signal.aborted && hasTime()) if (!(await inTime(writer.advance()))) return true;
    return false;
  }

  private async isAtHead(checkpoint: Position | null): Promise<boolean> {
    const head = await this.options.feed.head();
    return head === null || (checkpoint !== null && checkpoint >= head);
  }

  /** Whether it serves, now at the latest. */
  private async serves(client: pg.Client): Promise<boolean> {
    if (!this.building) return true;
    const { projection, schema, feed, log } = this.options;
    this.building = !(await swapIn(client, projection, schema, () => feed.head()));
    if (!this.building) log('info', `${schema} serves now`);
    return !this.building;
  }

  /** Stays where it is, with the lock, until the event is skipped. */
  private async stopAt(client: pg.Client, error: Unprojectable, signal: AbortSignal): Promise<void> {
    const { projection, schema, log } = this.options;
    log('error', `${schema} stopped at an event that it cannot take`, { event: described(error) });
    this.failed = true;
    await this.tellError(client, described(error));
    for (;;) {
      const reconsidered = new Promise<void>((resolve) => (this.reconsidered = resolve));
      if ((await skippedEvents(client, projection)).has(error.event.position)) return;
      await pause(30_000, signal, reconsidered);
      signal.throwIfAborted();
    }
  }

  /** Nobody can read on: only another version of the product may, or a log that was mended. */
  private async waitForLog(client: pg.Client, error: LogUnreadable, signal: AbortSignal): Promise<void> {
    this.options.log('error', `${this.options.schema} cannot go on, the log is unreadable`, { error: error.cause });
    this.failed = true;
    const { type = 'unknown', stream = 'unknown', revision, position } = error.cause as Partial<RecordedEvent>;
    const at = { revision: revision ?? null, position: position === undefined ? null : String(position) };
    await this.tellError(client, { type, stream, ...at, message: error.message });
    await pause(5_000, signal);
  }

  private async tellError(client: pg.Client, error: object | null): Promise<void> {
    await client.query('update kroniek.read_models set error = $2 where schema = $1', [
      this.options.schema,
      error && JSON.stringify(error),
    ]);
  }
}

/** Its statements look rows up by key, whatever the statistics of a table just made say; a lost commit is read again. */
const prepare = (client: pg.Client): Promise<unknown> =>
  client.query(
    `set synchronous_commit = off; set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;
     set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3`,
  );

async function inTime<T>(written: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionLost('PostgreSQL does not answer.')), deadline);
  });
  try {
    return await Promise.race([written, late]);
  } finally {
    clearTimeout(timer);
  }
}
