import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves once it is so; throws with what was waited for when it does not become so within a minute. */
export async function eventually(what: string, isSo: () => Promise<boolean> | boolean, ms = 60_000): Promise<void> {
  for (const until = Date.now() + ms; !(await isSo());) {
    if (Date.now() > until) throw new Error(`Waited in vain until ${what}.`);
    await sleep(25);
  }
}
