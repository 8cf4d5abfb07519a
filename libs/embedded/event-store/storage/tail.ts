/** An event that has been committed; `record` is as `record.ts` lays it out. */
export type Committed = { position: number; stream: string; revision: number; type: string; record: Buffer };

const MOST_EVENTS = 8_192;
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * The end of the log, in memory and bounded: who follows closely reads here, who fell behind reads from PostgreSQL.
 * Nothing enters before it is committed, and everything enters in order, so a position is all that a follower keeps.
 */
export class Tail {
  private events: Committed[] = [];
  private bytes = 0;
  /** Every event behind this position is held. */
  private start = 0;
  private readonly followers = new Set<() => void>();
  /** The position of the last committed event. */
  head = 0;

  /** Events behind `position`, at most `limit`; undefined when some of them are no longer held. */
  after(position: number, limit: number): Committed[] | undefined {
    if (position < this.start) return undefined;
    if (position >= this.head) return [];
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.events[middle]?.position ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return this.events.slice(low, low + limit);
  }

  publish(committed: Committed[]): void {
    for (const event of committed) {
      this.events.push(event);
      this.bytes += event.record.length;
      this.head = event.position;
    }
    this.trim();
    this.wake();
  }

  /** Starts anew behind `head`: what is before it is in PostgreSQL alone. */
  reset(head: number): void {
    this.events = [];
    this.bytes = 0;
    this.start = head;
    this.head = head;
    this.wake();
  }

  private trim(): void {
    if (this.events.length <= MOST_EVENTS && this.bytes <= MOST_BYTES) return;
    let drop = 0;
    // Half at a time, so that the moving of the array costs little an event.
    while (drop < this.events.length && (this.events.length - drop > MOST_EVENTS / 2 || this.bytes > MOST_BYTES / 2)) {
      this.bytes -= this.events[drop]?.record.length ?? 0;
      drop++;
    }
    this.start = this.events[drop - 1]?.position ?? this.start;
    this.events = this.events.slice(drop);
  }

  private wake(): void {
    for (const follower of [...this.followers]) follower();
  }

  /** Calls on each advance until the returned function is called. */
  follow(onAdvance: () => void): () => void {
    this.followers.add(onAdvance);
    return () => this.followers.delete(onAdvance);
  }
}
