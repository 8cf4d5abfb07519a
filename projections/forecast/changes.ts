import { type RawBuilder, sql } from 'kysely';
import { firstDayOf, type Instant, invalid, lastDayOf, type Period } from '../../libs/kernel/index.js';
import { type Database, readSteadily, rows } from '../../libs/read-model/index.js';
import type { PipelineRow } from '../pipeline/tables.js';
import type { RateRow } from '../policies/tables.js';
import { askedFor, fallsIn, type ForecastFilters, type ForecastReading } from './frame.js';
import { forecastModel } from './index.js';
import type { ForecastTables, MembershipRow } from './tables.js';
import { closedRate, convertedTo } from './valued.js';
import { type Bucket, buckets, type OnTheWay, type Shift, Walk } from './walk.js';
import { type Measure, type WalkedOpportunity, World } from './world.js';

/** From what was so at `from` to what was so at `to`. */
export interface ChangesAsked extends ForecastFilters {
  readonly period: Period;
  readonly from: Instant;
  readonly to: Instant;
  /** Both as far as it was known at this instant; left out: now. */
  readonly knownAt?: Instant | undefined;
  /** The first one only as far as it was known at this instant; left out: as the second one. */
  readonly fromKnownAt?: Instant | undefined;
  /** Default `weighted`. */
  readonly measure?: Measure | undefined;
}

/** What one event did to what one opportunity counts for. */
export interface ForecastChange {
  readonly bucket: Bucket;
  readonly opportunityId: string;
  readonly title: string;
  /** Minor units of the reporting currency. */
  readonly delta: number;
  /** Type of the event. */
  readonly event: string;
  /** Of the event in the log; a decimal string. */
  readonly position: string;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly by: { readonly id: string; readonly role: string };
}

export interface ForecastChanges {
  readonly period: Period;
  readonly from: Instant;
  readonly to: Instant;
  readonly measure: Measure;
  /** The reporting currency at `to`; both forecasts are in it. */
  readonly currency: string;
  readonly before: number;
  readonly after: number;
  /** `after` less `before`: the sum of the buckets, and of the rows. */
  readonly difference: number;
  /** Those in which something is, in a fixed order. */
  readonly buckets: readonly { readonly bucket: Bucket; readonly delta: number; readonly count: number }[];
  /** In the order in which things happened. */
  readonly rows: readonly ForecastChange[];
}

/**
 * Why the forecast of a period changed between two instants (domain.md §4): row by row what each event did to it, to the
 * cent.
 *
 * @throws Refusal `INVALID_QUERY` where the second instant is before the first
 */
export async function forecastChanges(database: Database, asked: ChangesAsked): Promise<ForecastChanges> {
  const { from, to, knownAt, fromKnownAt = knownAt, measure = 'weighted' } = asked;
  inOrder('to', from, to);
  if (fromKnownAt !== undefined) inOrder('knownAt', fromKnownAt, knownAt);
  return readSteadily(database, forecastModel, { asOf: to, knownAt }, async (reading) => {
    const { currency, reporting } = await askedFor(reading, { asOf: to });
    const way = new Way(reading, from, to, fromKnownAt, knownAt);
    const pipelines = await way.pipelines();
    // What counts for the same all the way is told apart only where something else than its own events may change that.
    const isTold = asked.team !== undefined || pipelines.some(({ passed, initial }) => passed && !initial);
    const opportunities = await way.opportunities(asked.period, currency, !isTold);
    const foreign = [...new Set(opportunities.map((row) => row.currency))].filter((own) => own !== reporting);
    const world = new World(
      { ...asked, measure, currency: reporting, definitions: pipelines },
      from.slice(0, 10),
      from.slice(0, 10),
    );
    const walk = new Walk(
      world,
      {
        opportunities,
        pipelines: pipelines.filter(({ passed }) => passed),
        memberships: await way.memberships(asked.team),
        rates: await way.rates(foreign, currency),
      },
      from,
      to,
    );
    return {
      period: asked.period,
      from,
      to,
      measure,
      currency: reporting,
      before: walk.before,
      after: walk.after,
      difference: walk.after - walk.before,
      buckets: bucketsOf(walk.shifts),
      rows: walk.shifts.map(changeOf),
    };
  });
}

