import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { times } from '../../kernel/index.js';
import { filled } from '../filled.js';
import { LineField } from './lines.commands.js';
import { linesOf, priced, sumOf } from './lines.js';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const quantities = fc
  .tuple(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 1, max: 999_999 }))
  .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(6, '0')}`);

describe('A line', () => {
  it('has a positive quantity, as decimal text', () => {
    const wrong = (quantity: unknown) =>
      filled(LineField, { product: 'Visit', quantity, unitPrice: eur(1) }).errors.map(({ path }) => path);
    for (const quantity of ['1', '40', '0.5', '999999999.999999', '0000.10']) expect(wrong(quantity)).toEqual([]);
    for (const quantity of [
      '0',
      '0.000',
      '-1',
      '1e3',
      '1,5',
      '.5',
      '5.',
      ' 1',
      '',
      '1234567890',
      '0.1234567',
      2,
      null,
    ]) {
      expect([quantity, wrong(quantity)]).toEqual([quantity, ['quantity']]);
    }
  });

  it('costs a whole quantity exactly, and a part rounded half up to the minor unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 0, max: 10_000_000 }), (quantity, price) => {
        expect(priced(String(quantity), eur(price))).toEqual(times(eur(price), quantity));
      }),
    );
    expect([priced('0.5', eur(1)), priced('0.499999', eur(1)), priced('1.5', eur(1))]).toEqual([
      eur(1),
      eur(0),
      eur(2),
    ]);
  });

  it('is never more than half a minor unit away', () => {
    fc.assert(
      fc.property(quantities, fc.integer({ min: 0, max: 10_000_000 }), (quantity, price) => {
        const exact = BigInt(quantity.replace('.', '')) * BigInt(price);
        const off = BigInt(priced(quantity, eur(price)).amount) * 1_000_000n - exact;
        expect(off > -500_000n && off <= 500_000n).toBe(true);
      }),
    );
  });

  it('adds up with the others to the minor unit', () => {
    const line = fc.record({
      product: fc.constant('Visit'),
      quantity: quantities,
      unitPrice: fc.integer({ min: 0, max: 10_000_000 }).map(eur),
    });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (asked) => {
        const lines = linesOf(asked);
        expect(sumOf(lines)?.amount).toBe(lines.reduce((sum, { amount }) => sum + amount.amount, 0));
      }),
    );
    expect(sumOf([])).toBeUndefined();
  });
});
