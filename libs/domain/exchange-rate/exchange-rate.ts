import {
  aggregate,
  type ExchangeRate,
  factsOf,
  type FieldError,
  invalid,
  type LocalDate,
  plainRate,
} from '../../kernel/index.js';
import { SetExchangeRate } from './exchange-rate.commands.js';
import { exchangeRateEvents } from './exchange-rate.events.js';

interface Dated {
  readonly validFrom: LocalDate;
  readonly rate: string;
}

/** The rates of one currency: by the other one, in the order of their days. */
export interface ExchangeRateState {
  readonly rates: Readonly<Record<string, readonly Dated[]>>;
}

const fact = factsOf(exchangeRateEvents);

/** Exchange rates are dated facts (domain.md §4): one stream for each currency that is converted from. */
export const exchangeRate = aggregate<ExchangeRateState>()({
  events: exchangeRateEvents,
  commands: { SetExchangeRate },
  id: 'from',
  initial: { rates: {} },
  lookups: {},
  decide: {
    SetExchangeRate: ({ from, to, rate: asked, validFrom }, { rates }) => {
      if (from === to) {
        const errors: readonly FieldError[] = [{ path: 'to', message: 'to must be another currency than from.' }];
        throw invalid('EXCHANGE_RATE_OF_ITSELF', 'A currency has no exchange rate to itself.', errors);
      }
      const rate = plainRate(asked);
      const ofDay = (rates[to] ?? []).find((dated) => dated.validFrom === validFrom);
      return ofDay?.rate === rate ? [] : [fact('ExchangeRateSet', { from, to, rate, validFrom })];
    },
  },
  evolve: {
    ExchangeRateSet: ({ rates }, { to, rate, validFrom }) => {
      const others = rates[to] ?? [];
      const after = others.findLastIndex((dated) => dated.validFrom <= validFrom) + 1;
      const before = others[after - 1]?.validFrom === validFrom ? after - 1 : after;
      return { rates: { ...rates, [to]: [...others.slice(0, before), { validFrom, rate }, ...others.slice(after)] } };
    },
  },
});

/** The rate that holds on a day; `undefined` before the first one. */
export function rateOn({ rates }: ExchangeRateState, pair: Omit<ExchangeRate, 'rate'>, day: LocalDate) {
  const held = (rates[pair.to] ?? []).findLast(({ validFrom }) => validFrom <= day);
  return held && { ...pair, rate: held.rate, validFrom: held.validFrom };
}
