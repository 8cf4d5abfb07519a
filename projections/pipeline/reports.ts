import { sql } from 'kysely';
import { type Database, type Moment, read, rows, type Span } from '../../libs/read-model/index.js';
import { pipeline } from './index.js';
import { ageingOf, type AgeingRow, velocityOf, type VelocityRow } from './velocity.js';

/** What entered, skipped and left a stage in a period; times in whole seconds, of the stays that ended. */
export interface Velocity {
  readonly pipelineId: string;
  /** `2026-07` or `2026-Q3`, of UTC; `null`: the whole time. */
  readonly period: string | null;
  readonly stage: string;
  readonly entered: number;
  /** How often something advanced past the stage without standing in it. */
  readonly skipped: number;
  readonly left: number;
  readonly advanced: number;
  readonly movedBack: number;
  readonly won: number;
  readonly lost: number;
  readonly averageSeconds: number | null;
  readonly medianSeconds: number | null;
  readonly longestSeconds: number | null;
}

export interface VelocityAsked extends Moment, Span {
  readonly pipelineId?: string | undefined;
}

const velocity = (row: VelocityRow): Velocity => ({
  pipelineId: row.pipeline_id,
  period: row.period,
  stage: row.stage,
  entered: row.entered,
  skipped: row.skipped,
  left: row.left,
  advanced: row.advanced,
  movedBack: row.moved_back,
  won: row.won,
  lost: row.lost,
  averageSeconds: row.average_seconds,
  medianSeconds: row.median_seconds,
  longestSeconds: row.longest_seconds,
});

/** A row for each pipeline, period and stage in which something moved, in this order. */
export const velocityReport = (database: Database, asked: VelocityAsked): Promise<readonly Velocity[]> =>
  read(database, pipeline, asked, async (reading) => {
    const { pipelineId } = asked;
    const found = await rows(
      reading,
      sql<VelocityRow>`select * from (${velocityOf(reading, asked)}) v
        where ${pipelineId === undefined ? sql`true` : sql`pipeline_id = ${pipelineId}`}
        order by pipeline_id, period, stage`,
    );
    return found.map(velocity);
  });

/** How long the open opportunities of a stage have stood in it, in whole seconds; amounts in minor units. */
export interface Ageing {
  readonly pipelineId: string;
  readonly stage: string;
  readonly count: number;
  readonly amount: number;
  readonly averageSeconds: number;
  readonly medianSeconds: number;
  readonly longestSeconds: number;
  /** Since they were opened. */
  readonly averageAgeSeconds: number;
  /** Without a move or an activity for the days of the policy `stale-opportunity`. */
  readonly stale: number;
  readonly staleAmount: number;
  readonly currency: string;
}

const ageing = (row: AgeingRow): Ageing => ({
  pipelineId: row.pipeline_id,
  stage: row.stage,
  count: row.count,
  amount: row.amount,
  averageSeconds: row.average_seconds,
  medianSeconds: row.median_seconds,
  longestSeconds: row.longest_seconds,
  averageAgeSeconds: row.average_age_seconds,
  stale: row.stale,
  staleAmount: row.stale_amount,
  currency: row.currency,
});

/** A row for each stage in which something open stands. */
export const ageingReport = (
  database: Database,
  { pipelineId, ...moment }: Moment & { readonly pipelineId?: string | undefined },
): Promise<readonly Ageing[]> =>
  read(database, pipeline, moment, async (reading) => {
    const found = await rows(
      reading,
      sql<AgeingRow>`select * from (${ageingOf(reading)}) a
        where ${pipelineId === undefined ? sql`true` : sql`pipeline_id = ${pipelineId}`} order by pipeline_id, stage`,
    );
    return found.map(ageing);
  });
