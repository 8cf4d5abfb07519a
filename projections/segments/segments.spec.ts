import { describe, expect, it } from '@jest/globals';
import type { PolicyEvents } from '../../libs/domain/policy/policy.events.js';
import type { Rule, SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import type { Database } from '../../libs/read-model/index.js';
import { accountOpened, dayIn, eur, purchaseRecorded } from '../../libs/testing/facts.js';
import { type GivenEvent, givenEvents, happened } from '../../libs/testing/projection.js';
import type { Customer, CustomerEvents } from './customer.js';
import { factsAt } from './facts.js';
import { segmentsModel } from './index.js';
import { membersOfSegment, segmentDetail, segmentsList } from './queries.js';

const on = happened<CustomerEvents>();
const about = happened<SegmentEvents>();
const set = happened<PolicyEvents>();

/** Midnight of the so-manieth day of 2024, from 1. */
const day = dayIn(2024);

const open = (id: string, at: number, industry?: string) =>
  accountOpened(id, day(at), industry === undefined ? {} : { industry });
const buy = (id: string, accountId: string, at: number, recordedAt = day(at)) =>
  purchaseRecorded(id, day(at), { accountId, amount: eur(100) }, { recordedAt });
const define = (
  id: string,
  at: number,
  rule: Rule,
  version = 1,
  of: SegmentAudience = 'accounts',
  recordedAt = day(at),
) => about(`segment-${id}`, 'SegmentDefined', day(at), { name: id, of, rule, version }, { recordedAt });

const wind: Rule = { field: 'industry', operator: 'one-of', value: ['Wind'] };
const inactive: Rule = { field: 'phase', operator: 'one-of', value: ['inactive'] };

const members = async (database: Database, id: string, asOf?: number, knownAt?: number): Promise<readonly string[]> =>
  (
    await membersOfSegment(database, {
      id,
      seesNames: true,
      asOf: asOf === undefined ? undefined : day(asOf),
      knownAt: knownAt === undefined ? undefined : day(knownAt),
    })
  )?.items.map((member) => member.id) ?? ['none'];

describe('a dynamic segment', () => {
  const story: readonly GivenEvent[] = [
    open('a', 1, 'wind'),
    open('b', 1, 'Steel'),
    define('windy', 2, wind),
    open('c', 3, 'Wind '),
    on('account-b', 'AccountDetailsChanged', day(4), { industry: 'Wind', cleared: [] }),
    on('account-a', 'AccountDetailsChanged', day(5), { cleared: ['industry'] }),
    on('account-b', 'AccountTransferred', day(6), { to: 'sam' }),
  ];

  it('is entered and left as facts change, each because of an event', async () => {
    await givenEvents(...story).projectedBy(segmentsModel, async ({ database }) => {
      expect(await members(database, 'windy', 1)).toEqual(['none']);
      expect(await members(database, 'windy', 2)).toEqual(['a']);
      expect(await members(database, 'windy', 3)).toEqual(['a', 'c']);
      expect(await members(database, 'windy', 4)).toEqual(['a', 'b', 'c']);
      expect(await members(database, 'windy')).toEqual(['b', 'c']);
      const page = await membersOfSegment(database, { id: 'windy', asOf: day(4), seesNames: true });
      expect(page?.items.map(({ id, enteredAt, because }) => [id, enteredAt, because.type])).toEqual([
        ['a', day(2), 'SegmentDefined'],
        ['b', day(4), 'AccountDetailsChanged'],
        ['c', day(3), 'AccountOpened'],
      ]);
      const { rows } = await database.pool.query<object>(
        `select customer_id, entered_because, left_because from analytics.segment_stays order by 1`,
      );
      expect(rows).toEqual([
        { customer_id: 'a', entered_because: 'SegmentDefined', left_because: 'AccountDetailsChanged' },
        { customer_id: 'b', entered_because: 'AccountDetailsChanged', left_because: null },
        { customer_id: 'c', entered_because: 'AccountOpened', left_because: null },
      ]);
      const view = await database.pool.query<object>('select customer_id from analytics.segment_members order by 1');
      expect(view.rows).toEqual([{ customer_id: 'b' }, { customer_id: 'c' }]);
    });
  });

  it('is entered by the passing of time alone, to the day, and as a late fact tells', async () => {
    const late = [
      open('a', 1),
      buy('1', 'a', 1),
      define('gone', 2, inactive),
      buy('2', 'a', 100, day(190)),
      open('b', 3),
    ];
    await givenEvents(...late).projectedBy(segmentsModel, async ({ database }) => {
      expect(await members(database, 'gone', 180)).toEqual([]);
      expect(await members(database, 'gone', 181, 189)).toEqual(['a']);
      expect(await members(database, 'gone', 181)).toEqual([]);
      expect(await members(database, 'gone', 279)).toEqual([]);
      expect(await members(database, 'gone', 280)).toEqual(['a']);
    });
  });

  it('follows the window of the policy, at any instant as it was then', async () => {
    const value = { days: 10, segments: [{ segmentId: 'loyal', days: 30 }] };
    const windows = [
      open('a', 1),
      open('b', 1),
      buy('1', 'a', 1),
      buy('2', 'b', 1),
      about('segment-loyal', 'StaticListCreated', day(1), { name: 'Loyal', of: 'accounts' }),
      about('segment-loyal', 'StaticListMembersAdded', day(1), { members: ['b'] }),
      define('gone', 2, inactive),
      set('policy-inactivity.window', 'PolicyChanged', day(20), { policy: 'inactivity.window', version: 1, value }),
    ];
    await givenEvents(...windows).projectedBy(segmentsModel, async ({ database }) => {
      expect(await members(database, 'gone', 19)).toEqual([]);
      expect(await members(database, 'gone', 20)).toEqual(['a']);
      expect(await members(database, 'gone', 31)).toEqual(['a', 'b']);
      expect(await members(database, 'gone', 31, 19)).toEqual([]);
    });
  });

  it('keeps each version of its rule, and has no members once it is retired', async () => {
    const steel: Rule = { not: wind };
    const versions = [
      ...story,
      define('windy', 7, steel, 2),
      on('account-c', 'AccountDetailsChanged', day(8), { industry: 'Glass', cleared: [] }),
      about('segment-windy', 'SegmentRetired', day(9), { reason: 'Over' }),
    ];
    await givenEvents(...versions).projectedBy(segmentsModel, async ({ database }) => {
      expect(await members(database, 'windy', 6)).toEqual(['b', 'c']);
      expect(await members(database, 'windy', 7)).toEqual(['a']);
      expect(await members(database, 'windy', 7, 6)).toEqual(['b', 'c']);
      expect(await members(database, 'windy', 8)).toEqual(['a', 'c']);
      expect(await members(database, 'windy')).toEqual([]);
      expect(await segmentDetail(database, { id: 'windy', asOf: day(8), seesNames: true })).toMatchObject({
        ...{ version: 2, members: 2, complete: true, retired: false, rule: steel },
      });
      expect(await segmentDetail(database, { id: 'calm', seesNames: true })).toBeNull();
      expect((await segmentsList(database, { retired: true })).items).toMatchObject([{ id: 'windy', kind: 'dynamic' }]);
    });
  });

  it('knows people with what is known of their account', async () => {
    const people = [
      on('person-p', 'LeadRegistered', day(1), { source: 'fair', potential: 'customer' }),
      open('a', 2, 'Wind'),
      on('person-p', 'LeadConverted', day(3), { accountId: 'a', owner: 'sam', requirement: 'sales-qualified' }),
      on('person-p', 'ConsentGiven', day(3), { channel: 'e-mail', source: 'form' }),
      define('windy', 4, wind, 1, 'people'),
      define('asked', 4, { field: 'consent', channel: 'e-mail', operator: 'one-of', value: ['opted-in'] }, 1, 'people'),
      on('account-a', 'AccountDetailsChanged', day(5), { industry: 'Steel', cleared: [] }),
      on('person-p', 'ConsentWithdrawn', day(6), { channel: 'e-mail', source: 'phone' }),
      open('b', 6, 'Wind'),
      on('person-p', 'ContactAccountAssigned', day(7), { accountId: 'b', before: 'a' }),
    ];
    await givenEvents(...people).projectedBy(segmentsModel, async ({ database }) => {
      expect(await members(database, 'windy', 4)).toEqual(['p']);
      expect(await members(database, 'windy', 5)).toEqual([]);
      expect(await members(database, 'windy', 7)).toEqual(['p']);
      expect(await members(database, 'asked', 5)).toEqual(['p']);
      expect(await members(database, 'asked', 6)).toEqual([]);
    });
  });
});

describe('the phase in a rule', () => {
  const phase = (...value: readonly string[]): Rule => ({ field: 'phase', operator: 'one-of', value });

  it('is how far an account has come, with its contacts, and a merged one counts for its survivor', async () => {
    const met = [
      define('suspects', 1, phase('suspect')),
      define('potential', 1, phase('potential')),
      define('active', 1, phase('active')),
      open('a', 2),
      open('b', 2),
      on('person-p', 'LeadRegistered', day(1), { source: 'fair', potential: 'customer' }),
      on('person-p', 'LeadConverted', day(3), { accountId: 'a', owner: 'sam', requirement: 'sales-qualified' }),
      on('person-p', 'ConversionReverted', day(5), { reason: 'Mistaken', accountId: 'a', openedAccount: false }),
      // To be called is to have shown nothing yet.
      on('activity-c', 'ActivityLogged', day(4), {
        kind: 'phone-call',
        direction: 'outbound',
        outcome: 'reached',
        by: 'sam',
        accountId: 'b',
      }),
      buy('1', 'b', 6),
      on('account-b', 'AccountMergedInto', day(7), { survivorId: 'a' }),
      on('account-b', 'AccountSeparated', day(8), { survivorId: 'a' }),
    ];
    await givenEvents(...met).projectedBy(segmentsModel, async ({ database }) => {
      expect(await members(database, 'suspects', 2)).toEqual(['a', 'b']);
      expect(await members(database, 'potential', 3)).toEqual(['a']);
      expect(await members(database, 'suspects', 5)).toEqual(['a', 'b']);
      expect(await members(database, 'active', 6)).toEqual(['b']);
      expect(await members(database, 'active', 7)).toEqual(['a']);
      expect(await members(database, 'active', 8)).toEqual(['b']);
      expect(await members(database, 'suspects', 8)).toEqual(['a']);
    });
  });
});

describe('what a rule asks of a customer', () => {
  const phase = (...value: readonly string[]): Rule => ({ field: 'phase', operator: 'one-of', value });
  const spoken = (id: string, at: number, about: object) =>
    on(`activity-${id}`, 'ActivityLogged', day(at), {
      ...{ kind: 'phone-call', direction: 'inbound', outcome: 'reached', by: 'sam' },
      ...about,
    });

  it('calls an account a suspect that was only talked to, as the lists of customers do', async () => {
    const talked = [
      define('suspects', 1, phase('suspect')),
      define('prospects', 1, phase('prospect')),
      open('a', 2),
      spoken('1', 3, { accountId: 'a' }),
      define('asked-later', 4, phase('prospect')),
    ];
    await givenEvents(...talked).projectedBy(segmentsModel, async ({ database }) => {
      expect(await members(database, 'suspects')).toEqual(['a']);
      expect(await members(database, 'prospects')).toEqual([]);
      expect(await members(database, 'asked-later')).toEqual([]);
    });
  });

  it('is the last word of a person on a channel, and of two at one instant the one that withdraws', () => {
    const said = (word: 'opted-in' | 'opted-out', at: number) => ({ consent: { 'e-mail': { word, since: day(at) } } });
    const consent = (own: Customer, duplicate: Customer) =>
      factsAt({ own, duplicates: [duplicate], contacts: [] }, { days: 180, segments: [] }, day(9)).facts.consent;
    expect(consent(said('opted-in', 1), said('opted-out', 1))).toEqual({ 'e-mail': 'opted-out' });
    expect(consent(said('opted-out', 1), said('opted-in', 1))).toEqual({ 'e-mail': 'opted-out' });
    expect(consent(said('opted-out', 1), said('opted-in', 2))).toEqual({ 'e-mail': 'opted-in' });
  });

  it('counts a won opportunity of an account and the purchase of its contact that names it once', async () => {
    const worth = (amount: number): Rule => ({
      ...{ field: 'lifetime-value', of: 'realised', operator: 'at-least' },
      value: eur(amount),
    });
    const sold = [
      define('small', 1, worth(100)),
      define('large', 1, worth(101)),
      open('a', 2),
      on('person-p', 'LeadRegistered', day(2), { source: 'fair', potential: 'customer' }),
      on('person-p', 'LeadConverted', day(3), { accountId: 'a', owner: 'sam', requirement: 'sales-qualified' }),
      on('opportunity-o', 'OpportunityOpened', day(3), {
        ...{ title: 'Blades', pipelineId: 'default', stage: 'prospecting', amount: eur(100), accountId: 'a' },
        contactIds: ['p'],
      }),
      on('opportunity-o', 'OpportunityWon', day(4), { from: 'prospecting', amount: eur(100) }),
      on('purchase-1', 'PurchaseRecorded', day(5), {
        ...{ personId: 'p', source: { system: 'erp', reference: '1' }, kind: 'order', date: day(5).slice(0, 10) },
        ...{ lines: [], amount: eur(100), opportunityId: 'o' },
      }),
    ];
    await givenEvents(...sold).projectedBy(segmentsModel, async ({ database }) => {
      expect(await members(database, 'small')).toEqual(['a']);
      expect(await members(database, 'large')).toEqual([]);
    });
  });
});

describe('a static list', () => {
  it('has the members that were put on it, in pages', async () => {
    const list = [
      about('segment-fair', 'StaticListCreated', day(1), { name: 'Fair', of: 'people' }),
      about('segment-fair', 'StaticListMembersAdded', day(2), { members: ['p', 'q', 'r'] }),
      about('segment-fair', 'StaticListMembersRemoved', day(3), { members: ['q'] }),
    ];
    await givenEvents(...list).projectedBy(segmentsModel, async ({ database }) => {
      expect(await members(database, 'fair', 2)).toEqual(['p', 'q', 'r']);
      expect(await members(database, 'fair')).toEqual(['p', 'r']);
      const first = await membersOfSegment(database, { id: 'fair', limit: 1, seesNames: true });
      expect(first?.next).not.toBeNull();
      const second = await membersOfSegment(database, {
        id: 'fair',
        limit: 1,
        cursor: first?.next ?? '',
        seesNames: true,
      });
      expect(second?.items.map(({ id }) => id)).toEqual(['r']);
      const other = { id: 'other', cursor: first?.next ?? '', seesNames: true };
      await expect(membersOfSegment(database, other)).rejects.toMatchObject({
        code: 'INVALID_CURSOR',
      });
    });
  });
});
