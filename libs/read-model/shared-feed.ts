import type { EventFeed, FeedBatch, FollowOptions, Position } from '../kernel/index.js';
import { LogUnreadable } from './errors.js';
import { Readers, type ReadersOptions } from './readers.js';

/** What `sharedFeed` takes; where left out, as in `runProjections`. */
export type SharedFeedOptions = Pick<ReadersOptions, 'feed' | 'types' | 'signal'> &
  Partial<Pick<ReadersOptions, 'batch' | 'patience'>>;

/**
 * The same log for several followers at the price of one read: those that stand at the same place share it, and one that
 * keeps the others waiting goes on by itself. `types` are all that any of them asks for.
 */
export function sharedFeed({ batch = 2_000, patience = 2_000, ...options }: SharedFeedOptions): EventFeed {
  const readers = new Readers({ batch, patience, ...options });
  return {
    head: () => options.feed.head(),
    follow: (after, asked) => followed(readers, after, asked),
  };
}

async function* followed(
  readers: Readers,
  after: Position | null,
  { types, batch, signal }: FollowOptions,
): AsyncGenerator<FeedBatch, void, undefined> {
  const wanted = new Set(types);
  const inbox = readers.join(after);
  try {
    while (!signal.aborted) {
      const { events, position, live } = await inbox.take(batch, signal);
      yield { events: events.filter(({ type }) => wanted.has(type)), position, live };
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof LogUnreadable ? error.cause : error;
  } finally {
    readers.leave(inbox);
  }
}
