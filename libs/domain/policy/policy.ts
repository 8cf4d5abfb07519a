import { aggregate, type Actor, type FieldError, factsOf, forbidden, invalid, notFound } from '../../kernel/index.js';
import { segment, type SegmentState } from '../segment/segment.js';
import { aboutThePhase } from '../segment/unjudged.rules.js';
import { same } from '../values.js';
import { defaults, isPolicyName, policies, policyNames, readValue, type Policy } from './policies.js';
import type { PolicyInForce } from './policy-in-force.js';
import { ChangePolicy, ResetPolicy } from './policy.commands.js';
import { policyEvents, type PolicyName, type PolicyReference } from './policy.events.js';

/** A policy as it stands: version 0 is the default, which no event states. */
export interface PolicyState {
  readonly version: number;
  readonly value?: object;
}

interface Lookups {
  readonly segments: ReadonlyMap<string, SegmentState>;
}

export { policyInForce, policyLookup, type PolicyInForce } from './policy-in-force.js';

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
      const errors = inShape.length > 0 ? inShape : circular(command, lookups.segments);
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

/** A rule about the phase would rest on what the window decides (docs/decisions/0032). */
const circular = (command: ChangePolicy, segments: ReadonlyMap<string, SegmentState>): readonly FieldError[] =>
  segmentsWithWindows(command).flatMap(({ path, segmentId }) => {
    const { defined } = segments.get(segmentId) ?? {};
    const message =
      'segmentId must not be that of a segment whose rule asks for the phase: the phase follows from the window.';
    return defined && aboutThePhase(defined.rule).length > 0 ? [{ path, message }] : [];
  });

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

/** How an event that records a verdict names what it was made under. */
export const underPolicy = (name: PolicyName, { version }: Pick<PolicyInForce, 'version'>): PolicyReference => ({
  name,
  version,
});
