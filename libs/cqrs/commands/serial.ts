/** Runs work on one key after the other, on different keys side by side. */
export class SerialByKey {
  private readonly tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const previous = this.tails.get(key);
    const result = previous ? previous.then(work, work) : work();
    this.tails.set(key, result);
    const leave = (): void => {
      if (this.tails.get(key) === result) this.tails.delete(key);
    };
    result.then(leave, leave);
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
