import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import { daysAfter, type Instant, type LocalDate } from '../../libs/kernel/index.js';
import type { PipelineRow } from '../pipeline/tables.js';
import type { RateRow } from '../policies/tables.js';
import type { MembershipRow } from './tables.js';
import type { WalkedOpportunity, World } from './world.js';

/** Why a forecast changed (domain.md §4). */
export const buckets = [
  'opened',
  'won',
  'lost',
  'reopened',
  'withdrawn',
  'slipped-out',
  'pulled-in',
  'amount-up',
  'amount-down',
  'stage-up',
  'stage-down',
  'pipeline',
  'category',
  'owner-team',
  'probability-policy',
  'exchange-rate',
] as const;
export type Bucket = (typeof buckets)[number];

/** Anything that an event made: a version of a row. */
type Made = Pick<WalkedOpportunity, 'position' | 'cause' | 'actor_id' | 'actor_role' | 'valid_from' | 'recorded_from'>;

/** What one event did to what one opportunity counts for. */
export interface Shift {
  readonly opportunityId: string;
  readonly title: string;
  readonly bucket: Bucket;
  /** Minor units of the reporting currency, of the rounded total. */
  readonly delta: number;
  readonly because: Made;
}

/** A row that holds at the first moment, or that came to hold on the way to the second one. */
export type OnTheWay<R> = R & { readonly initial: boolean };

/** All that the walk passes. */
export interface Passed {
  readonly opportunities: readonly OnTheWay<WalkedOpportunity>[];
  readonly pipelines: readonly OnTheWay<PipelineRow>[];
  readonly memberships: readonly OnTheWay<MembershipRow>[];
  readonly rates: readonly OnTheWay<RateRow>[];
}

interface Step {
  readonly at: Instant;
  readonly position: bigint;
  take(): void;
}

/** Half up, from hundredths of minor units. */
const rounded = (hundredths: bigint): number => Number((hundredths + 50n) / 100n);

/**
 * Walks from one moment to another, event by event in the order in which things happened, and notes what each of them
 * did to the forecast: the rounded total behind it less the one before it. So the deltas add up to the difference, to
 * the cent, whatever is rounded. What happened before the first moment and became known only on the way comes first; a
 * rate or a membership that begins on a day counts from midnight, and is put down to the event that said so.
 */
export class Walk {
  readonly shifts: Shift[] = [];
  /** The rounded total before the first step. */
  readonly before: number;
  private total = 0n;
  private readonly current = new Map<string, WalkedOpportunity>();
  private readonly counts = new Map<string, bigint>();

  constructor(
    private readonly world: World,
    private readonly passed: Passed,
    private readonly from: Instant,
    private readonly to: Instant,
  ) {
    for (const row of passed.pipelines) if (row.initial) world.define(row);
    for (const row of passed.memberships) if (row.initial) world.join(row);
    for (const row of passed.rates) if (row.initial) world.setRate(row);
    for (const row of passed.opportunities) {
      if (!row.initial) continue;
      this.current.set(row.id, row);
      this.counted(row.id);
    }
    this.before = rounded(this.total);
    for (const step of this.steps()) step.take();
  }

  /** The rounded total behind the last step. */
  get after(): number {
    return rounded(this.total);
  }

  private steps(): readonly Step[] {
    const { opportunities, pipelines, memberships, rates } = this.passed;
    return [
      ...this.each(opportunities, (row) => this.opportunityBecomes(row)),
      ...this.each(pipelines, (row) => {
        this.world.define(row);
        this.recount(
          'probability-policy',
          () => row,
          ({ pipeline_id }) => pipeline_id === row.id,
        );
      }),
      ...this.each(memberships, (row) => {
        this.world.join(row);
        this.recount(
          'owner-team',
          () => row,
          ({ owner }) => owner === row.salesperson,
        );
      }),
      ...this.each(rates, (row) => {
        this.world.setRate(row);
        this.recount(
          'exchange-rate',
          () => row,
          (known) => this.isOpenIn(known, this.world.otherOf(row)),
        );
      }),
      ...this.days(rates.map(({ holds_from }) => holds_from)).map((day) => this.newRates(day)),
      ...this.days(
        memberships.flatMap(({ from_day, until_day }) => [
          from_day,
          ...(until_day === null ? [] : [daysAfter(until_day, 1)]),
        ]),
      ).map((day) => this.newTeams(day)),
    ].sort((a, b) => {
      if (a.at !== b.at) return a.at < b.at ? -1 : 1;
      return a.position < b.position ? -1 : a.position > b.position ? 1 : 0;
    });
  }

