import { describe, expect, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { defaultPipeline } from '../pipeline/pipeline.js';
import { pipelineEvents } from '../pipeline/pipeline.events.js';
import { AdjustForecast, CommitForecast, SubmitForecast } from './forecast.commands.js';
import { forecastEvents } from './forecast.events.js';
import { commitmentIdOf, forecast, forecastIdOf } from './forecast.js';

const fact = factsOf(forecastEvents);
const ofSam = { owner: 'sam', period: '2026-Q3' };
const amounts = (commit: number) => ({ commit, bestCase: 20, pipeline: 95 });
const eur = (amount: number) => ({ amount, currency: 'EUR' });

const submitted = (commit: number) =>
  fact('ForecastSubmitted', { ...ofSam, amounts: amounts(commit), currency: 'EUR' });
const adjusted = (commit: number, was: number) =>
  fact('ForecastAdjusted', {
    ...ofSam,
    amounts: amounts(commit),
    currency: 'EUR',
    submitted: amounts(was),
    reason: 'The tender slips',
  });
const committed = (amount: number) => fact('ForecastCommitted', { period: '2026-Q3', amount: eur(amount) });

const submit = (change: object = {}) =>
  command(SubmitForecast, { ...ofSam, amounts: amounts(50), currency: 'EUR', ...change });
const adjust = (change: object = {}) =>
  command(AdjustForecast, { ...ofSam, amounts: amounts(40), reason: 'The tender slips', ...change });
const commit = (change: object = {}) => command(CommitForecast, { period: '2026-Q3', amount: eur(200), ...change });

const lookups = {
  'pipeline-default': [factsOf(pipelineEvents)('PipelineDefined', { ...defaultPipeline, retired: [] })],
};
const lastMoment = { occurredAt: '2026-09-30T23:59:59.999Z' };
const over = { occurredAt: '2026-10-01T00:00:00.000Z' };

describe('A forecast', () => {
  it('is submitted by salespeople, by category; each submission is an event', () => {
    given(forecast).when(submit()).then(submitted(50));
    given(forecast, submitted(45)).when(submit()).then(submitted(50));
    given(forecast, submitted(50)).when(submit()).thenNothing();
    given(forecast)
      .when(submit({ note: 'Decided in August.' }))
      .then(fact('ForecastSubmitted', { ...submitted(50).data, note: 'Decided in August.' }));
  });

  it('is adjusted by the sales manager, with the reason, beside what was submitted', () => {
    given(forecast, submitted(50)).when(adjust()).then(adjusted(40, 50));
    given(forecast, submitted(50), adjusted(40, 50)).when(adjust()).thenNothing();
    given(forecast, submitted(50), adjusted(45, 50)).when(adjust()).then(adjusted(40, 50));
    given(forecast).when(adjust()).thenRefused('FORECAST_NOT_FOUND');
  });

  it('is adjusted no more once something else is submitted; the same again leaves the adjustment', () => {
    given(forecast, submitted(50), adjusted(40, 50)).when(submit()).thenNothing();
    given(forecast, submitted(50), adjusted(40, 50), submitted(60)).when(adjust()).then(adjusted(40, 60));
  });

  it('is committed to management as a total, of a team or of everybody', () => {
    given(forecast).when(commit()).then(committed(200));
    given(forecast)
      .when(commit({ teamId: 'north', note: 'Without the tender.' }))
      .then(fact('ForecastCommitted', { ...committed(200).data, teamId: 'north', note: 'Without the tender.' }));
    given(forecast, committed(180)).when(commit()).then(committed(200));
    given(forecast, committed(200)).when(commit()).thenNothing();
  });

  it('looks forward: once the period is over nothing is submitted, adjusted or committed', () => {
    given(forecast).when(submit(), lastMoment).then(submitted(50));
    given(forecast).when(submit(), over).thenRefused('FORECAST_PERIOD_OVER');
    given(forecast, submitted(50)).when(submit(), over).thenNothing();
    given(forecast, submitted(50)).when(adjust(), over).thenRefused('FORECAST_PERIOD_OVER');
    given(forecast).when(commit(), over).thenRefused('FORECAST_PERIOD_OVER');
  });

  it('may be of one pipeline, in its currency', () => {
    const pipelineId = 'default';
    given(forecast)
      .when(submit({ pipelineId }), { lookups })
      .then(fact('ForecastSubmitted', { ...submitted(50).data, pipelineId }));
    given(forecast)
      .when(submit({ pipelineId, currency: 'USD' }), { lookups })
      .thenRefused('FORECAST_CURRENCY_NOT_OF_PIPELINE');
    given(forecast)
      .when(commit({ pipelineId, amount: { amount: 1, currency: 'USD' } }), { lookups })
      .thenRefused('FORECAST_CURRENCY_NOT_OF_PIPELINE');
    given(forecast).when(submit({ pipelineId })).thenRefused('PIPELINE_NOT_FOUND');
    given(forecast).when(commit({ pipelineId })).thenRefused('PIPELINE_NOT_FOUND');
  });

  it('is one for the same salesperson, or team, and period', () => {
    const forecastId = forecastIdOf(ofSam);
    expect(forecast.naturalId?.(submit())).toBe(forecastId);
    expect(forecast.naturalId?.(adjust())).toBe(forecastId);
    expect(forecast.naturalId?.(commit())).toBe(commitmentIdOf({ period: '2026-Q3' }));
    expect(forecast.naturalId?.(commit({ teamId: 'sam' }))).not.toBe(forecastId);
    const other = forecastIdOf({ ...ofSam, owner: 'kim' });
    given(forecast)
      .when(submit({ forecastId: other }))
      .thenRefused('ID_NOT_ITS_OWN');
    given(forecast, submitted(50))
      .when(adjust({ forecastId: other }))
      .thenRefused('ID_NOT_ITS_OWN');
    given(forecast).when(commit({ forecastId })).thenRefused('ID_NOT_ITS_OWN');
    given(forecast).when(submit({ forecastId })).then(submitted(50));
  });
});
