import type { PolicySource } from '../../kernel/index.js';
import { defaults, type PolicyValue } from '../policy/policies.js';
import type { PolicyName } from '../policy/policy.events.js';

/** A policy as a process rests on it: `policies: { after: policySource('stalled-contact.after') }`. */
export const policySource = <N extends PolicyName>(name: N): PolicySource<PolicyValue<N>> => ({
  stream: `policy-${name}`,
  type: 'PolicyChanged',
  initial: defaults[name],
  read: (data) => data as { readonly version: number; readonly value: PolicyValue<N> },
});
