import DataLoader from 'dataloader';

/** Milliseconds for which a statement waits for others to share it, where many come at once. */
const gatherMs = 2;

/**
 * One statement for what many ask for at the same moment. While one is under way the next one gathers, and where several
 * came together last for a moment longer: the busier it is, the fewer there are. Who asks alone does not wait.
 */
export function gathering<Asked, Answer>(
  ask: (asked: readonly Asked[]) => Promise<(Answer | Error)[]>,
): DataLoader<Asked, Answer> {
  let underWay: Promise<unknown> = Promise.resolve();
  let last = 0;
  return new DataLoader<Asked, Answer>(
    (asked) => {
      last = asked.length;
      const answer = ask(asked);
      underWay = answer.catch(() => undefined);
      return answer;
    },
    {
      cache: false,
      maxBatchSize: 1_000,
      batchScheduleFn: (dispatch) =>
        void underWay.then(() => (last > 2 ? setTimeout(dispatch, gatherMs) : setImmediate(dispatch))),
    },
  );
}
