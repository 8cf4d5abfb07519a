import { describe, expect, it } from '@jest/globals';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { ActivityEvents } from '../../libs/domain/activity/activity.events.js';
import type { CaseEvents } from '../../libs/domain/case/case.events.js';
import type { CustomerEvents } from '../../libs/domain/customer/customer.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import type { PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import type { ResponseEvents } from '../../libs/domain/response/response.events.js';
import { dayIn } from '../../libs/testing/facts.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { customerHistory } from './index.js';
import { historyOfCustomer, type HistoryAsked } from './queries.js';

const account = happened<AccountEvents>();
const activity = happened<ActivityEvents>();
const deal = happened<OpportunityEvents>();
const person = happened<PersonEvents>();
const purchase = happened<PurchaseEvents>();

const day = dayIn(2017);
const call = { kind: 'phone-call', direction: 'outbound', outcome: 'no-answer', by: 'ann' } as const;
const sealed = { subject: 'person-p', box: 'AAAA' };

const story = [
  person('person-p', 'LeadRegistered', day(1), { source: 'fair', potential: 'customer' }, { sealed }),
  activity('activity-1', 'ActivityLogged', day(2), { ...call, personId: 'p' }, { recordedAt: day(9) }),
  account('account-other', 'AccountOpened', day(2), { name: 'Other', roles: [] }),
  account('account-a', 'AccountOpened', day(3), { name: 'A', roles: ['customer'] }),
  person('person-p', 'LeadConverted', day(3), { accountId: 'a', owner: 'ann', requirement: 'sales-qualified' }),
  deal('opportunity-o', 'OpportunityOpened', day(4), {
    title: 'O',
    pipelineId: 'default',
    stage: 'Prospecting',
    amount: { amount: 1, currency: 'EUR' },
    contactIds: ['p'],
  }),
  activity('activity-2', 'ActivityLogged', day(5), { ...call, opportunityId: 'o' }),
  activity('activity-3', 'ActivityLogged', day(5), { ...call, accountId: 'a', personId: 'p' }),
  activity('activity-4', 'ActivityLogged', day(5), { ...call, accountId: 'other' }),
  deal('opportunity-o', 'OpportunityAccountAssigned', day(6), { accountId: 'a' }),
];

