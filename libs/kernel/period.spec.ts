import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  contains,
  firstDayOf,
  isPeriod,
  kindOf,
  lastDayOf,
  monthsOf,
  type Period,
  periodKinds,
  periodOf,
  periodsBetween,
  shifted,
} from './period.js';
import { isLocalDate } from './time.js';

const year = fc.integer({ min: 1, max: 9999 }).map((number) => String(number).padStart(4, '0'));
const months = fc
  .tuple(year, fc.integer({ min: 1, max: 12 }))
  .map(([y, number]): Period => `${y}-${String(number).padStart(2, '0')}`);
const quarters = fc.tuple(year, fc.integer({ min: 1, max: 4 })).map(([y, number]): Period => `${y}-Q${number}`);
const periods = fc.oneof(months, quarters);
const days = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

/** The day after, by the calendar of the platform. */
const dayAfter = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

describe('A period', () => {
  it('is a month or a quarter, written as such', () => {
    for (const text of ['2026-07', '2026-12', '0001-01', '9999-Q4', '2026-Q1'])
      expect([text, isPeriod(text)]).toEqual([text, true]);
    for (const text of [
      '2026',
      '2026-00',
      '2026-13',
      '2026-7',
      '2026-Q0',
      '2026-Q5',
      '2026-q3',
      '0000-01',
      '0000-Q1',
      '2026-07-01',
      '2026-Q3\n',
      '',
      202607,
      null,
      undefined,
      ['2026-07'],
    ]) {
      expect([text, isPeriod(text)]).toEqual([text, false]);
    }
  });

  it('has a first and a last day', () => {
    expect([firstDayOf('2026-Q3'), lastDayOf('2026-Q3')]).toEqual(['2026-07-01', '2026-09-30']);
    expect([firstDayOf('2024-02'), lastDayOf('2024-02')]).toEqual(['2024-02-01', '2024-02-29']);
    expect([lastDayOf('1900-02'), lastDayOf('2000-02'), lastDayOf('2026-Q1')]).toEqual([
      '1900-02-28',
      '2000-02-29',
      '2026-03-31',
    ]);
    expect(() => firstDayOf('2026')).toThrow(TypeError);
  });

  it('lasts until the day before the next one begins', () => {
    fc.assert(
      fc.property(periods, (period) => {
        const next = shifted(period, 1);
        expect(isLocalDate(firstDayOf(period)) && isLocalDate(lastDayOf(period))).toBe(true);
        if (next === undefined) expect(lastDayOf(period)).toBe('9999-12-31');
        else {
          expect(dayAfter(lastDayOf(period))).toBe(firstDayOf(next));
          expect(shifted(next, -1)).toBe(period);
        }
      }),
    );
  });

  it('contains exactly the days from its first to its last one', () => {
    fc.assert(
      fc.property(periods, days, (period, day) => {
        expect(contains(period, day)).toBe(firstDayOf(period) <= day && day <= lastDayOf(period));
        for (const kind of periodKinds) {
          const its = periodOf(day, kind);
          expect([kindOf(its), contains(its, day)]).toEqual([kind, true]);
        }
      }),
    );
  });

  it('contains a quarter its three months, and a month no quarter', () => {
    expect(monthsOf('2026-Q4')).toEqual(['2026-10', '2026-11', '2026-12']);
    expect(monthsOf('2026-10')).toEqual(['2026-10']);
    expect(contains('2026-10', '2026-Q4')).toBe(false);
    fc.assert(
      fc.property(quarters, (quarter) => {
        for (const month of monthsOf(quarter)) {
          expect([contains(quarter, month), periodOf(firstDayOf(month), 'quarter')]).toEqual([true, quarter]);
        }
      }),
    );
  });
});

describe('The periods between two', () => {
  it('are of the kind of the first one, both ends included', () => {
    expect(periodsBetween('2025-11', '2026-02')).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
    expect(periodsBetween('2025-Q4', '2026-Q2')).toEqual(['2025-Q4', '2026-Q1', '2026-Q2']);
    expect(periodsBetween('2025-12', '2026-Q1')).toEqual(['2025-12', '2026-01']);
    expect(periodsBetween('2026-Q1', '2026-05')).toEqual(['2026-Q1', '2026-Q2']);
    expect(periodsBetween('2026-02', '2026-01')).toEqual([]);
  });

  it('follow each other without a hole', () => {
    fc.assert(
      fc.property(periods, fc.integer({ min: -3, max: 40 }), (from, steps) => {
        const to = shifted(from, steps);
        if (to === undefined) return;
        const between = periodsBetween(from, to);
        expect(between).toHaveLength(Math.max(0, steps + 1));
        between.forEach((period, place) => expect(period).toBe(shifted(from, place)));
      }),
    );
  });
});
