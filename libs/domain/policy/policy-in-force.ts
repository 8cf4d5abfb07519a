import type { Foldable, Lookup } from '../../kernel/index.js';
import { defaults, type PolicyValue } from './policies.js';
import { policyEvents, type PolicyName } from './policy.events.js';

/** A policy as deciders are given it: what holds, and the version to name in the event. */
export interface PolicyInForce<N extends PolicyName = PolicyName> {
  readonly version: number;
  readonly value: PolicyValue<N>;
}

/** How a policy is folded for those whose decisions rest on it: unlike for its own, the default stands in it. */
export const policyInForce = <N extends PolicyName>(name: N): Foldable<PolicyInForce<N>> => ({
  category: policyEvents.category,
  initial: { version: 0, value: defaults[name] },
  apply: (_, { data }) => {
    // What was stored was checked against the class of this policy's value.
    const { version, value } = data as PolicyInForce<N>;
    return { version, value };
  },
});

/**
 * A policy that decisions of an aggregate rest on, for its `lookups`:
 * `lookups: { conversion: policyLookup('conversion.requires') }` gives `lookups.conversion.value.requires`.
 *
 * @param needed which commands need it; for others the default is given, and nothing is read
 */
export const policyLookup = <N extends PolicyName, State = unknown>(
  name: N,
  needed: (command: object, state: State) => boolean = () => true,
): Lookup<State, PolicyInForce<N>> => ({
  from: policyInForce(name),
  id: (command, state) => (needed(command, state) ? name : undefined),
});
