import { Command } from '../../kernel/index.js';
import {
  Currency,
  InPeriod,
  IsMoney,
  type MoneyField,
  Optional,
  OptionalId,
  PartOf,
  Prose,
  Slug,
  Text,
  Whole,
} from '../fields.js';
import { refusesOtherId } from '../natural-id.js';

const refuses = {
  ...refusesOtherId,
  FORECAST_PERIOD_OVER: 'The period was over when it happened: there is nothing left to foretell.',
} as const;

const refusesPipeline = {
  PIPELINE_NOT_FOUND: 'The pipeline does not exist.',
  FORECAST_CURRENCY_NOT_OF_PIPELINE: 'The pipeline that it is for has another currency.',
} as const;

/** By category, in minor units; each category stands for itself, without what is won already. */
export class ForecastAmountsField {
  @Whole(0, Number.MAX_SAFE_INTEGER)
  readonly commit!: number;

  @Whole(0, Number.MAX_SAFE_INTEGER)
  readonly bestCase!: number;

  @Whole(0, Number.MAX_SAFE_INTEGER)
  readonly pipeline!: number;
}

@Command({
  says: 'A salesperson submits what they expect to win in a month or quarter, by category.',
  by: ['sales', 'sales-manager'],
  opens: true,
  refuses: { ...refuses, ...refusesPipeline },
  example: {
    owner: 'sam',
    period: '2026-Q4',
    amounts: { commit: 4_800_000, bestCase: 2_000_000, pipeline: 9_500_000 },
    currency: 'EUR',
    note: 'The tender is decided in August.',
  },
})
export class SubmitForecast {
  /** Follows from whose forecast it is, the period and the pipeline. */
  @OptionalId()
  readonly forecastId?: string;

  @Text(100)
  readonly owner!: string;

  @InPeriod()
  readonly period!: string;

  /** All pipelines together when left out. */
  @Optional()
  @Slug()
  readonly pipelineId?: string;

  @PartOf(ForecastAmountsField)
  readonly amounts!: ForecastAmountsField;

  @Currency()
  readonly currency!: string;

  @Optional()
  @Prose(2_000)
  readonly note?: string;
}

@Command({
  says: 'The sales manager adjusts what a salesperson submitted, with the reason.',
  by: ['sales-manager'],
  refuses: { ...refuses, FORECAST_NOT_FOUND: 'The salesperson has submitted nothing to adjust.' },
  example: {
    owner: 'sam',
    period: '2026-Q4',
    amounts: { commit: 4_000_000, bestCase: 2_000_000, pipeline: 9_500_000 },
    reason: 'The tender will slip',
  },
  after: ['SubmitForecast'],
})
export class AdjustForecast {
  /** Follows from whose forecast it is, the period and the pipeline. */
  @OptionalId()
  readonly forecastId?: string;

  @Text(100)
  readonly owner!: string;

  @InPeriod()
  readonly period!: string;

  @Optional()
  @Slug()
  readonly pipelineId?: string;

  /** In the currency of the submission. */
  @PartOf(ForecastAmountsField)
  readonly amounts!: ForecastAmountsField;

  @Text(500)
  readonly reason!: string;
}

@Command({
  says: 'The sales manager commits a total for a month or quarter to management, of a team or of everybody.',
  by: ['sales-manager'],
  opens: true,
  refuses: { ...refuses, ...refusesPipeline },
  example: { teamId: 'north-sea', period: '2026-Q4', amount: { amount: 22_000_000, currency: 'EUR' } },
})
export class CommitForecast {
  /** Follows from the team, the period and the pipeline. */
  @OptionalId()
  readonly forecastId?: string;

  /** Everybody together when left out. */
  @Optional()
  @Slug('team')
  readonly teamId?: string;

  @InPeriod()
  readonly period!: string;

  @Optional()
  @Slug()
  readonly pipelineId?: string;

  /** The whole total of the period, what is won already included. */
  @IsMoney()
  readonly amount!: MoneyField;

  @Optional()
  @Prose(2_000)
  readonly note?: string;
}
