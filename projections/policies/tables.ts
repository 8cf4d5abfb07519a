import type { ExchangeRateEvents } from '../../libs/domain/exchange-rate/exchange-rate.events.js';
import type { PolicyEvents } from '../../libs/domain/policy/policy.events.js';
import { date, integer, json, text, versions, type StoredRow } from '../../libs/read-model/index.js';

/** Every version of every policy but version 0, which no event states: for every read model that rests on one. */
export const policies = versions<PolicyEvents>()({
  key: 'name',
  columns: {
    name: text('Name of the policy.'),
    version: integer('Version that verdicts name.'),
    value: json<object>('The value, in the shape of the policy.'),
  },
  opens: { PolicyChanged: ({ data: { version, value } }) => ({ version, value }) },
});

/** Every rate of every day, and what it was before it was corrected: for every read model that converts amounts. */
export const rates = versions<ExchangeRateEvents>()({
  key: 'id',
  // Three currencies' letters and a day: it cannot be mistaken for another one.
  keyOf: ({ data }) => {
    const { from, to, validFrom } = data as ExchangeRateEvents['ExchangeRateSet']['open'];
    return `${from}/${to}/${validFrom}`;
  },
  columns: {
    id: text('Currencies and day.'),
    from_currency: text('ISO 4217: one unit of it costs …'),
    to_currency: text('ISO 4217: … in this currency …'),
    rate: text('… so much: a decimal without zeros that say nothing.'),
    holds_from: date('Day from which on it holds, until the next one.'),
  },
  opens: {
    ExchangeRateSet: ({ data }) => ({
      from_currency: data.from,
      to_currency: data.to,
      rate: data.rate,
      holds_from: data.validFrom,
    }),
  },
  indexes: [{ on: ['from_currency', 'to_currency', 'holds_from', 'position'] }],
});

export type PolicyTables = { readonly policies: typeof policies; readonly rates: typeof rates };
export type PolicyRow = StoredRow<typeof policies>;
export type RateRow = StoredRow<typeof rates>;
