import { Worker } from 'node:worker_threads';

/** A thread of this process, for a client of EventStoreDB that would take its time from all else. */
export interface Thread {
  readonly worker: Worker;
  stop(): Promise<void>;
}

export interface ThreadOptions {
  /** Its module. */
  readonly module: URL;
  /** What it does, for the error that tells of its end. */
  readonly does: string;
  readonly eventStoreUrl: string;
  readonly memory: { readonly oldMb: number; readonly youngMb: number };
}

/** Starts a thread. Should it fail, the process ends, as it would if it had done the work itself. */
export function startThread({ module, does, eventStoreUrl, memory }: ThreadOptions): Thread {
  const resourceLimits = { maxOldGenerationSizeMb: memory.oldMb, maxYoungGenerationSizeMb: memory.youngMb };
  const worker = new Worker(module, { workerData: { eventStoreUrl }, resourceLimits });
  let stopping = false;
  worker.on('error', (error) => {
    throw error;
  });
  worker.on('exit', (code) => {
    if (!stopping) throw new Error(`The thread that ${does} ended with ${String(code)}.`);
  });
  return {
    worker,
    stop: async () => {
      stopping = true;
      await worker.terminate();
    },
  };
}
