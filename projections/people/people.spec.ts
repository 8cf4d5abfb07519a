import { describe, expect, it } from '@jest/globals';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import { dayIn } from '../../libs/testing/facts.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { peopleModel } from './index.js';
import { type PeopleAsked, peopleList, personDetail } from './queries.js';

const account = happened<AccountEvents>();
const person = happened<PersonEvents>();

const day = dayIn(2017);
const box = (id: string, content: string) => ({ sealed: { subject: `person-${id}`, box: content } });
const lead = { source: 'web', potential: 'customer' } as const;
const yes = { channel: 'e-mail', source: 'form' } as const;

const story = [
  person('person-n', 'NameRegistered', day(1), { source: { kind: 'bought-list', name: 'Fair' } }, box('n', 'n1')),
  person('person-m', 'NameRegistered', day(1), { source: { kind: 'bought-list', name: 'Fair' } }, box('m', 'm1')),
  person('person-n', 'ConsentGiven', day(2), yes),
  person('person-n', 'LeadRegistered', day(3), { ...lead, owner: 'sam' }, box('n', 'n2')),
  person('person-n', 'LeadQualified', day(4), { level: 'marketing-qualified' }),
  person('person-n', 'LeadQualified', day(5), { level: 'sales-qualified' }, { recordedAt: day(20) }),
  account('account-a', 'AccountOpened', day(5), { name: 'A', roles: [] }),
  account('account-b', 'AccountOpened', day(5), { name: 'B', roles: [] }),
  person(
    'person-n',
    'PersonDetailsChanged',
    day(6),
    { cleared: ['phone'] },
    { ...box('n', 'n3'), recordedAt: day(20) },
  ),
  person(
    'person-n',
    'LeadConverted',
    day(7),
    { accountId: 'b', owner: 'kim', requirement: 'sales-qualified' },
    { recordedAt: day(20) },
  ),
  person(
    'person-n',
    'PersonAttributesSet',
    day(7),
    {
      attributes: [{ name: 'tier', type: 'text', value: 'gold' }],
    },
    { recordedAt: day(20) },
  ),
  person(
    'person-o',
    'OtherPersonRegistered',
    day(7),
    { relation: 'press' },
    { ...box('o', 'o1'), recordedAt: day(20) },
  ),
  person('person-d', 'LeadRegistered', day(8), lead, { ...box('d', 'd1'), recordedAt: day(21) }),
  person('person-d', 'ConsentWithdrawn', day(9), { ...yes, source: 'reply' }, { recordedAt: day(21) }),
  person('person-d', 'LeadDisqualified', day(9), { reason: 'Student' }, { recordedAt: day(21) }),
  account('account-b', 'AccountMergedInto', day(22), { survivorId: 'a' }),
  person('person-n', 'PersonsMerged', day(22), { duplicateId: 'd' }),
  person('person-d', 'PersonMergedInto', day(22), { survivorId: 'n', consents: [] }),
  person('person-n', 'PersonMergeConfirmed', day(22), {
    duplicateId: 'd',
    consents: [{ channel: 'e-mail', word: 'withdrawn', source: 'reply', since: day(9) }],
  }),
];

