/** What was begun on a key before, as one promise that never fails; `undefined`: nothing that is not done. */
export type Earlier = (key: string) => Promise<void> | undefined;

/**
 * Runs work on one key after the other, on different keys side by side. Work may wait for what was begun before it on
 * other keys; as nothing waits for what began later, there is no circle.
 */
export class SerialByKey {
  private readonly underWay = new Map<string, { readonly place: number; readonly done: Promise<void> }[]>();
  private begun = 0;

  run<T>(key: string, work: (earlier: Earlier) => Promise<T>): Promise<T> {
    const place = ++this.begun;
    const queue = this.underWay.get(key) ?? [];
    this.underWay.set(key, queue);
    const start = () => work((other) => this.underWay.get(other)?.findLast((one) => one.place < place)?.done);
    const result = queue.at(-1)?.done.then(start) ?? start();
    // Those of a key are done in the order in which they were begun.
    const leave = (): void => {
      queue.shift();
      if (queue.length === 0) this.underWay.delete(key);
    };
    queue.push({ place, done: result.then(leave, leave) });
    return result;
  }
}

/** Tells work what of the same key was begun before it and is not done. None waits for what began later: there is no circle. */
export class BegunByKey {
  private readonly underWay = new Map<string, Set<{ done?: Promise<unknown> }>>();

  run<T>(key: string, work: (before: () => readonly Promise<unknown>[]) => Promise<T>): Promise<T> {
    const all = this.underWay.get(key) ?? new Set();
    this.underWay.set(key, all);
    const own: { done?: Promise<unknown> } = {};
    all.add(own);
    const result = work(() => {
      const earlier: Promise<unknown>[] = [];
      for (const one of all) {
        if (one === own) break;
        if (one.done) earlier.push(one.done);
      }
      return earlier;
    });
    own.done = result;
    const leave = (): void => {
      all.delete(own);
      if (all.size === 0) this.underWay.delete(key);
    };
    result.then(leave, leave);
    return result;
  }
}
