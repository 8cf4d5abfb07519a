import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plain, same } from './values.js';

class Point {
  constructor(
    readonly x: number,
    readonly y?: number,
  ) {}
}

describe('A plain value', () => {
  it('is what comes back from the log', () => {
    expect(plain({ at: new Point(-0), list: [new Point(1, 2)], none: undefined })).toStrictEqual({
      at: { x: 0 },
      list: [{ x: 1, y: 2 }],
    });
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(plain(value)).toEqual(JSON.parse(JSON.stringify(value)))));
  });
});

describe('Two values', () => {
  it('say the same whatever the order of their keys and whether a field is missing or undefined', () => {
    expect(same({ a: 1, b: [{ c: null }] }, { b: [{ c: null, d: undefined }], a: 1 })).toBe(true);
    expect(same({ x: 1, y: undefined }, new Point(1))).toBe(true);
    for (const [a, b] of [
      [{ a: 1 }, { a: 2 }],
      [{ a: 1 }, { a: 1, b: 0 }],
      [
        [1, 2],
        [2, 1],
      ],
      [[1], [1, 2]],
      [[], {}],
      [null, {}],
      [{ a: null }, {}],
      ['1', 1],
      [undefined, {}],
    ] as const) {
      expect([a, b, same(a, b)]).toEqual([a, b, false]);
      expect(same(b, a)).toBe(false);
    }
  });

  it('are the same exactly where their JSON is, but for the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(same(a, JSON.parse(JSON.stringify(a)))).toBe(true);
        if (same(a, b)) expect(plain(a)).toEqual(plain(b));
      }),
    );
  });
});
