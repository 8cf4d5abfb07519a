import { Worker } from 'node:worker_threads';
import { PortFeed } from '../../libs/event-log/index.js';

/** What the thread holds: a few batches on their way, and what the client makes of them. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32 };

export interface ReadingThread {
  readonly feed: PortFeed;
  stop(): Promise<void>;
}

/** Reads the log in a thread of its own. Should that one fail, the process ends, as it would if it had read itself. */
export function startReading(eventStoreUrl: string): ReadingThread {
  const thread = new Worker(new URL('reading.js', import.meta.url), { workerData: { eventStoreUrl }, resourceLimits });
  let stopping = false;
  thread.on('error', (error) => {
    throw error;
  });
  thread.on('exit', (code) => {
    if (!stopping) throw new Error(`The thread that reads the log ended with ${String(code)}.`);
  });
  return {
    feed: new PortFeed(thread),
    stop: async () => {
      stopping = true;
      await thread.terminate();
    },
  };
}
