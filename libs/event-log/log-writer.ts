import type { Position } from '../kernel/index.js';
import { Appender } from './appending.js';
import { Connection, type Log } from './connection.js';
import type { ProposedEvent } from './envelope.js';
import { Reader } from './reading.js';
import { endureStrayRejections } from './stray-rejections.js';

/** Writes events into the log, here or in another thread. */
export interface Writer {
  /**
   * Appends behind a revision; `null`: the stream must not exist. Repeated with the same events it answers the same.
   *
   * @returns position of the last event @throws WrongRevision, StoreUnavailable, StoreRefused, Refusal
   *   `EVENT_TOO_LARGE`
   */
  append(stream: string, revision: number | null, events: readonly ProposedEvent[]): Promise<Position>;
  /** Takes no more. Who still waits is told that the store is not available. */
  close(): Promise<void>;
}

export interface LogWriterOptions {
  /** `esdb://…` or `esdb+discover://…`. */
  readonly url: string;
  /** How long one call may stay without an answer; 5,000 when left out. */
  readonly callTimeoutMs?: number;
  readonly log?: Log;
}

/** The client that appends. */
export class LogWriter implements Writer {
  private readonly appender: Appender;

  private constructor(
    private readonly connections: readonly [appends: Connection, looks: Connection],
    private readonly release: () => void,
  ) {
    const [appends, looks] = connections;
    this.appender = new Appender(appends, new Reader(looks));
  }

  /** Does not wait for the store. */
  static connect({ url, callTimeoutMs = 5_000, log = () => undefined }: LogWriterOptions): LogWriter {
    // Two, so that a failure of the one stream that carries all appends leaves the look at what became of them alone.
    const connections = [
      new Connection(url, 'appends', callTimeoutMs, log),
      new Connection(url, 'looks', callTimeoutMs, log),
    ] as const;
    return new LogWriter(connections, endureStrayRejections(log));
  }

  append(stream: string, revision: number | null, events: readonly ProposedEvent[]): Promise<Position> {
    return this.appender.append(stream, revision, events);
  }

  async close(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.close()));
    this.release();
  }
}
