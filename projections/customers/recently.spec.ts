import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import { policyDefaults } from '../../libs/domain/policy/policy.events.js';
import type { PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import { readSteadily, rows } from '../../libs/read-model/index.js';
import { bought, call, converted, dateOf, day, lead, open } from '../../libs/testing/customers.js';
import { eur, opportunityOpened, policyChanged, rateSet } from '../../libs/testing/facts.js';
import { type GivenEvent, givenEvents, happened } from '../../libs/testing/projection.js';
import { inGroup } from './in-group.js';
import { customers } from './index.js';
import { askedOf, customersList, type CustomersAsked } from './queries.js';
import { withOthers } from './recently.js';

const account = happened<AccountEvents>();
const opportunity = happened<OpportunityEvents>();
const person = happened<PersonEvents>();
const purchase = happened<PurchaseEvents>();

const count = 48;
const ids = Array.from({ length: count }, (_, index) => `c${String(index).padStart(2, '0')}`);
const contactOf = (id: string): string => `p-${id}`;

/** People without an account. */
const alone = Array.from({ length: 8 }, (_, index) => `q${String(index)}`);

/** How customers are judged by what they buy, one after the other. */
const judgedBy = (version: number, at: number, buying: object): GivenEvent => {
  const before = policyDefaults['customer-group'];
  return policyChanged('customer-group', version, day(at), { ...before, buying: { ...before.buying, ...buying } });
};

/** Customers of every kind: by how often, how much and in what they bought, themselves or through contacts, and by how well they are known. */
const story: readonly GivenEvent[] = [
  ...ids.flatMap((id, index) => [
    open(id, 0, { owner: index % 3 === 0 ? 'sam' : 'kim' }),
    lead(contactOf(id), 0),
    converted(contactOf(id), 1, id),
  ]),
  ...alone.map((id) => lead(id, 0)),
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
      const first = told[0]?.at;
      const [stream, reason] = [`purchase-${accountId}-0`, 'a slip'];
      if (first !== undefined && index % 9 === 2) {
        const less = { kind: 'return', amount: eur(0), lines: [], difference: -250_000, reason } as const;
        add(first + 20, purchase(stream, 'PurchaseCorrected', day(first + 20), less));
      }
      if (first !== undefined && index % 9 === 5) {
        add(first + 30, purchase(stream, 'PurchaseCancelled', day(first + 30), { amount: eur(250_000), reason }));
      }
      if (first !== undefined && index % 8 === 5) {
        const invoice = { accountId, kind: 'invoice', orderId: `${accountId}-0`, amount: eur(9_000_000) };
        add(first + 5, bought(`${accountId}-invoice`, first + 5, 0, invoice));
      }
      if (index % 6 === 1) {
        const won = `opportunity-w-${accountId}`;
        const [opened, closed] = [index + 10, index * 4 + 30];
        const amount = eur(2_000_000);
        add(opened, opportunityOpened(`w-${accountId}`, day(opened), { accountId, amount }));
        add(closed, opportunity(won, 'OpportunityWon', day(closed), { from: 'talk', amount }));
        if (index % 4 === 1) add(260, opportunity(won, 'OpportunityReopened', day(260), { to: 'talk', reason }));
        if (index % 4 === 3) {
          add(
            270,
            bought(`${accountId}-named`, 270, 0, { accountId, amount: eur(400_000), opportunityId: `w-${accountId}` }),
          );
        }
      }
      for (let times = 0; times < (index * 5) % 7; times++) {
        const at = ((index * 29 + times * 31) % 550) + 2;
        const outcome = (index + times) % 3 === 0 ? 'no-answer' : 'reached';
        add(at, call(`${accountId}-${String(times)}`, at, outcome, { personId: contactOf(accountId) }));
      }
      if (index % 4 === 2 || index % 8 === 0) {
        add(100, account(`account-${accountId}`, 'ShareOfWalletEstimated', day(100), { perCent: 60, source: 'visit' }));
      }
      return told;
    })
    .concat(
      alone.flatMap((personId, index) =>
        Array.from({ length: index % 3 }, (_, order) => {
          const at = ((index * 67 + order * 151) % 400) + 2;
          const amount = eur((index + 1) * 400_000);
          return {
            at,
            event: bought(`${personId}-${String(order)}`, at, 0, { accountId: undefined, personId, amount }),
          };
        }),
      ),
      { at: 240, event: judgedBy(1, 240, { needed: 1 }) },
      { at: 300, event: judgedBy(2, 300, {}) },
      { at: 460, event: judgedBy(3, 460, { value: 0 }) },
      { at: 605, event: judgedBy(4, 605, { needed: 3 }) },
    )
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event),
  account('account-c07', 'AccountMergedInto', day(610), { survivorId: 'c08' }),
  account('account-c11', 'AccountMergedInto', day(611), { survivorId: 'c12' }),
  person('person-p-c03', 'PersonMergedInto', day(612), { survivorId: 'p-c04', consents: [] }),
  account('account-c11', 'AccountSeparated', day(700), { survivorId: 'c12' }),
  policyChanged('reporting.currency', 1, day(800), { currency: 'USD' }),
];

const moments = [
  { asOf: day(60), knownAt: day(60) },
  { asOf: day(250), knownAt: day(251) },
  { asOf: day(250) },
  { asOf: day(450) },
  { asOf: day(520) },
  { asOf: day(615) },
  { asOf: day(900) },
];

const survivorsAt = (at: string): readonly string[] => [
  ...(at >= day(610) ? ['c08'] : []),
  ...(at >= day(611) && at < day(700) ? ['c12'] : []),
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
            const silent = await idsOf({ ...moment, owner, phase, sort: 'days-silent', limit: 1_000 });
            expect([...silent].sort()).toEqual(expected);
          }
          for (const group of groups) {
            const expected = those.filter((one) => one.group === group);
            const { items } = await customersList(database, { ...moment, owner, group, limit: 1_000 });
            expect(items).toEqual(expected);
            const first = await customersList(database, { ...moment, owner, group, limit: 2 });
            expect(first.items).toEqual(expected.slice(0, 2));
          }
        }
        for (const group of groups) {
          const everybody = all.map(({ id }) => id);
          const found = await inGroup(database, group, everybody, moment);
          expect(everybody.filter((id) => found.has(id))).toEqual(
            all.filter((one) => one.group === group).map(({ id }) => id),
          );
        }
      }
      expect([...came].sort()).toEqual([...phases, ...groups, 'null'].sort());
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
        for (const survivor of survivorsAt(moment.asOf)) {
          expect([gathered.includes(survivor), looked.includes(survivor)]).toEqual([true, true]);
        }
        expect(gathered.length).toBeLessThan(count / 2);
      }
    });
  });
});
