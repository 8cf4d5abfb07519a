import { type RawBuilder, sql } from 'kysely';
import type { ForecastCategory } from '../../libs/domain/opportunity/opportunity.events.js';
import { firstDayOf, type Instant, lastDayOf, type LocalDate, type Period } from '../../libs/kernel/index.js';
import { type Moment, type Reading, rows } from '../../libs/read-model/index.js';
import type { ForecastTables } from './tables.js';
import { type Frame, reportingCurrency } from './valued.js';

/** Which opportunities a forecast is of; what is left out does not matter. */
export interface ForecastFilters {
  readonly owner?: string | undefined;
  readonly team?: string | undefined;
  readonly pipelineId?: string | undefined;
  readonly category?: ForecastCategory | undefined;
}

/** The filters as a condition on rows of `valued`. */
export function fitting({ owner, team, pipelineId, category }: ForecastFilters): RawBuilder<boolean> {
  const conditions = [
    ...(owner === undefined ? [] : [sql`owner = ${owner}`]),
    ...(team === undefined ? [] : [sql`team_id = ${team}`]),
    ...(pipelineId === undefined ? [] : [sql`pipeline_id = ${pipelineId}`]),
    ...(category === undefined ? [] : [sql`category = ${category}`]),
  ];
  return conditions.length === 0 ? sql`true` : sql`${sql.join(conditions, sql` and `)}`;
}

/** On which days an opportunity falls to be in the period. */
export const fallsIn = (period: Period): RawBuilder<boolean> =>
  sql`o.falls_on between ${firstDayOf(period)}::date and ${lastDayOf(period)}::date`;

export type ForecastReading = Reading<ForecastTables>;

/** The instant and the currency of an answer. */
export interface Asked extends Frame {
  readonly asOf: Instant;
  readonly today: LocalDate;
  readonly reporting: string;
}

/** What an answer rests on: the instant asked for (left out: now) and the reporting currency at the moment. */
export async function askedFor(reading: ForecastReading, { asOf }: Moment): Promise<Asked> {
  const [row] = await rows(
    reading,
    sql<{ as_of: Instant; currency: string }>`select coalesce(${asOf ?? null}::timestamptz, now()) as as_of,
      ${reportingCurrency(reading)} as currency`,
  );
  if (!row) throw new Error('PostgreSQL answered a select without from with no row.');
  const { as_of: instant, currency } = row;
  const today = instant.slice(0, 10);
  return { asOf: instant, today, reporting: currency, day: sql`${today}::date`, currency: sql`${currency}::text` };
}

/** A decimal of four digits, rounded half away from zero; `null` where there is nothing to divide by. */
export function ratio(part: number, whole: number): string | null {
  if (whole <= 0) return null;
  const parts = (20_000n * BigInt(Math.abs(part)) + BigInt(whole)) / (2n * BigInt(whole));
  const digits = String(parts).padStart(5, '0');
  return `${part < 0 && parts > 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}
