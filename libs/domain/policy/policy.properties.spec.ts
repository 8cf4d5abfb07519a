import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Bodies, holds, of, type Trail } from '../../testing/properties.js';
import type { Circumstances } from '../../testing/decider.js';
import { policy, type PolicyState } from './policy.js';

const circumstances = of<Circumstances>({ actor: { id: 'kim', role: 'sales-manager' } });

const bodies: Bodies = {
  ChangePolicy: fc.record({
    policyName: of('stale-opportunity'),
    value: of<object>({ days: 30 }, { days: 60 }, { days: 0 }, { weeks: 2 }, {}),
  }),
  ResetPolicy: fc.record({ policyName: of('stale-opportunity', 'office.hours') }),
};

describe('In whatever order it is asked', () => {
  it('a policy has a version for each change, and a value that it can have', () => {
    holds(policy, { bodies, circumstances }, ({ before, after, facts }: Trail<PolicyState>) => {
      expect(after.version).toBe(before.version + facts.length);
      expect([undefined, 30, 60]).toContain((after.value as { days: number } | undefined)?.days);
    });
  });
});
