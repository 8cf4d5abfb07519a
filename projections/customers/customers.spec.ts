import { describe, expect, it } from '@jest/globals';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import { bought, call, converted, day, lead, open } from '../../libs/testing/customers.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { accountDetail, accountsList } from './accounts.js';
import { customerDetail } from './detail.js';
import { customers } from './index.js';
import { customersList, type CustomersAsked } from './queries.js';

const account = happened<AccountEvents>();

describe('lists of customers', () => {
  const story = [
    ...['a', 'b', 'c', 'd'].map((id, index) =>
      open(id, 0, { owner: index < 2 ? 'sam' : 'ann', industry: 'ships', location: { country: 'NL' } }),
    ),
    bought('1', 1, 100),
    bought('2', 2, 300, { accountId: 'b' }),
    bought('3', 3, 200, { accountId: 'c' }),
    lead('p', 0),
    converted('p', 4, 'b'),
    call('1', 5, 'reached', { personId: 'p' }, 100),
    call('2', 7, 'no-answer', { personId: 'p', accountId: 'b' }),
    call('3', 9, 'refused', { accountId: 'b' }),
  ];

  it('filter, sort and go on by keyset', async () => {
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const asked = { asOf: day(300), phase: 'inactive', sort: 'value-at-risk' } as const;
      const first = await customersList(database, { ...asked, limit: 2 });
      expect(first.items.map(({ id, valueAtRisk }) => [id, valueAtRisk?.amount])).toEqual([
        ['b', 300],
        ['c', 200],
      ]);
      const second = await customersList(database, { ...asked, limit: 2, cursor: first.next ?? '' });
      expect([second.items.map(({ id }) => id), second.next]).toEqual([['a'], null]);
      await expect(customersList(database, { ...asked, sort: 'id', cursor: first.next ?? '' })).rejects.toMatchObject({
        code: 'INVALID_CURSOR',
      });
      const ids = async (more: CustomersAsked) => (await customersList(database, more)).items.map(({ id }) => id);
      expect(await ids({ owner: 'sam' })).toEqual(['a', 'b']);
      expect(await ids({ sort: 'last-purchase', order: 'asc' })).toEqual(['d', 'a', 'b', 'c']);
      expect(await ids({ asOf: day(300), sort: 'days-silent' })).toEqual(['d', 'c', 'a', 'b']);
      expect(await ids({ country: 'DE' })).toEqual([]);
      const pages: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await customersList(database, { limit: 1, sort: 'last-purchase', cursor });
        pages.push(...page.items.map(({ id }) => id));
        if (page.next === null) break;
        cursor = page.next;
      }
      expect(pages).toEqual(['c', 'b', 'a', 'd']);
    });
  });

  it('tell the silence of an account by its people, and show a call that was reported late on both axes', async () => {
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const at = async (asOf: number, knownAt: number) => {
        const found = await customerDetail(database, { id: 'b', asOf: day(asOf), knownAt: day(knownAt) });
        return [found?.lastInteraction, found?.lastAttempt, found?.failedAttempts, found?.daysSilent];
      };
      expect(await at(20, 99)).toEqual([null, day(9), 2, 20]);
      expect(await at(20, 100)).toEqual([day(5), day(9), 2, 15]);
      expect(await at(6, 100)).toEqual([day(5), null, 0, 1]);
    });
  });

  it('follow merges, and are there in SQL as of the instant that the analyst sets', async () => {
    const merged = [
      ...story,
      account('account-a', 'AccountMergedInto', day(20), { survivorId: 'b' }),
      account('account-a', 'AccountSeparated', day(30), { survivorId: 'b' }),
    ];
    await givenEvents(...merged).projectedBy(customers, async ({ database }) => {
      const both = await customerDetail(database, { id: 'b', asOf: day(25) });
      expect([both?.purchases, both?.members]).toEqual([2, ['a', 'b', 'p']]);
      expect((await customerDetail(database, { id: 'a', asOf: day(25) }))?.id).toBe('b');
      expect((await customerDetail(database, { id: 'b', asOf: day(30) }))?.purchases).toBe(1);
      expect((await accountsList(database, { asOf: day(25) })).items.map(({ id }) => id)).toEqual(['b', 'c', 'd']);
      expect(await accountDetail(database, { id: 'a', asOf: day(25) })).toMatchObject({ continuesAs: 'b' });
      expect(await accountDetail(database, { id: 'b', asOf: day(25) })).toMatchObject({
        merged: ['a'],
        contacts: ['p'],
        country: 'NL',
      });
      const client = await database.pool.connect();
      try {
        await client.query(`set role analyst; set kroniek.as_of = '${day(300)}'`);
        const { rows } = await client.query(
          'select customer_id, value_at_risk from analytics.inactive_customers order by customer_id',
        );
        expect(rows).toEqual([
          { customer_id: 'a', value_at_risk: 100 },
          { customer_id: 'b', value_at_risk: 300 },
          { customer_id: 'c', value_at_risk: 200 },
        ]);
        const counted = await client.query(
          'select phase, count(*)::integer from analytics.customers group by phase order by 1',
        );
        expect(counted.rows).toEqual([
          { phase: 'inactive', count: 3 },
          { phase: 'suspect', count: 1 },
        ]);
        await client.query('select * from analytics.accounts');
      } finally {
        client.release(true);
      }
    });
  });
});
