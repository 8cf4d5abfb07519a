import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Bodies, holds, of, type Trail } from '../../testing/properties.js';
import { exchangeRate, type ExchangeRateState } from './exchange-rate.js';

const bodies: Bodies = {
  SetExchangeRate: fc.record({
    from: of('EUR'),
    to: of('USD', 'JPY', 'EUR'),
    rate: of('1', '1.0', '1.085', '163'),
    validFrom: of('2026-05-01', '2026-05-02', '2026-05-03'),
  }),
};

describe('In whatever order it is asked', () => {
  it('a currency has one rate a day to another, in the order of the days', () => {
    holds(exchangeRate, { bodies }, ({ after }: Trail<ExchangeRateState>) => {
      for (const dated of Object.values(after.rates)) {
        const days = dated.map(({ validFrom }) => validFrom);
        expect(days).toEqual([...new Set(days)].sort());
      }
    });
  });
});
