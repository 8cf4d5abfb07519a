import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Bodies, holds, ids, of, perhaps, reason, type Trail } from '../../testing/properties.js';
import { correctionKinds, purchaseKinds } from './purchase.events.js';
import { purchase, type PurchaseState } from './purchase.js';
import { purchaseIdOf } from './purchase.rules.js';

const source = { system: 'erp', reference: 'SO-1' };
const bought = (quantity: string, amount: number) => ({
  lines: [{ product: 'Blades', quantity, unitPrice: { amount: 100, currency: 'EUR' } }],
  amount: { amount, currency: 'EUR' },
});
const worth = of(bought('1', 100), bought('2.5', 250), bought('3', 301));

const bodies: Bodies = {
  RecordPurchase: fc
    .record({
      purchaseId: of(purchaseIdOf(source)),
      accountId: perhaps(ids[1]),
      personId: perhaps(ids[0]),
      kind: of(...purchaseKinds),
      order: perhaps('SO-2'),
      opportunityId: perhaps(ids[2]),
      worth,
    })
    .map(({ worth: what, ...rest }) => ({ ...rest, ...what, source })),
  CorrectPurchase: fc
    .record({ kind: of(...correctionKinds), reason, worth })
    .map(({ worth: what, ...rest }) => ({ ...rest, ...what })),
  CancelPurchase: fc.record({ reason }),
  AssignPurchaseOpportunity: fc.record({ opportunityId: of(...ids) }),
};

describe('In whatever order it is asked', () => {
  it('a purchase is worth what its lines add up to, and remembers how it came in', () => {
    holds(purchase, { bodies }, ({ before, after }: Trail<PurchaseState>) => {
      const now = after.purchase;
      expect(now?.lines.reduce((sum, { amount }) => sum + amount.amount, 0)).toBe(now?.amount.amount);
      if (before.purchase) expect(now?.recorded).toEqual(before.purchase.recorded);
      if (before.purchase?.cancelled) expect(now).toEqual({ ...before.purchase, opportunityId: now?.opportunityId });
    });
  });
});
