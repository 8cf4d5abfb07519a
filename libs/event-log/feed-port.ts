import type { MessagePort, Worker } from 'node:worker_threads';
import type { EventFeed, FeedBatch, FollowOptions, Position, RecordedEvent } from '../kernel/index.js';
import { UnreadableEvent } from './errors.js';

/** One end of a channel between two threads. */
export type Port = MessagePort | Worker;

/** What the reading side is asked for. */
type Asked =
  | {
      readonly ask: 'follow';
      readonly of: number;
      readonly after: string | null;
      readonly types: readonly string[];
      readonly batch: number;
    }
  | { readonly ask: 'more'; readonly of: number }
  | { readonly ask: 'stop'; readonly of: number };

/** What it answers. Events as JSON: a structured clone of so many small objects takes several times as long. */
type Told =
  | { readonly of: number; readonly events: string; readonly position: string; readonly live: boolean }
  | { readonly of: number; readonly unreadable: Unreadable };

/** JSON has no place for positions. */
type Sent = Omit<RecordedEvent, 'position'> & { position: string | Position };

interface Unreadable {
  readonly name: string;
  readonly message: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
}

/** Batches that may be on their way to the other thread. */
const window = 2;

/**
 * Reads a feed for another thread, which then has its time for itself: the client and protobuf take as much of it as all
 * that is made of an event. The events that the feed gives out must be nobody else's: they are changed on their way.
 */
export function serveFeed(port: Port, feed: Pick<EventFeed, 'follow'>): void {
  const followed = new Map<number, Following>();
  port.on('message', (asked: Asked) => {
    if (asked.ask === 'follow') {
      const following = new Following(asked.of, port);
      followed.set(asked.of, following);
      const { types, batch } = asked;
      const after = asked.after === null ? null : BigInt(asked.after);
      void following
        .run((signal) => feed.follow(after, { types, batch, signal }))
        .finally(() => followed.delete(asked.of));
    } else if (asked.ask === 'more') {
      followed.get(asked.of)?.more();
    } else {
      followed.get(asked.of)?.stop();
    }
  });
}

/** One reading on behalf of the other side. */
class Following {
  private readonly stopped = new AbortController();
  private room = window;
  private wake: () => void = () => undefined;

  constructor(
    private readonly of: number,
    private readonly port: Port,
  ) {}

  more(): void {
    this.room += 1;
    this.wake();
  }

  stop(): void {
    this.stopped.abort();
    this.wake();
  }

  async run(follow: (signal: AbortSignal) => AsyncIterable<FeedBatch>): Promise<void> {
    const { signal } = this.stopped;
    try {
      for await (const batch of follow(signal)) {
        if (signal.aborted) return;
        this.tell(batch);
        this.room -= 1;
        while (this.isFull()) await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } catch (error) {
      // The feed survives all else; what is not its own ends the thread, and with it the process.
      if (!(error instanceof UnreadableEvent)) throw error;
      const { name, message, type, stream, revision, position } = error;
      const unreadable = { name, message, type, stream, revision, position: String(position) };
      this.port.postMessage({ of: this.of, unreadable } satisfies Told);
    }
  }

  private isFull(): boolean {
    return this.room === 0 && !this.stopped.signal.aborted;
  }

  private tell({ events, position, live }: FeedBatch): void {
    // In place: to copy each of them costs more than to write it.
    for (const event of events as readonly Sent[]) event.position = String(event.position);
    const lines = JSON.stringify(events);
    this.port.postMessage({ of: this.of, events: lines, position: String(position), live } satisfies Told);
  }
}

/** A feed that another thread reads. */
export class PortFeed implements Pick<EventFeed, 'follow'> {
  private readonly takers = new Map<number, (told: Told) => void>();
  private asked = 0;

  constructor(private readonly port: Port) {
    port.on('message', (told: Told) => this.takers.get(told.of)?.(told));
  }

  /** @throws UnreadableEvent after all that stands before the event */
  async *follow(
    after: Position | null,
    { types, batch, signal }: FollowOptions,
  ): AsyncGenerator<FeedBatch, void, undefined> {
    const of = this.asked++;
    const arrived: Told[] = [];
    let wake: () => void = () => undefined;
    const stir = (): void => wake();
    this.takers.set(of, (told) => {
      arrived.push(told);
      stir();
    });
    signal.addEventListener('abort', stir);
    this.ask({ ask: 'follow', of, after: after === null ? null : String(after), types, batch });
    try {
      while (!signal.aborted) {
        const told = arrived.shift();
        if (!told) await new Promise<void>((resolve) => (wake = resolve));
        else if ('unreadable' in told) throw revived(told.unreadable);
        else {
          this.ask({ ask: 'more', of });
          yield { events: eventsOf(told.events), position: BigInt(told.position), live: told.live };
        }
      }
    } finally {
      signal.removeEventListener('abort', stir);
      this.takers.delete(of);
      this.ask({ ask: 'stop', of });
    }
  }

  private ask(asked: Asked): void {
    this.port.postMessage(asked);
  }
}

function eventsOf(lines: string): readonly RecordedEvent[] {
  const events = JSON.parse(lines) as Sent[];
  for (const event of events) event.position = BigInt(event.position);
  return events as readonly RecordedEvent[];
}

/** The same error, as far as anyone asks. */
function revived({ name, message, type, stream, revision, position }: Unreadable): UnreadableEvent {
  const error = new UnreadableEvent(type, stream, revision, BigInt(position), '');
  return Object.assign(error, { name, message });
}
