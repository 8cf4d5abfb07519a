import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Instant, plusMs, systemClock, TestClock } from '../../libs/kernel/index.js';
import { type Product, startProduct } from '../../libs/testing/product.js';

/** The product with the data set of docs/analyst.md. */
export interface AnalystProduct {
  readonly product: Product;
  /** When the first file was there, and nothing of the second. */
  readonly before: Instant;
}

export async function startWithAnalystData(): Promise<AnalystProduct> {
  const clock = new TestClock(systemClock.now());
  const product = await startProduct({ clock });
  await load(product, 'examples/analyst/commands.ndjson');
  await sleep(20);
  const before = systemClock.now();
  await sleep(20);
  await load(product, 'examples/analyst/late.ndjson');
  // Processes give reports a while to come in before they say that a time is up.
  clock.set(plusMs(systemClock.now(), 3_600_000));
  await settled(product);
  return { product, before };
}

interface Status {
  readonly projections: readonly { readonly position: string | null; readonly head: string | null }[];
  readonly processes: readonly { readonly position: string | null }[];
}

/** Until all that follows from the data is recorded, and read models have it. */
async function settled(product: Product): Promise<void> {
  for (let before = '', quiet = 0; quiet < 3;) {
    const { projections, processes } = (await product.call('GET', '/v1/status')).json as unknown as Status;
    const head = projections[0]?.head ?? '0';
    const isThere = ({ position }: { readonly position: string | null }): boolean =>
      position !== null && BigInt(position) >= BigInt(head);
    quiet = head === before && [...projections, ...processes].every(isThere) ? quiet + 1 : 0;
    before = head;
    await sleep(250);
  }
}

/** Sends a file as the page says: all of it at once. */
async function load(product: Product, file: string): Promise<void> {
  const body = await readFile(file, 'utf8');
  const { text } = await product.call('POST', '/v1/commands', body, { 'content-type': 'application/x-ndjson' });
  const refused = text.split('\n').filter((answer) => answer !== '' && !answer.includes('"revision"'));
  if (refused.length > 0) throw new Error(`${file} is not taken: ${refused.slice(0, 5).join('\n')}`);
}
