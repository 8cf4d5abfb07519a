import { invalid } from './refusal.js';

/** An amount in integer minor units (cents for EUR, yen for JPY) of an ISO 4217 currency. Never a float. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/*
 * ISO 4217, written down here: Intl knows other codes and other minor units from one release of its tables to the next
 * (it rounds forints and rupiahs to whole ones), and stored amounts must not change their meaning with it.
 */
const codes = `AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
  CDF CHF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD
  HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD
  MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON
  RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH
  UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL`;

const without = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' ');
const withThree = 'BHD IQD JOD KWD LYD OMR TND'.split(' ');

const digits: ReadonlyMap<string, number> = new Map([
  ...codes.split(/\s+/).map((code) => [code, 2] as const),
  ...without.map((code) => [code, 0] as const),
  ...withThree.map((code) => [code, 3] as const),
]);

/** Every currency that amounts can be in, by its ISO 4217 code. */
export const currencies: readonly string[] = [...digits.keys()];

/** Whether `code` is the ISO 4217 code of a currency that amounts can be in. */
export const isCurrency = (code: string): boolean => digits.has(code);

/** How many decimals the currency's minor unit stands for (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  const known = digits.get(currency);
  if (known === undefined) throw invalid('UNKNOWN_CURRENCY', `"${currency}" is not an ISO 4217 currency code.`);
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
