/** The most rows or keys of a table that are kept in memory between batches. */
const most = 20_000;

/** Forgets what is too much: what was put in first. */
export function forgetOldest(known: Map<string, unknown>): void {
  for (const key of known.keys()) {
    if (known.size <= most) break;
    known.delete(key);
  }
}
