import { type Instant, plusDays } from '../../libs/kernel/index.js';
import { bool, gathered, instant, money, text, totals } from '../../libs/read-model/index.js';
import { accounts } from './organisations.js';
import { people } from './people.js';
import { buyerIn, opportunities, purchases } from './sales.js';

interface Won {
  readonly account: string;
  readonly at: Instant;
  readonly amount: number;
  readonly currency: string;
}

type ToldOfDeal = Won | 'named';

/** Opportunities that are won and that no purchase stands for: they count as bought. */
export const wins = gathered<ToldOfDeal>()({
  key: 'id',
  columns: {
    id: text('Id of the opportunity.'),
    account_id: text('Account that it belongs to.'),
    won_at: instant('When it was won.'),
    amount: money('What it was won for, in minor units of the currency.'),
    currency: text('ISO 4217 currency.'),
    buyer: text('Currency and account.'),
  },
  of: (from) => [
    from(
      opportunities,
      'id',
      ['status', 'account_id', 'won_at', 'amount', 'currency'],
      ({ status, account_id: account, won_at: at, amount, currency }) =>
        status === 'won' && account !== null && at !== null && amount !== null && currency !== null
          ? { account, at, amount, currency }
          : null,
    ),
    from(purchases, 'opportunity_id', [], () => 'named'),
  ],
  rowAt: (told) => {
    const won = told.find((one) => one !== 'named');
    if (!won || told.includes('named')) return { row: null };
    const { account, at, amount, currency } = won;
    return { row: { account_id: account, won_at: at, amount, currency, buyer: buyerIn(currency, account) } };
  },
});

/** `apart`: one who stands for no more than their own; the instant of a purchase. */
type ToldOfBuyer = 'apart' | { readonly bought: Instant };

const year = 365;

/** Who bought in the year before the last 365 days, each account and person for themselves; none who is part of another. */
export const loyalty = gathered<ToldOfBuyer>()({
  key: 'id',
  columns: { id: text('Account or person.'), retained: bool('Whether they bought in the last 365 days as well.') },
  of: (from) => [
    from(purchases, 'subject_id', ['order_id', 'cancelled', 'bought_at'], (row) =>
      row.order_id === null && !row.cancelled ? { bought: row.bought_at } : null,
    ),
    from(wins, 'account_id', ['won_at'], ({ won_at: bought }) => ({ bought })),
    from(accounts, 'id', ['up', 'cause'], ({ up, cause }) =>
      up === null && cause !== 'AccountOpeningReverted' ? 'apart' : null,
    ),
    from(people, 'id', ['up'], ({ up }) => (up === null ? 'apart' : null)),
  ],
  rowAt: (told, at) => {
    if (!told.includes('apart')) return { row: null };
    const bought = told.flatMap((one) => (one === 'apart' ? [] : [one.bought]));
    const ends = bought.flatMap((one) => [plusDays(one, year), plusDays(one, 2 * year)]).filter((end) => end > at);
    const until = ends.length === 0 ? undefined : ends.reduce((a, b) => (a < b ? a : b));
    const [lastYear, yearBefore] = [plusDays(at, -year), plusDays(at, -2 * year)];
    const isCustomer = bought.some((one) => one > yearBefore && one <= lastYear);
    return { row: isCustomer ? { retained: bought.some((one) => one > lastYear) } : null, until };
  },
});

/** How many they are. */
export const retention = totals({
  by: {},
  sums: {
    customers: 'Number of those who bought in the year before the last 365 days.',
    retained: 'Of these, how many bought in the last 365 days as well.',
  },
  of: (summed) => [summed(loyalty, ({ retained }) => [{ customers: 1, retained: retained ? 1 : 0 }])],
});
