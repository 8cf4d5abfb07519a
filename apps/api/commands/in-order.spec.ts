import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inOrder } from './in-order.js';

async function* begin(delays: readonly number[], log: { begun: number }): AsyncGenerator<{ result: Promise<number> }> {
  for (const [index, delay] of delays.entries()) {
    log.begun++;
    yield { result: sleep(delay).then(() => index) };
  }
}

async function take<T>(runs: AsyncIterable<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const run of runs) all.push(...run);
  return all;
}

describe('results in order', () => {
  it('come each once, in the order of their beginnings, whatever settles first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        async (delays, window) => {
          expect(await take(inOrder(begin(delays, { begun: 0 }), window))).toEqual(delays.map((_, index) => index));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('begin no more than the window ahead of what was taken', async () => {
    const log = { begun: 0 };
    const runs = inOrder(
      begin(
        Array.from({ length: 50 }, () => 0),
        log,
      ),
      5,
    );
    const first = await runs.next();
    await sleep(20);
    expect(log.begun).toBeLessThanOrEqual(5 + (first.value as number[]).length + 1);
    await runs.return(undefined);
  });

  it('are handed over while more is still to come', async () => {
    let more = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (more = resolve));
    async function* slow(): AsyncGenerator<{ result: Promise<number> }> {
      yield { result: Promise.resolve(1) };
      await waiting;
      yield { result: Promise.resolve(2) };
    }
    const runs = inOrder(slow(), 10);
    expect((await runs.next()).value).toEqual([1]);
    more();
    expect((await runs.next()).value).toEqual([2]);
    expect((await runs.next()).done).toBe(true);
  });

  it('fail with what began them', async () => {
    async function* broken(): AsyncGenerator<{ result: Promise<number> }> {
      yield { result: Promise.resolve(1) };
      throw new Error('the connection is gone');
    }
    await expect(take(inOrder(broken(), 3))).rejects.toThrow('the connection is gone');
  });
});
