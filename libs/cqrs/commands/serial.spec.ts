import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type Earlier, SerialByKey } from './serial.js';

/** Work that ends when it is told to. */
function work(serial: SerialByKey, key: string) {
  const all = { begun: false, earlier: (() => undefined) as Earlier };
  let end: () => void = () => undefined;
  let fail: () => void = () => undefined;
  const done = serial.run(
    key,
    (earlier) =>
      new Promise<void>((resolve, reject) => {
        Object.assign(all, { begun: true, earlier });
        end = resolve;
        fail = () => {
          reject(new Error('It went wrong.'));
        };
      }),
  );
  const ended = done.then(
    () => 'done',
    () => 'failed',
  );
  return {
    ended,
    begun: () => all.begun,
    earlier: (other: string) => all.earlier(other),
    end: () => end(),
    fail: () => fail(),
  };
}

describe('Work on one key', () => {
  it('is done one after the other, whatever becomes of each, and side by side with that on others', async () => {
    const serial = new SerialByKey();
    const [first, second, third, other] = [work(serial, 'a'), work(serial, 'a'), work(serial, 'a'), work(serial, 'b')];
    expect([first.begun(), second.begun(), other.begun()]).toEqual([true, false, true]);
    first.fail();
    expect(await first.ended).toBe('failed');
    await nextTurn();
    expect([second.begun(), third.begun()]).toEqual([true, false]);
    second.end();
    await second.ended;
    await nextTurn();
    expect(third.begun()).toBe(true);
  });

  it('waits for what was begun before it on another key, to its end, and for nothing that was begun later', async () => {
    const serial = new SerialByKey();
    const [first, second] = [work(serial, 'a'), work(serial, 'a')];
    const between = work(serial, 'b');
    const later = work(serial, 'a');
    expect(first.earlier('b')).toBeUndefined();
    let waited = false;
    const waiting = between.earlier('a')?.then(() => (waited = true));
    first.end();
    await first.ended;
    await nextTurn();
    expect([waited, second.begun()]).toEqual([false, true]);
    second.fail();
    await waiting;
    await nextTurn();
    expect([waited, later.begun()]).toEqual([true, true]);
    expect(between.earlier('a')).toBeUndefined();
    later.end();
    between.end();
    await Promise.all([later.ended, between.ended]);
    await nextTurn();
    expect(work(serial, 'c').earlier('a')).toBeUndefined();
  });
});
