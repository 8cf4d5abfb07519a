/** Bounds of V8's heap: the old generation, and half of the young one; in MB. */
const heap = (old: number, semi: number): readonly string[] => [
  `--max-old-space-size=${String(old)}`,
  `--max-semi-space-size=${String(semi)}`,
];

/** What Node is told in each process of the product. */
export const nodeArguments = {
  /** What it makes of a command lives no longer than it; the more room, the less of it is ever moved. */
  api: heap(256, 64),
  /** What it holds lies outside of its heap. */
  eventStore: heap(256, 8),
  /**
   * It has a second heap, in its reading thread. Catching up, both keep a processor busy: helpers that collect garbage
   * beside them only take it from them, and from PostgreSQL. V8 collects the sooner the less it may hold; it holds far
   * less than it may.
   */
  projector: [...heap(512, 8), '--single-threaded-gc'],
};

/** What else its processes are told: two heaps of C, where glibc has one for each thread and little in each of them. */
export const nodeEnvironment = { MALLOC_ARENA_MAX: '2' };
