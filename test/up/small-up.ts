import { fileURLToPath } from 'node:url';
import { runUp } from '../../apps/kroniek/up/run.js';
import { readSettings } from '../../apps/settings.js';

const own = (module: string): string => fileURLToPath(new URL(module, import.meta.url));

/** `kroniek up` with small processes in place of ours, to look at nothing but the tree of processes. */
await runUp(readSettings(), {
  eventStore: own('./listening-child.js'),
  projector: own('./idle-child.js'),
  api: own('./listening-child.js'),
}).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
