import { describe, expect, it } from '@jest/globals';
import type { CustomerGroup } from '../../libs/domain/account/customer-group.rules.js';
import type { Rule, SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import type { Instant } from '../../libs/kernel/index.js';
import type { Database } from '../../libs/read-model/index.js';
import {
  accountOpened,
  called,
  dayIn,
  eur,
  policyChanged,
  purchaseRecorded,
  rateSet,
  usd,
} from '../../libs/testing/facts.js';
import { type GivenEvent, givenEvents, happened } from '../../libs/testing/projection.js';
import type { CustomerEvents } from './customer.js';
import { segmentsModel } from './index.js';
import { membersOfSegment } from './queries.js';

const on = happened<CustomerEvents>();
const about = happened<SegmentEvents>();

/** Midnight of the so-manieth day of 2024, from 1. */
const day = dayIn(2024);

const group = (...value: readonly CustomerGroup[]): Rule => ({ field: 'group', operator: 'one-of', value });
const define = (id: string, rule: Rule, of: SegmentAudience = 'accounts', at = day(1)) =>
  about(`segment-${id}`, 'SegmentDefined', at, { name: id, of, rule, version: 1 });
const contact = (id: string, at: number, accountId: string): readonly GivenEvent[] => [
  on(`person-${id}`, 'LeadRegistered', day(1), { source: 'fair', potential: 'customer' }),
  on(`person-${id}`, 'LeadConverted', day(at), { accountId, owner: 'sam', requirement: 'sales-qualified' }),
];
const surveyed = (id: string, at: number, score: number, of: object) =>
  on(`response-${id}`, 'SurveyResponseRecorded', day(at), {
    ...{ surveyId: 'yearly', surveyVersion: 1, kind: 'nps', score, wantedServices: [] },
    ...of,
  });

const members = async (database: Database, id: string, at: number, knownAt?: number): Promise<readonly string[]> =>
  (
    await membersOfSegment(database, {
      id,
      seesNames: true,
      asOf: day(at),
      knownAt: knownAt === undefined ? undefined : day(knownAt),
    })
  )?.items.map((member) => member.id) ?? ['none'];

interface StayRow {
  readonly customer_id: string;
  readonly entered_at: Instant;
  readonly entered_because: string;
  readonly left_at: Instant;
  readonly left_because: string | null;
}

const staysIn = async (database: Database, segment: string): Promise<readonly (readonly unknown[])[]> => {
  const { rows } = await database.pool.query<StayRow>(
    `select customer_id, entered_at, entered_because, left_at, left_because from analytics.segment_stays
     where segment_id = $1 order by customer_id, entered_at`,
    [segment],
  );
  return rows.map((row) => [row.customer_id, row.entered_at, row.entered_because, row.left_at, row.left_because]);
};

describe('the group in a rule', () => {
  const story: readonly GivenEvent[] = [
    define('economists', group('economist')),
    define('partners', group('partner')),
    define('people-of-partners', group('partner'), 'people'),
    accountOpened('a', day(2)),
    accountOpened('b', day(2)),
    ...contact('p', 3, 'a'),
    ...contact('q', 3, 'a'),
    purchaseRecorded('1', day(10), { accountId: 'a', amount: eur(2_000_000) }),
    called('1', day(11), 'reached', { accountId: 'a', personId: 'p' }),
    called('2', day(12), 'no-answer', { personId: 'q' }),
    surveyed('1', 14, 9, { personId: 'p' }),
  ];

  it('is entered and left because of an event of anybody of the customer, and by the passing of time alone', async () => {
    const told = [...story, define('friends', group('friend')), define('dogs', group('dog'))];
    await givenEvents(...told).projectedBy(segmentsModel, async ({ database }) => {
      expect(await staysIn(database, 'economists')).toEqual([
        ['a', day(10), 'PurchaseRecorded', day(14), 'SurveyResponseRecorded'],
      ]);
      // The purchase is too long ago after 180 days; the call that was answered leaves the period after 365.
      expect(await staysIn(database, 'partners')).toEqual([
        ['a', day(14), 'SurveyResponseRecorded', day(191), 'SurveyResponseRecorded'],
      ]);
      expect(await staysIn(database, 'friends')).toEqual([
        ['a', day(191), 'SurveyResponseRecorded', day(376), 'SurveyResponseRecorded'],
      ]);
      expect(await staysIn(database, 'dogs')).toEqual([['a', day(376), 'SurveyResponseRecorded', 'infinity', null]]);
      expect(await staysIn(database, 'people-of-partners')).toEqual([
        ['p', day(14), 'SurveyResponseRecorded', day(191), 'SurveyResponseRecorded'],
        ['q', day(14), 'SurveyResponseRecorded', day(191), 'SurveyResponseRecorded'],
      ]);
    });
  });

  it('knows what is told late from when it happened on, once it is known', async () => {
    const late = surveyed('2', 12, 8, { accountId: 'a' });
    await givenEvents(...story, { ...late, recordedAt: day(40) }).projectedBy(segmentsModel, async ({ database }) => {
      expect(await members(database, 'partners', 13)).toEqual(['a']);
      expect(await members(database, 'partners', 13, 39)).toEqual([]);
      expect(await members(database, 'people-of-partners', 13)).toEqual(['p', 'q']);
    });
  });

  it('goes by the policy, at any instant as it was then', async () => {
    const strict = {
      periodDays: 365,
      relationship: { satisfaction: 70, response: 50, interaction: 4, needed: 3 },
      buying: { value: 1_000_000, share: 50, recency: 180, needed: 2 },
    };
    const told = [...story, policyChanged('customer-group', 1, day(20), strict)];
    await givenEvents(...told).projectedBy(segmentsModel, async ({ database }) => {
      expect(await members(database, 'partners', 19)).toEqual(['a']);
      expect(await members(database, 'partners', 20)).toEqual([]);
      expect(await members(database, 'economists', 20)).toEqual(['a']);
      expect(await members(database, 'economists', 20, 19)).toEqual([]);
      const found = await membersOfSegment(database, { id: 'economists', asOf: day(21), seesNames: true });
      expect(found?.items).toMatchObject([{ enteredAt: day(20), because: { type: 'PolicyChanged' } }]);
    });
  });

  it('counts a purchase at the rate of its day that was known when it was recorded, in the reporting currency', async () => {
    const told = [
      define('economists', group('economist')),
      ...['a', 'b', 'c'].map((id) => accountOpened(id, day(2))),
      rateSet(day(5), ['USD', 'EUR'], '0.5', '2024-01-01'),
      purchaseRecorded('1', day(10), { accountId: 'a', amount: usd(2_000_000) }),
      purchaseRecorded('2', day(10), { accountId: 'b', amount: { amount: 9_000_000, currency: 'GBP' } }),
      purchaseRecorded('3', day(10), { accountId: 'c', amount: usd(1_500_000) }),
      // Neither what is corrected afterwards changes a purchase, nor what becomes known afterwards.
      rateSet(day(12), ['USD', 'EUR'], '0.1', '2024-01-01'),
      rateSet(day(12), ['GBP', 'EUR'], '1.2', '2024-01-01'),
      policyChanged('reporting.currency', 1, day(20), { currency: 'USD' }),
    ];
    await givenEvents(...told).projectedBy(segmentsModel, async ({ database }) => {
      expect(await members(database, 'economists', 10)).toEqual(['a']);
      expect(await members(database, 'economists', 13)).toEqual(['a']);
      expect(await members(database, 'economists', 20)).toEqual(['a', 'c']);
    });
  });

  it('is that of the customer whom somebody counts for, however far', async () => {
    const told = [
      ...story,
      ...contact('r', 3, 'b'),
      on('account-b', 'AccountMergedInto', day(20), { survivorId: 'a' }),
      on('person-q', 'PersonMergedInto', day(21), { survivorId: 'r', consents: [] }),
      on('account-b', 'AccountSeparated', day(30), { survivorId: 'a' }),
    ];
    await givenEvents(...told).projectedBy(segmentsModel, async ({ database }) => {
      expect(await members(database, 'people-of-partners', 19)).toEqual(['p', 'q']);
      expect(await members(database, 'people-of-partners', 20)).toEqual(['p', 'q', 'r']);
      expect(await members(database, 'people-of-partners', 21)).toEqual(['p', 'r']);
      expect(await members(database, 'partners', 21)).toEqual(['a']);
      // The attempt at q went with it: of one attempt at the rest, one was answered.
      expect(await members(database, 'people-of-partners', 30)).toEqual(['p']);
    });
  });
});
