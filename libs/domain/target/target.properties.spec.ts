import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Bodies, holds, money, of, reason, type Trail } from '../../testing/properties.js';
import { target, targetIdOf, type TargetState } from './target.js';

const asked = { owner: 'sam', period: '2024-Q3' };
const bodies: Bodies = {
  AgreeTarget: money.map((amount) => ({ ...asked, amount })),
  WithdrawTarget: fc.record({ targetId: of(targetIdOf(asked)), reason }),
};

describe('In whatever order it is asked', () => {
  it('a target is of one salesperson and period for ever, and the amount that was agreed last', () => {
    holds(target, { bodies, named: true }, ({ before, after, facts }: Trail<TargetState>) => {
      expect(after.agreed).toMatchObject(asked);
      const [fact] = facts;
      if (fact?.type === 'TargetAgreed') expect(after.withdrawn).toBeUndefined();
      if (fact?.type === 'TargetWithdrawn') expect(after.agreed).toEqual(before.agreed);
    });
  });
});
