import { declareEvents, type EventShape } from '../../kernel/index.js';

/** What customers are rated on, and how much it weighs (S4; domain.md §2). */
export interface Criterion {
  readonly criterion: string;
  /** A whole number. */
  readonly weight: number;
}

/** How customers are rated. Scores are whole numbers. */
export interface RatingScheme {
  readonly name: string;
  /** From 1, one more at each definition. Ratings name it. */
  readonly version: number;
  readonly lowestScore: number;
  readonly highestScore: number;
  readonly criteria: readonly Criterion[];
}

/** These names and shapes are on disk: compensate, never change. */
export interface RatingEvents {
  RatingSchemeDefined: EventShape<RatingScheme>;
}

export const ratingEvents = declareEvents<RatingEvents>('rating', {
  RatingSchemeDefined: { says: 'Customers are rated by this version of a scheme from here on; earlier ones are kept.' },
});
