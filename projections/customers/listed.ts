import type { CustomerGroup } from '../../libs/domain/account/customer-group.rules.js';
import type { RelationshipPhase } from '../../libs/domain/account/phase.rules.js';
import type { Instant, Money } from '../../libs/kernel/index.js';
import type { CustomerRow } from './customers.js';

/** A customer at a moment. People are told by their ids alone. */
export interface CustomerListed {
  readonly id: string;
  readonly kind: 'account' | 'person';
  /** Of an account. */
  readonly name: string | null;
  readonly phase: RelationshipPhase;
  /** What made it so. */
  readonly because: {
    /** `purchase`, `opportunity` (won, or for who never bought, opened), `contact` or a type of event. */
    readonly fact: string;
    /** Id of that. */
    readonly id: string;
    /** Of its event; a decimal string. */
    readonly position: string;
    readonly at: Instant;
    /** Version of the policy `inactivity.window`, and the days that hold for this customer. */
    readonly windowVersion: number;
    readonly windowDays: number;
    /** When the window after the last purchase runs out. */
    readonly inactiveFrom: Instant | null;
  };
  readonly owner: string | null;
  readonly industry: string | null;
  readonly country: string | null;
  readonly knownSince: Instant;
  readonly lastPurchase: Instant | null;
  /** When they were reached last, in either direction. */
  readonly lastInteraction: Instant | null;
  /** When they were last tried and not reached. */
  readonly lastAttempt: Instant | null;
  /** Since they were reached last. */
  readonly failedAttempts: number;
  /** Whole days of 24 hours since they were reached last, or else since they are known. */
  readonly daysSilent: number;
  readonly purchases: number;
  /** What they bought, in the reporting currency at the rates of the days; `null`: nothing. */
  readonly realised: Money | null;
  /** Purchases that are not in it, for want of a rate. */
  readonly unconverted: number;
  /** What they buy in a year on average, in the reporting currency. */
  readonly valueAtRisk: Money | null;
  /** `null`: of who never bought and is no friend too little is known to judge. */
  readonly group: CustomerGroup | null;
}

export const customerOf = (row: CustomerRow): CustomerListed => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  phase: row.phase,
  because: {
    fact: row.phase_fact,
    id: row.phase_id,
    position: row.phase_position,
    at: row.phase_at,
    windowVersion: row.window_version,
    windowDays: row.window_days,
    inactiveFrom: row.inactive_from,
  },
  owner: row.owner,
  industry: row.industry,
  country: row.country,
  knownSince: row.known_since,
  lastPurchase: row.last_purchase,
  lastInteraction: row.last_interaction,
  lastAttempt: row.last_attempt,
  failedAttempts: row.failed_attempts,
  daysSilent: row.days_silent,
  purchases: row.purchases,
  realised: row.realised === null ? null : { amount: row.realised, currency: row.currency },
  unconverted: row.unconverted,
  valueAtRisk: row.value_at_risk === null ? null : { amount: row.value_at_risk, currency: row.currency },
  group: row.customer_group,
});