describe('the history of a customer', () => {
  it('has the purchases that a person has a part in, from then on', async () => {
    const part = deal('opportunity-o', 'BuyingRoleAssigned', day(7), { personId: 'q', role: 'champion' });
    const lead = person('person-q', 'LeadRegistered', day(1), { source: 'fair', potential: 'customer' });
    await givenEvents(...story, lead, part).projectedBy(customerHistory, async ({ database }) => {
      const streams = async (asOf?: string) =>
        (await historyOfCustomer(database, { id: 'q', asOf }))?.items.map(({ stream }) => stream);

      expect(await streams(day(6))).toEqual(['person-q']);
      expect(await streams()).toEqual(['person-q', 'opportunity-o', 'opportunity-o', 'opportunity-o']);
    });
  });

  it('is everything that happened to an account and all that belongs to it, in order', async () => {
    await givenEvents(...story).projectedBy(customerHistory, async ({ database }) => {
      const streams = async (asked: HistoryAsked) =>
        (await historyOfCustomer(database, asked))?.items.map(({ stream, revision }) => `${stream} ${revision}`);

      expect(await streams({ id: 'a' })).toEqual([
        'person-p 0',
        'activity-1 0',
        'account-a 0',
        'person-p 1',
        'opportunity-o 0',
        'activity-2 0',
        'activity-3 0',
        'opportunity-o 1',
      ]);
      expect(await streams({ id: 'p' })).toEqual([
        'person-p 0',
        'activity-1 0',
        'person-p 1',
        'opportunity-o 0',
        'activity-3 0',
        'opportunity-o 1',
      ]);
      expect(await streams({ id: 'other', order: 'desc' })).toEqual(['activity-4 0', 'account-other 0']);
      // Before the conversion and the assignment their streams were not the account's.
      expect(await streams({ id: 'a', asOf: day(5) })).toEqual([
        'person-p 0',
        'activity-1 0',
        'account-a 0',
        'person-p 1',
        'activity-3 0',
      ]);
      expect(await streams({ id: 'p', knownAt: day(2) })).toEqual(['person-p 0']);
      expect(await streams({ id: 'a', asOf: day(1) })).toBeUndefined();
      expect(await historyOfCustomer(database, { id: 'nobody' })).toBeNull();
    });
  });

  it('holds the ratings of an account, and purchases of its own and of its people', async () => {
    const amount = { amount: 100, currency: 'EUR' };
    const order = {
      source: { system: 'erp', reference: 'SO-1' },
      kind: 'order',
      date: '2017-01-07',
      lines: [{ product: 'A', quantity: '1', unitPrice: amount, amount }],
      amount,
    } as const;
    const more = [
      account('account-a', 'AccountRated', day(6), {
        schemeId: 'abc',
        schemeVersion: 1,
        scores: [{ criterion: 'fit', score: 5 }],
        rating: 10,
        maximum: 10,
        verdict: 'above',
        policy: { name: 'rating.cut-off', version: 0 },
      }),
      purchase('purchase-1', 'PurchaseRecorded', day(7), { ...order, personId: 'p' }),
      purchase('purchase-2', 'PurchaseRecorded', day(8), { ...order, accountId: 'a' }),
      purchase('purchase-2', 'PurchaseCancelled', day(9), { amount, reason: 'Sent back' }),
      purchase('purchase-3', 'PurchaseRecorded', day(9), { ...order, accountId: 'other' }),
    ];
    await givenEvents(...story, ...more).projectedBy(customerHistory, async ({ database }) => {
      const types = async (id: string) =>
        (await historyOfCustomer(database, { id }))?.items.slice(-4).map(({ stream, type }) => `${stream} ${type}`);

      expect(await types('a')).toEqual([
        'account-a AccountRated',
        'purchase-1 PurchaseRecorded',
        'purchase-2 PurchaseRecorded',
        'purchase-2 PurchaseCancelled',
      ]);
      expect((await types('p'))?.at(-1)).toBe('purchase-1 PurchaseRecorded');
      expect((await types('other'))?.at(-1)).toBe('purchase-3 PurchaseRecorded');
    });
  });

  it('shows every step of a case, and every survey response, to the person and to their account', async () => {
    const served = happened<CaseEvents>();
    const policy = { name: 'case.targets', version: 0 } as const;
    const dates = { respondBy: day(11), resolveBy: day(12), policy };
    const told = { surveyId: 'care', surveyVersion: 1, kind: 'csat', score: 4, wantedServices: [] } as const;
    await givenEvents(
      ...story,
      served('case-c', 'CaseOpened', day(10), { personId: 'p', priority: 'high', channel: 'phone', ...dates }),
      served('case-c', 'CaseReplied', day(10), { personId: 'p', by: 'fred', first: true }),
      served('case-c', 'CaseTargetBreached', day(12), {
        personId: 'p',
        target: 'resolution',
        dueAt: day(12),
        priority: 'high',
      }),
      served('case-c', 'CaseResolved', day(13), { personId: 'p' }),
      served('case-d', 'CaseOpened', day(13), { accountId: 'other', priority: 'low', channel: 'web', ...dates }),
      happened<ResponseEvents>()('response-r', 'SurveyResponseRecorded', day(14), { ...told, personId: 'p' }),
    ).projectedBy(customerHistory, async ({ database }) => {
      for (const id of ['p', 'a']) {
        const page = await historyOfCustomer(database, { id, order: 'desc', limit: 5 });
        expect(page?.items.map(({ type }) => type)).toEqual([
          'SurveyResponseRecorded',
          'CaseResolved',
          'CaseTargetBreached',
          'CaseReplied',
          'CaseOpened',
        ]);
      }
      const other = await historyOfCustomer(database, { id: 'other', order: 'desc', limit: 1 });
      expect(other?.items.map(({ stream }) => stream)).toEqual(['case-d']);
    });
  });

  it('joins the history of a duplicate to the survivor while they are one, and the old id answers with it', async () => {
    const lead = { source: 'web', potential: 'customer' } as const;
    const more = [
      person('person-q', 'LeadRegistered', day(7), lead),
      activity('activity-5', 'ActivityLogged', day(8), { ...call, personId: 'q' }),
      account('account-b', 'AccountOpened', day(8), { name: 'A again', roles: ['customer'] }),
      activity('activity-6', 'ActivityLogged', day(8), { ...call, accountId: 'b' }),
      person('person-p', 'PersonsMerged', day(10), { duplicateId: 'q' }),
      person('person-q', 'PersonMergedInto', day(10), { survivorId: 'p', consents: [] }),
      account('account-b', 'AccountMergedInto', day(10), { survivorId: 'a' }),
      person('person-q', 'PersonSeparated', day(12), { survivorId: 'p' }),
    ];
    const ofDuplicates = ['person-q', 'activity-5', 'account-b', 'activity-6'];
    await givenEvents(...story, ...more).projectedBy(customerHistory, async ({ database }) => {
      const among = async (asked: HistoryAsked) => {
        const history = await historyOfCustomer(database, asked);
        const streams = new Set(history?.items.map(({ stream }) => stream));
        return [history?.customerId, ...ofDuplicates.filter((stream) => streams.has(stream))];
      };
      expect(await among({ id: 'p', asOf: day(9) })).toEqual(['p']);
      expect(await among({ id: 'p', asOf: day(11) })).toEqual(['p', 'person-q', 'activity-5']);
      expect(await among({ id: 'q', asOf: day(11) })).toEqual(['p', 'person-q', 'activity-5']);
      expect(await among({ id: 'a', asOf: day(11) })).toEqual(['a', ...ofDuplicates]);
      expect(await among({ id: 'b', asOf: day(11) })).toEqual(['a', ...ofDuplicates]);
      expect(await among({ id: 'a' })).toEqual(['a', 'account-b', 'activity-6']);
      expect(await among({ id: 'q' })).toEqual(['q', 'person-q', 'activity-5']);

      const inSql = async (asOf: string) => {
        const client = await database.pool.connect();
        try {
          await client.query(`set kroniek.as_of = '${asOf}'`);
          const { rows } = await client.query<{ customer_id: string; streams: string }>(
            `select customer_id, string_agg(distinct stream, ' ' order by stream) as streams
             from analytics.customer_history where stream = any($1) group by 1 order by 1`,
            [ofDuplicates],
          );
          return rows.map(({ customer_id, streams }) => `${customer_id}: ${streams}`);
        } finally {
          client.release(true);
        }
      };
      expect(await inSql(day(11))).toEqual(['a: account-b activity-5 activity-6 person-q', 'p: activity-5 person-q']);
      expect(await inSql(day(12))).toEqual(['a: account-b activity-6', 'q: activity-5 person-q']);
    });
  });

  it('follows a contact to another account, and shows names to those alone who may see them', async () => {
    const list = { source: { kind: 'bought-list', name: 'Fair' } } as const;
    await givenEvents(
      ...story,
      person('person-p', 'ContactAccountAssigned', day(8), { accountId: 'other', before: 'a' }),
      person('person-n', 'NameRegistered', day(8), list),
      person('person-n', 'LeadRegistered', day(9), { source: 'web', potential: 'customer' }),
    ).projectedBy(customerHistory, async ({ database }) => {
      const lengths = async (asked: HistoryAsked) => (await historyOfCustomer(database, asked))?.items.length;
      const last = await historyOfCustomer(database, { id: 'other', order: 'desc', limit: 1 });
      expect(last?.items.map(({ type }) => type)).toEqual(['ContactAccountAssigned']);

      expect(await lengths({ id: 'n', asOf: day(8), seesNames: true })).toBe(1);
      expect(await lengths({ id: 'n', asOf: day(8) })).toBeUndefined();
      expect(await lengths({ id: 'n' })).toBe(2);
    });
  });

  it('shows the phases of the relationship, with what decided them', async () => {
    const phase = happened<CustomerEvents>();
    const because = [{ ground: 'contact', stream: 'person-p' }] as const;
    await givenEvents(
      ...story,
      phase('customer-p', 'CustomerPhaseChanged', day(7), {
        customerKind: 'person',
        to: 'prospect',
        at: day(1),
        because,
      }),
      phase('customer-p', 'CustomerPhaseEnded', day(7), { customerKind: 'person', from: 'prospect', at: day(3) }),
      phase('customer-a', 'CustomerPhaseChanged', day(7), {
        customerKind: 'account',
        to: 'potential',
        at: day(3),
        because,
      }),
    ).projectedBy(customerHistory, async ({ database }) => {
      const last = async (id: string, limit: number) =>
        (await historyOfCustomer(database, { id, order: 'desc', limit }))?.items.map(({ stream, type }) => [
          stream,
          type,
        ]);
      const ofPerson = [
        ['customer-p', 'CustomerPhaseEnded'],
        ['customer-p', 'CustomerPhaseChanged'],
      ];
      expect(await last('a', 3)).toEqual([['customer-a', 'CustomerPhaseChanged'], ...ofPerson]);
      expect(await last('p', 2)).toEqual(ofPerson);
      expect(await last('other', 1)).not.toContainEqual(['customer-a', 'CustomerPhaseChanged']);
    });
  });

  it('comes in pages, tells who did it, and keeps personal data sealed', async () => {
    await givenEvents(...story).projectedBy(customerHistory, async ({ database }) => {
      const first = await historyOfCustomer(database, { id: 'a', limit: 5 });
      const rest = await historyOfCustomer(database, { id: 'a', limit: 5, cursor: first?.next ?? '' });
      const all = await historyOfCustomer(database, { id: 'a' });

      expect([...(first?.items ?? []), ...(rest?.items ?? [])]).toEqual(all?.items);
      expect(rest?.next).toBeNull();
      expect(all?.items[0]).toMatchObject({
        position: '7',
        type: 'LeadRegistered',
        occurredAt: day(1),
        actor: { id: 'key-1', role: 'sales' },
        data: { source: 'fair', potential: 'customer' },
        sealed,
      });
      await expect(historyOfCustomer(database, { id: 'p', cursor: first?.next ?? '' })).rejects.toMatchObject({
        code: 'INVALID_CURSOR',
      });
    });
  });

  it('answers analysts in SQL without personal data', async () => {
    await givenEvents(...story).projectedBy(customerHistory, async ({ database }) => {
      const { rows } = await database.pool.query<object>(
        `select * from analytics.customer_history where customer_id = 'a' order by occurred_at, position`,
      );

      expect(rows).toHaveLength(8);
      expect(rows[0]).not.toHaveProperty('sealed');
      expect(rows[0]).toMatchObject({ customer_id: 'a', stream: 'person-p', data: { source: 'fair' } });
    });
  });
});
