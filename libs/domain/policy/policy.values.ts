import { type CustomerGroup, type CustomerGroupRule, customerGroups } from '../account/customer-group.rules.js';
import { Currency, EachOnce, OneOf, Optional, PartOf, PartsOf, Slug, Whole } from '../fields.js';

/*
 * The classes of the policies' values. Everything is a whole number, a word or an id: verdicts are computed from them
 * and must come out the same everywhere.
 */

const day = { min: 1, max: 3_650 } as const;
const mostMinutes = 525_600;

/** What a lead needs to be converted (S0, S1; domain.md §1). */
export const conversionRequirements = ['sales-qualified', 'formal-contact'] as const;

/** From when on there can be an opportunity (S1; domain.md §3). */
export const opportunityOpenings = ['first-contact', 'quote-sent'] as const;

/** Relationship phases (S3, S4; domain.md §1). */
export const phases = ['suspect', 'prospect', 'potential', 'active', 'inactive'] as const;
export type Phase = (typeof phases)[number];

/** Priorities of cases, from low to urgent (domain.md §8). */
export const casePriorities = ['low', 'normal', 'high', 'urgent'] as const;
export type CasePriority = (typeof casePriorities)[number];

export class ConversionRequiresPolicy {
  /** `formal-contact`: besides, at least one quote sent or contract signed. */
  @OneOf(conversionRequirements)
  readonly requires!: (typeof conversionRequirements)[number];
}

export class OpportunityOpensAtPolicy {
  @OneOf(opportunityOpenings)
  readonly opensAt!: (typeof opportunityOpenings)[number];
}

export class StalledContactPolicy {
  @Whole(1, 520)
  readonly weeks!: number;
}

export class SegmentWindow {
  @Slug()
  readonly segmentId!: string;

  @Whole(day.min, day.max)
  readonly days!: number;
}

export class InactivityWindowPolicy {
  @Whole(day.min, day.max)
  readonly days!: number;

  /** Other windows of segments, by rule but not by the phase, or static lists; of a customer's several the longest holds. */
  @PartsOf(SegmentWindow, 0, 100)
  @EachOnce('segmentId')
  readonly segments!: readonly SegmentWindow[];
}

export class StaleOpportunityPolicy {
  /** Without a move or an activity. */
  @Whole(day.min, day.max)
  readonly days!: number;
}

/** Minutes from the opening of a case. */
export class CaseTarget {
  @Whole(1, mostMinutes)
  readonly responseMinutes!: number;

  @Whole(1, mostMinutes)
  readonly resolutionMinutes!: number;
}

export class CaseTargetsPolicy implements Readonly<Record<CasePriority, CaseTarget>> {
  @PartOf(CaseTarget)
  readonly low!: CaseTarget;

  @PartOf(CaseTarget)
  readonly normal!: CaseTarget;

  @PartOf(CaseTarget)
  readonly high!: CaseTarget;

  @PartOf(CaseTarget)
  readonly urgent!: CaseTarget;
}

/** From where on a customer's relationship with us is good. */
export class RelationshipThresholds {
  /** Satisfaction, at least, in per cent of the scale of the survey. */
  @Whole(0, 100)
  readonly satisfaction!: number;

  /** How many of our attempts and sends were answered, at least, in per cent. */
  @Whole(0, 100)
  readonly response!: number;

  /** Interactions that reached them in the period, at least. */
  @Whole(0, 10_000)
  readonly interaction!: number;

  /** How many of the three have to be met. */
  @Whole(1, 3)
  readonly needed!: number;
}

/** From where on a customer matters as a buyer. */
export class BuyingThresholds {
  /** Purchases in the period, at least, in minor units of the reporting currency. */
  @Whole(0, Number.MAX_SAFE_INTEGER)
  readonly value!: number;

  /** Share of what they buy that they buy from us, at least, in per cent. */
  @Whole(0, 100)
  readonly share!: number;

  /** Days since the last purchase, at most. */
  @Whole(0, day.max)
  readonly recency!: number;

  /** How many of the three have to be met. */
  @Whole(1, 3)
  readonly needed!: number;
}

export class CustomerGroupPolicy implements CustomerGroupRule {
  /** Days that are looked back on. */
  @Whole(day.min, day.max)
  readonly periodDays!: number;

  @PartOf(RelationshipThresholds)
  readonly relationship!: RelationshipThresholds;

  @PartOf(BuyingThresholds)
  readonly buying!: BuyingThresholds;
}

export class SchemeCutOff {
  @Slug()
  readonly schemeId!: string;

  /** The rating from which on a customer passes, absolute. */
  @Whole(0, 1_000_000)
  readonly minimum!: number;
}

export class RatingCutOffPolicy {
  /** Of the maximum of a scheme that has no cut-off of its own. */
  @Whole(0, 100)
  readonly perCent!: number;

  @PartsOf(SchemeCutOff, 0, 100)
  @EachOnce('schemeId')
  readonly schemes!: readonly SchemeCutOff[];
}

export class ReportingCurrencyPolicy {
  @Currency()
  readonly currency!: string;
}

/** Whom it is about (all that is named applies; nothing named: everybody) and how often they should be reached. */
export class CadenceRule {
  @Optional()
  @OneOf(phases)
  readonly phase?: Phase;

  /** By rule, or a static list; as long as there is none of this id, or when it is retired, it has no members. */
  @Optional()
  @Slug()
  readonly segmentId?: string;

  @Optional()
  @OneOf(customerGroups)
  readonly group?: CustomerGroup;

  /** At least once in so many days; left out: no attention is due. */
  @Optional()
  @Whole(day.min, day.max)
  readonly days?: number;
}

export class AttentionCadencePolicy {
  /** The first rule that applies to a customer holds. */
  @PartsOf(CadenceRule, 0, 100)
  readonly rules!: readonly CadenceRule[];
}