function inOrder(path: string, earlier: Instant, later: Instant | undefined): void {
  if (later === undefined || earlier <= later) return;
  throw invalid('INVALID_QUERY', 'The second instant is before the first.', [
    { path, message: `${path} must not be before the instant that is compared with.` },
  ]);
}

/** The columns of a version that are counted. */
const counted = sql`o.id, o.title, o.pipeline_id, o.stage, o.owner, o.status, o.amount, o.currency, o.set_category,
  o.falls_on, o.valid_from, o.recorded_from, o.position, o.cause, o.actor_id, o.actor_role`;

/** Rows of `unmoved` that count alike in one. What tells most of them apart comes first, for they are put in order by it. */
const together = (currency: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select min(id), '', pipeline_id, stage, owner, status, sum(amount)::numeric, currency, set_category, min(falls_on),
    min(valid_from), min(recorded_from), min(position), '', '', '', true, sum(closed)
  from unmoved
  group by owner, stage, status, pipeline_id, currency, set_category,
    case when status = 'open' and currency <> ${currency} then id end`;

/** The rows that hold at the first moment, and those that come to hold on the way to the second. */
class Way {
  /** It began by the first moment. */
  private readonly initial: RawBuilder<boolean>;
  /** It holds at the first moment, or comes to hold by the second. */
  private readonly passed: RawBuilder<boolean>;
  /** The first and the second moment on both axes. */
  private readonly t1: RawBuilder<unknown>;
  private readonly k1: RawBuilder<unknown>;
  private readonly t2: RawBuilder<unknown>;
  private readonly k2: RawBuilder<unknown>;

  constructor(
    private readonly reading: ForecastReading,
    from: Instant,
    to: Instant,
    fromKnownAt: Instant | undefined,
    knownAt: Instant | undefined,
  ) {
    const [t1, t2] = [sql`${from}::timestamptz`, sql`${to}::timestamptz`];
    const [k1, k2] = [sql`${fromKnownAt ?? 'infinity'}::timestamptz`, sql`${knownAt ?? 'infinity'}::timestamptz`];
    [this.t1, this.k1, this.t2, this.k2] = [t1, k1, t2, k2];
    const lasts = sql`(valid_to > ${t1} or recorded_to > ${k1} or valid_to = 'infinity')`;
    this.initial = sql`(valid_from <= ${t1} and recorded_from <= ${k1})`;
    this.passed = sql`(valid_from <= ${t2} and recorded_from <= ${k2} and ${lasts})`;
  }

  /**
   * The opportunities that had an event on the way, by when it happened and by when it was learnt, each along an index; and
   * whether they fall into the period at some point of it: what was followed on the way is told by what followed.
   */
  private awake(period: Period): RawBuilder<unknown> {
    const { t1, k1, t2, k2 } = this;
    const [first, last] = [sql`${firstDayOf(period)}::date`, sql`${lastDayOf(period)}::date`];
    const begun = sql`select id, falls_on, fell_on from ${this.reading.all('opportunities')} a`;
    return sql`(
      select id, bool_or(falls_on between ${first} and ${last} or fell_on between ${first} and ${last}) as falls
      from (
        ${begun} where valid_from > ${t1} and valid_from <= ${t2} and recorded_from <= ${k2}
        union all
        ${begun} where recorded_from > ${k1} and recorded_from <= ${k2} and valid_from <= ${t2}
      ) a group by id)`;
  }

  /** What is won, in the reporting currency; the rate is only looked for where one is needed. */
  private closed(currency: RawBuilder<unknown>): RawBuilder<number | null> {
    const of = { amount: sql`o.amount`, from: sql`o.currency`, rate: sql`w.rate`, direct: sql`w.direct` };
    return sql<number | null>`case when o.status <> 'won' then null when o.currency = ${currency} then o.amount
      else (select ${convertedTo(currency, of)} from ${closedRate(this.reading, currency)} w) end`;
  }

  /**
   * Whether nothing is known that happened behind the second moment, or was learnt behind it: then what had no event on
   * the way is as it is now, and found among the few rows that are.
   */
  private async isUpToNow(): Promise<boolean> {
    const all = this.reading.all('opportunities');
    const [found] = await rows(
      this.reading,
      sql<{ now: boolean }>`select (select max(valid_from) from ${all}) <= ${this.t2}
        and (select max(recorded_from) from ${all}) <= ${this.k2} as now`,
    );
    return found?.now === true;
  }

  /**
   * All versions on the way of whatever had an event on it and falls into the period at some point of it; and what falls
   * into the period and had no event on the way. That is taken together: those that count alike are one row, under the
   * first id of them, for no event of theirs is there to be told. Open ones in another currency are rounded one by one.
   */
  async opportunities(
    period: Period,
    currency: RawBuilder<unknown>,
    isTogether: boolean,
  ): Promise<readonly OnTheWay<WalkedOpportunity>[]> {
    const all = this.reading.all('opportunities');
    // What had no event on the way holds at its end. Told in parts, without an `or`, an index finds it.
    const falling = sql`select * from ${all} o where ${fallsIn(period)} and ${this.initial}`;
    const holding = (await this.isUpToNow())
      ? sql`${falling} and valid_to = 'infinity'`
      : sql`${falling} and valid_to > ${this.t2}
          union all ${falling} and valid_to <= ${this.t2} and recorded_to > ${this.k2}`;
    const row = sql`select ${counted}, ${this.initial} as initial, ${this.closed(currency)} as closed`;
    return rows(
      this.reading,
      sql<OnTheWay<WalkedOpportunity>>`with awake as materialized ${this.awake(period)},
        unmoved as (${row} from (${holding}) o where not exists (select from awake a where a.id = o.id))
        select * from (
          ${row} from awake a cross join lateral (
            select * from ${all} o where o.id = a.id and ${this.passed} offset 0
          ) o where a.falls
          union all
          ${isTogether ? together(currency) : sql`select * from unmoved`}
        ) o order by position`,
    );
  }

  /** Every definition: the first one that knows a stage counts for those that do not. */
  pipelines(): Promise<readonly (OnTheWay<PipelineRow> & { readonly passed: boolean })[]> {
    return rows(
      this.reading,
      sql<
        OnTheWay<PipelineRow> & { readonly passed: boolean }
      >`select p.*, ${this.initial} as initial, ${this.passed} as passed
        from ${this.reading.all('pipelines')} p order by revision`,
    );
  }

  /** They matter only where a team is asked for. */
  async memberships(team: string | undefined): Promise<readonly OnTheWay<MembershipRow>[]> {
    return team === undefined ? [] : this.of<MembershipRow>('memberships', sql`true`);
  }

  async rates(currencies: readonly string[], into: RawBuilder<unknown>): Promise<readonly OnTheWay<RateRow>[]> {
    if (currencies.length === 0) return [];
    const theirs = sql`any(${currencies}::text[])`;
    return this.of<RateRow>(
      'rates',
      sql`((from_currency = ${into} and to_currency = ${theirs}) or (to_currency = ${into} and from_currency = ${theirs}))`,
    );
  }

  private of<R>(table: keyof ForecastTables, only: RawBuilder<unknown>): Promise<readonly OnTheWay<R>[]> {
    return rows(
      this.reading,
      sql<OnTheWay<R>>`select r.*, ${this.initial} as initial from ${this.reading.all(table)} r
        where ${this.passed} and ${only} order by position`,
    );
  }
}

const bucketsOf = (shifts: readonly Shift[]): ForecastChanges['buckets'] =>
  buckets.flatMap((bucket) => {
    const there = shifts.filter((shift) => shift.bucket === bucket);
    const delta = there.reduce((sum, shift) => sum + shift.delta, 0);
    return there.length === 0 ? [] : [{ bucket, delta, count: there.length }];
  });

const changeOf = ({ bucket, opportunityId, title, delta, because }: Shift): ForecastChange => ({
  bucket,
  opportunityId,
  title,
  delta,
  event: because.cause,
  position: String(because.position),
  occurredAt: because.valid_from,
  recordedAt: because.recorded_from,
  by: { id: because.actor_id, role: because.actor_role },
});
