import { type AllStreamSubscription, START, streamNameFilter } from '@eventstore/db-client';
import type { EventCatalogue, FeedBatch, FollowOptions, Position, RecordedEvent } from '../kernel/index.js';
import type { Connection, Line, Log } from './connection.js';
import { ConnectionLost, Silence } from './failures.js';
import { type StoredEvent, declarationOf, positionOf, recorded } from './recorded.js';

/** Events passed over for each one that a batch may hold, before the consumer is told how far the log has been seen. */
const passedOver = 10;

/** Considered events between two checkpoints: 32 of the store's default search windows of 32. */
const checkpointInterval = 32;

const tickMs = 1_000;
const probeAfterTicks = 3;

export interface Followed {
  readonly catalogue: EventCatalogue;
  readonly connection: Connection;
  /** The streams that are followed: those of these categories. */
  readonly categories: ReadonlySet<string>;
  /** Position of the last event of those streams. */
  readonly head: () => Promise<Position | null>;
  readonly log: Log;
}

/**
 * One subscription to all streams of the product, read ahead of its consumer within bounds. It ends for ever with the
 * first failure; silence is one.
 */
export class Tail {
  private readonly subscription: AllStreamSubscription;
  private readonly wanted: ReadonlySet<string>;
  private readonly queue: RecordedEvent[] = [];
  /** The last event that arrived, asked for or not. */
  private passed: Position;
  /** Events that arrived since the consumer was last told. */
  private considered = 0;
  /** Up to here the store has found nothing more for us; it may run ahead of what has come out of the client. */
  private checkpoint: Position = 0n;
  private caughtUp = false;
  /** The consumer has been told that it is live. */
  private live = false;
  private flush = false;
  private failed: Error | undefined;
  private wake: (() => void) | undefined;

  private heard = true;
  private confirmed = false;
  private quietTicks = 0;
  private probing = false;
  private readonly ticking: NodeJS.Timeout;
  private readonly releases: (() => void)[] = [];

  /** @param seen the consumer has everything up to here; 0: nothing */
  constructor(
    private readonly followed: Followed,
    private readonly line: Line,
    seen: Position,
    private readonly options: FollowOptions,
  ) {
    this.passed = seen;
    this.wanted = new Set(options.types);
    const prefixes = [...followed.categories].map((category) => `${category}-`);
    this.subscription = line.client.subscribeToAll({
      requiresLeader: true,
      fromPosition: seen === 0n ? START : { commit: seen, prepare: seen },
      filter: streamNameFilter({
        prefixes,
        checkpointInterval,
        // Synchronous: one that rejects would stall the subscription without an error.
        checkpointReached: (_, { commit }) => {
          this.heard = true;
          this.checkpoint = commit;
          this.stir();
        },
      }),
    });
    this.listen();
    this.ticking = setInterval(() => this.tick(), tickMs);
  }

  /** The next batch; `undefined` once the signal is aborted. What arrived before a failure is given out first. */
  async next(): Promise<FeedBatch | undefined> {
    while (!this.options.signal.aborted) {
      if (this.ready) return this.take();
      if (this.failed) throw this.failed;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return undefined;
  }

  stop(): void {
    this.failed ??= new ConnectionLost();
    clearInterval(this.ticking);
    for (const release of this.releases) release();
    this.subscription.unsubscribe().catch(() => undefined);
  }

  private listen(): void {
    const { signal } = this.options;
    const stir = () => this.stir();
    signal.addEventListener('abort', stir);
    this.releases.push(() => signal.removeEventListener('abort', stir));
    this.releases.push(this.line.whenLost(() => this.fail(new ConnectionLost())));
    this.subscription
      .on('confirmation', () => {
        this.confirmed = true;
        this.heard = true;
      })
      .on('caughtUp', () => {
        this.heard = true;
        this.caughtUp = true;
        this.stir();
      })
      .on('data', ({ event }) => {
        if (event) this.arrive(event);
      })
      // Stays for good: an error that comes late has nobody else to take it.
      .on('error', (error) => this.fail(error))
      // A clean end and a drop look different, and neither is what was asked for.
      .on('end', () => this.fail(new ConnectionLost()))
      .on('close', () => this.fail(new ConnectionLost()));
  }

  private arrive(event: StoredEvent): void {
    this.heard = true;
    const position = positionOf(event);
    if (this.failed || position <= this.passed) return;
    // `$`: the store's own (a tombstone), not a fact.
    if (!event.type.startsWith('$')) {
      try {
        const declared = declarationOf(this.followed.catalogue, event);
        if (this.wanted.has(event.type)) this.queue.push(recorded(event, declared));
      } catch (error) {
        this.fail(error as Error);
        return;
      }
    }
    this.passed = position;
    this.considered += 1;
    // One batch is read ahead: consumers hold more, and what is held long is moved about by the garbage collector.
    if (this.queue.length >= this.options.batch) this.subscription.pause();
    this.stir();
  }

  private get ready(): boolean {
    if (this.queue.length >= this.options.batch || this.considered >= passedOver * this.options.batch) return true;
    const news = this.considered > 0 || this.queue.length > 0;
    if (news && (this.live || this.flush || this.failed !== undefined)) return true;
    return this.atEnd && (!this.live || this.checkpoint > this.passed);
  }

  /** All that the store has sent has come out, and it says that there is no more. */
  private get atEnd(): boolean {
    return this.caughtUp && this.drained && this.queue.length <= this.options.batch;
  }

  private get drained(): boolean {
    return this.subscription.readableLength === 0;
  }

  private take(): FeedBatch {
    const { atEnd, drained } = this;
    const events = this.queue.splice(0, this.options.batch);
    this.flush = false;
    if (this.subscription.isPaused() && this.queue.length < this.options.batch) this.subscription.resume();
    const last = events.at(-1);
    if (this.queue.length > 0 && last) return { events, position: last.position, live: this.live };
    this.considered = 0;
    this.live ||= atEnd;
    // A checkpoint holds only once nothing that the store sent before it is still inside the client.
    if (drained && this.checkpoint > this.passed) this.passed = this.checkpoint;
    return { events, position: this.passed, live: this.live };
  }

  private stir(): void {
    const { wake } = this;
    if (!wake || !(this.ready || this.failed || this.options.signal.aborted)) return;
    this.wake = undefined;
    wake();
  }

  private fail(error: Error): void {
    this.failed ??= error;
    this.stir();
  }

  /** A silent store sends nothing at all, not even an error. */
  private tick(): void {
    if (this.heard || this.subscription.isPaused()) {
      if (this.heard) this.line.heardAt = performance.now();
      this.heard = false;
      this.quietTicks = 0;
      return;
    }
    this.quietTicks += 1;
    this.flush = true;
    this.stir();
    if (!this.confirmed && this.quietTicks * tickMs >= this.followed.connection.timeoutMs) this.fail(new Silence());
    else if (this.quietTicks % probeAfterTicks === 0 && !this.probing) void this.probe();
  }

  /** Asks whether there is something that should have arrived. */
  private async probe(): Promise<void> {
    this.probing = true;
    try {
      const head = (await this.followed.head()) ?? 0n;
      const behind = () => head > this.passed && !this.heard;
      // It may just be on its way.
      if (behind()) setTimeout(() => behind() && this.fail(new Silence()), tickMs).unref();
      else if (this.confirmed) this.caughtUp = true;
      this.stir();
    } catch (error) {
      this.fail(error as Error);
    } finally {
      this.probing = false;
    }
  }
}
