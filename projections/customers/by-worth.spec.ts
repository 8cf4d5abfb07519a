import { describe, expect, it } from '@jest/globals';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { Page } from '../../libs/read-model/index.js';
import { bought, dateOf, day, open } from '../../libs/testing/customers.js';
import { rateSet } from '../../libs/testing/facts.js';
import { type GivenEvent, givenEvents, happened } from '../../libs/testing/projection.js';
import { customers } from './index.js';
import { lifetimeValues } from './lifetime-value-report.js';
import { customersList } from './queries.js';

const account = happened<AccountEvents>();
const ids = Array.from({ length: 70 }, (_, index) => `c${String(index).padStart(2, '0')}`);
/** The dollar has a rate from the fifth day on, the yen from the fortieth, the franc never. */
const currencies = ['EUR', 'EUR', 'USD', 'JPY', 'CHF'];

const story: readonly GivenEvent[] = [
  ...ids.map((id, index) => open(id, 0, { owner: index % 3 === 0 ? 'sam' : 'kim' })),
  rateSet(day(5), ['EUR', 'USD'], '1.25', dateOf(5)),
  rateSet(day(40), ['JPY', 'EUR'], '0.006', dateOf(40)),
  rateSet(day(60), ['EUR', 'USD'], '2.5', dateOf(60)),
  ...ids
    .flatMap((accountId, index) =>
      Array.from({ length: index % 5 }, (_, order) => {
        const at = ((index * 37 + order * 113) % 700) + 1;
        const currency = currencies[(index + order) % 5] ?? '';
        const amount = {
          amount: ((index * 7_919 + order * 104_729) % 5_000) * (currency === 'JPY' ? 1 : 100),
          currency,
        };
        return { at, told: bought(`${accountId}-${String(order)}`, at, 0, { accountId, amount }) };
      }),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ told }) => told),
  account('account-c07', 'AccountMergedInto', day(710), { survivorId: 'c08' }),
];

/** All pages of a list. */
async function everyPage<T>(ask: (cursor: string | undefined) => Promise<Page<T>>): Promise<readonly T[]> {
  const all: T[] = [];
  for (let cursor: string | undefined; ;) {
    const { items, next } = await ask(cursor);
    all.push(...items);
    if (next === null) return all;
    cursor = next;
  }
}

const idsOf = (all: readonly { readonly id: string }[]): readonly string[] => all.map(({ id }) => id);

/** By key and id, the greatest first. */
const falling = <T extends { readonly id: string }>(all: readonly T[], keyOf: (one: T) => number): readonly T[] =>
  [...all].sort((a, b) => keyOf(b) - keyOf(a) || (a.id < b.id ? 1 : -1));

describe('customers in the order of what they are worth', () => {
  it('come page by page, whatever they bought in other currencies, with a rate or without', async () => {
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      for (const asOf of [300, 900].map(day)) {
        const all = await everyPage((cursor) => customersList(database, { asOf, cursor, limit: 1_000 }));
        for (const phase of ['active', 'inactive', 'suspect', undefined] as const) {
          for (const owner of [undefined, 'sam']) {
            const asked = { asOf, phase, owner, limit: 9, sort: 'value-at-risk' } as const;
            const those = all.filter((one) => (phase ?? one.phase) === one.phase && (owner ?? one.owner) === one.owner);
            const expected = idsOf(falling(those, ({ valueAtRisk }) => valueAtRisk?.amount ?? -1));
            expect(idsOf(await everyPage((cursor) => customersList(database, { ...asked, cursor })))).toEqual(expected);
            const rising = await everyPage((cursor) => customersList(database, { ...asked, cursor, order: 'asc' }));
            expect(idsOf(rising)).toEqual(expected.toReversed());
          }
        }
      }
    });
  });

  it('have their lifetime values in that order, too', async () => {
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      for (const asOf of [30, 720].map(day)) {
        const buyers = (await everyPage((cursor) => customersList(database, { asOf, cursor }))).filter(
          ({ purchases }) => purchases > 0,
        );
        const whole = (await lifetimeValues(database, { asOf, sort: 'id', limit: 1_000 })).items;
        expect(whole.map((one) => [one.id, one.purchases, one.reporting.amount, one.unconverted])).toEqual(
          buyers.map((one) => [one.id, one.purchases, one.realised?.amount ?? 0, one.unconverted]),
        );
        for (const [sort, keyOf] of [
          ['realised', (one: (typeof whole)[number]) => one.reporting.amount],
          ['projected', (one: (typeof whole)[number]) => one.projected?.projected.amount ?? -1],
        ] as const) {
          const expected = falling(whole, keyOf);
          const asked = { asOf, sort, limit: 11 };
          expect(await everyPage((cursor) => lifetimeValues(database, { ...asked, cursor }))).toEqual(expected);
          const rising = await everyPage((cursor) => lifetimeValues(database, { ...asked, cursor, order: 'asc' }));
          expect(rising).toEqual(expected.toReversed());
        }
      }
    });
  });
});
