import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { add, currencies, formatMoney, isCurrency, minorDigits, type Money, parseMoney, times } from './money.js';
import { Refusal } from './refusal.js';

const eur = (amount: number): Money => ({ amount, currency: 'EUR' });

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'nothing refused';
};

const anyMoney = fc.record({ amount: fc.maxSafeInteger(), currency: fc.constantFrom(...currencies) });

describe('A currency', () => {
  it('is an ISO 4217 code in capitals', () => {
    expect(currencies).toHaveLength(160);
    for (const code of ['EUR', 'USD', 'JPY', 'KWD']) expect(isCurrency(code)).toBe(true);
    for (const code of ['eur', 'EURO', '', 'BTC', 'XXX', '__proto__']) expect(isCurrency(code)).toBe(false);
  });

  it('has the minor unit that ISO 4217 gives it', () => {
    const digits = { EUR: 2, HUF: 2, IDR: 2, COP: 2, MGA: 2, JPY: 0, ISK: 0, CLP: 0, XOF: 0, KWD: 3, IQD: 3, TND: 3 };
    for (const [code, expected] of Object.entries(digits)) expect([code, minorDigits(code)]).toEqual([code, expected]);
    expect(codeOf(() => minorDigits('BTC'))).toBe('UNKNOWN_CURRENCY');
  });
});

describe('Money', () => {
  it('is read from a decimal as people write it', () => {
    expect(parseMoney('5482', 'EUR')).toEqual(eur(548_200));
    expect(parseMoney('26768.00', 'EUR')).toEqual(eur(2_676_800));
    expect(parseMoney(' 0.1 ', 'EUR')).toEqual(eur(10));
    expect(parseMoney('-12.34', 'EUR')).toEqual(eur(-1_234));
    expect(parseMoney('007', 'EUR')).toEqual(eur(700));
    expect(parseMoney('1.2300', 'EUR')).toEqual(eur(123));
    expect(parseMoney('5482.0', 'JPY')).toEqual({ amount: 5482, currency: 'JPY' });
    expect(parseMoney('1.234', 'KWD')).toEqual({ amount: 1234, currency: 'KWD' });
  });

  it('never passes through a float', () => {
    expect(parseMoney('90071992547409.91', 'EUR')).toEqual(eur(Number.MAX_SAFE_INTEGER));
    expect(parseMoney('1.15', 'EUR')).toEqual(eur(115));
    expect(codeOf(() => parseMoney('90071992547409.92', 'EUR'))).toBe('AMOUNT_TOO_LARGE');
    expect(codeOf(() => parseMoney('9'.repeat(400), 'EUR'))).toBe('AMOUNT_TOO_LARGE');
  });

  it('is not read from anything else', () => {
    for (const text of ['', ' ', '1,5', '1.', '.5', '1e3', '+1', '--1', '0x1', 'NaN', '1 000', '1.005', '١']) {
      expect([text, codeOf(() => parseMoney(text, 'EUR'))]).toEqual([text, 'INVALID_AMOUNT']);
    }
    expect(codeOf(() => parseMoney('0.5', 'JPY'))).toBe('INVALID_AMOUNT');
    expect(codeOf(() => parseMoney('1', 'eur'))).toBe('UNKNOWN_CURRENCY');
  });

  it('is written as a plain decimal', () => {
    expect(formatMoney(eur(1_000_553_400))).toBe('10005534.00');
    expect(formatMoney(eur(5))).toBe('0.05');
    expect(formatMoney(eur(-5))).toBe('-0.05');
    expect(formatMoney(eur(0))).toBe('0.00');
    expect(formatMoney({ amount: 5482, currency: 'JPY' })).toBe('5482');
    expect(formatMoney({ amount: -1, currency: 'KWD' })).toBe('-0.001');
  });

  it('is read as it was written, whatever it is', () => {
    fc.assert(fc.property(anyMoney, (money) => expect(parseMoney(formatMoney(money), money.currency)).toEqual(money)));
  });

  it('is added exactly, in one currency', () => {
    expect(add(eur(10), eur(20))).toEqual(eur(30));
    expect(add(eur(10), eur(-10))).toStrictEqual(eur(0));
    expect(codeOf(() => add(eur(1), { amount: 1, currency: 'USD' }))).toBe('CURRENCY_MISMATCH');
    expect(codeOf(() => add(eur(Number.MAX_SAFE_INTEGER), eur(1)))).toBe('AMOUNT_TOO_LARGE');
  });

  it('is added in any order, and zero changes nothing', () => {
    const amount = fc.integer({ min: -(2 ** 50), max: 2 ** 50 });
    fc.assert(
      fc.property(amount, amount, amount, (a, b, c) => {
        expect(add(eur(a), eur(b))).toEqual(add(eur(b), eur(a)));
        expect(add(add(eur(a), eur(b)), eur(c))).toEqual(add(eur(a), add(eur(b), eur(c))));
        expect(add(eur(a), eur(0))).toEqual(eur(a));
      }),
    );
  });

  it('is multiplied by a whole quantity, exactly', () => {
    expect(times(eur(1_999), 3)).toEqual(eur(5_997));
    expect(times(eur(5), -0)).toStrictEqual(eur(0));
    expect(codeOf(() => times(eur(1), 0.5))).toBe('AMOUNT_TOO_LARGE');
    expect(codeOf(() => times(eur(Number.MAX_SAFE_INTEGER), 2))).toBe('AMOUNT_TOO_LARGE');
  });
});
