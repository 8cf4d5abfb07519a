import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '../../libs/domain/activity/activity.events.js';
import { bought, call, day, lead, open, qualified } from '../../libs/testing/customers.js';
import { policyChanged } from '../../libs/testing/facts.js';
import { givenEvents } from '../../libs/testing/projection.js';
import { attentionDue, type AttentionAsked } from './attention-due.js';
import { customers } from './index.js';

const called = (id: string, at: number, outcome: Outcome, recorded = at) =>
  call(id, at, outcome, { personId: 'p' }, recorded);

const everyTenDays = [
  { phase: 'potential', days: 99 },
  { phase: 'prospect', days: 10 },
] as const;

const story = [
  lead('p', 0),
  open('a', 0, { name: 'A' }),
  policyChanged('attention.cadence', 1, day(1), { rules: everyTenDays }),
  called('1', 8, 'no-answer'),
  called('2', 12, 'reached', 15),
  qualified('p', 40, 'marketing-qualified'),
  qualified('p', 40, 'sales-qualified'),
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
    const byDefault = [...story.filter(({ stream }) => !stream.startsWith('policy')), bought('1', 2, 100)];
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
