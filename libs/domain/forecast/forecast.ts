import {
  aggregate,
  type DataOf,
  factsOf,
  type Instant,
  lastDayOf,
  type Lookup,
  notFound,
  ofSalespeople,
  type Period,
  refused,
} from '../../kernel/index.js';
import { itsOwnId, naturalId } from '../natural-id.js';
import { existing, pipeline, type PipelineState } from '../pipeline/pipeline.js';
import { plain, same } from '../values.js';
import { AdjustForecast, CommitForecast, SubmitForecast } from './forecast.commands.js';
import { type ForecastEvents, forecastEvents, type ForecastOf } from './forecast.events.js';

type Data<T extends keyof ForecastEvents> = DataOf<ForecastEvents[T]>;

/** A stream holds what one salesperson submitted for a period, or what was committed for a team (or everybody). */
export interface ForecastState {
  readonly submitted?: Data<'ForecastSubmitted'>;
  /** How the manager sees the last submission, where it differs. */
  readonly adjusted?: Data<'ForecastAdjusted'>;
  readonly committed?: Data<'ForecastCommitted'>;
}

interface Lookups {
  readonly pipeline: PipelineState;
}

const fact = factsOf(forecastEvents);

const itsPipeline: Lookup<ForecastState, PipelineState> = {
  from: pipeline,
  id: (command) =>
    command instanceof SubmitForecast || command instanceof CommitForecast ? command.pipelineId : undefined,
};

/** A salesperson has one forecast for a period and a pipeline. */
export const forecastIdOf = ({ owner, period, pipelineId }: ForecastOf): string =>
  naturalId('forecast', 'owner', owner, period, pipelineId);

/** A team, or everybody (`teamId` left out), has one commitment for a period and a pipeline. */
export const commitmentIdOf = ({ teamId, period, pipelineId }: Omit<Data<'ForecastCommitted'>, 'amount'>): string =>
  naturalId('forecast', 'team', teamId, period, pipelineId);

/**
 * Salespeople submit, the sales manager adjusts and commits a total to management; each is an event (S3; domain.md §4),
 * so that every commitment can be held against the outcome.
 */
export const forecast = aggregate<ForecastState, Lookups>()({
  events: forecastEvents,
  commands: { SubmitForecast, AdjustForecast, CommitForecast },
  id: 'forecastId',
  initial: {},
  lookups: { pipeline: itsPipeline },
  naturalId: (command) => {
    if (command instanceof CommitForecast) return commitmentIdOf(command);
    return command instanceof SubmitForecast || command instanceof AdjustForecast ? forecastIdOf(command) : undefined;
  },
  whose: (command) => {
    if (!(command instanceof CommitForecast)) return ofSalespeople((command as SubmitForecast | AdjustForecast).owner);
    return [command.teamId === undefined ? { allOfSales: true } : { teamId: command.teamId }];
  },
  decide: {
    SubmitForecast: ({ forecastId, ...asked }, { submitted }, { lookups, occurredAt }) => {
      itsOwnId('forecastId', forecastId, forecastIdOf(asked));
      if (same(asked, submitted)) return [];
      beforeItsEnd(asked.period, occurredAt);
      inItsCurrency(asked.pipelineId, asked.currency, lookups);
      return [fact('ForecastSubmitted', plain(asked))];
    },

    AdjustForecast: ({ forecastId, ...asked }, { submitted, adjusted }, { occurredAt }) => {
      itsOwnId('forecastId', forecastId, forecastIdOf(asked));
      if (!submitted) throw notFound('FORECAST_NOT_FOUND', 'There is no submission to adjust.');
      const { currency, amounts } = submitted;
      const seen = plain({ ...asked, currency, submitted: amounts });
      if (same(seen, adjusted)) return [];
      beforeItsEnd(asked.period, occurredAt);
      return [fact('ForecastAdjusted', seen)];
    },

    CommitForecast: ({ forecastId, ...asked }, { committed }, { lookups, occurredAt }) => {
      itsOwnId('forecastId', forecastId, commitmentIdOf(asked));
      if (same(asked, committed)) return [];
      beforeItsEnd(asked.period, occurredAt);
      inItsCurrency(asked.pipelineId, asked.amount.currency, lookups);
      return [fact('ForecastCommitted', plain(asked))];
    },
  },
  evolve: {
    // Another submission is seen afresh: what the manager adjusted is no more.
    ForecastSubmitted: (state, submitted) => ({ ...state, submitted, adjusted: undefined }),
    ForecastAdjusted: (state, adjusted) => ({ ...state, adjusted }),
    ForecastCommitted: (state, committed) => ({ ...state, committed }),
  },
});

function beforeItsEnd(period: Period, at: Instant): void {
  const last = lastDayOf(period);
  if (at.slice(0, 10) > last) throw refused('FORECAST_PERIOD_OVER', `The period ended on ${last}.`);
}

function inItsCurrency(pipelineId: string | undefined, currency: string, lookups: Lookups): void {
  if (pipelineId === undefined) return;
  const defined = existing(lookups.pipeline, pipelineId);
  if (currency === defined.currency) return;
  throw refused('FORECAST_CURRENCY_NOT_OF_PIPELINE', `Amounts of this pipeline are in ${defined.currency}.`);
}
