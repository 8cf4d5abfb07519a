import { describe, expect, it } from '@jest/globals';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import { bought, call, converted, day, lead, open, qualified, window } from '../../libs/testing/customers.js';
import { opportunityOpened } from '../../libs/testing/facts.js';
import { type GivenEvent, givenEvents, happened } from '../../libs/testing/projection.js';
import { customerDetail } from './detail.js';
import { customers } from './index.js';
import { customersList, type CustomersAsked } from './queries.js';

const account = happened<AccountEvents>();
const person = happened<PersonEvents>();
const segment = happened<SegmentEvents>();

const phasesIn = async (database: Parameters<typeof customersList>[0], asked: CustomersAsked) =>
  Object.fromEntries((await customersList(database, asked)).items.map(({ id, phase }) => [id, phase]));

describe('the phase of a customer', () => {
  it('leads from suspect to potential customer by what was learnt of them', async () => {
    const story = [
      person('person-n', 'NameRegistered', day(0), { source: { kind: 'bought-list', name: 'Fair' } }),
      open('cold', 0),
      open('called', 0),
      open('dealt', 0),
      open('supplier', 0, { roles: ['supplier'] }),
      lead('l', 1),
      lead('x', 1),
      call('1', 2, 'reached', { accountId: 'called' }),
      call('2', 2, 'no-answer', { accountId: 'cold' }),
      opportunityOpened('1', day(3), { accountId: 'dealt' }),
      qualified('x', 3, 'marketing-qualified'),
      qualified('x', 4, 'sales-qualified'),
      person('person-x', 'LeadDisqualified', day(5), { reason: 'No budget' }),
      lead('c', 5),
      open('of-c', 6),
      converted('c', 6, 'of-c'),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      expect(await phasesIn(database, { names: true })).toEqual({
        n: 'suspect',
        cold: 'suspect',
        called: 'suspect',
        dealt: 'potential',
        l: 'prospect',
        x: 'suspect',
        'of-c': 'potential',
      });
      expect(await phasesIn(database, { asOf: day(4) })).toEqual({
        cold: 'suspect',
        called: 'suspect',
        dealt: 'potential',
        l: 'prospect',
        x: 'potential',
      });
      const ofC = await customerDetail(database, { id: 'of-c' });
      expect(ofC?.because).toMatchObject({ fact: 'contact', id: 'c', at: day(6) });
      expect(ofC?.members).toEqual(['c', 'of-c']);
      const x = await customerDetail(database, { id: 'x' });
      expect(x?.phases.map(({ at, to, because }) => [at, to, because.fact.fact])).toEqual([
        [day(1), 'prospect', 'LeadRegistered'],
        [day(4), 'potential', 'LeadQualified'],
        [day(5), 'suspect', 'LeadDisqualified'],
      ]);
      expect(await customerDetail(database, { id: 'c' })).toBeNull();
      expect(await customerDetail(database, { id: 'n' })).toBeNull();
    });
  });

  it('is known since the name was, also of who has become a lead', async () => {
    const story = [
      person('person-n', 'NameRegistered', day(0), { source: { kind: 'bought-list', name: 'Fair' } }),
      lead('n', 20),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      expect((await customersList(database, { asOf: day(30) })).items).toMatchObject([
        { id: 'n', phase: 'prospect', knownSince: day(0), daysSilent: 30 },
      ]);
    });
  });

  it('is that of a supplier too, for whom somebody else has bought', async () => {
    const story = [
      open('idle', 0, { roles: ['supplier'] }),
      open('met', 0, { roles: ['supplier'] }),
      open('kept', 0, { roles: ['partner'] }),
      open('twin', 0),
      person('person-l', 'LeadRegistered', day(0), { source: 'fair', potential: 'customer' }),
      bought('1', 1, 1_000, { accountId: undefined, personId: 'l' }),
      converted('l', 2, 'met'),
      bought('2', 3, 2_000, { accountId: 'twin' }),
      account('account-twin', 'AccountMergedInto', day(4), { survivorId: 'kept' }),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      expect(await phasesIn(database, { asOf: day(3) })).toEqual({ met: 'active', twin: 'active' });
      expect(await phasesIn(database, {})).toEqual({ met: 'inactive', kept: 'inactive' });
      expect(await customerDetail(database, { id: 'twin' })).toMatchObject({ id: 'kept', purchases: 1 });
    });
  });

  it('is active inside the window and inactive behind it; a late purchase shows the axes', async () => {
    const story = [
      open('a', 0, { owner: 'sam' }),
      bought('1', 10, 1_000),
      bought('2', 200, 2_000, {}, 250),
      bought('3', 400, 3_000),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      const at = async (asOf: number, knownAt?: number) =>
        (
          await customersList(database, {
            asOf: day(asOf),
            knownAt: knownAt === undefined ? undefined : day(knownAt),
          })
        ).items[0]?.phase;
      expect(await at(9)).toBe('suspect');
      expect(await at(10)).toBe('active');
      expect(await at(189.9)).toBe('active');
      expect(await at(190)).toBe('inactive');
      expect(await at(210, 249)).toBe('inactive');
      expect(await at(210, 250)).toBe('active');
      expect(await at(210)).toBe('active');
      expect(await at(385)).toBe('inactive');
      const detail = await customerDetail(database, { id: 'a', asOf: day(400) });
      expect(detail?.phases.map(({ at: moved, to, wonBack }) => [moved, to, wonBack])).toEqual([
        [day(0), 'suspect', false],
        [day(10), 'active', false],
        [day(190), 'inactive', false],
        [day(200), 'active', true],
        [day(380), 'inactive', false],
        [day(400), 'active', true],
      ]);
      expect(detail?.wonBack).toBe(2);
      expect(detail?.because).toMatchObject({ fact: 'purchase', id: '3', windowVersion: 0, inactiveFrom: day(580) });
    });
  });

  it('rests on the window in force, also on that of a static list, and of a segment by rule as it was told', async () => {
    const shipyards = { segmentId: 'shipyards', days: 60 };
    const windowOf = (segmentId: string) => ({ segmentId, days: 90 });
    const wind = { field: 'industry', operator: 'one-of', value: ['wind'] } as const;
    const phase = { field: 'phase', operator: 'one-of', value: ['active'] } as const;
    const word = (
      type: 'CustomerEnteredSegment' | 'CustomerLeftSegment',
      at: number,
      recorded: number,
    ): GivenEvent => ({
      stream: 'customer-c',
      type,
      data: { customerKind: 'account', segmentId: 'rule-made', at: day(at), ruleVersion: 1 },
      occurredAt: day(at),
      recordedAt: day(recorded),
    });
    const story = [
      segment('segment-shipyards', 'StaticListCreated', day(0), { name: 'Shipyards', of: 'accounts' }),
      open('a', 0),
      open('b', 0),
      bought('1', 10, 1_000),
      bought('2', 10, 1_000, { accountId: 'b' }),
      segment('segment-rule-made', 'SegmentDefined', day(0), { name: 'Wind', of: 'accounts', version: 1, rule: wind }),
      segment('segment-circular', 'SegmentDefined', day(0), { name: 'Round', of: 'accounts', version: 1, rule: phase }),
      open('c', 0),
      bought('3', 10, 1_000, { accountId: 'c' }),
      window(1, 30, [shipyards, ...['rule-made', 'circular', 'unknown'].map(windowOf)], 20),
      word('CustomerEnteredSegment', 30, 35),
      word('CustomerLeftSegment', 80, 80),
      word('CustomerEnteredSegment', 25, 90),
      segment('segment-shipyards', 'StaticListMembersAdded', day(45), { members: ['a'] }),
    ];
    await givenEvents(...story).projectedBy(customers, async ({ database }) => {
      expect(await phasesIn(database, { asOf: day(44) })).toEqual({ a: 'inactive', b: 'inactive', c: 'active' });
      expect(await phasesIn(database, { asOf: day(45) })).toEqual({ a: 'active', b: 'inactive', c: 'active' });
      expect(await phasesIn(database, { asOf: day(79) })).toMatchObject({ a: 'inactive', c: 'active' });
      expect(await phasesIn(database, { asOf: day(80) })).toMatchObject({ c: 'inactive' });
      const c = await customerDetail(database, { id: 'c', asOf: day(100) });
      expect(c?.phases.map(({ at, to, because }) => [at, to, because.window?.days])).toEqual([
        [day(0), 'suspect', undefined],
        [day(10), 'active', 180],
        [day(80), 'inactive', 30],
      ]);
      const detail = await customerDetail(database, { id: 'a', asOf: day(100) });
      expect(detail?.phases.map(({ at, to, because }) => [at, to, because.window?.days])).toEqual([
        [day(0), 'suspect', undefined],
        [day(10), 'active', 180],
        [day(40), 'inactive', 30],
        [day(45), 'active', 60],
        [day(70), 'inactive', 60],
      ]);
      expect(detail?.windowsNotApplied).toEqual(['circular', 'unknown']);
    });
  });
});
