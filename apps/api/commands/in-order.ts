export interface Room {
  /** Begun and not settled, at most. */
  readonly underWay: number;
  /** Begun and not taken, at most: what is settled keeps its place until all before it are. */
  readonly untaken: number;
}

/**
 * Runs of results in the order of their beginnings, each as soon as all before it are there. One that takes long keeps
 * back the results behind it, but no beginnings while there is room; what settled together is handed over together, so
 * that it can be written at once.
 */
export async function* inOrder<Result>(
  begun: AsyncIterable<{ readonly result: Promise<Result> }>,
  room: Room,
): AsyncGenerator<Result[]> {
  const queue: { settled?: { readonly value: Result } }[] = [];
  let underWay = 0;
  const state: { ended: boolean; failure?: { readonly error: unknown } } = { ended: false };
  let wakeReader = (): void => undefined;
  let wakeWriter = (): void => undefined;

  const isFull = (): boolean => !state.ended && (underWay >= room.underWay || queue.length >= room.untaken);
  const iterator = begun[Symbol.asyncIterator]();
  const reading = (async () => {
    try {
      for (;;) {
        while (isFull()) await new Promise<void>((resume) => (wakeReader = resume));
        if (state.ended) break;
        const next = await iterator.next();
        if (next.done) break;
        const place: (typeof queue)[number] = {};
        queue.push(place);
        underWay++;
        next.value.result.then(
          (value) => {
            place.settled = { value };
            underWay--;
            wakeReader();
            if (queue[0] === place) wakeWriter();
          },
          (error: unknown) => {
            state.failure = { error };
            wakeWriter();
          },
        );
      }
    } catch (error) {
      state.failure = { error };
    }
    state.ended = true;
    wakeWriter();
  })();

  try {
    for (;;) {
      const run: Result[] = [];
      while (queue[0]?.settled) {
        run.push(queue[0].settled.value);
        queue.shift();
      }
      if (state.failure) throw state.failure.error;
      if (run.length > 0) {
        wakeReader();
        yield run;
      } else if (state.ended && queue.length === 0) {
        return;
      } else {
        await new Promise<void>((resume) => (wakeWriter = resume));
        // Commands share a commit, so their answers come together: a moment later there are more of them.
        await new Promise((resume) => setImmediate(resume));
      }
    }
  } finally {
    state.ended = true;
    wakeReader();
    await iterator.return?.();
    await reading;
  }
}
