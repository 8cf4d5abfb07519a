import { describe, expect, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, fold, given } from '../../testing/decider.js';
import { filled } from '../filled.js';
import { exchangeRate, rateOn } from './exchange-rate.js';
import { SetExchangeRate } from './exchange-rate.commands.js';
import { exchangeRateEvents } from './exchange-rate.events.js';

const fact = factsOf(exchangeRateEvents);
const set = (rate: string, validFrom: string, to = 'USD') => ({ from: 'EUR', to, rate, validFrom });
const wasSet = (rate: string, validFrom: string, to = 'USD') => fact('ExchangeRateSet', set(rate, validFrom, to));
const asked = (rate: string, validFrom: string, to = 'USD') => command(SetExchangeRate, set(rate, validFrom, to));

describe('An exchange rate', () => {
  it('is a dated fact', () => {
    given(exchangeRate).when(asked('1.085', '2026-05-01')).then(wasSet('1.085', '2026-05-01'));
    given(exchangeRate, wasSet('1.085', '2026-05-01'))
      .when(asked('1.09', '2026-05-02'))
      .then(wasSet('1.09', '2026-05-02'));
  });

  it('changes nothing when it is set to what it is, however it is written', () => {
    given(exchangeRate, wasSet('1.085', '2026-05-01')).when(asked('01.0850', '2026-05-01')).thenNothing();
    given(exchangeRate, wasSet('1.085', '2026-05-01'))
      .when(asked('1.085', '2026-05-01', 'GBP'))
      .then(wasSet('1.085', '2026-05-01', 'GBP'));
  });

  it('of a day is corrected by another event', () => {
    given(exchangeRate, wasSet('1.085', '2026-05-01'), wasSet('1.09', '2026-05-02'))
      .when(asked('1.0849', '2026-05-01'))
      .then(wasSet('1.0849', '2026-05-01'));
    given(exchangeRate, wasSet('1.085', '2026-05-01'), wasSet('1.0849', '2026-05-01'))
      .when(asked('1.085', '2026-05-01'))
      .then(wasSet('1.085', '2026-05-01'));
  });

  it('is between two currencies', () => {
    given(exchangeRate)
      .when(asked('1', '2026-05-01', 'EUR'))
      .thenRefused('EXCHANGE_RATE_OF_ITSELF');
  });

  it('is a decimal, never a float, and greater than 0', () => {
    for (const rate of [1.085, '0', '-1', '1e2', '1.2345678901234', null]) {
      expect(filled(SetExchangeRate, { ...set('1', '2026-05-01'), rate }).errors).toEqual([
        { path: 'rate', message: 'rate must be a decimal text of at most 12 digits, greater than 0, as "1.085".' },
      ]);
    }
  });

  it('holds from its day until the next one', () => {
    const pair = { from: 'EUR', to: 'USD' };
    const state = fold(exchangeRate, [
      wasSet('1.2', '2026-05-10'),
      wasSet('1.1', '2026-05-01'),
      wasSet('9', '2026-05-01', 'NOK'),
      wasSet('1.25', '2026-05-10'),
      wasSet('1.15', '2026-05-05'),
    ]);
    const on = (day: string) => rateOn(state, pair, day)?.rate;
    expect(
      ['2026-04-30', '2026-05-01', '2026-05-04', '2026-05-05', '2026-05-09', '2026-05-10', '2027-01-01'].map(on),
    ).toEqual([undefined, '1.1', '1.1', '1.15', '1.15', '1.25', '1.25']);
    expect(state.rates['USD']).toHaveLength(3);
    expect(rateOn(state, pair, '2026-05-06')).toEqual({ ...pair, rate: '1.15', validFrom: '2026-05-05' });
    expect(rateOn(state, { from: 'EUR', to: 'GBP' }, '2026-05-06')).toBeUndefined();
  });
});
