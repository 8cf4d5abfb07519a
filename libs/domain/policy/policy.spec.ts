import { describe, expect, it } from '@jest/globals';
import { factsOf, Refusal } from '../../kernel/index.js';
import { type Circumstances, command, decide, fold, given } from '../../testing/decider.js';
import { filled } from '../filled.js';
import { defaults, policies, policyNames, type PolicyValue, readValue } from './policies.js';
import { policy, policyInForce, policyLookup, underPolicy } from './policy.js';
import { ChangePolicy, ResetPolicy } from './policy.commands.js';
import { segmentEvents } from '../segment/segment.events.js';
import { policyDefaults, policyEvents, type PolicyName } from './policy.events.js';

const fact = factsOf(policyEvents);
const manager = { actor: { id: 'kim', role: 'sales-manager' } } as const;
const admin = { actor: { id: 'ada', role: 'admin' } } as const;

const change = (policyName: string, value: object) => command(ChangePolicy, { policyName, value });
const reset = (policyName: string) => command(ResetPolicy, { policyName });
const changed = <N extends PolicyName>(name: N, version: number, value: PolicyValue<N>) =>
  fact('PolicyChanged', { policy: name, version, value });

const told = factsOf(segmentEvents);

/** Ports are a segment by a rule. */
const ports = { field: 'industry', operator: 'one-of', value: ['ports'] } as const;
const byRule = {
  lookups: { 'segment-ports': [told('SegmentDefined', { name: 'Ports', of: 'accounts', version: 1, rule: ports })] },
};

/** What is wrong with a value, each as `path: message`. */
const wrong = (name: string, value: object, around: Circumstances = {}): readonly string[] => {
  try {
    decide(policy, policy.initial, change(name, value), { ...admin, ...around });
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [error.code, ...error.errors.map(({ path, message }) => `${path}: ${message}`)];
  }
};

