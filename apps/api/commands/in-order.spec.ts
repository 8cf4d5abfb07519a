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
        fc.record({ underWay: fc.integer({ min: 1, max: 9 }), untaken: fc.integer({ min: 1, max: 15 }) }),
        async (delays, room) => {
          expect(await take(inOrder(begin(delays, { begun: 0 }), room))).toEqual(delays.map((_, index) => index));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('begin no more than there is room for, also when nobody takes them', async () => {
    const log = { begun: 0 };
    const runs = inOrder(begin(new Array<number>(50).fill(0), log), { underWay: 5, untaken: 12 });
    const first = await runs.next();
    await sleep(20);
    expect(log.begun).toBeLessThanOrEqual(12 + (first.value as number[]).length + 1);
    await runs.return(undefined);
  });

  it('are begun while an early one takes long, at most so many at once', async () => {
    let free = (): void => undefined;
    const early = new Promise<void>((resolve) => (free = resolve));
    let underWay = 0;
    let most = 0;
    let begun = 0;
    async function* work(): AsyncGenerator<{ result: Promise<number> }> {
      while (begun < 40) {
        const index = begun++;
        most = Math.max(most, ++underWay);
        yield { result: (index === 0 ? early : sleep(1)).then(() => (underWay--, index)) };
      }
    }
    const taken = take(inOrder(work(), { underWay: 4, untaken: 30 }));
    await sleep(100);
    expect([begun, most]).toEqual([30, 4]);
    free();
    expect(await taken).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(most).toBe(4);
  });

  it('are handed over while more is still to come', async () => {
    let more = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (more = resolve));
    async function* slow(): AsyncGenerator<{ result: Promise<number> }> {
      yield { result: Promise.resolve(1) };
      await waiting;
      yield { result: Promise.resolve(2) };
    }
    const runs = inOrder(slow(), { underWay: 10, untaken: 10 });
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
    await expect(take(inOrder(broken(), { underWay: 3, untaken: 3 }))).rejects.toThrow('the connection is gone');
  });
});