describe('people', () => {
  it('are names, leads, contacts and others, at any instant, on both axes', async () => {
    await givenEvents(...story).projectedBy(peopleModel, async ({ database }) => {
      const ids = async (asked: Partial<PeopleAsked>) =>
        (await peopleList(database, { seesNames: true, ...asked })).items.map(({ id }) => id);

      expect(await ids({})).toEqual(['m', 'n', 'o']);
      expect(await ids({ seesNames: false })).toEqual(['n', 'o']);
      expect(await ids({ kind: 'name' })).toEqual(['m']);
      expect(await ids({ kind: 'name', seesNames: false })).toEqual([]);
      expect(await ids({ asOf: day(2) })).toEqual(['m', 'n']);
      expect(await ids({ asOf: day(2), seesNames: false })).toEqual([]);
      expect(await ids({ owner: 'sam', knownAt: day(19) })).toEqual(['n']);
      expect(await ids({ owner: 'kim' })).toEqual(['n']);
      expect(await ids({ level: 'marketing-qualified', asOf: day(6), knownAt: day(19) })).toEqual(['n']);
      expect(await ids({ level: 'sales-qualified', asOf: day(6) })).toEqual(['n']);
      expect(await ids({ source: 'Fair' })).toEqual(['m']);
      expect(await ids({ source: 'web', asOf: day(8) })).toEqual(['n', 'd']);
      // An account that was merged: its contacts are the survivor's, under both ids.
      expect(await ids({ accountId: 'a' })).toEqual(['n']);
      expect(await ids({ accountId: 'b' })).toEqual(['n']);
      expect(await ids({ accountId: 'a', asOf: day(21) })).toEqual([]);
      const first = await peopleList(database, { seesNames: true, limit: 2 });
      const rest = await peopleList(database, { seesNames: true, limit: 2, cursor: first.next ?? '' });
      expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(['m', 'n', 'o']);
      await expect(peopleList(database, { seesNames: false, cursor: first.next ?? '' })).rejects.toMatchObject({
        code: 'INVALID_CURSOR',
      });
    });
  });

  it('keep what they were as names, answer under old ids, and have the last word under any of them', async () => {
    await givenEvents(...story).projectedBy(peopleModel, async ({ database }) => {
      const one = (id: string, asOf?: string, seesNames = true) => personDetail(database, { id, asOf, seesNames });

      expect(await one('n')).toMatchObject({
        kind: 'contact',
        level: 'sales-qualified',
        source: 'web',
        listKind: 'bought-list',
        list: 'Fair',
        owner: 'kim',
        accountId: 'a',
        convertedAt: day(7),
        stalled: false,
        consents: [{ channel: 'e-mail', word: 'withdrawn', source: 'reply', since: day(9) }],
        attributes: [{ name: 'tier', type: 'text', value: 'gold' }],
        knownSince: day(1),
        resolvedFrom: null,
        duplicates: ['d'],
        closed: [
          { cleared: [], removed: [], sealed: { subject: 'person-n', box: 'n1' } },
          { sealed: { subject: 'person-n', box: 'n2' } },
          { cleared: ['phone'], sealed: { subject: 'person-n', box: 'n3' } },
        ],
      });
      expect(await one('d')).toMatchObject({ id: 'n', resolvedFrom: 'd' });
      expect(await one('d', day(21))).toMatchObject({
        id: 'd',
        kind: 'lead',
        disqualified: 'Student',
        resolvedFrom: null,
        consents: [{ channel: 'e-mail', word: 'withdrawn' }],
      });
      expect(await one('n', day(4))).toMatchObject({ kind: 'lead', accountId: null, consents: [{ word: 'given' }] });
      expect(await one('m', undefined, false)).toBeNull();
      expect(await one('n', day(2), false)).toBeNull();
      expect(await one('nobody')).toBeNull();
    });
  });

  it('are leads again when their conversion is taken back, and themselves after an unmerge', async () => {
    const after = [
      person('person-n', 'ContactStalled', day(23), {
        deadline: day(23),
        policy: { name: 'stalled-contact.after', version: 0 },
      }),
      person('person-n', 'ConversionReverted', day(24), { reason: 'Too early', accountId: 'b', openedAccount: true }),
      person('person-n', 'PersonsUnmerged', day(25), { duplicateId: 'd' }),
      person('person-d', 'PersonSeparated', day(25), { survivorId: 'n' }),
    ];
    await givenEvents(...story, ...after).projectedBy(peopleModel, async ({ database }) => {
      const one = (id: string, asOf?: string) => personDetail(database, { id, asOf, seesNames: false });
      expect(await one('n', day(23))).toMatchObject({ kind: 'contact', stalled: true });
      expect(await one('n')).toMatchObject({
        kind: 'lead',
        level: 'sales-qualified',
        owner: 'sam',
        accountId: null,
        stalled: false,
        consents: [{ word: 'given' }],
        duplicates: [],
      });
      expect(await one('d')).toMatchObject({ id: 'd', resolvedFrom: null });
    });
  });

  it('answer analysts in SQL without personal data', async () => {
    await givenEvents(...story).projectedBy(peopleModel, async ({ database }) => {
      const all = await database.pool.query<object>('select * from analytics.people order by person_id');
      expect(all.rows).toMatchObject([{ person_id: 'm' }, { person_id: 'n', account_id: 'a' }, { person_id: 'o' }]);
      expect(
        JSON.stringify(all.rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
      ).not.toMatch(/sealed|box/);
      const merged = await database.pool.query<object>('select * from analytics.merged_people');
      expect(merged.rows).toEqual([{ person_id: 'd', survivor_id: 'n' }]);
    });
  });
});
