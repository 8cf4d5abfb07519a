import type { CustomerGroup } from '../account/customer-group.rules.js';
import type { PolicyValue } from './policies.js';
import type { Phase } from './policy.values.js';

/*
 * What the entries of a policy mean together. Whoever gives a verdict asks here, so that all mean the same. The rule of
 * the customer group stands beside the accounts.
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
