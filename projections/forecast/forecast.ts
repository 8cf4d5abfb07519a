import { sql } from 'kysely';
import type { ForecastAmounts } from '../../libs/domain/forecast/forecast.events.js';
import type { Instant, Period } from '../../libs/kernel/index.js';
import { type Database, readSteadily, rows } from '../../libs/read-model/index.js';
import { type Asked, askedFor, type ForecastReading } from './frame.js';
import { forecastModel } from './index.js';
import { type ForecastAsked, type ForecastGroup, type ForecastLine, linesOf, type Unconverted } from './lines.js';
import type { CommitmentRow, SubmissionRow } from './tables.js';
import { teamOn } from './valued.js';

interface Done {
  readonly at: Instant;
  readonly by: { readonly id: string; readonly role: string };
  readonly position: string;
}

/** What a salesperson submitted last, in its own currency. */
export interface SubmissionListed extends Done {
  readonly owner: string;
  readonly pipelineId: string | null;
  readonly amounts: ForecastAmounts;
  /** As the sales manager sees it; `null`: as it was submitted. */
  readonly adjusted: ForecastAmounts | null;
  readonly reason: string | null;
  readonly currency: string;
}

/** What was committed last for a team, or (`null`) for everybody, in its own currency. */
export interface CommitmentListed extends Done {
  readonly team: string | null;
  readonly pipelineId: string | null;
  readonly amount: number;
  readonly currency: string;
}

export interface Forecast {
  readonly period: Period;
  readonly asOf: Instant;
  /** The reporting currency. */
  readonly currency: string;
  readonly by: ForecastGroup | null;
  readonly rows: readonly ForecastLine[];
  readonly unconverted: readonly Unconverted[];
  readonly submissions: readonly SubmissionListed[];
  readonly commitments: readonly CommitmentListed[];
}

/**
 * The forecast of a period (domain.md §4): what falls into it at the moment, in the reporting currency, against the
 * targets of that period, with what was submitted and committed for it.
 */
export const forecast = (database: Database, asked: ForecastAsked): Promise<Forecast> =>
  readSteadily(database, forecastModel, asked, async (reading) => {
    const { period, by } = asked;
    const frame = await askedFor(reading, asked);
    const { rows: lines, unconverted } = await linesOf(reading, frame, asked);
    return {
      period,
      asOf: frame.asOf,
      currency: frame.reporting,
      by: by ?? null,
      rows: lines,
      unconverted,
      submissions: await submissionsOf(reading, frame, asked),
      commitments: await commitmentsOf(reading, asked),
    };
  });

async function submissionsOf(reading: ForecastReading, { day }: Asked, asked: ForecastAsked) {
  const { period, owner, team, pipelineId } = asked;
  const found = await rows(
    reading,
    sql<SubmissionRow>`select f.* from ${reading.at('submissions')} f
        left join lateral ${teamOn(reading, sql`f.owner`, day)} t on true
      where period = ${period} ${owner === undefined ? sql`` : sql`and owner = ${owner}`}
        ${team === undefined ? sql`` : sql`and t.team_id = ${team}`}
        ${pipelineId === undefined ? sql`` : sql`and pipeline_id = ${pipelineId}`}
      order by owner, pipeline_id nulls first`,
  );
  return found.map((row) => ({
    owner: row.owner,
    pipelineId: row.pipeline_id,
    amounts: row.amounts,
    adjusted: row.adjusted,
    reason: row.reason,
    currency: row.currency,
    at: row.valid_from,
    by: { id: row.actor_id, role: row.actor_role },
    position: String(row.position),
  }));
}

async function commitmentsOf(reading: ForecastReading, { period, owner, team, pipelineId }: ForecastAsked) {
  if (owner !== undefined) return [];
  const found = await rows(
    reading,
    sql<CommitmentRow>`select * from (select distinct on (id) * from ${reading.at('commitments')} c
        where period = ${period} order by id, revision desc) c
      where true ${team === undefined ? sql`` : sql`and team_id = ${team}`}
        ${pipelineId === undefined ? sql`` : sql`and pipeline_id = ${pipelineId}`}
      order by team_id nulls first, pipeline_id nulls first`,
  );
  return found.map((row) => ({
    team: row.team_id,
    pipelineId: row.pipeline_id,
    amount: row.amount,
    currency: row.currency,
    at: row.occurred_at,
    by: { id: row.actor_id, role: row.actor_role },
    position: String(row.position),
  }));
}
