import {
  type EventCatalogue,
  type EventFeed,
  type FeedBatch,
  type FollowOptions,
  type Position,
  categoryOf,
} from '../kernel/index.js';
import { Connection, type Log } from './connection.js';
import { follow } from './following.js';
import { Reader } from './reading.js';

export interface LogFeedOptions {
  /** `esdb://…` or `esdb+discover://…`. */
  readonly url: string;
  readonly catalogue: EventCatalogue;
  /** How long one call may stay without an answer; 5,000 when left out. */
  readonly callTimeoutMs?: number;
  readonly log?: Log;
}

/** The log for those who only read on: personal fields stay sealed, so it needs no keys. */
export class LogFeed implements EventFeed {
  readonly reader: Reader;
  private readonly categories: ReadonlySet<string>;

  private constructor(
    private readonly catalogue: EventCatalogue,
    private readonly connection: Connection,
    private readonly log: Log,
  ) {
    this.reader = new Reader(connection);
    this.categories = new Set([...catalogue.values()].map(({ category }) => category));
  }

  /** Does not wait for the store. */
  static connect({ url, catalogue, callTimeoutMs = 5_000, log = () => undefined }: LogFeedOptions): LogFeed {
    return new LogFeed(catalogue, new Connection(url, 'reads', callTimeoutMs, log), log);
  }

  follow(after: Position | null, options: FollowOptions): AsyncIterable<FeedBatch> {
    const { catalogue, connection, categories, log } = this;
    return follow({ catalogue, connection, categories, head: () => this.head(), log }, after, options);
  }

  /** Position of the last event of the product's own streams. */
  async head(): Promise<Position | null> {
    return this.reader.head((stream) => this.categories.has(categoryOf(stream)));
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
