import { aggregate, factsOf, invalid, notFound } from '../../kernel/index.js';
import { plain, same } from '../values.js';
import { DefineRatingScheme } from './rating.commands.js';
import { ratingEvents, type RatingScheme } from './rating.events.js';

export interface RatingState {
  /** The version in force. */
  readonly defined?: RatingScheme;
}

const fact = factsOf(ratingEvents);

/** A rating scheme: criteria with weights. Each definition is a version, and ratings name theirs (S4; domain.md §2). */
export const rating = aggregate<RatingState>()({
  events: ratingEvents,
  commands: { DefineRatingScheme },
  id: 'schemeId',
  initial: {},
  lookups: {},
  decide: {
    DefineRatingScheme: ({ schemeId: _, ...asked }, { defined }) => {
      if (asked.highestScore <= asked.lowestScore) {
        throw invalid('SCALE_EMPTY', 'The highest score must be above the lowest.', [
          { path: 'highestScore', message: `highestScore must be above ${asked.lowestScore}.` },
        ]);
      }
      const { version = 0, ...known } = defined ?? {};
      const scheme = plain(asked);
      return same(scheme, known) ? [] : [fact('RatingSchemeDefined', { ...scheme, version: version + 1 })];
    },
  },
  evolve: {
    RatingSchemeDefined: (_, defined) => ({ defined }),
  },
});

/** @throws Refusal `RATING_SCHEME_NOT_FOUND` */
export function existingScheme({ defined }: RatingState): RatingScheme {
  if (!defined) throw notFound('RATING_SCHEME_NOT_FOUND', 'There is no such rating scheme.');
  return defined;
}
