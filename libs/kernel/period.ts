import type { LocalDate } from './time.js';

/**
 * What forecasts, targets and reports are cut into (domain.md §4): a month, `2026-07`, or a quarter, `2026-Q3`, of the
 * years 1 to 9999.
 */
export type Period = string;

export const periodKinds = ['month', 'quarter'] as const;
export type PeriodKind = (typeof periodKinds)[number];

const month = /^(?!0000)(\d{4})-(0[1-9]|1[0-2])$/;
const quarter = /^(?!0000)(\d{4})-Q([1-4])$/;

/** Whether the text is a period: `2026-07` or `2026-Q3`. */
export const isPeriod = (text: unknown): text is Period =>
  typeof text === 'string' && (month.test(text) || quarter.test(text));

/** The months of a period, counted from the beginning of the year 0: `first` to `last`. */
interface Months {
  readonly first: number;
  readonly last: number;
}

function monthsIn(period: Period): Months {
  const [, year, number] = month.exec(period) ?? quarter.exec(period) ?? [];
  if (year === undefined || number === undefined) throw new TypeError(`"${period}" is no period.`);
  if (kindOf(period) === 'month') {
    const first = Number(year) * 12 + Number(number) - 1;
    return { first, last: first };
  }
  const first = Number(year) * 12 + (Number(number) - 1) * 3;
  return { first, last: first + 2 };
}

const two = (number: number): string => String(number).padStart(2, '0');
const yearOf = (months: number): number => Math.floor(months / 12);
const monthAt = (months: number): Period => `${String(yearOf(months)).padStart(4, '0')}-${two((months % 12) + 1)}`;

/** The period of that kind in which a month lies. */
const periodAt = (months: number, kind: PeriodKind): Period =>
  kind === 'month' ? monthAt(months) : `${monthAt(months).slice(0, -3)}-Q${Math.floor((months % 12) / 3) + 1}`;

const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const leaps = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const daysOf = (months: number): number =>
  months % 12 === 1 && leaps(yearOf(months)) ? 29 : (lengths[months % 12] ?? 31);

export const kindOf = (period: Period): PeriodKind => (period[5] === 'Q' ? 'quarter' : 'month');

/** The month or quarter that a day lies in. */
export const periodOf = (day: LocalDate, kind: PeriodKind): Period =>
  kind === 'month' ? day.slice(0, 7) : periodAt(monthsIn(day.slice(0, 7)).first, 'quarter');

export const firstDayOf = (period: Period): LocalDate => `${monthAt(monthsIn(period).first)}-01`;

export function lastDayOf(period: Period): LocalDate {
  const { last } = monthsIn(period);
  return `${monthAt(last)}-${two(daysOf(last))}`;
}

/** Whether a day, or another period in its whole, lies in the period. */
export function contains(period: Period, part: string): boolean {
  const outer = monthsIn(period);
  const inner = monthsIn(part.slice(0, 7));
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** The period of the same kind `by` periods later (earlier where negative); `undefined` outside the years 1 to 9999. */
export function shifted(period: Period, by: number): Period | undefined {
  const kind = kindOf(period);
  const moved = periodAt(monthsIn(period).first + by * (kind === 'month' ? 1 : 3), kind);
  return isPeriod(moved) ? moved : undefined;
}

/** The three months of a quarter; a month itself. */
export function monthsOf(period: Period): readonly Period[] {
  const { first, last } = monthsIn(period);
  return Array.from({ length: last - first + 1 }, (_, place) => monthAt(first + place));
}

/** Every period of the kind of `from`, from `from` to the one in which `to` begins; none where `to` is earlier. */
export function periodsBetween(from: Period, to: Period): readonly Period[] {
  const kind = kindOf(from);
  const length = kind === 'month' ? 1 : 3;
  const begin = monthsIn(from).first;
  const count = Math.floor((monthsIn(to).first - begin) / length) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, place) => periodAt(begin + place * length, kind));
}
