import type { FeedBatch, Position, RecordedEvent } from '../kernel/index.js';
import { LogUnreadable } from './errors.js';
import { pause } from './pause.js';
import type { Batch } from './writer.js';

/** What has been read for a projection and not been written yet. Bounded by whoever fills it, through `room`. */
export class Inbox {
  private readonly waiting: FeedBatch[] = [];
  private held = 0;
  private failed: LogUnreadable | undefined;
  private wakeTaker: (() => void) | undefined;
  private readonly wakeGivers = new Set<() => void>();

  /** @param capacity events held beyond which there is no more room */
  constructor(private readonly capacity: number) {}

  get hasRoom(): boolean {
    return this.held < this.capacity;
  }

  get hasArrived(): boolean {
    return this.waiting.length > 0;
  }

  put(batch: FeedBatch): void {
    this.waiting.push(batch);
    this.held += batch.events.length;
    this.wakeTaker?.();
  }

  /** There will be no more: the log cannot be read on from here. What has arrived can still be taken. */
  fail(cause: unknown): void {
    this.failed = new LogUnreadable(cause);
    this.wakeTaker?.();
  }

  /** Settles when there is room again. */
  room(): Promise<void> {
    if (this.hasRoom) return Promise.resolve();
    return new Promise((resolve) => this.wakeGivers.add(resolve));
  }

  /** Lets go whoever waits for room: nobody will make any. */
  abandon(): void {
    this.held = Number.NEGATIVE_INFINITY;
    this.letIn();
  }

  /** Settles when something has arrived, or after so many milliseconds. */
  async arrived(within: number, signal: AbortSignal): Promise<boolean> {
    if (this.waiting.length === 0) await pause(within, signal, this.arrival(signal));
    return this.waiting.length > 0;
  }

  /** Everything that has arrived, in one batch of about `most` events; waits for the first. @throws LogUnreadable */
  async take(most: number, signal: AbortSignal): Promise<Batch & { readonly live: boolean }> {
    while (this.waiting.length === 0) {
      signal.throwIfAborted();
      if (this.failed) throw this.failed;
      await this.arrival(signal);
    }
    signal.throwIfAborted();
    return this.merged(most);
  }

  private arrival(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.wakeTaker = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }

  private merged(most: number): Batch & { readonly live: boolean } {
    let events: readonly RecordedEvent[] = [];
    let position: Position = 0n;
    let live = false;
    do {
      const batch = this.waiting.shift();
      if (!batch) break;
      events = events.length === 0 ? batch.events : [...events, ...batch.events];
      ({ position, live } = batch);
    } while (events.length + (this.waiting[0]?.events.length ?? 0) <= most);
    this.held -= events.length;
    this.letIn();
    return { events, position, live };
  }

  private letIn(): void {
    if (!this.hasRoom && this.held !== Number.NEGATIVE_INFINITY) return;
    for (const wake of this.wakeGivers) wake();
    this.wakeGivers.clear();
  }
}
