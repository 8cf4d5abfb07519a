import { EventStoreDBClient } from '@eventstore/db-client';
import type { Readable } from 'node:stream';
import type { Channel } from '@grpc/grpc-js';
import { ConnectionLost, Silence, codeOf } from './failures.js';

export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: object) => void;

/** A line that cannot be had is tried anew no sooner than this. */
const shortestLifeMs = 250;

/** How long the next client waits for the old one to let go. */
const disposalTimeoutMs = 1_000;

/** One client of the store for as long as it answers. */
export class Line {
  /** When the store last said anything over it; `performance.now()`. */
  heardAt = 0;
  readonly since = performance.now();
  private readonly waiting = new Set<() => void>();
  private readonly watched = new WeakSet<Readable>();
  private lost = false;

  /** @param opened settles when the client may be used; left out: at once */
  constructor(
    readonly client: EventStoreDBClient,
    readonly opened?: Promise<void>,
  ) {}

  /** Calls back when the line is given up. Returns how to stop waiting for that. */
  whenLost(callback: () => void): () => void {
    if (this.lost) queueMicrotask(callback);
    else this.waiting.add(callback);
    return () => this.waiting.delete(callback);
  }

  /**
   * Calls back when the store ends the stream that carries the appends. The client then goes on writing into it, and
   * answers nobody; without this, only the time would tell.
   */
  watchAppends(ended: () => void): void {
    const { disposableStreams } = this.client as unknown as { disposableStreams?: ReadonlySet<Readable> };
    for (const stream of disposableStreams ?? []) {
      if (this.watched.has(stream)) continue;
      this.watched.add(stream);
      stream.once('end', ended);
    }
  }

  /** Gives the line up: all who wait for an answer over it are told. Settles when the client has let go. */
  async giveUp(): Promise<void> {
    this.lost = true;
    for (const callback of [...this.waiting]) callback();
    this.waiting.clear();
    // A stream that the server has ended is never done with by the client: do not wait for it.
    const disposed = Promise.allSettled([this.client.dispose(), this.closeChannel()]);
    await within(disposalTimeoutMs, disposed).catch(() => undefined);
  }

  /** The client disposes of its calls but never closes its channel, which would reconnect for ever. */
  private async closeChannel(): Promise<void> {
    const client = this.client as unknown as { getChannel(): Promise<Channel> };
    (await client.getChannel()).close();
  }
}

let clients = 0;

/**
 * The store as one client after the other. A client that has gone silent or confused is replaced as a whole, for some of
 * its states have no other way out.
 */
export class Connection {
  private line: Line;
  private ended = false;

  /** @param purpose tells the connections of one process apart in the store's statistics and in the log */
  constructor(
    private readonly url: string,
    private readonly purpose: string,
    readonly timeoutMs: number,
    private readonly log: Log,
  ) {
    this.line = new Line(this.client());
  }

  get closed(): boolean {
    return this.ended;
  }

  /** The line to call over. Do not keep it. */
  async open(): Promise<Line> {
    const { line } = this;
    if (line.opened) await line.opened;
    if (this.ended) throw new ConnectionLost();
    return line;
  }

  /** One answer, or an error in time. */
  async answer<T>(line: Line, asked: Promise<T>): Promise<T> {
    const from = performance.now();
    try {
      const answer = await this.inTime(line, asked);
      line.heardAt = performance.now();
      return answer;
    } catch (error) {
      this.judge(line, from, error);
      throw error;
    }
  }

  /**
   * To be told of each failed call: a line over which nothing was heard since then is dead. One over which others were
   * answered is not; the store let this one call drop.
   */
  judge(line: Line, from: number, error: unknown): void {
    if (error instanceof Silence) {
      if (line.heardAt < from) this.replace(line, 'silent');
    } else if (codeOf(error) === 'unavailable') {
      // gRPC would wait longer and longer, up to two minutes, before it looks whether the store is back.
      if (performance.now() - line.since > shortestLifeMs) this.replace(line, 'unavailable');
    } else if (!(error instanceof ConnectionLost)) {
      line.heardAt = performance.now();
    }
  }

  /** Gives up a line, unless that has happened already. */
  replace(line: Line, reason: string): void {
    if (line !== this.line || this.ended) return;
    this.log('warn', 'Opening another connection to EventStoreDB.', { connection: this.purpose, reason });
    // The client keeps the pending appends of all its instances in one place, and an error of the old one's stream
    // rejects those of the new one: so the new one is used only when the old one is gone.
    this.line = new Line(this.client(), line.giveUp());
  }

  async close(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.line.opened;
    await this.line.giveUp();
  }

  /**
   * gRPC shares what it knows of a server, and its patience, among all channels with the same settings, so that each
   * client gets a setting of its own. Checked every 10 s, a dead peer is noticed even where nothing is sent.
   */
  private client(): EventStoreDBClient {
    const own = this.url.includes('keepAliveInterval=');
    const separator = this.url.includes('?') ? '&' : '?';
    clients = (clients + 1) % 1_000;
    return EventStoreDBClient.connectionString(
      own ? this.url : `${this.url}${separator}keepAliveInterval=${String(10_000 + clients)}`,
    );
  }

  private inTime<T>(line: Line, asked: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        stopWaiting();
      };
      const fail = (error: unknown) => {
        done();
        reject(error instanceof Error ? error : new Error(codeOf(error)));
      };
      const timer = setTimeout(() => fail(new Silence()), this.timeoutMs);
      const stopWaiting = line.whenLost(() => fail(new ConnectionLost()));
      asked.then((value) => {
        done();
        resolve(value);
      }, fail);
    });
  }
}

/** The same promise, or `Silence` after so many milliseconds. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Silence()), ms);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
