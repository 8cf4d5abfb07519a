import { describe, expect, it } from '@jest/globals';
import type { PolicyEvents } from '../../libs/domain/policy/policy.events.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import type { Rule } from '../../libs/domain/segment/segment.rules.js';
import { accountOpened, called, dayIn } from '../../libs/testing/facts.js';
import { type GivenEvent, givenEvents, happened } from '../../libs/testing/projection.js';
import type { CustomerEvents } from './customer.js';
import { everIn, followedSegments, staysIn, turnedSince } from './followed.js';
import { segmentsModel } from './index.js';

const on = happened<CustomerEvents>();
const about = happened<SegmentEvents>();
const set = happened<PolicyEvents>();
const day = dayIn(2024);

const is = (industry: string): Rule => ({ field: 'industry', operator: 'one-of', value: [industry] });
const silent: Rule = { field: 'last-interaction', operator: 'older-than', value: { days: 30 } };
const define = (id: string, at: number, rule: Rule, version = 1) =>
  about(`segment-${id}`, 'SegmentDefined', day(at), { name: id, of: 'accounts', rule, version });
const windows = (version: number, at: number, ...segments: readonly string[]) =>
  set('policy-inactivity.window', 'PolicyChanged', day(at), {
    policy: 'inactivity.window',
    version,
    value: { days: 180, segments: segments.map((segmentId) => ({ segmentId, days: 300 })) },
  });
const becomes = (id: string, at: number, industry: string, recordedAt = day(at)) =>
  on(`account-${id}`, 'AccountDetailsChanged', day(at), { industry, cleared: [] }, { recordedAt });
const stay = (from: number, to?: number, ruleVersion = 1) => ({
  from: day(from),
  ...(to !== undefined && { to: day(to) }),
  ruleVersion,
});

/** The stays of accounts in a segment, and whose have changed behind each event, by the events' places from 1. */
async function followed(
  story: readonly GivenEvent[],
  segmentId: string,
  check: (
    stays: Readonly<Record<string, readonly object[]>>,
    turnedSince: (place: number) => Promise<unknown>,
  ) => void | Promise<void>,
): Promise<void> {
  await givenEvents(...story).projectedBy(segmentsModel, async ({ database }) => {
    const keys = await everIn(database, segmentId, '', 100);
    const stays = await staysIn(database, segmentId, keys);
    await check(Object.fromEntries([...stays].map(([key, all]) => [key.replace('account-', ''), all])), (place) =>
      turnedSince(database, segmentId, BigInt(place * 7), '', 100),
    );
  });
}

describe('a segment by rule with a window of its own', () => {
  it('is followed from when the policy has the window until it has it no more', async () => {
    const story = [
      accountOpened('a', day(1), { industry: 'wind' }),
      accountOpened('b', day(1), { industry: 'steel' }),
      define('windy', 2, is('wind')),
      becomes('b', 5, 'wind'),
      windows(1, 10, 'windy'),
      becomes('a', 20, 'steel'),
      accountOpened('c', day(21), { industry: 'wind' }),
      windows(2, 30, 'windy', 'other'),
      becomes('a', 35, 'wind'),
      windows(3, 40),
      becomes('c', 45, 'steel'),
      windows(4, 50, 'windy'),
    ];
    await followed(story, 'windy', async (stays, turned) => {
      expect(stays).toEqual({
        a: [stay(10, 20), stay(35, 40), stay(50)],
        b: [stay(10, 40), stay(50)],
        c: [stay(21, 40)],
      });
      expect(await turned(6)).toEqual(['account-a', 'account-c']);
      expect(await turned(9)).toEqual(['account-c']);
      expect(await turned(11)).toEqual([]);
    });
    await givenEvents(...story).projectedBy(segmentsModel, async ({ database }) => {
      const known = await followedSegments(database);
      expect(known).toMatchObject({
        position: 84n,
        readUntil: day(50),
        segments: [{ segmentId: 'windy', kind: 'account' }],
      });
      expect(await everIn(database, 'windy', 'account-a', 1)).toEqual(['account-b']);
      expect(await turnedSince(database, 'windy', 0n, 'account-a', 1)).toEqual(['account-c']);
    });
  });

  it('has stays that go on through versions of the rule, and end with the segment', async () => {
    const story = [
      windows(1, 1, 'windy'),
      define('windy', 2, is('wind')),
      accountOpened('a', day(3), { industry: 'wind' }),
      accountOpened('b', day(3), { industry: 'steel' }),
      define('windy', 10, { any: [is('wind'), is('steel')] }, 2),
      define('windy', 20, is('steel'), 3),
      about('segment-windy', 'SegmentRetired', day(30), { reason: 'Over' }),
    ];
    await followed(story, 'windy', (stays) => {
      expect(stays).toEqual({ a: [stay(3, 20)], b: [stay(10, 30, 2)] });
    });
  });

  it('tells the stays to come of themselves, and as they are known after a late report', async () => {
    const story = [
      windows(1, 1, 'silent'),
      define('silent', 1, silent),
      accountOpened('a', day(2)),
      called('1', day(5), 'reached', { accountId: 'a' }),
      called('2', day(50), 'reached', { accountId: 'a' }),
    ];
    await followed(story, 'silent', (stays) => {
      expect(stays).toEqual({ a: [stay(35, 50), stay(80)] });
    });
    const late = called('3', day(20), 'reached', { accountId: 'a' }, { recordedAt: day(60) });
    await followed([...story, late], 'silent', async (stays, turned) => {
      expect(stays).toEqual({ a: [stay(50, 50), stay(80)].slice(1) });
      expect(await turned(5)).toEqual(['account-a']);
    });
  });

  it('has none where its rule asks for the phase, which would follow from itself', async () => {
    const phase: Rule = { field: 'phase', operator: 'one-of', value: ['suspect'] };
    const story = [
      accountOpened('a', day(1), { industry: 'wind' }),
      define('round', 2, phase),
      windows(1, 10, 'round'),
      define('round', 20, is('wind'), 2),
      define('round', 30, { any: [is('wind'), phase] }, 3),
    ];
    await followed(story, 'round', (stays) => {
      expect(stays).toEqual({ a: [stay(20, 30, 2)] });
    });
  });
});
