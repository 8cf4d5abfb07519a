import { invalid, refused } from '../../kernel/index.js';
import { type PolicyInForce, underPolicy } from '../policy/policy.js';
import type { RatingScheme } from '../rating/rating.events.js';
import { highestRating, ratingOf, verdictOn } from '../rating/rating.rules.js';
import type { RateAccount } from './account-facts.commands.js';
import type { CriterionScore, Rating } from './account.events.js';

/**
 * The rating that the scores give under a scheme: Σ weight × score, judged by the cut-off (S4; domain.md §2).
 *
 * @throws Refusal `CRITERION_UNKNOWN`, `SCORES_INCOMPLETE`, `SCORE_OFF_SCALE`
 */
export function rated(
  { schemeId, scores: asked }: RateAccount,
  { version, lowestScore, highestScore, criteria }: RatingScheme,
  cutOff: PolicyInForce<'rating.cut-off'>,
): Rating {
  const unknown = asked.flatMap(({ criterion }, place) =>
    criteria.some((known) => known.criterion === criterion)
      ? []
      : [{ path: `scores[${place}].criterion`, message: `"${criterion}" is no criterion of the scheme.` }],
  );
  if (unknown.length > 0) throw invalid('CRITERION_UNKNOWN', 'The scheme does not have every criterion.', unknown);
  const off = asked.flatMap(({ score }, place) =>
    score >= lowestScore && score <= highestScore
      ? []
      : [{ path: `scores[${place}].score`, message: `score must be from ${lowestScore} to ${highestScore}.` }],
  );
  if (off.length > 0) throw invalid('SCORE_OFF_SCALE', 'A score lies outside the scale of the scheme.', off);
  const scores = criteria.map(({ criterion }): CriterionScore => {
    const given = asked.find((one) => one.criterion === criterion);
    if (!given) throw refused('SCORES_INCOMPLETE', `"${criterion}" has no score; every criterion needs one.`);
    return { criterion, score: given.score };
  });
  const rating = ratingOf(criteria, scores);
  const maximum = highestRating(criteria, highestScore);
  const verdict = verdictOn({ schemeId, rating, maximum }, cutOff.value);
  return {
    schemeId,
    schemeVersion: version,
    scores,
    rating,
    maximum,
    verdict,
    policy: underPolicy('rating.cut-off', cutOff),
  };
}
