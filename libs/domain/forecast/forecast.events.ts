import { declareEvents, type EventShape, type Money, type Period } from '../../kernel/index.js';

/**
 * What is expected to be won in the period, by category, in minor units. Each category stands for itself, and what is
 * won already is in none.
 */
export interface ForecastAmounts {
  readonly commit: number;
  readonly bestCase: number;
  readonly pipeline: number;
}

/** Whose forecast it is, for which period, and of what: one pipeline, or all that they sell. */
export interface ForecastOf {
  readonly owner: string;
  readonly period: Period;
  readonly pipelineId?: string;
}

/** These names and shapes are on disk: compensate, never change. */
export interface ForecastEvents {
  ForecastSubmitted: EventShape<
    ForecastOf & {
      readonly amounts: ForecastAmounts;
      /** ISO 4217 currency of the amounts. */
      readonly currency: string;
      readonly note?: string;
    }
  >;
  ForecastAdjusted: EventShape<
    ForecastOf & {
      readonly amounts: ForecastAmounts;
      readonly currency: string;
      /** What the salesperson had submitted. */
      readonly submitted: ForecastAmounts;
      readonly reason: string;
    }
  >;
  ForecastCommitted: EventShape<{
    /** The team whose total it is; left out: everybody's. */
    readonly teamId?: string;
    readonly period: Period;
    readonly pipelineId?: string;
    /** The whole total of the period, what is won already included. */
    readonly amount: Money;
    readonly note?: string;
  }>;
}

export const forecastEvents = declareEvents<ForecastEvents>('forecast', {
  ForecastSubmitted: {
    says: 'A salesperson said what they expect to win in a period; an earlier submission is history.',
  },
  ForecastAdjusted: { says: 'The sales manager expects something else than was submitted, with the reason.' },
  ForecastCommitted: { says: 'The sales manager committed a total for a period to management.' },
});
