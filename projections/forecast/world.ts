import { derivedForecastCategories, type ForecastCategory } from '../../libs/domain/opportunity/opportunity.events.js';
import { converted, firstDayOf, lastDayOf, type LocalDate, type Period } from '../../libs/kernel/index.js';
import type { PipelineRow } from '../pipeline/tables.js';
import type { RateRow } from '../policies/tables.js';
import type { ForecastFilters } from './frame.js';
import type { MembershipRow, OpportunityRow } from './tables.js';

/** What a difference between two forecasts is measured in. */
export const measures = ['weighted', 'unweighted'] as const;
export type Measure = (typeof measures)[number];

/** What of a version of an opportunity is counted; `closed`: what is won in the reporting currency, null without a rate. */
export type WalkedOpportunity = Omit<
  OpportunityRow,
  'expected_close' | 'closed_at' | 'closed_recorded_at' | 'fell_on' | 'valid_to' | 'recorded_to' | 'revision'
> & {
  readonly closed: number | null;
};

export interface WorldOf extends ForecastFilters {
  readonly period: Period;
  readonly measure: Measure;
  /** The reporting currency. */
  readonly currency: string;
  /** Every definition of every pipeline, in order, also those that are not known yet. */
  readonly definitions: readonly PipelineRow[];
}

const stagesOf = ({ stages, retired }: PipelineRow) => [...stages, ...retired];

/**
 * Everything that a forecast rests on at one point of the walk from one moment to another. It counts an opportunity by
 * the same rules as `valued` does in SQL; the property that both agree at every instant is a spec.
 */
export class World {
  private readonly definitions = new Map<string, PipelineRow>();
  private readonly first = new Map<string, number>();
  private readonly rates = new Map<string, Map<string, RateRow>>();
  private readonly memberships = new Map<string, Map<string, MembershipRow>>();
  private readonly inForce = new Map<string, RateRow | undefined>();
  private readonly from: LocalDate;
  private readonly to: LocalDate;

  /**
   * The days whose rates and whose teams hold. They pass one after the other, so that what each brings about is told
   * apart.
   */
  constructor(
    private readonly of: WorldOf,
    private rateDay: LocalDate,
    private teamDay: LocalDate,
  ) {
    this.from = firstDayOf(of.period);
    this.to = lastDayOf(of.period);
    for (const definition of of.definitions) {
      for (const { stage, probability } of stagesOf(definition)) {
        const key = `${definition.id}/${stage}`;
        if (!this.first.has(key)) this.first.set(key, probability);
      }
    }
  }

  define(definition: PipelineRow): void {
    this.definitions.set(definition.id, definition);
  }

  setRate(rate: RateRow): void {
    const currency = this.otherOf(rate);
    const known = this.rates.get(currency) ?? new Map<string, RateRow>();
    this.rates.set(currency, known.set(rate.id, rate));
    this.inForce.delete(currency);
  }

  join(membership: MembershipRow): void {
    const { salesperson } = membership;
    const known = this.memberships.get(salesperson) ?? new Map<string, MembershipRow>();
    this.memberships.set(salesperson, known.set(membership.id, membership));
  }

  rateDayBecomes(day: LocalDate): void {
    this.rateDay = day;
    this.inForce.clear();
  }

  teamDayBecomes(day: LocalDate): void {
    this.teamDay = day;
  }

  /** The currency that a rate converts into the reporting one, or out of it. */
  otherOf({ from_currency, to_currency }: RateRow): string {
    return to_currency === this.of.currency ? from_currency : to_currency;
  }

  /** The rate of a currency that holds on the day reached. */
  rateOf(currency: string): RateRow | undefined {
    if (this.inForce.has(currency)) return this.inForce.get(currency);
    let best: RateRow | undefined;
    for (const rate of this.rates.get(currency)?.values() ?? []) {
      if (rate.holds_from > this.rateDay) continue;
      const later = best === undefined || rate.holds_from > best.holds_from;
      if (later || (rate.holds_from === best?.holds_from && rate.to_currency === this.of.currency)) best = rate;
    }
    this.inForce.set(currency, best);
    return best;
  }

  /** Where somebody was on a day. */
  membershipOn(salesperson: string, day: LocalDate): MembershipRow | undefined {
    let last: MembershipRow | undefined;
    for (const membership of this.memberships.get(salesperson)?.values() ?? []) {
      const { from_day, until_day } = membership;
      const holds = from_day <= day && (until_day === null || until_day >= day);
      if (holds && (last === undefined || from_day > last.from_day)) last = membership;
    }
    return last;
  }

  /** What an opportunity counts for, in hundredths of minor units of the reporting currency. */
  countOf(opportunity: WalkedOpportunity | undefined): bigint {
    if (!opportunity || !this.isInPeriod(opportunity) || !this.fits(opportunity)) return 0n;
    if (opportunity.status === 'won') return 100n * BigInt(opportunity.closed ?? 0);
    if (opportunity.set_category === 'omitted') return 0n;
    const share = this.of.measure === 'weighted' ? this.probabilityOf(opportunity) : 100;
    return BigInt(share) * BigInt(this.amountOf(opportunity) ?? 0);
  }

  isInPeriod({ falls_on }: WalkedOpportunity): boolean {
    return falls_on !== null && falls_on >= this.from && falls_on <= this.to;
  }

  private fits(opportunity: WalkedOpportunity): boolean {
    const { owner, team, pipelineId, category } = this.of;
    if (owner !== undefined && opportunity.owner !== owner) return false;
    if (pipelineId !== undefined && opportunity.pipeline_id !== pipelineId) return false;
    if (category !== undefined && this.categoryOf(opportunity) !== category) return false;
    return team === undefined || this.teamOf(opportunity) === team;
  }

  private teamOf({ owner, status, falls_on }: WalkedOpportunity): string | undefined {
    if (owner === null) return undefined;
    return this.membershipOn(owner, status === 'won' && falls_on !== null ? falls_on : this.teamDay)?.team_id;
  }

  private categoryOf(opportunity: WalkedOpportunity): ForecastCategory {
    if (opportunity.status !== 'open') return 'closed';
    if (opportunity.set_category !== null) return opportunity.set_category;
    const probability = this.probabilityOf(opportunity);
    return derivedForecastCategories.find(({ from }) => probability >= from)?.category ?? 'pipeline';
  }

  private probabilityOf({ pipeline_id, stage }: WalkedOpportunity): number {
    const definition = this.definitions.get(pipeline_id);
    const known = definition && stagesOf(definition).find((defined) => defined.stage === stage);
    return known?.probability ?? this.first.get(`${pipeline_id}/${stage}`) ?? 0;
  }

  private amountOf({ amount, currency }: WalkedOpportunity): number | undefined {
    if (currency === this.of.currency) return amount;
    const held = this.rateOf(currency);
    if (!held) return undefined;
    const { from_currency: from, to_currency: to, rate } = held;
    return converted({ amount, currency }, { from, to, rate }).amount;
  }
}
