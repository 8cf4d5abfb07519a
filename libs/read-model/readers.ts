import type { EventFeed, FeedBatch, Position } from '../kernel/index.js';
import { Inbox } from './inbox.js';
import { pause } from './pause.js';

export interface ReadersOptions {
  readonly feed: EventFeed;
  /** All types that any of the projections handles: so a projection can pass from one reader to any other. */
  readonly types: readonly string[];
  /** The most events in one batch. */
  readonly batch: number;
  /** Milliseconds that the others wait for a slow one before it gets a reader of its own. */
  readonly patience: number;
  readonly signal: AbortSignal;
}

interface Reader {
  /** Everything up to here stands in the members' inboxes. */
  position: Position | null;
  /** It has reached what was the end of the log. */
  live: boolean;
  readonly members: Set<Inbox>;
  readonly stop: AbortController;
}

/**
 * One read of the log feeds all projections that stand at the same place. One that lags has a reader of its own until
 * it meets the others.
 */
export class Readers {
  private readonly readers = new Set<Reader>();

  constructor(private readonly options: ReadersOptions) {}

  /** Number of reads of the log that are under way. */
  get size(): number {
    return this.readers.size;
  }

  /** An inbox that is filled with everything behind `after`. */
  join(after: Position | null): Inbox {
    const inbox = new Inbox(2 * this.options.batch);
    const reader = [...this.readers].find(({ position }) => position === after);
    if (reader) this.admit(inbox, reader);
    else this.open(after, [inbox]);
    return inbox;
  }

  /** Who comes to a reader that is at the end of the log has no batch to tell that by. */
  private admit(inbox: Inbox, { members, live, position }: Reader): void {
    members.add(inbox);
    if (live && position !== null) inbox.put({ events: [], position, live });
  }

  leave(inbox: Inbox): void {
    inbox.abandon();
    for (const reader of this.readers) {
      if (reader.members.delete(inbox) && reader.members.size === 0) this.close(reader);
    }
  }

  private open(position: Position | null, members: readonly Inbox[]): void {
    const reader: Reader = { position, live: false, members: new Set(members), stop: new AbortController() };
    this.readers.add(reader);
    void this.run(reader);
  }

  private isClosed(reader: Reader): boolean {
    return !this.readers.has(reader) || this.options.signal.aborted;
  }

  private close(reader: Reader): void {
    this.readers.delete(reader);
    reader.stop.abort();
  }

  private async run(reader: Reader): Promise<void> {
    const signal = AbortSignal.any([reader.stop.signal, this.options.signal]);
    const { feed, types, batch: most } = this.options;
    try {
      for await (const arrived of feed.follow(reader.position, { types, batch: most, signal })) {
        const batch = unseen(arrived, reader.position);
        if (this.isClosed(reader) || this.meets(reader, batch)) return;
        this.hand(reader, batch, batch.position);
        await this.room(reader, signal);
      }
    } catch (error) {
      if (this.isClosed(reader)) return;
      // The feed reconnects by itself: what it throws is there to stay, and the members have to know.
      for (const inbox of reader.members) inbox.fail(error);
      this.close(reader);
    }
  }

  private hand(reader: Reader, batch: FeedBatch, upTo: Position): void {
    const whole = upTo >= batch.position;
    const part = whole
      ? batch
      : { events: batch.events.filter((event) => event.position <= upTo), position: upTo, live: false };
    for (const inbox of reader.members) inbox.put(part);
    reader.position = upTo;
    reader.live = part.live;
  }

  /** Where this batch reaches the place of another reader, the members get what leads there and go on with that one. */
  private meets(reader: Reader, batch: FeedBatch): boolean {
    for (const other of this.readers) {
      const at = other.position;
      if (other === reader || at === null || at > batch.position) continue;
      if (reader.position !== null && reader.position > at) continue;
      // A slow one would hold the others back again.
      if (![...reader.members, ...other.members].every((inbox) => inbox.hasRoom)) continue;
      this.hand(reader, batch, at);
      for (const inbox of reader.members) this.admit(inbox, other);
      this.close(reader);
      return true;
    }
    return false;
  }

  /** Holds back until every member has room; one that keeps the others waiting for too long goes on by itself. */
  private async room(reader: Reader, signal: AbortSignal): Promise<void> {
    for (;;) {
      const full = [...reader.members].filter((inbox) => !inbox.hasRoom);
      if (full.length === 0 || signal.aborted) return;
      if (full.length === reader.members.size) {
        // Nobody waits for anybody: the first with room starts the clock for the rest.
        await pause(60_000, signal, Promise.race(full.map((inbox) => inbox.room())));
        continue;
      }
      await pause(this.options.patience, signal, Promise.all(full.map((inbox) => inbox.room())));
      const slow = full.filter((inbox) => !inbox.hasRoom);
      if (slow.length === 0) continue;
      for (const inbox of slow) reader.members.delete(inbox);
      this.open(reader.position, slow);
    }
  }
}

/** A feed that reconnects may deliver again what it delivered before. */
function unseen(batch: FeedBatch, position: Position | null): FeedBatch {
  const [first] = batch.events;
  if (position === null || (batch.position > position && (!first || first.position > position))) return batch;
  return {
    live: batch.live,
    events: batch.events.filter((event) => event.position > position),
    position: batch.position > position ? batch.position : position,
  };
}
