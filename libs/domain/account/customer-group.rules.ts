/** From relationship behaviour × buying behaviour (S4; domain.md §2). */
export const customerGroups = ['partner', 'friend', 'economist', 'dog'] as const;
export type CustomerGroup = (typeof customerGroups)[number];

/** How a customer gets on with us: satisfaction in per cent of the scale, response in per cent, interactions counted. */
export const relationshipFacts = ['satisfaction', 'response', 'interaction'] as const;
export type RelationshipFact = (typeof relationshipFacts)[number];

/** How a customer buys: value in minor units of the reporting currency, share of wallet in per cent, recency in days. */
export const buyingFacts = ['value', 'share', 'recency'] as const;
export type BuyingFact = (typeof buyingFacts)[number];

/** A whole number that was measured, with the ids of the events that it was measured from. */
export interface MeasuredFact {
  readonly value: number;
  readonly events: readonly string[];
}

/** What is known of a customer; what was never measured is left out, and is met by nobody. */
export type CustomerFacts = { readonly [F in RelationshipFact | BuyingFact]?: MeasuredFact | undefined };

/** The rule of the policy `customer-group`: a threshold for each fact, and how many of a side have to be met. */
export interface CustomerGroupRule {
  readonly relationship: Readonly<Record<RelationshipFact | 'needed', number>>;
  readonly buying: Readonly<Record<BuyingFact | 'needed', number>>;
}

/** A fact as the verdict cites it. */
export interface CitedFact {
  readonly fact: RelationshipFact | BuyingFact;
  readonly threshold: number;
  /** Left out where it was never measured. */
  readonly value?: number;
  readonly met: boolean;
  readonly events: readonly string[];
}

/** One of the two sides of a verdict. */
export interface BehaviourVerdict {
  readonly good: boolean;
  /** How many facts had to be met. */
  readonly needed: number;
  readonly facts: readonly CitedFact[];
}

export interface CustomerGroupVerdict {
  /** `null`: of who never bought and is no friend too little is known to say that nothing is to be won. */
  readonly group: CustomerGroup | null;
  readonly relationship: BehaviourVerdict;
  readonly buying: BehaviourVerdict;
}

/**
 * Which group a customer belongs to under a rule, and why. Partner: both good. Friend: likes us, buys from the
 * competitor. Economist: matters for what it buys, without a warm relationship. Dog: neither (S4); only who has bought is
 * judged to be one.
 */
export function customerGroupOf(facts: CustomerFacts, rule: CustomerGroupRule): CustomerGroupVerdict {
  const relationship = behaviour(relationshipFacts, facts, rule.relationship);
  const buying = behaviour(buyingFacts, facts, rule.buying);
  const group = groups[`${relationship.good}-${buying.good}`];
  return { group: group === 'dog' && facts.recency === undefined ? null : group, relationship, buying };
}

/** Good relationship, then good buying. */
const groups: Readonly<Record<`${boolean}-${boolean}`, CustomerGroup>> = {
  'true-true': 'partner',
  'true-false': 'friend',
  'false-true': 'economist',
  'false-false': 'dog',
};

function behaviour<F extends RelationshipFact | BuyingFact>(
  names: readonly F[],
  known: CustomerFacts,
  thresholds: Readonly<Record<F | 'needed', number>>,
): BehaviourVerdict {
  const facts = names.map((fact) => cited(fact, thresholds[fact], known[fact]));
  const { needed } = thresholds;
  return { good: facts.filter(({ met }) => met).length >= needed, needed, facts };
}

function cited(fact: CitedFact['fact'], threshold: number, measured: MeasuredFact | undefined): CitedFact {
  if (!measured) return { fact, threshold, met: false, events: [] };
  const { value, events } = measured;
  // The last purchase is to be recent; of all else more is better.
  const met = fact === 'recency' ? value <= threshold : value >= threshold;
  return { fact, threshold, value, met, events };
}
