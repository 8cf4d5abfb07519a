/** What a server process tells its supervisor once it serves. */
export type Ready = {
  ready: true;
  /** Where it serves, for people. */
  address?: string;
  /** The first admin key, if this start made it: shown once, stored nowhere. */
  adminKey?: string;
};

export type Running = Omit<Ready, 'ready'> & {
  /** Ends orderly: takes nothing new, finishes what it holds. */
  stop: () => Promise<void>;
};

/** Milliseconds for an orderly end: shorter if the supervisor is gone, since the next one waits for our ports. */
const patience = { asked: 4_000, orphaned: 1_000 };

/**
 * The life of a server process. Under a supervisor (an IPC channel is there) it reports when it serves, ends with its
 * supervisor whatever happens to that, and leaves Ctrl-C to it: a terminal sends it to all processes at once, and they
 * have to end in order. Alone, it ends on SIGINT and SIGTERM.
 */
export function runChild(start: () => Promise<Running>): void {
  let running: Running | undefined;
  let stopping = false;
  const supervised = process.send !== undefined;

  const stop = (within: number): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), within).unref();
    Promise.resolve(running?.stop()).then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };

  process.on('SIGTERM', () => stop(patience.asked));
  process.on('SIGINT', () => {
    if (!supervised) stop(patience.asked);
  });
  if (supervised) {
    process.on('disconnect', () => stop(patience.orphaned));
    if (!process.connected) process.exit(1);
  }
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  start().then((started) => {
    running = started;
    const { stop: _, ...said } = started;
    if (process.connected) process.send?.({ ready: true, ...said } satisfies Ready);
  }, fail);
}

/** Once and in full: the supervisor shows the first line and keeps the rest in the log. */
function fail(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text}\n`, () => process.exit(1));
  setTimeout(() => process.exit(1), 500).unref();
}
