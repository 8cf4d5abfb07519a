import { declareEvents, type EventShape } from '../../kernel/index.js';

/**
 * What holds as version 0 of each policy, until somebody changes it. Verdicts name that version for ever, so these are
 * as much on disk as the events: never change one, add a policy instead (docs/decisions/0007).
 */
export const policyDefaults = {
  'conversion.requires': { requires: 'sales-qualified' },
  'opportunity.opensAt': { opensAt: 'first-contact' },
  'stalled-contact.after': { weeks: 3 },
  'inactivity.window': { days: 180, segments: [] },
  'stale-opportunity': { days: 30 },
  'case.targets': {
    low: { responseMinutes: 2_880, resolutionMinutes: 14_400 },
    normal: { responseMinutes: 480, resolutionMinutes: 4_320 },
    high: { responseMinutes: 120, resolutionMinutes: 1_440 },
    urgent: { responseMinutes: 30, resolutionMinutes: 240 },
  },
  'customer-group': {
    periodDays: 365,
    relationship: { satisfaction: 70, response: 50, interaction: 4, needed: 2 },
    buying: { value: 1_000_000, share: 50, recency: 180, needed: 2 },
  },
  'rating.cut-off': { perCent: 50, schemes: [] },
  'reporting.currency': { currency: 'EUR' },
  'attention.cadence': {
    rules: [
      { group: 'dog' },
      { group: 'partner', days: 30 },
      { phase: 'potential', days: 14 },
      { phase: 'prospect', days: 30 },
      { phase: 'active', days: 90 },
      { phase: 'inactive', days: 180 },
    ],
  },
} as const;

export type PolicyName = keyof typeof policyDefaults;

/** How an event that records a verdict names the policy that it was made under; version 0 is the default. */
export interface PolicyReference {
  readonly name: PolicyName;
  readonly version: number;
}

/** These names and shapes are on disk: compensate, never change. */
export interface PolicyEvents {
  PolicyChanged: EventShape<{
    /** Name of the policy, as in the stream: values of old shapes are told apart by it. */
    readonly policy: string;
    /** From 1, one more at each change. */
    readonly version: number;
    /** The whole value that holds from here on, in the shape of the policy. */
    readonly value: object;
  }>;
}

export const policyEvents = declareEvents<PolicyEvents>('policy', {
  PolicyChanged: { says: 'Another value of a policy holds from here on, as the version that verdicts name.' },
});
