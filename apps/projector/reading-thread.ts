import { startThread, type Thread } from '../thread.js';

/** Reads the log in a thread of its own. */
export const startReading = (eventStoreUrl: string): Thread =>
  startThread({
    module: new URL('reading.js', import.meta.url),
    does: 'reads the log',
    eventStoreUrl,
    // A few batches on their way, and what the client makes of them.
    memory: { oldMb: 128, youngMb: 16 },
  });