describe('A policy', () => {
  it('has windows for segments, by rule or named one by one', () => {
    const windows = { days: 180, segments: [{ segmentId: 'ports', days: 365 }] };
    const list = { lookups: { 'segment-ports': [told('StaticListCreated', { name: 'Ports', of: 'accounts' })] } };
    for (const around of [list, byRule, {}]) {
      given(policy)
        .when(change('inactivity.window', windows), { ...manager, ...around })
        .then(changed('inactivity.window', 1, windows));
    }
  });

  it('has no window for a segment whose rule asks for the phase, which follows from the window', () => {
    const windows = { days: 180, segments: [{ segmentId: 'ports', days: 365 }] };
    const phase = { field: 'phase', operator: 'one-of', value: ['inactive'] } as const;
    const rule = { all: [ports, { not: { any: [phase] } }] };
    const circular = told('SegmentDefined', { name: 'Ports', of: 'accounts', version: 1, rule });
    expect(wrong('inactivity.window', windows, { lookups: { 'segment-ports': [circular] } })).toEqual([
      'POLICY_VALUE_INVALID',
      'value.segments[0].segmentId: segmentId must not be that of a segment whose rule asks for the phase: the phase follows from the window.',
    ]);
  });

  it('asks for attention to every segment, by rule or named one by one', () => {
    const cadence = {
      rules: [
        { phase: 'active', days: 30 },
        { segmentId: 'ports', days: 7 },
      ],
    } as const;
    given(policy)
      .when(change('attention.cadence', cadence), { ...manager, ...byRule })
      .then(changed('attention.cadence', 1, cadence));
  });

  it('is a versioned setting: each change is recorded as the next version', () => {
    given(policy)
      .when(change('stalled-contact.after', { weeks: 4 }), manager)
      .then(changed('stalled-contact.after', 1, { weeks: 4 }));
    given(policy, changed('stalled-contact.after', 1, { weeks: 4 }))
      .when(change('stalled-contact.after', { weeks: 6 }), manager)
      .then(changed('stalled-contact.after', 2, { weeks: 6 }));
  });

  it('changes nothing when it is set to what it is, the default included', () => {
    given(policy)
      .when(change('stalled-contact.after', { weeks: 3 }), manager)
      .thenNothing();
    given(policy, changed('stalled-contact.after', 1, { weeks: 4 }))
      .when(change('stalled-contact.after', { weeks: 4 }), manager)
      .thenNothing();
  });

  it('goes back to its default as a version of its own', () => {
    given(policy, changed('stalled-contact.after', 1, { weeks: 4 }))
      .when(reset('stalled-contact.after'), manager)
      .then(changed('stalled-contact.after', 2, { weeks: 3 }));
    given(policy).when(reset('stalled-contact.after'), manager).thenNothing();
  });

  it('is one of a list; the refusal of another names them', () => {
    given(policy)
      .when(change('office.hours', { from: 9 }), admin)
      .thenRefused('POLICY_UNKNOWN');
    given(policy).when(reset('toString'), admin).thenRefused('POLICY_UNKNOWN');
    expect(() => decide(policy, policy.initial, reset('office.hours'), admin)).toThrow(policyNames.join(', '));
  });

  it('is changed by the sales manager where it is a policy of sales, and by the admin', () => {
    given(policy)
      .when(change('reporting.currency', { currency: 'USD' }), manager)
      .thenRefused('POLICY_ROLE_NOT_ALLOWED');
    given(policy).when(reset('case.targets'), manager).thenRefused('POLICY_ROLE_NOT_ALLOWED');
    given(policy)
      .when(change('reporting.currency', { currency: 'USD' }), admin)
      .then(changed('reporting.currency', 1, { currency: 'USD' }));
    for (const name of policyNames) expect(policies[name].by).not.toContain('sales');
  });

  it('takes only a value of its shape, and tells what is wrong by its path', () => {
    given(policy)
      .when(change('inactivity.window', { days: 0, segments: [] }), admin)
      .thenRefused('POLICY_VALUE_INVALID');
    expect(wrong('inactivity.window', { days: 0, segments: [{ segmentId: 'a', days: 'x' }], colour: 1 })).toEqual([
      'POLICY_VALUE_INVALID',
      'value.colour: colour is not a field here.',
      'value.days: days must be a whole number from 1 to 3650.',
      'value.segments[0].days: days must be a whole number from 1 to 3650.',
    ]);
    expect(wrong('conversion.requires', { requires: 'nothing' })).toEqual([
      'POLICY_VALUE_INVALID',
      'value.requires: requires must be one of: sales-qualified, formal-contact.',
    ]);
    expect(wrong('reporting.currency', {})).toContain(
      'value.currency: currency must be an ISO 4217 currency code, for instance EUR.',
    );
    const { errors } = filled(ChangePolicy, { policyName: 'inactivity.window', value: 30 });
    expect(errors).toEqual([{ path: 'value', message: 'value must be an object in the shape of the policy.' }]);
  });

  it('names each segment, and each scheme, once', () => {
    const twice = [
      { segmentId: 'ports', days: 30 },
      { segmentId: 'ports', days: 60 },
    ];
    expect(wrong('inactivity.window', { days: 180, segments: twice })).toEqual([
      'POLICY_VALUE_INVALID',
      'value.segments: segments must name each segmentId once.',
    ]);
    const schemes = [
      { schemeId: 'abc', minimum: 5 },
      { schemeId: 'abc', minimum: 25 },
    ];
    expect(wrong('rating.cut-off', { perCent: 50, schemes })).toHaveLength(2);
    expect(wrong('rating.cut-off', { perCent: 50, schemes: schemes.slice(1) })).toEqual([]);
  });

  it('resolves no case before it is to be answered', () => {
    const targets = { ...policyDefaults['case.targets'], high: { responseMinutes: 60, resolutionMinutes: 30 } };
    expect(wrong('case.targets', targets)).toEqual([
      'POLICY_VALUE_INVALID',
      'value.high.resolutionMinutes: resolutionMinutes must not be less than responseMinutes.',
    ]);
  });

  it('may ask for no attention to some customers', () => {
    expect(wrong('attention.cadence', { rules: [{ group: 'dog' }, { phase: 'active', days: 14 }] })).toEqual([]);
    expect(wrong('attention.cadence', { rules: [{ phase: 'sleepy', days: 14 }] })).toHaveLength(2);
  });
});

describe.each(policyNames)('The policy %s', (name) => {
  it('has a default that is a value of its own', () => {
    expect(readValue(name, defaults[name])).toEqual({ value: defaults[name], errors: [] });
  });

  it('has version 0 until it is changed', () => {
    const inForce = policyInForce(name);
    expect(inForce.initial).toEqual({ version: 0, value: policyDefaults[name] });
    const value: object = { other: true };
    const facts = [fact('PolicyChanged', { policy: name, version: 1, value })];
    expect(fold(inForce, facts)).toEqual({ version: 1, value });
    // Both folds of a stream are kept in one place, so they have to agree once there is an event.
    expect(fold(policy, facts)).toEqual(fold(inForce, facts));
  });
});

describe('The lookup of a policy', () => {
  it('names the stream that a decision needs, typed by the policy', () => {
    const lookup = policyLookup('inactivity.window', (asked) => asked instanceof ResetPolicy);
    expect(lookup.id(reset('inactivity.window'), {})).toBe('inactivity.window');
    expect(lookup.id(change('inactivity.window', {}), {})).toBeUndefined();
    const days: number = lookup.from.initial.value.days;
    expect(days).toBe(180);
    expect(policyLookup('stale-opportunity').id(reset('stale-opportunity'), {})).toBe('stale-opportunity');
  });

  it('gives an event what to name', () => {
    expect(underPolicy('stale-opportunity', { version: 3 })).toEqual({ name: 'stale-opportunity', version: 3 });
  });
});
