import { type RawBuilder, sql } from 'kysely';
import type { LeadPotential } from '../../libs/domain/person/person.events.js';
import { type Database, type Moment, read, rows, type Span } from '../../libs/read-model/index.js';
import { conversionBenchmark, conversionOf, type ConversionRow, funnelOf, type FunnelRow } from './conversion.js';
import { funnel } from './index.js';
import { type WinRateGroup, winRateOf, type WinRateRow } from './win-rate.js';

const all = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);

/** How many leads came how far. */
interface Reached {
  readonly leads: number;
  /** Ever, also where the lead was disqualified or recycled later. */
  readonly marketingQualified: number;
  readonly salesQualified: number;
  readonly contacts: number;
  /** With an opportunity that is won. */
  readonly won: number;
}

const reached = (row: Omit<ConversionRow, 'cohort' | 'source' | 'conversion_rate' | 'below_benchmark'>): Reached => ({
  leads: row.leads,
  marketingQualified: row.marketing_qualified,
  salesQualified: row.sales_qualified,
  contacts: row.contacts,
  won: row.won,
});

export interface Conversion extends Reached {
  /** Period in which they became leads; `null`: the whole time. */
  readonly cohort: string | null;
  /** `null`: all. */
  readonly source: string | null;
  /** Contacts ÷ leads, four digits. */
  readonly conversionRate: string;
  /** Typical is under this (S0). */
  readonly benchmark: string;
  readonly belowBenchmark: boolean;
}

export interface ConversionAsked extends Moment, Span {
  readonly by: 'source' | 'all';
  readonly source?: string | undefined;
  readonly potential?: LeadPotential | undefined;
}

/** A row for each cohort and, if asked for, source. */
export const conversionReport = (database: Database, asked: ConversionAsked): Promise<readonly Conversion[]> =>
  read(database, funnel, asked, async (reading) => {
    const { source, potential } = asked;
    const only = all([
      ...(source === undefined ? [] : [sql`source = ${source}`]),
      ...(potential === undefined ? [] : [sql`potential = ${potential}`]),
    ]);
    const found = await rows(
      reading,
      sql<ConversionRow>`select * from (${conversionOf(reading, asked, asked.by, only)}) c order by cohort, source`,
    );
    return found.map((row) => ({
      cohort: row.cohort,
      source: row.source,
      ...reached(row),
      conversionRate: row.conversion_rate,
      benchmark: conversionBenchmark,
      belowBenchmark: row.below_benchmark,
    }));
  });

export interface Funnel extends Reached {
  readonly period: string | null;
  readonly content: string | null;
  readonly source: string | null;
  readonly visits: number;
  readonly visitors: number;
}

export interface FunnelAsked extends Moment, Span {
  /** `first`: people count once, for what they visited first; `any`: once for everything that they visited. */
  readonly touch: 'first' | 'any';
  readonly content?: string | undefined;
  readonly source?: string | undefined;
}

/** A row for each period, content and source. */
export const funnelReport = (database: Database, asked: FunnelAsked): Promise<readonly Funnel[]> =>
  read(database, funnel, asked, async (reading) => {
    const { content, source, touch } = asked;
    const only = all([
      ...(content === undefined ? [] : [sql`content = ${content}`]),
      ...(source === undefined ? [] : [sql`source = ${source}`]),
    ]);
    const found = await rows(
      reading,
      sql<FunnelRow>`select * from (${funnelOf(reading, asked, touch)}) f where ${only} order by period, content, source`,
    );
    return found.map((row) => ({
      period: row.period,
      content: row.content,
      source: row.source,
      visits: row.visits,
      visitors: row.visitors,
      ...reached(row),
    }));
  });

export interface WinRate {
  /** Period in which they were closed; `null`: the whole time. */
  readonly period: string | null;
  /** `null`: all, or none is known. */
  readonly group: string | null;
  readonly won: number;
  readonly lost: number;
  readonly closed: number;
  /** Won ÷ closed; `null` by competitor and reason, which only what is lost has. */
  readonly winRate: string | null;
  /** Lost ÷ all that was lost in the period. */
  readonly shareOfLost: string | null;
  readonly averageSecondsToWin: number | null;
}

export interface WinRateAsked extends Moment, Span {
  readonly by: WinRateGroup;
  readonly owner?: string | undefined;
  readonly pipelineId?: string | undefined;
}

/** A row for each period and group in which something was closed. */
export const winRateReport = (database: Database, asked: WinRateAsked): Promise<readonly WinRate[]> =>
  read(database, funnel, asked, async (reading) => {
    const { by, owner, pipelineId } = asked;
    const only = all([
      ...(owner === undefined ? [] : [sql`owner = ${owner}`]),
      ...(pipelineId === undefined ? [] : [sql`pipeline_id = ${pipelineId}`]),
    ]);
    const found = await rows(
      reading,
      sql<WinRateRow>`select * from (${winRateOf(reading, asked, by, only)}) w order by period, "group"`,
    );
    return found.map((row) => ({
      period: row.period,
      group: row.group,
      won: row.won,
      lost: row.lost,
      closed: row.closed,
      winRate: row.win_rate,
      shareOfLost: row.share_of_lost,
      averageSecondsToWin: row.average_seconds_to_win,
    }));
  });
