import { type RawBuilder, sql } from 'kysely';
import { firstDayOf, type Instant, lastDayOf, type LocalDate, type Period, type PeriodKind } from '../kernel/index.js';

/** What reports have in common: periods, and ratios with fixed digits, as pieces of SQL. */
type Piece = RawBuilder<unknown>;

/** Which time a report is about, and how it is cut. Left out: since ever, and until ever. */
export interface Span {
  /** First period. */
  readonly from?: Period | undefined;
  /** Last period. */
  readonly to?: Period | undefined;
  /** A row for each month or quarter, or one for the whole time. */
  readonly per: PeriodKind | 'all';
}

/** The span of views: every month. */
export const ofAll: Span = { per: 'month' };

const formats = { month: 'YYYY-MM', quarter: 'YYYY-"Q"Q' } as const satisfies Readonly<Record<PeriodKind, string>>;

/** The period of UTC that an instant lies in; null where the whole time is one. */
export const periodOfInstant = (instant: Piece, per: Span['per']): RawBuilder<string | null> =>
  per === 'all' ? sql`null::text` : sql`to_char(${instant} at time zone 'UTC', ${sql.lit(formats[per])})`;

/** First day of the month of UTC that an instant or a day lies in: what totals are told apart by. */
export const monthOf = (at: Instant): LocalDate => `${at.slice(0, 7)}-01`;

/** When the month of UTC began that an instant lies in. */
export const startOfMonth = (instant: Piece): RawBuilder<Instant> => sql`date_trunc('month', ${instant}, 'UTC')`;

/** When the day of UTC began that an instant lies in. */
export const startOfDay = (instant: Piece): RawBuilder<Instant> => sql`date_trunc('day', ${instant}, 'UTC')`;

/** The day of UTC that an instant lies in, whatever the time zone of the session. */
export const dayOfInstant = (instant: Piece): RawBuilder<LocalDate> => sql`(${instant} at time zone 'UTC')::date`;

/** The first day of that month, whatever the time zone of the session: analysts have their own. */
export const monthOfInstant = (instant: Piece): RawBuilder<LocalDate> =>
  sql`(${startOfMonth(instant)} at time zone 'UTC')::date`;

/** The period that a month lies in, given its first day. */
export const periodOfMonth = (month: Piece, per: Span['per']): RawBuilder<string | null> =>
  per === 'all' ? sql`null::text` : sql`to_char(${month}, ${sql.lit(formats[per])})`;

/** The first month of the period that a month lies in, to be grouped by: writing a period out is done best at last. */
export const startOfPeriod = (month: Piece, per: Span['per']): RawBuilder<unknown> =>
  per === 'all' ? sql`null::date` : per === 'month' ? month : sql`date_trunc('quarter', ${month}::timestamp)::date`;

/** Whether a month lies in the span, given its first day. */
export const monthWithin = (month: Piece, { from, to }: Pick<Span, 'from' | 'to'>): RawBuilder<boolean> => {
  const bounds = [
    ...(from === undefined ? [] : [sql`${month} >= ${firstDayOf(from)}::date`]),
    ...(to === undefined ? [] : [sql`${month} <= ${lastDayOf(to)}::date`]),
  ];
  return bounds.length === 0 ? sql`true` : sql`(${sql.join(bounds, sql` and `)})`;
};

/** Whether an instant lies in the span: as bounds that an index can be searched by. */
export const within = (instant: Piece, { from, to }: Pick<Span, 'from' | 'to'>): RawBuilder<boolean> => {
  const bounds = [
    ...(from === undefined ? [] : [sql`${instant} >= ${`${firstDayOf(from)}T00:00:00Z`}::timestamptz`]),
    ...(to === undefined ? [] : [sql`${instant} <= ${`${lastDayOf(to)}T23:59:59.999999Z`}::timestamptz`]),
  ];
  return bounds.length === 0 ? sql`true` : sql`(${sql.join(bounds, sql` and `)})`;
};

/**
 * `part / whole` as a decimal text of four digits, `0.0833`: exact until it is rounded once, half away from zero. Null
 * where the whole is not more than 0.
 *
 * @param part integer of any sign
 */
export const ratio = (part: Piece, whole: Piece): RawBuilder<string | null> =>
  sql`case when ${whole} > 0 then
    (sign(${part}) * div(20000 * abs(${part})::numeric + ${whole}, 2 * ${whole}::numeric) * 0.0001)::numeric(24,4)::text end`;

/** A ratio for analysts, who compute with it. */
export const decimal = (ratioText: Piece): RawBuilder<unknown> => sql`${ratioText}::numeric(24,4)`;
