import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inactiveFrom, phaseMoves, type PhaseFact, type Standing } from './phase.rules.js';

const day = (number: number): string => new Date(Date.UTC(2024, 0, 1) + number * 86_400_000).toISOString();
const fact = (of: string, at: number): PhaseFact => ({
  fact: of,
  id: `${of}-${at}`,
  position: String(at),
  at: day(at),
});
const standing = (phase: Standing['phase'], at: number): Standing => ({ phase, fact: fact(phase, at) });
const bought = (at: number): PhaseFact => fact('purchase', at);
const usual = { days: 180, version: 0 };

const told = (...given: Parameters<typeof phaseMoves>) =>
  phaseMoves(...given).map(({ at, to, wonBack }) => [at, to, ...(wonBack ? ['won back'] : [])]);

describe('The phases of a customer', () => {
  it('go from suspect to inactive, and back with the next purchase', () => {
    const standings = [standing('suspect', 0), standing('prospect', 1), standing('potential', 2)];
    expect(told(standings, [bought(10), bought(200)], [usual], day(1_000))).toEqual([
      [day(0), 'suspect'],
      [day(1), 'prospect'],
      [day(2), 'potential'],
      [day(10), 'active'],
      [day(190), 'inactive'],
      [day(200), 'active', 'won back'],
      [day(380), 'inactive'],
    ]);
  });

  it('stay active while purchases follow inside the window', () => {
    expect(told([], [bought(0), bought(179), bought(300)], [usual], day(400))).toEqual([[day(0), 'active']]);
    expect(told([], [bought(0), bought(180)], [usual], day(181))).toEqual([[day(0), 'active']]);
  });

  it('move when the window is changed, and then cite its version', () => {
    const windows = [usual, { from: day(100), days: 30, version: 1 }, { from: day(120), days: 365, version: 2 }];
    const moves = phaseMoves([], [bought(0)], windows, day(1_000));
    expect(moves.map(({ at, to, because }) => [at, to, because.window?.version])).toEqual([
      [day(0), 'active', 0],
      [day(100), 'inactive', 1],
      [day(120), 'active', 2],
      [day(365), 'inactive', 2],
    ]);
  });

  it('are won back by a purchase alone, not by a window that is made longer', () => {
    const windows = [
      { days: 30, version: 0 },
      { from: day(50), days: 90, version: 1 },
    ];
    expect(told([], [bought(0), bought(95)], windows, day(100))).toEqual([
      [day(0), 'active'],
      [day(30), 'inactive'],
      [day(50), 'active'],
      [day(90), 'inactive'],
      [day(95), 'active', 'won back'],
    ]);
    const atOnce = [
      { days: 30, version: 0 },
      { from: day(50), days: 90, version: 1 },
    ];
    expect(told([], [bought(0), bought(50)], atOnce, day(60)).at(-1)).toEqual([day(50), 'active', 'won back']);
  });

  it('end, at any instant, where the last purchase and the window of that instant leave them', () => {
    const at = fc.integer({ min: 0, max: 500 });
    const windows = fc.array(fc.record({ from: at, days: fc.integer({ min: 1, max: 200 }) }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(at, { minLength: 1, maxLength: 10 }), windows, at, (days, changes, until) => {
        const changed = changes
          .sort((a, b) => a.from - b.from)
          .map(({ from, days: length }, index) => ({ from: day(from), days: length, version: index + 1 }));
        const purchases = days.sort((a, b) => a - b).map(bought);
        const last = purchases.findLast((purchase) => purchase.at <= day(until));
        const window = changed.findLast(({ from }) => from <= day(until)) ?? usual;
        const expected = last && (day(until) < inactiveFrom(last.at, window.days) ? 'active' : 'inactive');
        expect(phaseMoves([], purchases, [usual, ...changed], day(until)).at(-1)?.to).toBe(expected);
      }),
    );
  });
});
