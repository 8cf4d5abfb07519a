import { describe, expect, it } from '@jest/globals';
import { defaults } from './policies.js';
import { attentionDays, inactivityDays } from './rules.js';

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
