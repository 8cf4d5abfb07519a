import type { PolicyValue } from './policies.js';
import type { CustomerGroup, Phase } from './policy.values.js';

/*
 * What the entries of a policy mean together. Whoever gives a verdict asks here, so that all mean the same.
 */

/** Days after which a customer of these segments is inactive: the longest of their windows (S3; domain.md §1). */
export function inactivityDays(
  { days, segments }: PolicyValue<'inactivity.window'>,
  ofSegments: readonly string[],
): number {
  const own = segments.filter(({ segmentId }) => ofSegments.includes(segmentId));
  return own.length === 0 ? days : Math.max(...own.map((window) => window.days));
}

/** What is known of a customer that attention depends on. */
export interface Attended {
  readonly phase: Phase;
  readonly segments: readonly string[];
  /** Left out where there is no verdict yet. */
  readonly group?: CustomerGroup | undefined;
}

/** At least once in how many days a customer should be reached; `undefined`: none is due (S2; domain.md §5). */
export const attentionDays = (
  { rules }: PolicyValue<'attention.cadence'>,
  { phase, segments, group }: Attended,
): number | undefined =>
  rules.find(
    (rule) =>
      (rule.phase === undefined || rule.phase === phase) &&
      (rule.segmentId === undefined || segments.includes(rule.segmentId)) &&
      (rule.group === undefined || rule.group === group),
  )?.days;

/** The facts behind a customer's group; what is not known is left out, and meets no threshold. */
export interface GroupFacts {
  /** In per cent of the scale. */
  readonly satisfaction?: number | undefined;
  /** Per cent of our attempts and sends that were answered. */
  readonly response?: number | undefined;
  /** Interactions in the period that reached them. */
  readonly interaction?: number | undefined;
  /** Purchases in the period, in minor units of the reporting currency. */
  readonly value?: number | undefined;
  /** Per cent of what they buy that they buy from us. */
  readonly share?: number | undefined;
  /** Days since the last purchase. */
  readonly recency?: number | undefined;
}

/** A group with the thresholds that were met: what the verdict rests on. */
export interface GroupVerdict {
  readonly group: CustomerGroup;
  readonly met: readonly (keyof GroupFacts)[];
}

const atLeast = ['satisfaction', 'response', 'interaction'] as const;
const bought = ['value', 'share'] as const;

/**
 * Relationship × buying (S4; domain.md §2): both good is a partner, the relationship alone a friend, the buying alone an
 * economist, neither a dog.
 */
export function customerGroupOf(
  { relationship, buying }: PolicyValue<'customer-group'>,
  facts: GroupFacts,
): GroupVerdict {
  const ofRelationship = atLeast.filter((name) => (facts[name] ?? -1) >= relationship[name]);
  const ofBuying: readonly (keyof GroupFacts)[] = [
    ...bought.filter((name) => (facts[name] ?? -1) >= buying[name]),
    ...(facts.recency !== undefined && facts.recency <= buying.recency ? (['recency'] as const) : []),
  ];
  const warm = ofRelationship.length >= relationship.needed;
  const attractive = ofBuying.length >= buying.needed;
  const group = warm ? (attractive ? 'partner' : 'friend') : attractive ? 'economist' : 'dog';
  return { group, met: [...ofRelationship, ...ofBuying] };
}
