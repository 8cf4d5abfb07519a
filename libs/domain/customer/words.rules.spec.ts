import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plusDays } from '../../kernel/index.js';
import { belongedAt, missingWords, nextTurn, type SegmentStay, type Word } from './words.rules.js';

const day = (n: number): string => plusDays('2024-01-01T00:00:00.000Z', n);
const stay = (from: number, to?: number): SegmentStay => ({
  from: day(from),
  ...(to !== undefined && { to: day(to) }),
  ruleVersion: 1,
});
const enters = (n: number) => ({ at: day(n), ruleVersion: 1 });
const leaves = (n: number) => ({ at: day(n) });

/** What was said, once the missing words are recorded, in their order. */
const told = (said: readonly Word[], stays: readonly SegmentStay[], until: string): readonly Word[] => [
  ...said,
  ...missingWords(said, stays, until).map(({ at, ruleVersion }) => ({ at, belongs: ruleVersion !== undefined })),
];

describe('What is said of a customer and a segment', () => {
  it('is that it entered and left, each at its instant, once that has come', () => {
    expect(missingWords([], [stay(10, 20)], day(15))).toEqual([enters(10)]);
    expect(missingWords([{ at: day(10), belongs: true }], [stay(10, 20)], day(20))).toEqual([leaves(20)]);
    expect(missingWords([], [stay(10, 20)], day(9))).toEqual([]);
    expect(nextTurn([stay(10, 20)], day(9))).toBe(day(10));
    expect(nextTurn([stay(10, 20), stay(30)], day(20))).toBe(day(30));
    expect(nextTurn([stay(10)], day(10))).toBeUndefined();
  });

  it('is corrected at the instants that a late report is about, the latest first', () => {
    const said = told([], [stay(10)], day(50));
    expect(missingWords(said, [stay(5, 8), stay(10)], day(50))).toEqual([leaves(8), enters(5)]);
    expect(missingWords(said, [stay(5)], day(50))).toEqual([enters(5)]);
    expect(missingWords(said, [stay(30)], day(50))).toEqual([enters(30), leaves(10)]);
    expect(missingWords(said, [], day(50))).toEqual([leaves(10)]);
  });

  it('comes to what is known, whatever was said before, and is then said no more', () => {
    const turns = fc.uniqueArray(fc.nat(30), { maxLength: 6 }).map((all) => [...all].sort((a, b) => a - b));
    const known = turns.map((all) =>
      all.flatMap((from, place) => (place % 2 === 0 ? [stay(from, all[place + 1])] : [])),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(known, fc.nat(35)), { minLength: 1, maxLength: 5 }), (learnt) => {
        let said: readonly Word[] = [];
        for (const [stays, until] of learnt) {
          said = told(said, stays, day(until));
          expect(missingWords(said, stays, day(until))).toEqual([]);
          for (let n = 0; n <= until; n += 0.5) {
            const belongs = stays.some(({ from, to }) => from <= day(n) && (to === undefined || day(n) < to));
            if (said.every(({ at }) => at <= day(until))) expect(belongedAt(said, day(n))).toBe(belongs);
          }
        }
      }),
    );
  });
});
