import { minorDigits, type Money } from './money.js';
import { invalid } from './refusal.js';

/** What one unit of `from` costs in `to`: `{ from: 'EUR', to: 'USD', rate: '1.085' }`. */
export interface ExchangeRate {
  /** ISO 4217. */
  readonly from: string;
  /** ISO 4217. */
  readonly to: string;
  /** A decimal of at most 12 digits, greater than 0. Never a float. */
  readonly rate: string;
}

const decimal = /^(?=(?:\.?\d){1,12}$)(?=.*[1-9])\d+(?:\.\d+)?$/;

/** Whether the text is a rate: a decimal of at most 12 digits, greater than 0. */
export const isRate = (text: unknown): text is string => typeof text === 'string' && decimal.test(text);

/** The same rate without zeros that say nothing: `01.0850` → `1.085`. Equal rates are equal texts. */
export function plainRate(rate: string): string {
  const [whole = '', fraction = ''] = rate.split('.');
  const [units, decimals] = [whole.replace(/^0+(?=\d)/, ''), fraction.replace(/0+$/, '')];
  return decimals === '' ? units : `${units}.${decimals}`;
}

/**
 * An amount in the other currency of the rate, in whichever direction: in `to` where it is in `from`, and the other way
 * round. Exact until it is rounded once to minor units of that currency, half up (a negative amount like its positive
 * one, as PostgreSQL rounds).
 *
 * @throws Refusal `CURRENCY_MISMATCH`, `INVALID_RATE`, `AMOUNT_TOO_LARGE`
 */
export function converted({ amount, currency }: Money, { from, to, rate }: ExchangeRate): Money {
  if (currency !== from && currency !== to) {
    throw invalid('CURRENCY_MISMATCH', `A rate between ${from} and ${to} does not convert ${currency}.`);
  }
  if (!isRate(rate)) throw invalid('INVALID_RATE', 'A rate is a decimal of at most 12 digits, greater than 0.');
  const [whole = '', fraction = ''] = rate.split('.');
  const times = BigInt(whole + fraction);
  const scale = power(fraction.length);
  const target = currency === from ? to : from;
  const [numerator, denominator] = currency === from ? [times, scale] : [scale, times];
  return {
    amount: safe(
      halfUp(BigInt(amount) * numerator * power(minorDigits(target)), denominator * power(minorDigits(currency))),
    ),
    currency: target,
  };
}

const power = (digits: number): bigint => 10n ** BigInt(digits);

/** `numerator / denominator`, rounded half away from zero; the denominator is positive. */
function halfUp(numerator: bigint, denominator: bigint): bigint {
  const size = numerator < 0n ? -numerator : numerator;
  const rounded = (2n * size + denominator) / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}

function safe(amount: bigint): number {
  const exact = Number(amount);
  if (!Number.isSafeInteger(exact)) {
    throw invalid('AMOUNT_TOO_LARGE', 'The amount does not fit in exact minor units.');
  }
  return exact;
}
