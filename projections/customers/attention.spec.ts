import { describe, expect, it } from '@jest/globals';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { ActivityEvents, Outcome } from '../../libs/domain/activity/activity.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import type { PolicyEvents } from '../../libs/domain/policy/policy.events.js';
import type { PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { attentionDue, type AttentionAsked } from './attention-due.js';
import { customers } from './index.js';

const person = happened<PersonEvents>();
const activity = happened<ActivityEvents>();
const policy = happened<PolicyEvents>();

/** Days from the beginning of 2024. */
const day = (number: number): string => new Date(Date.UTC(2024, 0, 1) + number * 86_400_000).toISOString();

const called = (id: string, at: number, outcome: Outcome, recorded = at) =>
  activity(
    `activity-${id}`,
    'ActivityLogged',
    day(at),
    { kind: 'phone-call', direction: 'outbound', outcome, by: 'sam', personId: 'p' },
    { recordedAt: day(recorded) },
  );

const everyTenDays = [
  { phase: 'potential', days: 99 },
  { phase: 'prospect', days: 10 },
] as const;

const story = [
  person('person-p', 'LeadRegistered', day(0), { source: 'fair', potential: 'customer', owner: 'ann' }),
  happened<AccountEvents>()('account-a', 'AccountOpened', day(0), { name: 'A', roles: ['customer'] }),
  policy('policy-attention.cadence', 'PolicyChanged', day(1), {
    policy: 'attention.cadence',
    version: 1,
    value: { rules: everyTenDays },
  }),
  called('1', 8, 'no-answer'),
  called('2', 12, 'reached', 15),
  person('person-p', 'LeadQualified', day(40), { level: 'marketing-qualified' }),
  person('person-p', 'LeadQualified', day(40), { level: 'sales-qualified' }),
];

describe('attention', () => {
  it('is due when nobody reached a customer as often as the first rule that applies says', async () => {
    await givenEvents(...story).projectedBy(
      customers,
      async ({ database }) => {
        const due = async (asked: AttentionAsked) =>
          (await attentionDue(database, asked)).items.map(({ customerId, daysOverdue }) => [customerId, daysOverdue]);

        expect(await due({ asOf: day(9) })).toEqual([]);
        expect(await due({ asOf: day(10) })).toEqual([['p', 0]]);
        // Who was not reached is due still; a call that was reported late was not known of.
        expect(await due({ asOf: day(13), knownAt: day(14) })).toEqual([['p', 3]]);
        expect(await due({ asOf: day(13) })).toEqual([]);
        expect(await due({ asOf: day(23), owner: 'ann' })).toEqual([['p', 1]]);
        expect(await due({ asOf: day(23), owner: 'sam' })).toEqual([]);
        expect(await due({ asOf: day(41) })).toEqual([]);
        expect(await due({ asOf: day(111), phase: 'potential' })).toEqual([['p', 0]]);
        expect((await attentionDue(database, { asOf: day(12), knownAt: day(12) })).items).toMatchObject([
          {
            customerId: 'p',
            kind: 'person',
            owner: 'ann',
            phase: 'prospect',
            lastInteraction: null,
            knownSince: day(0),
            lastAttempt: day(8),
            failedAttempts: 1,
            dueAt: day(10),
            everyDays: 10,
            rule: 2,
            policyVersion: 1,
          },
        ]);
        const { rows } = await database.pool.query<object>('select * from analytics.attention');
        expect(rows).toMatchObject([{ customer_id: 'p', rule: 1, every_days: 99 }]);
      },
      [2],
    );
  });

  it('is not due to dogs by default, and is to those of whom nothing is known: they are none', async () => {
    const once = happened<PurchaseEvents>()('purchase-1', 'PurchaseRecorded', day(2), {
      source: { system: 'erp', reference: '1' },
      kind: 'order',
      date: '2024-01-03',
      lines: [],
      amount: { amount: 100, currency: 'EUR' },
      accountId: 'a',
    });
    const byDefault = [...story.filter(({ stream }) => !stream.startsWith('policy')), once];
    await givenEvents(...byDefault).projectedBy(
      customers,
      async ({ database }) => {
        // The small customer of long ago is a dog; the lead is to be reached as its phase asks for.
        const { items } = await attentionDue(database, { asOf: day(400) });
        expect(items).toMatchObject([{ customerId: 'p', group: null, rule: 3, everyDays: 14, policyVersion: 0 }]);
        const { rows } = await database.pool.query<object>('select customer_group from analytics.attention');
        expect(rows).toEqual([{ customer_group: null }]);
      },
      [],
    );
  });
});
