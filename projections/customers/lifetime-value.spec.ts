import { describe, expect, it } from '@jest/globals';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { ExchangeRateEvents } from '../../libs/domain/exchange-rate/exchange-rate.events.js';
import type { PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import type { Instant } from '../../libs/kernel/index.js';
import { type GivenEvent, givenEvents, happened } from '../../libs/testing/projection.js';
import { customerDetail } from './detail.js';
import { customers } from './index.js';
import { lifetimeValues } from './lifetime-value-report.js';

const account = happened<AccountEvents>();
const purchase = happened<PurchaseEvents>();

const day = (days: number): Instant => new Date(Date.UTC(2024, 0, 1) + days * 86_400_000).toISOString();
const open = (id: string, owner: string): GivenEvent =>
  account(`account-${id}`, 'AccountOpened', day(0), { name: id, roles: ['customer'], owner });

function bought(id: string, accountId: string, days: number, amount: number, currency = 'EUR'): GivenEvent {
  return purchase(`purchase-${id}`, 'PurchaseRecorded', day(days), {
    source: { system: 'erp', reference: id },
    kind: 'order',
    accountId,
    lines: [],
    amount: { amount, currency },
    date: day(days).slice(0, 10),
  });
}

const story = [
  open('a', 'sam'),
  open('b', 'sam'),
  open('c', 'kim'),
  open('d', 'kim'),
  bought('1', 'a', 10, 100_001),
  bought('2', 'b', 20, 300_000),
  happened<ExchangeRateEvents>()('rate-USD', 'ExchangeRateSet', day(21), {
    from: 'USD',
    to: 'EUR',
    rate: '0.9',
    validFrom: day(21).slice(0, 10),
  }),
  bought('3', 'a', 380, 5_000, 'USD'),
  bought('4', 'c', 385, 77, 'CHF'),
  bought('5', 'a', 700, 12_345),
];

describe('lifetime values', () => {
  it('are those of each customer, most first, page by page, as of any instant', async () => {
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      for (const asOf of [15, 200, 384, 500, 800].map(day)) {
        const { items, retention } = await lifetimeValues(database, { asOf });
        for (const { id, purchases, realised, reporting, unconverted, projected } of items) {
          const detail = await customerDetail(database, { id, asOf });
          expect({ id, asOf, purchases, realised, reporting, unconverted, projected, retention }).toEqual({
            id,
            asOf,
            purchases: detail?.purchases,
            realised: detail?.lifetimeValue.realised,
            reporting: detail?.lifetimeValue.reporting,
            unconverted: detail?.lifetimeValue.unconverted,
            projected: detail?.lifetimeValue.projected,
            retention: detail?.lifetimeValue.retention,
          });
        }
      }
      const asked = { asOf: day(500) };
      const whole = await lifetimeValues(database, asked);
      expect(whole.items.map(({ id }) => id)).toEqual(['b', 'a', 'c']);
      expect(whole.retention).toEqual({ perMille: 500, customers: 2, retained: 1 });
      expect(whole.items[2]).toMatchObject({ unconverted: 1, reporting: { amount: 0 }, projected: null });
      const first = await lifetimeValues(database, { ...asked, limit: 2, order: 'asc' });
      expect(first.items.map(({ id }) => id)).toEqual(['c', 'a']);
      const second = await lifetimeValues(database, { ...asked, limit: 2, order: 'asc', cursor: first.next ?? '' });
      expect([second.items.map(({ id }) => id), second.next]).toEqual([['b'], null]);
      const byProjected = await lifetimeValues(database, { ...asked, sort: 'projected', owner: 'sam' });
      expect(byProjected.items.map(({ id }) => id)).toEqual(['b', 'a']);
      expect((await lifetimeValues(database, { ...asked, sort: 'id' })).items.map(({ id }) => id)).toEqual([
        'a',
        'b',
        'c',
      ]);
    });
  });
});
