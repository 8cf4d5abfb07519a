import { type RawBuilder, sql } from 'kysely';
import type { ForecastCategory } from '../../libs/domain/opportunity/opportunity.events.js';
import type { Instant, LocalDate, Period } from '../../libs/kernel/index.js';
import {
  Cursors,
  type Database,
  limitOf,
  type Page,
  type Paging,
  type Reading,
  readSteadily,
  rows,
} from '../../libs/read-model/index.js';
import { type Asked, askedFor, fallsIn, fitting } from './frame.js';
import { forecastModel } from './index.js';
import { type ForecastAsked, type ForecastGroup, type ForecastLine, inOrder, linesOf } from './lines.js';
import { type ForecastAssumption, supposedBy } from './assumption.js';
import type { ForecastTables } from './tables.js';
import { valued } from './valued.js';

/** What a row of a forecast is more or less of; `null` where one of the two says nothing. */
type Amounts = Omit<ForecastLine, 'group' | 'attainment' | 'coverage' | 'requiredWinRate'>;

/** A row of the forecast as it is, as it would be, and what lies between them. */
export interface ForecastLineWhatIf {
  readonly group: string | null;
  readonly today: Omit<ForecastLine, 'group'>;
  readonly assumed: Omit<ForecastLine, 'group'>;
  /** Assumed less today. */
  readonly difference: Amounts;
}

export interface ForecastWhatIf {
  readonly period: Period;
  readonly asOf: Instant;
  /** The reporting currency. */
  readonly currency: string;
  readonly by: ForecastGroup | null;
  readonly rows: readonly ForecastLineWhatIf[];
}

/**
 * The forecast of a period under other probabilities and rates, beside the one that stands: both by one and the same
 * query, of one and the same state of the read model.
 *
 * @throws Refusal `INVALID_ASSUMPTION` naming each pipeline, stage and rate that there is not
 */
export const forecastWhatIf = (
  database: Database,
  asked: ForecastAsked,
  assumption: ForecastAssumption,
): Promise<ForecastWhatIf> =>
  assuming(database, asked, assumption, async (reading, frame, supposing) => {
    const today = await linesOf(reading, frame, asked);
    const assumed = await linesOf(reading, supposing, asked);
    const groups = [...new Set([...today.rows, ...assumed.rows].map(({ group }) => group))].sort(inOrder);
    return {
      period: asked.period,
      asOf: frame.asOf,
      currency: frame.reporting,
      by: asked.by ?? null,
      rows: groups.map((group) =>
        beside(
          today.rows.find((row) => row.group === group) ?? today.empty(group),
          assumed.rows.find((row) => row.group === group) ?? assumed.empty(group),
        ),
      ),
    };
  });

function beside({ group, ...today }: ForecastLine, { group: _, ...assumed }: ForecastLine): ForecastLineWhatIf {
  const less = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b);
  const difference: Amounts = {
    count: assumed.count - today.count,
    closed: assumed.closed - today.closed,
    open: assumed.open - today.open,
    unweighted: assumed.unweighted - today.unweighted,
    weighted: assumed.weighted - today.weighted,
    worstCase: assumed.worstCase - today.worstCase,
    commit: assumed.commit - today.commit,
    bestCase: assumed.bestCase - today.bestCase,
    openCommit: assumed.openCommit - today.openCommit,
    openBestCase: assumed.openBestCase - today.openBestCase,
    openPipeline: assumed.openPipeline - today.openPipeline,
    omitted: assumed.omitted - today.omitted,
    target: less(assumed.target, today.target),
    gap: less(assumed.gap, today.gap),
    unconverted: assumed.unconverted - today.unconverted,
  };
  return { group, today, assumed, difference };
}

/** What an opportunity counts for in a forecast. */
export interface Counted {
  readonly category: ForecastCategory;
  /** Whole per cents. */
  readonly probability: number;
  /** Minor units of the reporting currency; `null`: there is no rate. */
  readonly amount: number | null;
  /** Amount × probability, rounded half up; 0 for what is omitted. */
  readonly weighted: number;
}

