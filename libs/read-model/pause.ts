/**
 * Settles after so many milliseconds, at once if they are over already, or as soon as the signal is aborted or something
 * wakes it; never rejects. Leaves no listener behind.
 */
export function pause(milliseconds: number, signal: AbortSignal, woken?: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, milliseconds));
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
    woken?.then(done, done);
  });
}

/** Milliseconds before the next attempt: from a tenth of a second up to five seconds. */
export const backOff = (attempt: number): number => Math.min(5_000, 100 * 2 ** Math.min(attempt, 10));
