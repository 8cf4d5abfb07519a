import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import { readSteadily, rows } from '../../libs/read-model/index.js';
import { bought, call, converted, dateOf, day, lead, open } from '../../libs/testing/customers.js';
import { eur, opportunityOpened, rateSet } from '../../libs/testing/facts.js';
import { type GivenEvent, givenEvents, happened } from '../../libs/testing/projection.js';
import { inGroupAt } from './dogs.js';
import { customers } from './index.js';
import { askedOf, customersList, type CustomersAsked } from './queries.js';
import { withOthers } from './recently.js';

const account = happened<AccountEvents>();
const opportunity = happened<OpportunityEvents>();
const person = happened<PersonEvents>();

const count = 48;
const ids = Array.from({ length: count }, (_, index) => `c${String(index).padStart(2, '0')}`);
const contactOf = (id: string): string => `p-${id}`;

/** Customers of every kind: by how often, how much and in what they bought, themselves or through contacts, and by how well they are known. */
const story: readonly GivenEvent[] = [
  ...ids.flatMap((id, index) => [
    open(id, 0, { owner: index % 3 === 0 ? 'sam' : 'kim' }),
    lead(contactOf(id), 0),
    converted(contactOf(id), 1, id),
  ]),
  rateSet(day(5), ['USD', 'EUR'], '0.5', dateOf(5)),
  ...ids
    .flatMap((accountId, index) => {
      const told: { readonly at: number; readonly event: GivenEvent }[] = [];
      const add = (at: number, event: GivenEvent) => told.push({ at, event });
      for (let order = 0; order < index % 4; order++) {
        const at = ((index * 41 + order * 97) % 500) + 2;
        const amount = {
          amount: (((index * 13 + order) % 8) + 1) * 250_000,
          currency: index % 5 === 4 ? 'USD' : 'EUR',
        };
        const by = index % 7 === 3 ? { accountId: undefined, personId: contactOf(accountId) } : { accountId };
        const late = (index + order) % 6 === 5 ? 60 : 0;
        add(at + late, bought(`${accountId}-${String(order)}`, at, 0, { ...by, amount }, at + late));
      }
      if (index % 6 === 1) {
        const won = `opportunity-w-${accountId}`;
        const [opened, closed] = [index + 10, index * 4 + 30];
        const amount = eur(2_000_000);
        add(opened, opportunityOpened(`w-${accountId}`, day(opened), { accountId, amount }));
        add(closed, opportunity(won, 'OpportunityWon', day(closed), { from: 'talk', amount }));
      }
      for (let times = 0; times < (index * 5) % 7; times++) {
        const at = ((index * 29 + times * 31) % 550) + 2;
        const outcome = (index + times) % 3 === 0 ? 'no-answer' : 'reached';
        add(at, call(`${accountId}-${String(times)}`, at, outcome, { personId: contactOf(accountId) }));
      }
      if (index % 4 === 2) {
        add(100, account(`account-${accountId}`, 'ShareOfWalletEstimated', day(100), { perCent: 60, source: 'visit' }));
      }
      return told;
    })
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event),
  account('account-c07', 'AccountMergedInto', day(610), { survivorId: 'c08' }),
  account('account-c11', 'AccountMergedInto', day(611), { survivorId: 'c12' }),
  person('person-p-c03', 'PersonMergedInto', day(612), { survivorId: 'p-c04', consents: [] }),
];

const moments = [
  { asOf: day(60), knownAt: day(60) },
  { asOf: day(250), knownAt: day(251) },
  { asOf: day(250) },
  { asOf: day(615) },
  { asOf: day(900) },
];

const phases = ['suspect', 'prospect', 'potential', 'active', 'inactive'] as const;
const groups = ['partner', 'friend', 'economist', 'dog'] as const;

describe('Lists by phase and by group', () => {
  it('are the list of all customers but for those who do not fit, whoever bought for whom', async () => {
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const idsOf = async (asked: CustomersAsked) => (await customersList(database, asked)).items.map(({ id }) => id);
      const came = new Set<string>();
      for (const moment of moments) {
        const { items: all } = await customersList(database, { ...moment, limit: 1_000 });
        for (const { phase, group } of all) came.add(phase).add(String(group));
        for (const owner of [undefined, 'sam']) {
          const those = all.filter((one) => (owner ?? one.owner) === one.owner);
          for (const phase of phases) {
            const expected = those.filter((one) => one.phase === phase).map(({ id }) => id);
            expect(await idsOf({ ...moment, owner, phase, limit: 1_000 })).toEqual(expected);
            expect(await idsOf({ ...moment, owner, phase, limit: 3 })).toEqual(expected.slice(0, 3));
          }
          for (const group of groups) {
            const expected = those.filter((one) => one.group === group).map(({ id }) => id);
            expect(await idsOf({ ...moment, owner, group, limit: 1_000 })).toEqual(expected);
            expect(await idsOf({ ...moment, owner, group, limit: 2 })).toEqual(expected.slice(0, 2));
          }
        }
        for (const group of groups) {
          const found = await inGroupAt(database, group, moment);
          expect(all.filter(({ id }) => found.has(id)).map(({ id }) => id)).toEqual(
            all.filter((one) => one.group === group).map(({ id }) => id),
          );
        }
      }
      // Nobody is a prospect here: leads were converted at once.
      expect([...came].sort()).toEqual([
        'active',
        'dog',
        'economist',
        'friend',
        'inactive',
        'null',
        'partner',
        'potential',
        'suspect',
      ]);
    });
  });

  it('miss nobody for whom others bought, whether those are few or many', async () => {
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      for (const moment of moments) {
        const [gathered, looked] = await readSteadily(database, customers, moment, async (reading) => {
          const found = async (few?: number) => {
            const others = await withOthers(reading, askedOf(reading, moment), few);
            const accounts = sql<{ id: string }>`select id from ${reading.at('accounts')} x where ${others} order by 1`;
            return (await rows(reading, accounts)).map(({ id }) => id);
          };
          return [await found(), await found(0)];
        });
        const { items } = await customersList(database, { ...moment, limit: 1_000, kind: 'account' });
        const boughtThrough = ({ id, purchases }: { readonly id: string; readonly purchases: number }) =>
          purchases > 0 && Number(id.slice(1)) % 7 === 3 && Number(id.slice(1)) % 6 !== 1;
        const through = items.filter(boughtThrough);
        expect(through.length).toBeGreaterThan(0);
        for (const { id } of through) expect([gathered.includes(id), looked.includes(id)]).toEqual([true, true]);
        for (const survivor of moment.asOf > day(612) ? ['c08', 'c12'] : []) {
          expect([gathered.includes(survivor), looked.includes(survivor)]).toEqual([true, true]);
        }
        expect(gathered.length).toBeLessThan(count / 2);
      }
    });
  });
});
