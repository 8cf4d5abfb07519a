import type { Log } from './connection.js';

/** Where the client's stream of appends lives: only its own errors come from there. */
const origin = /@eventstore[\\/]db-client[\\/]dist[\\/]streams[\\/]appendToStream[\\/]batchAppend\.js/;

const logs = new Set<Log>();

/**
 * When its connection breaks under load, the client rejects the pending appends and besides raises rejections that
 * belong to nobody: one for each message that was still to be written, one for each answer that comes late. The appends
 * they tell of are awaited by us and are repeated; these echoes must not end the process. Every other unhandled
 * rejection ends it as before.
 *
 * @returns how to stop
 */
export function endureStrayRejections(log: Log): () => void {
  if (logs.size === 0) process.on('unhandledRejection', onRejection);
  logs.add(log);
  return () => {
    logs.delete(log);
    if (logs.size === 0) process.off('unhandledRejection', onRejection);
  };
}

let echoes = 0;

function onRejection(reason: unknown): void {
  if (isEcho(reason)) {
    // One broken connection raises hundreds at once: one line for them all.
    if (echoes === 0) setImmediate(report, reason.code);
    echoes += 1;
    return;
  }
  // Whoever else listens decides; alone, we do what Node does when nobody listens.
  if (process.listenerCount('unhandledRejection') === 1) throw reason;
}

function report(code: number | undefined): void {
  for (const log of logs) log('warn', 'The EventStoreDB client raised echoes of broken appends.', { code, echoes });
  echoes = 0;
}

/** An error of the call that carries the appends, or the late answer that the client no longer knows what to do with. */
export function isEcho(reason: unknown): reason is Error & { code?: number } {
  if (!(reason instanceof Error) || !origin.test(reason.stack ?? '')) return false;
  return (
    ('code' in reason && 'metadata' in reason) || (reason instanceof TypeError && /not iterable/.test(reason.message))
  );
}
