import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Refusal } from './refusal.js';
import { daysAfter, isInstant, isLocalDate, later, minutesAfter, systemClock, TestClock, toInstant } from './time.js';

describe('An instant', () => {
  it('is RFC 3339 with an offset', () => {
    for (const text of [
      '2017-06-30T23:59:59Z',
      '2017-06-30t23:59:59z',
      '2017-06-30T23:59:59.1Z',
      '2017-06-30T23:59:59.123456789+02:00',
      '2024-02-29T00:00:00-11:30',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999Z',
    ]) {
      expect([text, isInstant(text)]).toEqual([text, true]);
    }
  });

  it('has an offset, lies on a day that exists and in a year from 1 to 9999', () => {
    for (const text of [
      '2017-06-30',
      '2017-06-30T23:59:59',
      '2017-06-30T23:59Z',
      '2017-06-30 23:59:59Z',
      '2017-6-30T23:59:59Z',
      '2017-02-29T00:00:00Z',
      '2017-06-31T00:00:00Z',
      '2017-06-30T25:00:00Z',
      '2017-06-30T23:60:00Z',
      '2016-12-31T23:59:60Z',
      '2017-06-30T23:59:59+24:00',
      '2017-06-30T23:59:59+0200',
      '0000-12-31T23:59:59Z',
      '0001-01-01T00:00:00+00:01',
      '9999-12-31T23:59:59-00:01',
      '+012017-06-30T23:59:59Z',
      '-271821-04-20T00:00:00Z',
      '2017-06-30T23:59:59Z\n',
      'now',
      '',
      1498867199000,
      null,
      undefined,
      new Date(0),
      ['2017-06-30T23:59:59Z'],
    ]) {
      expect([text, isInstant(text)]).toEqual([text, false]);
    }
  });

  it('is kept in UTC with milliseconds, so that it compares as text', () => {
    expect(toInstant('2017-06-30T23:59:59Z')).toBe('2017-06-30T23:59:59.000Z');
    expect(toInstant('2017-07-01T01:59:59.9999+02:00')).toBe('2017-06-30T23:59:59.999Z');
    expect(() => toInstant('2017-06-30')).toThrow(Refusal);
    const anyDate = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(anyDate, anyDate, (a, b) => {
        const [left, right] = [a.toISOString(), b.toISOString()];
        expect(isInstant(left)).toBe(true);
        expect(toInstant(left)).toBe(left);
        expect(left < right).toBe(a.getTime() < b.getTime());
        expect(later(left, right)).toBe(new Date(Math.max(a.getTime(), b.getTime())).toISOString());
      }),
    );
  });

  it('never makes the reader stumble, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.anything()), (value) => {
        if (isInstant(value)) expect(isInstant(toInstant(value))).toBe(true);
      }),
    );
  });
});

describe('A day', () => {
  it('is a day of the calendar', () => {
    for (const text of ['2017-06-30', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31']) {
      expect([text, isLocalDate(text)]).toEqual([text, true]);
    }
    for (const text of [
      '2023-02-29',
      '1900-02-29',
      '2017-13-01',
      '2017-00-10',
      '2017-01-00',
      '2017-1-1',
      '20170101',
      '0000-01-01',
      '2017-06-30T00:00:00Z',
      '2017-06-30\n',
      '',
      20170630,
      null,
      undefined,
    ]) {
      expect([text, isLocalDate(text)]).toEqual([text, false]);
    }
  });
});

describe('A distance in time', () => {
  it('is counted in minutes from an instant and in days from a day, over every border of the calendar', () => {
    expect(minutesAfter('2016-12-31T23:59:59.999Z', 30)).toBe('2017-01-01T00:29:59.999Z');
    expect(minutesAfter('2024-02-28T12:00:00.000Z', 2 * 24 * 60)).toBe('2024-03-01T12:00:00.000Z');
    expect([daysAfter('2024-02-28', 1), daysAfter('2024-03-01', -1), daysAfter('2026-01-01', 0)]).toEqual([
      '2024-02-29',
      '2024-02-29',
      '2026-01-01',
    ]);
  });
});

describe('A clock', () => {
  it('stands still for tests until it is set', () => {
    const clock = new TestClock('2017-06-30T00:00:00.000Z');
    expect(clock.now()).toBe('2017-06-30T00:00:00.000Z');
    clock.set('2017-07-01T02:00:00+02:00');
    expect(clock.now()).toBe('2017-07-01T00:00:00.000Z');
    expect(() => clock.set('tomorrow')).toThrow(Refusal);
  });

  it('otherwise tells the time', () => {
    expect(isInstant(systemClock.now())).toBe(true);
  });
});
