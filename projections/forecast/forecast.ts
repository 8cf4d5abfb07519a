import { sql } from 'kysely';
import type { ForecastAmounts } from '../../libs/domain/forecast/forecast.events.js';
import type { Instant, Period } from '../../libs/kernel/index.js';
import { type Database, type Moment, read, rows } from '../../libs/read-model/index.js';
import {
  type Asked,
  askedFor,
  fallsIn,
  fitting,
  type ForecastFilters,
  type ForecastReading,
  ratio,
  steadily,
} from './frame.js';
import { forecastModel } from './index.js';
import type { CommitmentRow, SubmissionRow } from './tables.js';
import { Targets, targetsOf } from './targets.js';
import { sums, teamOn, valued } from './valued.js';

export const forecastGroups = ['owner', 'team', 'pipeline', 'category'] as const;
export type ForecastGroup = (typeof forecastGroups)[number];

export interface ForecastAsked extends Moment, ForecastFilters {
  readonly period: Period;
  /** Left out: all in one row. */
  readonly by?: ForecastGroup | undefined;
}

/** Amounts are minor units of the reporting currency, ratios decimals of four digits, `null` where they say nothing. */
export interface ForecastLine {
  /** Id of the owner, team, pipeline or category; `null`: none, or all in one row. */
  readonly group: string | null;
  readonly count: number;
  /** Won in the period. */
  readonly closed: number;
  /** Open and expected to close in the period, but what is omitted. */
  readonly open: number;
  /** Closed and open. */
  readonly unweighted: number;
  /** Closed, and open × probability: exact for the row, rounded half up once. */
  readonly weighted: number;
  /** Only what is closed. */
  readonly worstCase: number;
  /** Closed, and what is open of category commit. */
  readonly commit: number;
  /** Closed, and what is open of categories commit and best case. */
  readonly bestCase: number;
  readonly openCommit: number;
  readonly openBestCase: number;
  readonly openPipeline: number;
  /** Open, expected in the period, and left out of all that stands above. */
  readonly omitted: number;
  readonly target: number | null;
  /** Closed ÷ target. */
  readonly attainment: string | null;
  /** Target less closed; negative: more than the target is won. */
  readonly gap: number | null;
  /** Open ÷ gap. */
  readonly coverage: string | null;
  /** Gap ÷ open: so much of what is open has to be won. */
  readonly requiredWinRate: string | null;
  /** Number of opportunities without an exchange rate; they are in no amount. */
  readonly unconverted: number;
}

/** What has no exchange rate and is in no amount. */
export interface Unconverted {
  readonly what: 'opportunity' | 'target';
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
}

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

interface SumsRow {
  readonly group: string | null;
  readonly count: number;
  readonly closed: number;
  readonly open: number;
  readonly weighted: number;
  readonly open_commit: number;
  readonly open_best_case: number;
  readonly open_pipeline: number;
  readonly omitted: number;
  readonly unconverted: number;
  readonly without: readonly Omit<Unconverted, 'what'>[];
}

const columns = { owner: 'owner', team: 'team_id', pipeline: 'pipeline_id', category: 'category' } as const;
const nothing = {
  count: 0,
  closed: 0,
  open: 0,
  weighted: 0,
  open_commit: 0,
  open_best_case: 0,
  open_pipeline: 0,
  omitted: 0,
  unconverted: 0,
  without: [],
};

/**
 * The forecast of a period (domain.md §4): what falls into it at the moment, in the reporting currency, against the
 * targets of that period, with what was submitted and committed for it.
 */
export const forecast = (database: Database, asked: ForecastAsked): Promise<Forecast> =>
  read(database, forecastModel, asked, (serving) =>
    steadily(serving, async (reading) => {
      const { period, by } = asked;
      const frame = await askedFor(reading, asked);
      const group = by === undefined ? sql`null::text` : sql.ref(columns[by]);
      // Materialized, so that each amount is converted once, and the team looked up only where it is asked for.
      const found = await rows(
        reading,
        sql<SumsRow>`with items as materialized (
            select ${group} as "group", id, status, category, probability, amount, own_amount, own_currency
            from ${valued(reading, frame, fallsIn(period))} v where ${fitting(asked)})
          select "group", count, closed, open, div(weighted + 50, 100) as weighted, open_commit, open_best_case,
            open_pipeline, omitted, unconverted, without
          from (select "group", ${sums}, coalesce(jsonb_agg(
              jsonb_build_object('id', id, 'amount', own_amount, 'currency', own_currency) order by id)
              filter (where amount is null), '[]') as without
            from items group by 1) s
          order by 1 nulls last`,
      );
      const targets = await targetsOf(reading, period, frame);
      return {
        period,
        asOf: frame.asOf,
        currency: frame.reporting,
        by: by ?? null,
        rows: withThoseOfTargets(found, targets, asked).map((row) => lineOf(row, targetOf(row.group, targets, asked))),
        unconverted: [...without(found), ...unconvertedOf(targets)],
        submissions: await submissionsOf(reading, frame, asked),
        commitments: await commitmentsOf(reading, asked),
      };
    }),
  );

/** Whoever has a target has a row, even with nothing to show for it. */
function withThoseOfTargets(found: readonly SumsRow[], targets: Targets, asked: ForecastAsked): readonly SumsRow[] {
  const { by, category } = asked;
  if (by === undefined) return found.length > 0 ? found : [{ ...nothing, group: null }];
  if (by === 'category' || category !== undefined) return found;
  const there = new Set(found.map(({ group }) => group));
  const missing = targets.groups(by, asked).filter((group) => !there.has(group));
  return [...found, ...missing.map((group) => ({ ...nothing, group }))].sort((a, b) => {
    if (a.group === null || b.group === null) return a.group === b.group ? 0 : a.group === null ? 1 : -1;
    return a.group < b.group ? -1 : 1;
  });
}

/** Nobody agrees targets for a category, or for what belongs to nobody. */
function targetOf(group: string | null, targets: Targets, { by, category, ...scope }: ForecastAsked): number | null {
  if (category !== undefined || by === 'category') return null;
  if (by === undefined) return targets.of(scope);
  if (group === null) return null;
  return targets.of({ ...scope, [by === 'pipeline' ? 'pipelineId' : by]: group });
}

function lineOf(row: SumsRow, target: number | null): ForecastLine {
  const { group, count, closed, open, weighted, open_commit, open_best_case, open_pipeline, omitted, unconverted } =
    row;
  const gap = target === null ? null : target - closed;
  return {
    group,
    count,
    closed,
    open,
    unweighted: closed + open,
    weighted,
    worstCase: closed,
    commit: closed + open_commit,
    bestCase: closed + open_commit + open_best_case,
    openCommit: open_commit,
    openBestCase: open_best_case,
    openPipeline: open_pipeline,
    omitted,
    target,
    attainment: target === null ? null : ratio(closed, target),
    gap,
    coverage: gap === null ? null : ratio(open, gap),
    requiredWinRate: gap === null || gap <= 0 ? null : ratio(gap, open),
    unconverted,
  };
}

const without = (found: readonly SumsRow[]): readonly Unconverted[] =>
  found.flatMap((row) => row.without.map((item) => ({ what: 'opportunity' as const, ...item })));

const unconvertedOf = ({ agreed }: Targets): readonly Unconverted[] =>
  agreed.flatMap(({ id, amount, currency, converted }) =>
    converted === null ? [{ what: 'target' as const, id, amount, currency }] : [],
  );

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
