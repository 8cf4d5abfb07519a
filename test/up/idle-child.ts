import { runChild } from '../../apps/child.js';

/** Stands in for a worker; with STUBBORN set, for one that does not want to end. */
runChild(async () => {
  const busy = setInterval(() => undefined, 1_000);
  const never = new Promise<void>(() => undefined);
  return {
    stop: async () => {
      if (process.env['STUBBORN'] !== undefined) await never;
      clearInterval(busy);
    },
  };
});
