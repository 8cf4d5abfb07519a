import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaults } from './policies.js';
import { attentionDays, customerGroupOf, inactivityDays } from './rules.js';

describe('The inactivity window', () => {
  const window = {
    days: 180,
    segments: [
      { segmentId: 'shipyards', days: 365 },
      { segmentId: 'ports', days: 90 },
      { segmentId: 'barges', days: 120 },
    ],
  };

  it('can differ per segment, and the longest of several holds', () => {
    expect(inactivityDays(window, [])).toBe(180);
    expect(inactivityDays(window, ['harbours'])).toBe(180);
    expect(inactivityDays(window, ['ports'])).toBe(90);
    expect(inactivityDays(window, ['barges', 'ports', 'harbours'])).toBe(120);
    expect(inactivityDays(window, ['ports', 'shipyards'])).toBe(365);
  });
});

describe('The cadence of attention', () => {
  const byDefault = defaults['attention.cadence'];

  it('depends on the phase, and pays none to dogs unless a rule asks for it', () => {
    expect(attentionDays(byDefault, { phase: 'potential', segments: [] })).toBe(14);
    expect(attentionDays(byDefault, { phase: 'active', segments: [], group: 'friend' })).toBe(90);
    expect(attentionDays(byDefault, { phase: 'active', segments: [], group: 'partner' })).toBe(30);
    expect(attentionDays(byDefault, { phase: 'active', segments: [], group: 'dog' })).toBeUndefined();
    expect(attentionDays(byDefault, { phase: 'suspect', segments: [] })).toBeUndefined();
  });

  it('is that of the first rule of which everything applies', () => {
    const rules = [
      { phase: 'active', segmentId: 'ports', days: 7 },
      { segmentId: 'ports', days: 21 },
      { days: 60 },
    ] as const;
    expect(attentionDays({ rules }, { phase: 'active', segments: ['ports'] })).toBe(7);
    expect(attentionDays({ rules }, { phase: 'inactive', segments: ['barges', 'ports'] })).toBe(21);
    expect(attentionDays({ rules }, { phase: 'active', segments: ['barges'] })).toBe(60);
  });
});

describe('The customer group', () => {
  const rule = defaults['customer-group'];
  const good = { satisfaction: 90, response: 60, interaction: 1 };
  const large = { value: 2_000_000, share: 10, recency: 30 };

  it('is a partner with a good relationship who buys, and a dog with neither', () => {
    expect(customerGroupOf(rule, { ...good, ...large })).toEqual({
      group: 'partner',
      met: ['satisfaction', 'response', 'value', 'recency'],
    });
    expect(customerGroupOf(rule, {})).toEqual({ group: 'dog', met: [] });
  });

  it('is a friend who likes us and buys elsewhere, an economist who buys without being warm', () => {
    expect(customerGroupOf(rule, { ...good, share: 0, recency: 900 }).group).toBe('friend');
    expect(customerGroupOf(rule, { ...large, satisfaction: 20 }).group).toBe('economist');
  });

  it('takes a threshold that is just met as met, and what is not known as not met', () => {
    const { satisfaction, response } = rule.relationship;
    const { value, recency } = rule.buying;
    expect(customerGroupOf(rule, { satisfaction, response, value, recency }).group).toBe('partner');
    expect(customerGroupOf(rule, { satisfaction, response, value, recency: recency + 1 }).group).toBe('friend');
    expect(customerGroupOf(rule, { satisfaction, value, recency }).group).toBe('economist');
  });

  it('never gets worse by better facts', () => {
    const whole = fc.integer({ min: 0, max: 100 });
    const facts = fc.record({ satisfaction: whole, response: whole, interaction: whole, value: whole, share: whole });
    const rank = { dog: 0, friend: 1, economist: 1, partner: 2 };
    fc.assert(
      fc.property(
        facts,
        fc.constantFrom('satisfaction', 'response', 'interaction', 'share'),
        whole,
        (known, name, by) => {
          const better = { ...known, [name]: known[name] + by };
          expect(rank[customerGroupOf(rule, better).group]).toBeGreaterThanOrEqual(
            rank[customerGroupOf(rule, known).group],
          );
        },
      ),
    );
  });
});
