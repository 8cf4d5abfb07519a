import { PortFeed } from '../../libs/event-log/index.js';
import { startThread } from '../thread.js';

export interface ReadingThread {
  readonly feed: PortFeed;
  stop(): Promise<void>;
}

/** Reads the log in a thread of its own. */
export function startReading(eventStoreUrl: string): ReadingThread {
  const thread = startThread({
    module: new URL('reading.js', import.meta.url),
    does: 'reads the log',
    eventStoreUrl,
    // A few batches on their way, and what the client makes of them.
    memory: { oldMb: 128, youngMb: 32 },
  });
  return { feed: new PortFeed(thread.worker), stop: () => thread.stop() };
}