/** An opportunity that counts for something else than today. */
export interface OpportunityWhatIf {
  readonly id: string;
  readonly title: string;
  readonly owner: string | null;
  readonly team: string | null;
  readonly pipelineId: string;
  readonly stage: string;
  readonly fallsOn: LocalDate;
  /** `null`: it is not in what is asked for. */
  readonly today: Counted | null;
  readonly assumed: Counted | null;
  /** Of the weighted amounts. */
  readonly difference: number;
  /** The reporting currency. */
  readonly currency: string;
}

export type OpportunitiesWhatIfAsked = Omit<ForecastAsked, 'by'> & Paging;

interface DifferingRow {
  readonly id: string;
  readonly title: string;
  readonly owner: string | null;
  readonly team_id: string | null;
  readonly pipeline_id: string;
  readonly stage: string;
  readonly falls_on: LocalDate;
  readonly today: Counted | null;
  readonly assumed: Counted | null;
  readonly difference: number;
  readonly size: number;
}

/** What each opportunity of the period counts for; `fits`: it is in what is asked for. */
const countedIn = (reading: Reading<ForecastTables>, frame: Asked, asked: OpportunitiesWhatIfAsked) => sql`(
  select v.*, case when fits then jsonb_build_object('category', category, 'probability', probability,
    'amount', amount, 'weighted', div(hundredths + 50, 100)) end as counted
  from (
    select v.*, (${fitting(asked)}) as fits,
      case when category = 'omitted' then 0 else coalesce(amount * probability, 0) end as hundredths
    from ${valued(reading, frame, fallsIn(asked.period))} v
  ) v)`;

const weighted = (row: string): RawBuilder<unknown> =>
  sql`(case when ${sql.ref(`${row}.fits`)} then div(${sql.ref(`${row}.hundredths`)} + 50, 100) else 0 end)`;

/**
 * A page of the opportunities that make the difference: those that would be in another amount of the forecast, the
 * greatest difference first.
 *
 * @throws Refusal `INVALID_ASSUMPTION`, `INVALID_LIMIT`, `INVALID_CURSOR`
 */
export const opportunitiesWhatIf = (
  database: Database,
  asked: OpportunitiesWhatIfAsked,
  assumption: ForecastAssumption,
): Promise<Page<OpportunityWhatIf>> =>
  assuming(database, asked, assumption, async (reading, frame, supposing) => {
    const { limit: _limit, cursor, ...question } = asked;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'forecast-what-if', ...question, ...assumption });
    const after = cursors.read(cursor, ['number', 'string']);
    const found = await rows(
      reading,
      sql<DifferingRow>`
        with t as materialized (select * from ${countedIn(reading, frame, asked)} v),
          a as materialized (select * from ${countedIn(reading, supposing, asked)} v)
        select * from (
          select a.id, a.title, a.owner, a.team_id, a.pipeline_id, a.stage, a.falls_on, t.counted as today,
            a.counted as assumed, ${weighted('a')} - ${weighted('t')} as difference,
            abs(${weighted('a')} - ${weighted('t')}) as size
          from t join a on a.id = t.id
          where (t.fits or a.fits) and ((t.fits, t.category, t.amount, t.hundredths)
            is distinct from (a.fits, a.category, a.amount, a.hundredths))
        ) d
        ${after ? sql`where size < ${after[0]} or (size = ${after[0]} and id > ${after[1]})` : sql``}
        order by size desc, id limit ${limit + 1}`,
    );
    const item = (row: DifferingRow): OpportunityWhatIf => ({
      id: row.id,
      title: row.title,
      owner: row.owner,
      team: row.team_id,
      pipelineId: row.pipeline_id,
      stage: row.stage,
      fallsOn: row.falls_on,
      today: row.today,
      assumed: row.assumed,
      difference: row.difference,
      currency: frame.reporting,
    });
    return cursors.page(found, limit, item, ({ size, id }) => [size, id]);
  });

const assuming = <R>(
  database: Database,
  asked: ForecastAsked,
  assumption: ForecastAssumption,
  compare: (reading: Reading<ForecastTables>, frame: Asked, supposing: Asked) => Promise<R>,
): Promise<R> =>
  readSteadily(database, forecastModel, asked, async (reading) => {
    const frame = await askedFor(reading, asked);
    return compare(reading, frame, { ...frame, supposed: await supposedBy(reading, frame, assumption) });
  });
