import { describe, expect, it } from '@jest/globals';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { Outcome } from '../../libs/domain/activity/activity.events.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import type { Rule } from '../../libs/domain/segment/segment.rules.js';
import { bought, call, converted, day, lead, open, qualified } from '../../libs/testing/customers.js';
import { policyChanged } from '../../libs/testing/facts.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import type { Database } from '../../libs/read-model/index.js';
import { segmentsModel } from '../segments/index.js';
import { attentionDue, type AttentionAsked } from './attention-due.js';
import { customers } from './index.js';

const called = (id: string, at: number, outcome: Outcome, recorded = at) =>
  call(id, at, outcome, { personId: 'p' }, recorded);

const account = happened<AccountEvents>();
const segment = happened<SegmentEvents>();

const everyTenDays = [
  { phase: 'potential', days: 99 },
  { phase: 'prospect', days: 10 },
] as const;

/** Who is due, page by page. */
async function paged(database: Database, asked: AttentionAsked): Promise<readonly string[]> {
  const found: string[] = [];
  for (let cursor: string | null | undefined = undefined; cursor !== null;) {
    const page: Awaited<ReturnType<typeof attentionDue>> = await attentionDue(database, { ...asked, limit: 1, cursor });
    found.push(...page.items.map(({ customerId }) => customerId));
    cursor = page.next;
  }
  return found;
}

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
      [segmentsModel],
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
      [segmentsModel],
    );
  });

  it('is due to the members of a segment, by a rule or named one by one, as they were known', async () => {
    const every = (days: number) => policyChanged('attention.cadence', 1, day(1), { rules: rules(days) });
    const rules = (days: number) => [
      { segmentId: 'windy', days },
      { segmentId: 'readers', phase: 'prospect', days: 20 },
      { segmentId: 'fair', days: 30 },
      { segmentId: 'not-there', days: 1 },
    ];
    const wind = { field: 'industry', operator: 'one-of', value: ['wind'] } as const;
    const steel = { field: 'industry', operator: 'one-of', value: ['steel'] } as const;
    const leads = { field: 'kind', operator: 'one-of', value: ['lead'] } as const;
    const define = (id: string, version: number, at: number, of: 'accounts' | 'people', rule: Rule) =>
      segment(`segment-${id}`, 'SegmentDefined', day(at), { name: id, of, rule, version });
    const told = [
      every(10),
      open('a', 0, { name: 'A', industry: 'wind' }),
      open('b', 0, { name: 'B' }),
      open('c', 0, { name: 'C', industry: 'steel' }),
      lead('p', 0),
      define('windy', 1, 2, 'accounts', wind),
      define('readers', 1, 2, 'people', leads),
      segment('segment-fair', 'StaticListCreated', day(2), { name: 'Fair', of: 'accounts' }),
      segment('segment-fair', 'StaticListMembersAdded', day(3), { members: ['c', 'p'] }),
      // It was wind all along, which was learnt late.
      account('account-b', 'AccountDetailsChanged', day(8), { industry: 'wind', cleared: [] }, { recordedAt: day(14) }),
      account('account-a', 'AccountDetailsChanged', day(25), { cleared: ['industry'] }),
      segment('segment-fair', 'SegmentRetired', day(40), { reason: 'over' }),
      define('windy', 2, 50, 'accounts', steel),
    ];
    await givenEvents(...told).projectedBy(
      customers,
      async ({ database }) => {
        const due = async (asOf: number, knownAt = asOf) =>
          (await attentionDue(database, { asOf: day(asOf), knownAt: day(knownAt) })).items.map(
            ({ customerId, rule }) => `${customerId} ${String(rule)}`,
          );
        expect(await due(9)).toEqual([]);
        expect(await due(13)).toEqual(['a 1']);
        expect(await due(13, 14)).toEqual(['a 1', 'b 1']);
        expect(await due(24)).toEqual(['a 1', 'b 1', 'p 2']);
        expect(await due(30)).toEqual(['b 1', 'p 2', 'c 3']);
        // A segment that is retired has no members, and another rule has others.
        expect(await due(45)).toEqual(['b 1', 'p 2']);
        expect(await due(50)).toEqual(['c 1', 'p 2']);
        expect(await due(50, 49)).toEqual(['b 1', 'p 2']);
        // An analyst needs no right on the read model of segments itself.
        const analyst = await database.pool.connect();
        await analyst.query('set role analyst');
        const { rows } = await analyst.query<object>('select customer_id, rule from analytics.attention order by 1');
        await analyst.query('reset role');
        analyst.release();
        expect(rows).toEqual([
          { customer_id: 'c', rule: 1 },
          { customer_id: 'p', rule: 2 },
        ]);
        // In pages the order is the same.
        expect(await paged(database, { asOf: day(30) })).toEqual(['b', 'p', 'c']);
      },
      [],
      [segmentsModel],
    );
  });

  it('is due in order, page by page, where a contact was reached long after the account itself', async () => {
    const told = [
      policyChanged('attention.cadence', 1, day(0), { rules: [{ days: 30 }] }),
      ...['a', 'b', 'c', 'd'].map((id) => open(id, 0, { name: id, owner: 'sam' })),
      lead('p', 1),
      converted('p', 2, 'b'),
      call('1', 10, 'reached', { accountId: 'b' }),
      call('2', 60, 'reached', { accountId: 'a' }),
      call('3', 70, 'reached', { accountId: 'c' }),
      call('4', 80, 'reached', { personId: 'p' }),
      call('5', 90, 'reached', { accountId: 'd' }),
    ];
    await givenEvents(...told).projectedBy(
      customers,
      async ({ database }) => {
        const inOrder = ['a', 'c', 'b', 'd'];
        expect(await paged(database, { asOf: day(200) })).toEqual(inOrder);
        expect(await paged(database, { asOf: day(200), owner: 'sam' })).toEqual(inOrder);
      },
      [],
      [segmentsModel],
    );
  });
});
