import { type FieldError, type Role } from '../../kernel/index.js';
import { filled } from '../filled.js';
import { plain } from '../values.js';
import { policyDefaults, type PolicyName } from './policy.events.js';
import {
  AttentionCadencePolicy,
  casePriorities,
  CaseTargetsPolicy,
  ConversionRequiresPolicy,
  CustomerGroupPolicy,
  InactivityWindowPolicy,
  OpportunityOpensAtPolicy,
  RatingCutOffPolicy,
  ReportingCurrencyPolicy,
  StaleOpportunityPolicy,
  StalledContactPolicy,
} from './policy.values.js';

/** A setting that verdicts rest on. */
export interface Policy<V extends object = object> {
  /** One sentence for people. */
  readonly says: string;
  /** Class of its value: what it is checked against, and how OpenAPI describes it. */
  readonly value: new () => V;
  /** Roles that may change it, besides `admin` and `service` (domain.md §9). */
  readonly by: readonly Role[];
  /** What is wrong between fields that are each right. */
  check?(value: V): readonly FieldError[];
}

const declared = <V extends object>(policy: Policy<V>): Policy<V> => policy;
const ofSales: readonly Role[] = ['sales-manager'];

/** Every policy there is; what it is until somebody changes it stands in `policyDefaults`. */
export const policies = {
  'conversion.requires': declared({
    says: 'What a lead needs to be converted: to be sales-qualified, or also a quote sent or a contract signed.',
    value: ConversionRequiresPolicy,
    by: ofSales,
  }),
  'opportunity.opensAt': declared({
    says: 'From when on there can be an opportunity: the first contact, or the first quote sent.',
    value: OpportunityOpensAtPolicy,
    by: ofSales,
  }),
  'stalled-contact.after': declared({
    says: 'After how many weeks a contact without an opportunity raises an alarm.',
    value: StalledContactPolicy,
    by: ofSales,
  }),
  'inactivity.window': declared({
    says: 'After how many days without a purchase a customer is inactive, also by segment; the longest holds.',
    value: InactivityWindowPolicy,
    by: ofSales,
  }),
  'stale-opportunity': declared({
    says: 'After how many days without a move or an activity an open opportunity is stale.',
    value: StaleOpportunityPolicy,
    by: ofSales,
  }),
  'case.targets': declared({
    says: 'Within how many minutes a case is to be answered and resolved, by priority.',
    value: CaseTargetsPolicy,
    by: [],
    check: (targets) =>
      casePriorities
        .filter((priority) => targets[priority].resolutionMinutes < targets[priority].responseMinutes)
        .map((priority) => ({
          path: `${priority}.resolutionMinutes`,
          message: 'resolutionMinutes must not be less than responseMinutes.',
        })),
  }),
  'customer-group': declared({
    says: 'What makes a customer a partner, friend, economist or dog: how good the relationship and the buying must be.',
    value: CustomerGroupPolicy,
    by: ofSales,
  }),
  'rating.cut-off': declared({
    says: 'From which rating on a customer passes: in per cent of the maximum, or absolute for a scheme.',
    value: RatingCutOffPolicy,
    by: ofSales,
  }),
  'reporting.currency': declared({
    says: 'The currency that amounts are added up in.',
    value: ReportingCurrencyPolicy,
    by: [],
  }),
  'attention.cadence': declared({
    says: 'How often a customer should be reached, by phase, segment and group; the first rule that applies holds.',
    value: AttentionCadencePolicy,
    by: ofSales,
  }),
} as const satisfies Readonly<Record<PolicyName, Policy>>;

/** Value of the policy `N`. */
export type PolicyValue<N extends PolicyName> = InstanceType<(typeof policies)[N]['value']>;

export const policyNames = Object.keys(policies) as readonly PolicyName[];

export const isPolicyName = (name: string): name is PolicyName => Object.hasOwn(policies, name);

/** The values of version 0, typed by their classes. */
export const defaults: { readonly [N in PolicyName]: PolicyValue<N> } = policyDefaults;

/** Reads a value of a policy: as it will stand in the log, and what is wrong with it, by paths from the value. */
export function readValue(
  name: PolicyName,
  body: object,
): { readonly value: object; readonly errors: readonly FieldError[] } {
  const policy: Policy = policies[name];
  const { filled: value, errors } = filled(policy.value, body);
  return { value: plain(value), errors: errors.length > 0 ? errors : (policy.check?.(value) ?? []) };
}
