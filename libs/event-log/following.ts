import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedBatch, FollowOptions, Position } from '../kernel/index.js';
import { UnreadableEvent } from './errors.js';
import { codeOf } from './failures.js';
import { type Followed, Tail } from './tail.js';

/** Milliseconds before the subscription is opened again, after so many failures in a row. */
const backOff = (failures: number): number => Math.min(100 * 2 ** failures, 2_000);

/**
 * Follows the log for ever, across every failure of the store, each time from behind what the consumer has taken. Ends
 * when the signal is aborted or the log is closed; throws only on an event that this product cannot read, after all that stands before it.
 */
export async function* follow(
  followed: Followed,
  after: Position | null,
  options: FollowOptions,
): AsyncGenerator<FeedBatch, void, undefined> {
  const { signal } = options;
  let seen = after ?? 0n;
  let failures = 0;
  while (!signal.aborted && !followed.connection.closed) {
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
