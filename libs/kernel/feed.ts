import type { Position, RecordedEvent } from './events.js';

/** A run of events in the order of the log. */
export interface FeedBatch {
  readonly events: readonly RecordedEvent[];
  /** Everything up to here has been seen, whether or not it was of a type asked for. */
  readonly position: Position;
  /** True once the feed has reached what was the end of the log. */
  readonly live: boolean;
}

export interface FollowOptions {
  /** Event types asked for. */
  readonly types: readonly string[];
  /** The most events in one batch; the feed holds at most a few batches. */
  readonly batch: number;
  readonly signal: AbortSignal;
}

/** The log as the projection runtime sees it. It reconnects by itself and ends only when the signal is aborted. */
export interface EventFeed {
  /** All events behind `after` (`null`: from the first one), then the new ones as they are recorded. */
  follow(after: Position | null, options: FollowOptions): AsyncIterable<FeedBatch>;
  /** Position of the last event recorded; `null` while there is none. */
  head(): Promise<Position | null>;
}
