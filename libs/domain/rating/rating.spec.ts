import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { rating } from './rating.js';
import { DefineRatingScheme } from './rating.commands.js';
import { ratingEvents } from './rating.events.js';
import { highestRating, ratingOf, verdictOn } from './rating.rules.js';

const fact = factsOf(ratingEvents);
const scheme = {
  name: 'ABC',
  lowestScore: 1,
  highestScore: 5,
  criteria: [
    { criterion: 'turnover', weight: 4 },
    { criterion: 'growth', weight: 3 },
    { criterion: 'fit', weight: 2 },
    { criterion: 'payment', weight: 1 },
  ],
};
const define = (change: object = {}) => command(DefineRatingScheme, { schemeId: 'abc', ...scheme, ...change });
const defined = (version: number) => fact('RatingSchemeDefined', { ...scheme, version });

describe('A rating scheme', () => {
  it('has criteria with weights, and a scale of scores', () => {
    given(rating).when(define()).then(defined(1));
  });

  it('has a version for each definition, and they are kept', () => {
    const criteria = [{ criterion: 'turnover', weight: 10 }];
    given(rating, defined(1))
      .when(define({ criteria }))
      .then(fact('RatingSchemeDefined', { ...scheme, criteria, version: 2 }));
    given(rating, defined(1), fact('RatingSchemeDefined', { ...scheme, criteria, version: 2 }))
      .when(define())
      .then(defined(3));
  });

  it('changes nothing when it is defined as it is', () => {
    given(rating, defined(4)).when(define()).thenNothing();
  });

  it('has a scale that goes up', () => {
    given(rating)
      .when(define({ lowestScore: 5, highestScore: 5 }))
      .thenRefused('SCALE_EMPTY');
  });
});

describe('A rating', () => {
  it('is the sum of weight × score', () => {
    const scores = [
      { criterion: 'turnover', score: 5 },
      { criterion: 'growth', score: 3 },
      { criterion: 'fit', score: 4 },
      { criterion: 'payment', score: 1 },
    ];
    expect(ratingOf(scheme.criteria, scores)).toBe(38);
    expect(highestRating(scheme.criteria, 5)).toBe(50);
  });

  it('lies between those of the lowest and the highest scores, in whatever order they are given', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 5 })), { minLength: 1 }),
        (parts) => {
          const criteria = parts.map(([weight], n) => ({ criterion: `c${n}`, weight }));
          const scores = parts.map(([, score], n) => ({ criterion: `c${n}`, score }));
          const rated = ratingOf(criteria, scores);
          expect(rated).toBeGreaterThanOrEqual(highestRating(criteria, 1));
          expect(rated).toBeLessThanOrEqual(highestRating(criteria, 5));
          expect(ratingOf(criteria, [...scores].reverse())).toBe(rated);
        },
      ),
    );
  });

  it('stands above or below a cut-off, for instance 25 of a maximum of 50, or 5', () => {
    const half = { perCent: 50, schemes: [] };
    const five = { perCent: 50, schemes: [{ schemeId: 'small', minimum: 5 }] };
    expect(verdictOn({ schemeId: 'abc', rating: 25, maximum: 50 }, half)).toBe('above');
    expect(verdictOn({ schemeId: 'abc', rating: 24, maximum: 50 }, half)).toBe('below');
    expect(verdictOn({ schemeId: 'abc', rating: 25, maximum: 51 }, half)).toBe('below');
    expect(verdictOn({ schemeId: 'small', rating: 5, maximum: 50 }, five)).toBe('above');
    expect(verdictOn({ schemeId: 'small', rating: 4, maximum: 5 }, five)).toBe('below');
  });
});
