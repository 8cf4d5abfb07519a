import { sql } from 'kysely';
import type { Instant, Period } from '../../libs/kernel/index.js';
import { type Database, type Moment, readSteadily, rows } from '../../libs/read-model/index.js';
import { askedFor, ratio } from './frame.js';
import { forecastModel } from './index.js';
import { calibrated, type CalibratedRow } from './outcomes.js';

/** A commitment held against the outcome, in minor units of the reporting currency. */
export interface Calibrated {
  readonly period: Period;
  readonly team: string | null;
  readonly pipelineId: string | null;
  /** `null`: there was no exchange rate. */
  readonly committed: number | null;
  readonly ownAmount: number;
  readonly ownCurrency: string;
  /** Won in the period when it ended. */
  readonly actual: number;
  /** Actual less committed. */
  readonly difference: number | null;
  /** Difference ÷ committed. */
  readonly deviation: string | null;
  /** Whether nothing was committed for the same total after it. */
  readonly last: boolean;
  readonly committedAt: Instant;
  readonly by: { readonly id: string; readonly role: string };
  readonly position: string;
  /** Number of won opportunities without an exchange rate; they are not in `actual`. */
  readonly unconverted: number;
}

/** How good the commitments of one employee were; those without an exchange rate are counted apart. */
export interface CalibratedBy {
  readonly id: string;
  readonly commitments: number;
  readonly committed: number;
  readonly actual: number;
  readonly difference: number;
  /** Difference ÷ committed: too little was committed where it is positive. */
  readonly deviation: string | null;
  /** Sum of the differences whatever their sign ÷ committed. */
  readonly error: string | null;
  readonly unconverted: number;
}

export interface Calibration {
  readonly asOf: Instant;
  /** The reporting currency. */
  readonly currency: string;
  readonly rows: readonly Calibrated[];
  readonly committers: readonly CalibratedBy[];
}

export interface CalibrationAsked extends Moment {
  readonly period?: Period | undefined;
  readonly team?: string | undefined;
  readonly pipelineId?: string | undefined;
  /** Who committed. */
  readonly by?: string | undefined;
}

/** Every past commitment against the outcome, the latest period first (domain.md §4). */
export const calibration = (database: Database, asked: CalibrationAsked): Promise<Calibration> =>
  readSteadily(database, forecastModel, asked, async (reading) => {
    const { period, team, pipelineId, by, knownAt = 'infinity' } = asked;
    const frame = await askedFor(reading, asked);
    const only = [
      sql`true`,
      ...(period === undefined ? [] : [sql`period = ${period}`]),
      ...(team === undefined ? [] : [sql`team_id = ${team}`]),
      ...(pipelineId === undefined ? [] : [sql`pipeline_id = ${pipelineId}`]),
      ...(by === undefined ? [] : [sql`actor_id = ${by}`]),
    ];
    const found = await rows(
      reading,
      sql<CalibratedRow>`select * from ${calibrated(reading, frame, sql`${knownAt}::timestamptz`)} c
          where ${sql.join(only, sql` and `)} order by period desc, team_id nulls first, pipeline_id nulls first, position`,
    );
    const listed = found.map(calibratedOf);
    return { asOf: frame.asOf, currency: frame.reporting, rows: listed, committers: committersOf(listed) };
  });

function calibratedOf(row: CalibratedRow): Calibrated {
  const difference = row.committed === null ? null : row.actual - row.committed;
  return {
    period: row.period,
    team: row.team_id,
    pipelineId: row.pipeline_id,
    committed: row.committed,
    ownAmount: row.own_amount,
    ownCurrency: row.own_currency,
    actual: row.actual,
    difference,
    deviation: difference === null || row.committed === null ? null : ratio(difference, row.committed),
    last: row.is_last,
    committedAt: row.committed_at,
    by: { id: row.actor_id, role: row.actor_role },
    position: String(row.position),
    unconverted: row.unconverted,
  };
}

function committersOf(all: readonly Calibrated[]): readonly CalibratedBy[] {
  const ids = [...new Set(all.map(({ by }) => by.id))].sort();
  return ids.map((id) => {
    const theirs = all.filter(({ by }) => by.id === id);
    const converted = theirs.filter(({ committed }) => committed !== null);
    const sum = (of: (row: Calibrated) => number): number => converted.reduce((total, row) => total + of(row), 0);
    const committed = sum((row) => row.committed ?? 0);
    const difference = sum((row) => row.difference ?? 0);
    return {
      id,
      commitments: theirs.length,
      committed,
      actual: sum(({ actual }) => actual),
      difference,
      deviation: ratio(difference, committed),
      error: ratio(
        sum((row) => Math.abs(row.difference ?? 0)),
        committed,
      ),
      unconverted: theirs.length - converted.length,
    };
  });
}
