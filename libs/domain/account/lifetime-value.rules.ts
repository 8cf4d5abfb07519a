import { add, dayMs, type LocalDate, type Money } from '../../kernel/index.js';

/** A purchase that counts, on the day that it bears. */
export interface CountedPurchase {
  readonly amount: Money;
  readonly on: LocalDate;
}

/** The sum of what was bought, per currency, by its code (S4; domain.md §2). @throws Refusal `AMOUNT_TOO_LARGE` */
export function realisedValue(purchases: readonly { readonly amount: Money }[]): readonly Money[] {
  const sums = new Map<string, Money>();
  for (const { amount } of purchases) {
    sums.set(amount.currency, add(sums.get(amount.currency) ?? { ...amount, amount: 0 }, amount));
  }
  return [...sums.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

/** No customer is expected to stay longer, however many are retained: the geometric series has no end at 100 %. */
export const mostExpectedYears = 20;

/** A shorter relationship is taken for a year, so that one early order is not projected as one a week. */
const shortestDays = 365;
const daysAYear = 365n;

/** For people: how `projectedValue` computes. Years are counted in thousandths, each result is rounded half up. */
export const projectionFormula =
  'projected = average yearly value × expected remaining years; average yearly value = realised × 365 / days since the first purchase (at least 365); expected remaining years = retention / (1 − retention), at most 20';

/** A projection with all that it was computed from. */
export interface ProjectedValue {
  readonly projected: Money;
  readonly averageYearly: Money;
  /** In thousandths of a year. */
  readonly expectedYearsPerMille: number;
  readonly inputs: {
    readonly realised: Money;
    readonly firstPurchase: LocalDate;
    readonly asOf: LocalDate;
    /** From the first purchase, at least 365. */
    readonly days: number;
    /** How many customers of a year buy in the next one as well, in whole per mille, as measured. */
    readonly retentionPerMille: number;
  };
}

/**
 * What a customer is expected to bring yet: average yearly value × expected remaining years at the measured retention
 * (S4; domain.md §2). All amounts in one currency; what lies after `asOf` is left out.
 *
 * @param retentionPerMille from 0 to 1000
 * @returns `undefined` for who bought nothing
 * @throws Refusal `CURRENCY_MISMATCH`, `AMOUNT_TOO_LARGE`
 */
export function projectedValue(
  purchases: readonly CountedPurchase[],
  asOf: LocalDate,
  retentionPerMille: number,
): ProjectedValue | undefined {
  const known = purchases.filter(({ on }) => on <= asOf).sort((a, b) => (a.on < b.on ? -1 : 1));
  const [first, ...others] = known;
  if (!first) return undefined;
  const realised = others.reduce((sum, { amount }) => add(sum, amount), first.amount);
  const days = Math.max(shortestDays, daysBetween(first.on, asOf));
  const averageYearly = scaled(realised, daysAYear, BigInt(days));
  const expectedYearsPerMille = expectedYears(retentionPerMille);
  return {
    projected: scaled(averageYearly, BigInt(expectedYearsPerMille), 1000n),
    averageYearly,
    expectedYearsPerMille,
    inputs: { realised, firstPurchase: first.on, asOf, days, retentionPerMille },
  };
}

/** r + r² + r³ + …: the years that a customer is expected to stay, in thousandths. */
function expectedYears(perMille: number): number {
  const most = mostExpectedYears * 1000;
  return perMille >= 1000 ? most : Math.min(most, Number(halfUp(BigInt(perMille) * 1000n, BigInt(1000 - perMille))));
}

const halfUp = (dividend: bigint, divisor: bigint): bigint => (2n * dividend + divisor) / (2n * divisor);

/** Adding nothing checks that it fits. */
const scaled = ({ amount, currency }: Money, by: bigint, of: bigint): Money =>
  add({ amount: Number(halfUp(BigInt(amount) * by, of)), currency }, { amount: 0, currency });

const daysBetween = (from: LocalDate, to: LocalDate): number => (Date.parse(to) - Date.parse(from)) / dayMs;
