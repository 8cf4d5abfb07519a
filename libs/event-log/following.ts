import { setTimeout as sleep } from 'node:timers/promises';
import type { EventCatalogue, FeedBatch, FollowOptions, Position } from '../kernel/index.js';
import type { Connection, Log } from './connection.js';
import { UnreadableEvent } from './errors.js';
import { codeOf } from './failures.js';
import { Tail } from './tail.js';

export interface Followed {
  readonly catalogue: EventCatalogue;
  readonly connection: Connection;
  /** The streams that are followed: those of these categories. */
  readonly categories: ReadonlySet<string>;
  /** Position of the last event of those streams. */
  readonly head: () => Promise<Position | null>;
  readonly log: Log;
}

/** Milliseconds before the subscription is opened again, after so many failures in a row. */
const backOff = (failures: number): number => Math.min(100 * 2 ** failures, 5_000);

/**
 * Follows the log for ever, across every failure of the store, each time from behind what the consumer has taken. Ends
 * when the signal is aborted; throws only on an event that this product cannot read, after all that stands before it.
 */
export async function* follow(
  followed: Followed,
  after: Position | null,
  options: FollowOptions,
): AsyncGenerator<FeedBatch, void, undefined> {
  const { signal } = options;
  let seen = after ?? 0n;
  let failures = 0;
  while (!signal.aborted) {
    let tail: Tail | undefined;
    try {
      tail = new Tail(followed, await followed.connection.open(), seen, options);
      for (let batch = await tail.next(); batch; batch = await tail.next()) {
        failures = 0;
        yield batch;
        seen = batch.position;
      }
    } catch (error) {
      if (error instanceof UnreadableEvent) throw error;
      followed.log('warn', 'The subscription to EventStoreDB broke; opening it again.', {
        code: codeOf(error),
        failures,
      });
    } finally {
      tail?.stop();
    }
    await sleep(backOff(failures), undefined, { signal }).catch(() => undefined);
    failures += 1;
  }
}
