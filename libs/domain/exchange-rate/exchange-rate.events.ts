import { declareEvents, type EventShape, type LocalDate } from '../../kernel/index.js';

/** These names and shapes are on disk: compensate, never change. */
export interface ExchangeRateEvents {
  ExchangeRateSet: EventShape<{
    /** ISO 4217, the currency of the stream: one unit of it costs … */
    readonly from: string;
    /** ISO 4217: … in this one … */
    readonly to: string;
    /** … so much: a decimal of at most 12 digits without zeros that say nothing. */
    readonly rate: string;
    /** Day from which on it holds, until the next one; a rate of the same day before it is corrected by it. */
    readonly validFrom: LocalDate;
  }>;
}

export const exchangeRateEvents = declareEvents<ExchangeRateEvents>('rate', {
  ExchangeRateSet: { says: 'An exchange rate holds from a day on; an earlier one of that day is corrected by it.' },
});
