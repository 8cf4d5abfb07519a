import { sql } from 'kysely';
import type { Period } from '../../libs/kernel/index.js';
import { type Moment, rows } from '../../libs/read-model/index.js';
import { type Asked, fallsIn, fitting, type ForecastFilters, type ForecastReading, ratio } from './frame.js';
import { Targets, targetsOf } from './targets.js';
import { sums, valued } from './valued.js';

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

/** The rows of a forecast, and what is in none of its amounts. */
export interface ForecastLines {
  readonly rows: readonly ForecastLine[];
  readonly unconverted: readonly Unconverted[];
  /** The row of a group that has nothing but, perhaps, its target. */
  readonly empty: (group: string | null) => ForecastLine;
}

/** What falls into a period at the moment, by group, against the targets of that period. */
export async function linesOf(reading: ForecastReading, frame: Asked, asked: ForecastAsked): Promise<ForecastLines> {
  const { period, by } = asked;
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
  const line = (row: SumsRow): ForecastLine => lineOf(row, targetOf(row.group, targets, asked));
  return {
    rows: withThoseOfTargets(found, targets, asked).map(line),
    unconverted: [...without(found), ...unconvertedOf(targets)],
    empty: (group) => line({ ...nothing, group }),
  };
}

/** Whoever has a target has a row, even with nothing to show for it. */
function withThoseOfTargets(found: readonly SumsRow[], targets: Targets, asked: ForecastAsked): readonly SumsRow[] {
  const { by, category } = asked;
  if (by === undefined) return found.length > 0 ? found : [{ ...nothing, group: null }];
  if (by === 'category' || category !== undefined) return found;
  const there = new Set(found.map(({ group }) => group));
  const missing = targets.groups(by, asked).filter((group) => !there.has(group));
  return [...found, ...missing.map((group) => ({ ...nothing, group }))].sort((a, b) => inOrder(a.group, b.group));
}

/** By group, none at the end. */
export const inOrder = (a: string | null, b: string | null): number => {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a < b ? -1 : 1;
};

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
