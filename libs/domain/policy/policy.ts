import {
  aggregate,
  type Actor,
  type FieldError,
  factsOf,
  type Foldable,
  forbidden,
  invalid,
  type Lookup,
  notFound,
} from '../../kernel/index.js';
import { segment, type SegmentState } from '../segment/segment.js';
import { same } from '../values.js';
import { defaults, isPolicyName, policies, policyNames, type PolicyValue, readValue, type Policy } from './policies.js';
import { ChangePolicy, ResetPolicy } from './policy.commands.js';
import { policyEvents, type PolicyName, type PolicyReference } from './policy.events.js';

/** A policy as it stands: version 0 is the default, which no event states. */
export interface PolicyState {
  readonly version: number;
  readonly value?: object;
}

/** A policy as deciders are given it: what holds, and the version to name in the event. */
export interface PolicyInForce<N extends PolicyName = PolicyName> {
  readonly version: number;
  readonly value: PolicyValue<N>;
}

interface Lookups {
  readonly segments: ReadonlyMap<string, SegmentState>;
}

const fact = factsOf(policyEvents);

/** Policies are versioned settings recorded as events: who changed them, when, to what (domain.md). */
export const policy = aggregate<PolicyState, Lookups>()({
  events: policyEvents,
  commands: { ChangePolicy, ResetPolicy },
  id: 'policyName',
  initial: { version: 0 },
  lookups: {
    segments: {
      from: segment,
      ids: (command) => segmentsWithWindows(command).map(({ segmentId }) => segmentId),
    },
  },
  decide: {
    ChangePolicy: (command, state, { actor, lookups }) => {
      const name = known(command.policyName, actor);
      const { value, errors: inShape } = readValue(name, command.value);
      const errors = inShape.length > 0 ? inShape : byRule(command, lookups.segments);
      if (errors.length > 0) {
        const inValue = errors.map(({ path, message }) => ({ path: path === '' ? 'value' : `value.${path}`, message }));
        throw invalid('POLICY_VALUE_INVALID', `${name} cannot have this value.`, inValue);
      }
      return changed(name, value, state);
    },

    ResetPolicy: ({ policyName }, state, { actor }) => {
      const name = known(policyName, actor);
      return changed(name, defaults[name], state);
    },
  },
  evolve: {
    PolicyChanged: (_, { version, value }) => ({ version, value }),
  },
});

/** Windows of the policy `inactivity.window` that are for a segment alone, with their paths. */
function segmentsWithWindows(command: object): readonly { readonly path: string; readonly segmentId: string }[] {
  if (!(command instanceof ChangePolicy) || command.policyName !== 'inactivity.window') return [];
  const { segments } = command.value as { readonly segments?: unknown };
  return (Array.isArray(segments) ? (segments as readonly unknown[]) : []).flatMap((entry, place) => {
    const { segmentId } = (entry ?? {}) as { readonly segmentId?: unknown };
    return typeof segmentId === 'string' ? [{ path: `segments[${place}].segmentId`, segmentId }] : [];
  });
}

/**
 * Whom a rule holds of is told by no event: a phase that rested on it would not be the same on a replay, and a window
 * that rests on a rule about the phase would turn in a circle (docs/decisions/0021). Who is to be reached how often is
 * no verdict: `attention.cadence` takes every segment (docs/decisions/0031).
 */
const byRule = (command: ChangePolicy, segments: ReadonlyMap<string, SegmentState>): readonly FieldError[] =>
  segmentsWithWindows(command)
    .filter(({ segmentId }) => segments.get(segmentId)?.defined !== undefined)
    .map(({ path }) => ({ path, message: 'segmentId must be that of a static list, not of a segment by rule.' }));

function known(name: string, { role }: Actor): PolicyName {
  if (!isPolicyName(name)) throw notFound('POLICY_UNKNOWN', `The policies are: ${policyNames.join(', ')}.`);
  const { by }: Policy = policies[name];
  if ([...by, 'admin', 'service'].includes(role)) return name;
  throw forbidden('POLICY_ROLE_NOT_ALLOWED', `${name} is changed by: ${[...by, 'service', 'admin'].join(', ')}.`);
}

const changed = (name: PolicyName, value: object, state: PolicyState) =>
  same(value, state.value ?? defaults[name])
    ? []
    : [fact('PolicyChanged', { policy: name, version: state.version + 1, value })];

/** How a policy is folded for those whose decisions rest on it: unlike for its own, the default stands in it. */
export const policyInForce = <N extends PolicyName>(name: N): Foldable<PolicyInForce<N>> => ({
  category: policy.category,
  initial: { version: 0, value: defaults[name] },
  // What was stored was checked against the class of this policy's value.
  apply: (state, event, at) => policy.apply(state, event, at) as PolicyInForce<N>,
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

/** How an event that records a verdict names what it was made under. */
export const underPolicy = (name: PolicyName, { version }: Pick<PolicyInForce, 'version'>): PolicyReference => ({
  name,
  version,
});
