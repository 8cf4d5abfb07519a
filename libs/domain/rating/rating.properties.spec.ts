import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Bodies, holds, of, type Trail } from '../../testing/properties.js';
import { rating, type RatingState } from './rating.js';

const bodies: Bodies = {
  DefineRatingScheme: fc.record({
    name: of('ABC', 'Fit'),
    lowestScore: of(0, 1, 5),
    highestScore: of(5, 10),
    criteria: of(...[['fit'], ['fit', 'growth']].map((all) => all.map((criterion) => ({ criterion, weight: 2 })))),
  }),
};

describe('In whatever order it is asked', () => {
  it('a rating scheme has one more version at each definition', () => {
    holds(rating, { bodies }, ({ before, after, facts }: Trail<RatingState>) => {
      expect(after.defined?.version).toBe((before.defined?.version ?? 0) + facts.length);
    });
  });
});
