/**
 * The most rows or keys of a table that are kept in memory between batches. What is not at hand is loaded for a whole
 * batch with one statement, while what is kept by dozens of tables is walked by the garbage collector again and again.
 */
const most = 2_000;

/** Forgets what is too much: what was put in first. */
export function forgetOldest(known: Map<string, unknown>): void {
  for (const key of known.keys()) {
    if (known.size <= most) break;
    known.delete(key);
  }
}
