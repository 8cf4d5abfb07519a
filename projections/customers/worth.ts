import type { Instant, LocalDate } from '../../libs/kernel/index.js';
import { bool, date, gathered, instant, integer, text } from '../../libs/read-model/index.js';
import { wins } from './loyalty.js';
import { purchases } from './sales.js';

interface Counted {
  readonly amount: number;
  readonly byPerson: boolean;
  readonly on: LocalDate;
  readonly at: Instant;
}

/** What each account and person bought in each currency, for themselves: all of it in one row. */
export const worth = gathered<Counted>()({
  key: 'buyer',
  columns: {
    buyer: text('Currency and who bought.'),
    subject_id: text('Account or person who bought.'),
    currency: text('ISO 4217 currency.'),
    by_person: bool('Whether a person did.'),
    purchases: integer('Number of purchases and won opportunities that count.'),
    amount: text('What they sum up to in minor units: digits, as a sum may be greater than a number is exact.'),
    first_day: date('Day of the first one.'),
    last_at: instant('When the last one was.'),
  },
  of: (from) => [
    from(
      purchases,
      'buyer',
      ['order_id', 'cancelled', 'amount', 'by_person', 'on_day', 'bought_at'],
      ({ order_id, cancelled, amount, by_person: byPerson, on_day: on, bought_at: at }) =>
        order_id === null && !cancelled ? { amount, byPerson, on, at } : null,
    ),
    from(wins, 'buyer', ['amount', 'won_at'], ({ amount, won_at: at }) => ({
      ...{ amount, at },
      byPerson: false,
      on: at.slice(0, 10),
    })),
  ],
  rowAt: (counted, _, buyer) => {
    const [first, ...others] = counted;
    if (!first) return { row: null };
    return {
      row: {
        subject_id: buyer.slice(4),
        currency: buyer.slice(0, 3),
        by_person: first.byPerson,
        purchases: counted.length,
        amount: String(counted.reduce((sum, { amount }) => sum + BigInt(amount), 0n)),
        first_day: others.reduce((day, { on }) => (on < day ? on : day), first.on),
        last_at: others.reduce((last, { at }) => (at > last ? at : last), first.at),
      },
    };
  },
  // All that is asked of them, told apart by what holds.
  indexes: [
    {
      on: ['recorded_to', 'valid_to', 'recorded_from'],
      with: [
        ...['valid_from', 'subject_id', 'currency', 'by_person'],
        ...['purchases', 'amount', 'first_day', 'last_at'],
      ],
    },
  ],
});
