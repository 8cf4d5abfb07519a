import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mostExpectedYears, projectedValue, projectionFormula, realisedValue } from './lifetime-value.rules.js';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const bought = (on: string, amount: number) => ({ on, amount: eur(amount) });

describe('The lifetime value', () => {
  it('is realised: the sum of purchases, per currency', () => {
    expect(
      realisedValue([{ amount: eur(100) }, { amount: { amount: 7, currency: 'CHF' } }, { amount: eur(250) }]),
    ).toEqual([{ amount: 7, currency: 'CHF' }, eur(350)]);
    expect(realisedValue([])).toEqual([]);
  });

  it('is projected: average yearly value × expected remaining years at the measured retention, inputs shown', () => {
    // 3,000 a year for two years; 75 % stay, so three more years are expected.
    const purchases = [bought('2023-06-30', 200_000), bought('2022-01-01', 400_000)];
    expect(projectedValue(purchases, '2024-01-01', 750)).toEqual({
      projected: eur(900_000),
      averageYearly: eur(300_000),
      expectedYearsPerMille: 3_000,
      inputs: {
        realised: eur(600_000),
        firstPurchase: '2022-01-01',
        asOf: '2024-01-01',
        days: 730,
        retentionPerMille: 750,
      },
    });
    expect(projectionFormula).toContain('average yearly value × expected remaining years');
  });

  it('takes a first year for a whole one', () => {
    expect(projectedValue([bought('2024-01-01', 1_000)], '2024-01-02', 500)).toMatchObject({
      averageYearly: eur(1_000),
      projected: eur(1_000),
      inputs: { days: 365 },
    });
  });

  it('expects nothing where nobody is retained, and never an endless stay', () => {
    const purchases = [bought('2023-01-01', 1_000)];
    expect(projectedValue(purchases, '2024-01-01', 0)?.projected).toEqual(eur(0));
    expect(projectedValue(purchases, '2024-01-01', 1_000)?.expectedYearsPerMille).toBe(mostExpectedYears * 1_000);
    expect(projectedValue(purchases, '2024-01-01', 999)?.expectedYearsPerMille).toBe(mostExpectedYears * 1_000);
  });

  it('is unknown before anything was bought', () => {
    expect(projectedValue([], '2024-01-01', 500)).toBeUndefined();
    expect(projectedValue([bought('2024-01-02', 1)], '2024-01-01', 500)).toBeUndefined();
  });

  it('is in whole minor units, the same in any order, and grows with retention and with what is bought', () => {
    const day = fc.integer({ min: 0, max: 3_000 }).map((n) => new Date(n * 86_400_000).toISOString().slice(0, 10));
    const purchase = fc.tuple(day, fc.integer({ min: 0, max: 10 ** 9 })).map(([on, amount]) => bought(on, amount));
    const perMille = fc.integer({ min: 0, max: 1_000 });
    fc.assert(
      fc.property(
        fc.array(purchase, { minLength: 1, maxLength: 30 }),
        perMille,
        perMille,
        fc.integer({ min: 1, max: 10 ** 6 }),
        (purchases, a, b, more) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const at = (retention: number, all = purchases) => {
            const found = projectedValue(all, '1980-01-01', retention);
            if (!found) throw new Error('Something was bought.');
            return found;
          };
          const one = at(low);
          expect(Number.isSafeInteger(one.projected.amount)).toBe(true);
          expect(at(low, [...purchases].reverse())).toEqual(one);
          expect([one.inputs.realised]).toEqual(realisedValue(purchases));
          expect(at(high).projected.amount).toBeGreaterThanOrEqual(one.projected.amount);
          const added = at(low, [...purchases, bought(one.inputs.firstPurchase, more)]);
          expect(added.projected.amount).toBeGreaterThanOrEqual(one.projected.amount);
          expect(one.averageYearly.amount).toBeLessThanOrEqual(one.inputs.realised.amount);
        },
      ),
    );
  });
});
