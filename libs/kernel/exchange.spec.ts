import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { converted, currencies, isRate, minorDigits, type Money, plainRate } from './index.js';

const money = (amount: number, currency: string): Money => ({ amount, currency });
const rate = (from: string, to: string, text: string) => ({ from, to, rate: text });

const digits = fc.integer({ min: 1, max: 999_999 });
const rates = fc.tuple(digits, fc.integer({ min: 0, max: 6 })).map(([value, scale]) =>
  scale === 0
    ? String(value)
    : `${String(value)
        .padStart(scale + 1, '0')
        .slice(0, -scale)}.${String(value)
        .padStart(scale + 1, '0')
        .slice(-scale)}`,
);
const anyCurrency = fc.constantFrom(...currencies);
// Yen in units of 4 decimals at the smallest of these rates still fit: 500,000 × a million × 10,000.
const amounts = fc.integer({ min: -500_000, max: 500_000 });

/** The exact value of the rate as a fraction. */
const fractionOf = (text: string): readonly [bigint, bigint] => {
  const [whole = '', fraction = ''] = text.split('.');
  return [BigInt(whole + fraction), 10n ** BigInt(fraction.length)];
};

const size = (value: bigint): bigint => (value < 0n ? -value : value);

describe('An amount is converted', () => {
  it('between currencies of 0, 2 and 3 decimals, in both directions of a rate', () => {
    expect(converted(money(100_00, 'EUR'), rate('EUR', 'USD', '1.085'))).toEqual(money(108_50, 'USD'));
    expect(converted(money(108_50, 'USD'), rate('EUR', 'USD', '1.085'))).toEqual(money(100_00, 'EUR'));
    expect(converted(money(100_00, 'EUR'), rate('EUR', 'JPY', '163.25'))).toEqual(money(16_325, 'JPY'));
    expect(converted(money(16_325, 'JPY'), rate('EUR', 'JPY', '163.25'))).toEqual(money(100_00, 'EUR'));
    expect(converted(money(1_000, 'KWD'), rate('KWD', 'EUR', '3.01'))).toEqual(money(3_01, 'EUR'));
    expect(converted(money(1, 'JPY'), rate('JPY', 'KWD', '0.002'))).toEqual(money(2, 'KWD'));
  });

  it('rounding once, half up, a negative amount like its positive one', () => {
    expect(converted(money(1, 'EUR'), rate('EUR', 'USD', '0.5')).amount).toBe(1);
    expect(converted(money(3, 'EUR'), rate('EUR', 'USD', '0.5')).amount).toBe(2);
    expect(converted(money(-1, 'EUR'), rate('EUR', 'USD', '0.5')).amount).toBe(-1);
    expect(converted(money(1, 'EUR'), rate('EUR', 'USD', '0.49')).amount).toBe(0);
    expect(Object.is(converted(money(-1, 'EUR'), rate('EUR', 'USD', '0.49')).amount, 0)).toBe(true);
  });

  it('by at most half a minor unit from the exact value', () => {
    fc.assert(
      fc.property(amounts, anyCurrency, anyCurrency, rates, fc.boolean(), (amount, from, to, text, back) => {
        fc.pre(from !== to);
        const [own, other] = back ? [to, from] : [from, to];
        const got = converted(money(amount, own), rate(from, to, text));
        expect(got.currency).toBe(other);
        const [top, bottom] = fractionOf(text);
        const [numerator, denominator] = back ? [bottom, top] : [top, bottom];
        const exactTop = BigInt(amount) * numerator * 10n ** BigInt(minorDigits(other));
        const exactBottom = denominator * 10n ** BigInt(minorDigits(own));
        expect(2n * size(BigInt(got.amount) * exactBottom - exactTop) <= exactBottom).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never to less for more, to nothing for nothing, and to the opposite for the opposite', () => {
    fc.assert(
      fc.property(amounts, amounts, rates, (a, b, text) => {
        const inYen = (amount: number) => converted(money(amount, 'EUR'), rate('EUR', 'JPY', text)).amount;
        expect(inYen(Math.min(a, b))).toBeLessThanOrEqual(inYen(Math.max(a, b)));
        expect(inYen(0)).toBe(0);
        expect(inYen(-a) + inYen(a)).toBe(0);
      }),
    );
  });

  it('to itself at the rate 1 between currencies of the same decimals', () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(converted(money(amount, 'EUR'), rate('EUR', 'USD', '1')).amount).toBe(amount);
      }),
    );
  });

  it('only with a rate of its currency, and only to an amount that is exact', () => {
    expect(() => converted(money(1, 'GBP'), rate('EUR', 'USD', '1.1'))).toThrow('does not convert GBP');
    expect(() => converted(money(1, 'EUR'), rate('EUR', 'USD', '0'))).toThrow('greater than 0');
    expect(() => converted(money(Number.MAX_SAFE_INTEGER, 'EUR'), rate('EUR', 'USD', '2'))).toThrow('exact');
  });
});

describe('A rate', () => {
  it('is a decimal of at most 12 digits, greater than 0', () => {
    for (const text of ['1', '0.5', '1.085', '000163.25', '123456789012', '0.00000000001']) {
      expect(isRate(text)).toBe(true);
    }
    for (const text of [
      '0',
      '0.000',
      '',
      '.5',
      '5.',
      '-1',
      '+1',
      '1e3',
      '1,5',
      '1234567890123',
      ' 1',
      '1\n',
      1.5,
      null,
    ]) {
      expect(isRate(text)).toBe(false);
    }
  });

  it('has one way of being written', () => {
    expect(['01.0850', '1.0', '100', '0.50', '000'].map(plainRate)).toEqual(['1.085', '1', '100', '0.5', '0']);
    fc.assert(
      fc.property(rates, (text) => {
        const once = plainRate(text);
        expect(plainRate(once)).toBe(once);
        const amount = money(1_234_567, 'EUR');
        expect(converted(amount, rate('EUR', 'USD', once))).toEqual(converted(amount, rate('EUR', 'USD', text)));
      }),
    );
  });
});
