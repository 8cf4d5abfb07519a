import type { Criterion } from './rating.events.js';

/** Σ weight × score (S4). A criterion without a score adds nothing. */
export const ratingOf = (
  criteria: readonly Criterion[],
  scores: readonly { readonly criterion: string; readonly score: number }[],
): number =>
  criteria.reduce((sum, { criterion, weight }) => {
    const score = scores.find((given) => given.criterion === criterion)?.score ?? 0;
    return sum + weight * score;
  }, 0);

/** The highest rating that a scheme allows. */
export const highestRating = (criteria: readonly Criterion[], highestScore: number): number =>
  criteria.reduce((sum, { weight }) => sum + weight * highestScore, 0);

/** From where on a customer passes: for a scheme by name, or in per cent of the maximum of any other. */
export interface CutOff {
  readonly perCent: number;
  readonly schemes: readonly { readonly schemeId: string; readonly minimum: number }[];
}

/** A rating at the cut-off counts as above it. */
export function verdictOn(
  { schemeId, rating, maximum }: { readonly schemeId: string; readonly rating: number; readonly maximum: number },
  { perCent, schemes }: CutOff,
): 'above' | 'below' {
  const own = schemes.find((scheme) => scheme.schemeId === schemeId);
  const passes = own ? rating >= own.minimum : rating * 100 >= perCent * maximum;
  return passes ? 'above' : 'below';
}
