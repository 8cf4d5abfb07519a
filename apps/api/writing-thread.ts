import { PortWriter } from '../../libs/event-log/index.js';
import { startThread } from '../thread.js';

export interface WritingThread {
  readonly writer: PortWriter;
  stop(): Promise<void>;
}

/** Appends to the log in a thread of its own. */
export function startWriting(eventStoreUrl: string): WritingThread {
  const thread = startThread({
    module: new URL('writing.js', import.meta.url),
    does: 'appends to the log',
    eventStoreUrl,
    // Appends under way, each at most once.
    memory: { oldMb: 128, youngMb: 24 },
  });
  return { writer: new PortWriter(thread.worker), stop: () => thread.stop() };
}
