import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Bodies, holds, of, perhaps, type Trail } from '../../testing/properties.js';
import { phases } from '../policy/policy.values.js';
import { customer, type CustomerState } from './customer.js';

const at = of('2024-01-01T09:00:00Z', '2024-02-01T09:00:00Z', '2024-03-01T09:00:00Z');
const customerKind = of('account');
const because = of([{ ground: 'purchase', stream: 'purchase-1', at: '2024-01-01T09:00:00Z' }]);
const bodies: Bodies = {
  RecordCustomerPhase: fc.record({ customerKind, to: of(...phases), at, wonBack: perhaps(true), because }),
  EndCustomerPhase: fc.record({ customerKind, at }),
  RecordSegmentWord: fc.record({
    customerKind,
    segmentId: of('silent-energy', 'ports'),
    at,
    ruleVersion: perhaps(1, 2),
    place: of(0, 0, 1, 2),
  }),
};

describe('In whatever order it is asked', () => {
  it('a customer is in one phase at any instant, each of which begins where the one before ends', () => {
    holds(customer, { bodies }, ({ before, after, facts }: Trail<CustomerState>) => {
      if (before.since !== undefined) expect((after.since ?? '') >= before.since).toBe(true);
      for (const { type, data } of facts) {
        if (type.startsWith('CustomerPhase')) expect((data as { from?: string }).from).toBe(before.phase);
        else expect(after.phase).toBe(before.phase);
      }
    });
  });
});
