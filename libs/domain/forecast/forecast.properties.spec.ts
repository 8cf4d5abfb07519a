import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Bodies, currency, holds, money, of, perhaps, reason, type Trail } from '../../testing/properties.js';
import { forecast, type ForecastState } from './forecast.js';

const asked = { owner: of('sam'), period: of('2024-Q3') };
const amounts = fc.record({ commit: of(0, 100), bestCase: of(0, 250), pipeline: of(0, 999) });
const bodies: Bodies = {
  SubmitForecast: fc.record({ ...asked, amounts, currency, note: perhaps('The tender') }),
  AdjustForecast: fc.record({ ...asked, amounts, reason }),
  CommitForecast: fc.record({ period: of('2024-Q3'), amount: money }),
};

describe('In whatever order it is asked', () => {
  it('a forecast is adjusted in the currency of what was submitted, and a new submission is nobody’s adjustment', () => {
    holds(forecast, { bodies, named: true }, ({ before, after, facts }: Trail<ForecastState>) => {
      const [fact] = facts;
      if (fact?.type === 'ForecastAdjusted') {
        expect(fact.data).toMatchObject({
          submitted: before.submitted?.amounts,
          currency: before.submitted?.currency,
        });
      }
      if (fact?.type === 'ForecastSubmitted') expect(after.adjusted).toBeUndefined();
      if (after.adjusted) expect(after.adjusted.currency).toBe(after.submitted?.currency);
    });
  });
});