  private each<R extends Made>(rows: readonly OnTheWay<R>[], take: (row: R) => void): readonly Step[] {
    return rows.flatMap((row) => {
      if (row.initial) return [];
      const at = row.valid_from < this.from ? this.from : row.valid_from;
      return [{ at, position: row.position, take: () => take(row) }];
    });
  }

  /** Those of the days that begin on the way. */
  private days(days: readonly LocalDate[]): readonly LocalDate[] {
    return [...new Set(days)].filter((day) => day > this.from.slice(0, 10) && day <= this.to.slice(0, 10));
  }

  private newRates(day: LocalDate): Step {
    const take = (): void => {
      this.world.rateDayBecomes(day);
      this.recount(
        'exchange-rate',
        ({ currency }) => this.world.rateOf(currency),
        ({ status }) => status === 'open',
      );
    };
    return { at: `${day}T00:00:00.000Z`, position: -1n, take };
  }

  private newTeams(day: LocalDate): Step {
    const take = (): void => {
      this.world.teamDayBecomes(day);
      const eve = daysAfter(day, -1);
      this.recount(
        'owner-team',
        // Who is in no team any more left the one of the eve.
        ({ owner }) =>
          owner === null ? undefined : (this.world.membershipOn(owner, day) ?? this.world.membershipOn(owner, eve)),
        ({ status }) => status === 'open',
      );
    };
    return { at: `${day}T00:00:00.000Z`, position: -1n, take };
  }

  private isOpenIn(opportunity: WalkedOpportunity, currency: string): boolean {
    return opportunity.status === 'open' && opportunity.currency === currency;
  }

  private opportunityBecomes(row: WalkedOpportunity): void {
    const known = this.current.get(row.id);
    this.current.set(row.id, row);
    this.note(row, this.bucketOf(row, known), row);
  }

  /** What an event of an opportunity is put down to. */
  private bucketOf(row: WalkedOpportunity, known: WalkedOpportunity | undefined): Bucket {
    if (!isKnown(row.cause)) throw new Error(`A forecast does not know what ${row.cause} does to it.`);
    const kind = kinds[row.cause];
    if (kind === 'date') return this.world.isInPeriod(row) ? 'pulled-in' : 'slipped-out';
    if (kind === 'amount') return row.amount < (known?.amount ?? 0) ? 'amount-down' : 'amount-up';
    return kind;
  }

  private recount(
    bucket: Bucket,
    because: (opportunity: WalkedOpportunity) => Made | undefined,
    concerns: (opportunity: WalkedOpportunity) => boolean,
  ): void {
    for (const opportunity of this.current.values()) {
      if (concerns(opportunity)) this.note(opportunity, bucket, because(opportunity));
    }
  }

  private note({ id, title }: WalkedOpportunity, bucket: Bucket, because: Made | undefined): void {
    const before = rounded(this.total);
    if (!this.counted(id)) return;
    if (!because) throw new Error(`Nothing explains what ${id} counts for.`);
    this.shifts.push({ opportunityId: id, title, bucket, delta: rounded(this.total) - before, because });
  }

  /** Counts an opportunity anew; whether it counts for something else than before. */
  private counted(id: string): boolean {
    const [before, now] = [this.counts.get(id) ?? 0n, this.world.countOf(this.current.get(id))];
    if (before === now) return false;
    this.counts.set(id, now);
    this.total += now - before;
    return true;
  }
}

const kinds = {
  OpportunityOpened: 'opened',
  OpportunityWon: 'won',
  OpportunityLost: 'lost',
  OpportunityReopened: 'reopened',
  OpportunityWithdrawn: 'withdrawn',
  OpportunityRescheduled: 'date',
  OpportunityAmountChanged: 'amount',
  OpportunityLinesChanged: 'amount',
  OpportunityAdvanced: 'stage-up',
  OpportunityMovedBack: 'stage-down',
  OpportunityMovedToPipeline: 'pipeline',
  ForecastCategorySet: 'category',
  OpportunityReassigned: 'owner-team',
} as const satisfies Partial<Record<keyof OpportunityEvents, Bucket | 'date' | 'amount'>>;

/** Exactly what the table of opportunities hears of. */
const isKnown = (type: string): type is keyof typeof kinds => type in kinds;
