import { invalid } from './refusal.js';

/** An amount in integer minor units (cents for EUR, yen for JPY) of an ISO 4217 currency. Never a float. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

const currencies = new Set(Intl.supportedValuesOf('currency'));
const digits = new Map<string, number>();

/** Whether `code` is an ISO 4217 currency code in use. */
export const isCurrency = (code: string): boolean => currencies.has(code);

/** How many decimals the currency's minor unit stands for: 2 for EUR, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  let known = digits.get(currency);
  if (known === undefined) {
    if (!isCurrency(currency)) throw invalid('UNKNOWN_CURRENCY', `"${currency}" is not an ISO 4217 currency code.`);
    known = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
    digits.set(currency, known);
  }
  return known;
}

/** The sum of two amounts. Both must be of one currency. */
export function add(a: Money, b: Money): Money {
  if (a.currency !== b.currency) {
    throw invalid('CURRENCY_MISMATCH', `${a.currency} and ${b.currency} cannot be added without an exchange rate.`);
  }
  return { amount: exact(a.amount + b.amount), currency: a.currency };
}

/** `amount × quantity`, exact. */
export const times = (money: Money, quantity: number): Money => ({
  amount: exact(money.amount * quantity),
  currency: money.currency,
});

/** Reads a decimal as people write it ("5482", "26768.00") without passing through a float. */
export function parseMoney(decimal: string, currency: string): Money {
  const places = minorDigits(currency);
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal.trim());
  const fraction = match?.[3] ?? '';
  if (!match || fraction.replace(/0+$/, '').length > places) {
    throw invalid('INVALID_AMOUNT', `Expected a decimal with at most ${places} places in ${currency}.`);
  }
  const minor = Number(`${match[1] ?? ''}${match[2] ?? ''}${fraction.slice(0, places).padEnd(places, '0')}`);
  return { amount: exact(minor), currency };
}

/** The amount as a plain decimal ("10005534.00"), for people and for CSV. */
export function formatMoney({ amount, currency }: Money): string {
  const places = minorDigits(currency);
  const text = Math.abs(amount)
    .toString()
    .padStart(places + 1, '0');
  const sign = amount < 0 ? '-' : '';
  return places === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -places)}.${text.slice(-places)}`;
}

function exact(amount: number): number {
  if (!Number.isSafeInteger(amount)) throw invalid('AMOUNT_TOO_LARGE', 'The amount does not fit in exact minor units.');
  return amount === 0 ? 0 : amount;
}
