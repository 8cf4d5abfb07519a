import { aggregate, factsOf, type Instant } from '../../kernel/index.js';
import type { Phase } from '../policy/policy.values.js';
import { plain } from '../values.js';
import { EndCustomerPhase, RecordCustomerPhase } from './customer.commands.js';
import { customerEvents } from './customer.events.js';

/** The phase that a customer is in. */
export interface CustomerState {
  /** Left out: none. */
  readonly phase?: Phase | undefined;
  /** Of the last change. */
  readonly since?: Instant;
}

const fact = factsOf(customerEvents);

const lies = ({ since }: CustomerState, at: Instant): boolean => since !== undefined && at < since;

/**
 * Exactly one relationship phase of a customer at any instant, dated and explained (S3, S4; domain.md §1). The process
 * `customer-phases` decides it; what lies before the last change is known already.
 */
export const customer = aggregate<CustomerState>()({
  events: customerEvents,
  commands: { RecordCustomerPhase, EndCustomerPhase },
  id: 'customerId',
  initial: {},
  lookups: {},
  decide: {
    RecordCustomerPhase: ({ customerKind, to, at, wonBack, because, policyVersion }, state) => {
      if (state.phase === to || lies(state, at)) return [];
      const policy =
        policyVersion === undefined ? undefined : ({ name: 'inactivity.window', version: policyVersion } as const);
      const changed = { customerKind, from: state.phase, to, at, because, policy };
      return [fact('CustomerPhaseChanged', plain(wonBack ? { ...changed, wonBack } : changed))];
    },

    EndCustomerPhase: ({ customerKind, at, carriedBy }, state) =>
      state.phase === undefined || lies(state, at)
        ? []
        : [fact('CustomerPhaseEnded', plain({ customerKind, from: state.phase, at, carriedBy }))],
  },
  evolve: {
    CustomerPhaseChanged: (_, { to, at }) => ({ phase: to, since: at }),
    CustomerPhaseEnded: (_, { at }) => ({ since: at }),
  },
});
