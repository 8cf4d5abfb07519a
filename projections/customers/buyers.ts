import { type Instant, plusDays } from '../../libs/kernel/index.js';
import { bool, gathered, instant, instants, text } from '../../libs/read-model/index.js';
import { wins } from './loyalty.js';
import { accounts } from './organisations.js';
import { people } from './people.js';
import { purchases } from './sales.js';

/** Who stands for no more than their own; the instant of a purchase. */
type ToldOfBuyer = 'account' | 'person' | { readonly bought: Instant };

/**
 * Days. Who buys again within them is active all the time by any window that is not shorter; so few silences are kept of
 * those who buy often.
 */
export const shortestSilence = 30;

/** When each account and person bought, for themselves; none who is part of another. */
export const buyers = gathered<ToldOfBuyer>()({
  key: 'id',
  columns: {
    id: text('Account or person.'),
    by_person: bool('Whether it is a person.'),
    first_at: instant('When they bought first.'),
    last_at: instant('When they bought last.'),
    fell_silent: instants('Purchases after which they bought nothing for more than 30 days, and then bought again.'),
    bought_again: instants('When they did so, after each of these.'),
  },
  of: (from) => [
    from(purchases, 'subject_id', ['order_id', 'cancelled', 'bought_at'], (row) =>
      row.order_id === null && !row.cancelled ? { bought: row.bought_at } : null,
    ),
    from(wins, 'account_id', ['won_at'], ({ won_at: bought }) => ({ bought })),
    from(accounts, 'id', ['up', 'cause'], ({ up, cause }) =>
      up === null && cause !== 'AccountOpeningReverted' ? 'account' : null,
    ),
    from(people, 'id', ['up'], ({ up }) => (up === null ? 'person' : null)),
  ],
  rowAt: (told) => {
    const kind = told.find((one) => one === 'account' || one === 'person');
    const bought = told.flatMap((one) => (typeof one === 'string' ? [] : [one.bought])).sort();
    const [first, last] = [bought[0], bought.at(-1)];
    if (kind === undefined || first === undefined || last === undefined) return { row: null };
    const silences = bought.flatMap((at, place) => {
      const next = bought[place + 1];
      return next !== undefined && next > plusDays(at, shortestSilence) ? [{ at, next }] : [];
    });
    return {
      row: {
        by_person: kind === 'person',
        first_at: first,
        last_at: last,
        fell_silent: silences.map(({ at }) => at),
        bought_again: silences.map(({ next }) => next),
      },
    };
  },
  // What tells that a row does not lie over a moment, so that most others are passed by in the index.
  indexes: [{ on: ['recorded_to', 'valid_to', 'valid_from', 'recorded_from'] }],
});
