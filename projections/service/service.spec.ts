import { describe, expect, it } from '@jest/globals';
import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { CaseEvents } from '../../libs/domain/case/case.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import type { ResponseEvents } from '../../libs/domain/response/response.events.js';
import type { SurveyKind } from '../../libs/domain/survey/survey.events.js';
import { dayIn } from '../../libs/testing/facts.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { service } from './index.js';
import { caseDetail, casesList, type CasesAsked, satisfactionTrend, wantedServices } from './queries.js';

const on = happened<CaseEvents>();
const answered = happened<ResponseEvents>();
const account = happened<AccountEvents>();
const person = happened<PersonEvents>();
const day = dayIn(2024);
const policy = { name: 'case.targets', version: 2 } as const;
const sealed = { subject: 'person-p', box: 'AAAA' };

const open = (id: string, at: number, about: object = { accountId: 'a' }) =>
  on(
    `case-${id}`,
    'CaseOpened',
    day(at),
    { ...about, priority: 'high', channel: 'phone', respondBy: day(at + 1), resolveBy: day(at + 2), policy },
    { sealed },
  );
const breach = (id: string, target: 'response' | 'resolution', at: number, recordedAt = day(at)) =>
  on(
    `case-${id}`,
    'CaseTargetBreached',
    day(at),
    { accountId: 'a', target, dueAt: day(at), priority: 'high' },
    { recordedAt },
  );

const story = [
  open('1', 1, { personId: 'p', accountId: 'a' }),
  on('case-1', 'CaseAssigned', day(1), { assignee: 'fred' }),
  breach('1', 'response', 2),
  open('2', 2),
  on('case-1', 'CaseReplied', day(3), { by: 'fred', first: true }),
  breach('1', 'resolution', 3, day(9)),
  on('case-2', 'CaseResolved', day(3), { accountId: 'a' }),
  on('case-1', 'CasePriorityChanged', day(4), { from: 'high', to: 'urgent', policy: { ...policy, version: 3 } }),
  on('case-1', 'CaseResolved', day(5), { personId: 'p', accountId: 'a' }),
  on('case-1', 'CaseReopened', day(6), {
    personId: 'p',
    accountId: 'a',
    priority: 'urgent',
    resolveBy: day(8),
    policy,
  }),
];

describe('the cases', () => {
  it('show their targets, what became of them, and who works on them', async () => {
    await givenEvents(...story).projectedBy(service, async ({ database }) => {
      expect(await caseDetail(database, { id: '1' })).toMatchObject({
        personId: 'p',
        accountId: 'a',
        status: 'open',
        priority: 'urgent',
        assignee: 'fred',
        openedAt: day(1),
        respondBy: day(2),
        resolveBy: day(8),
        respondedAt: day(3),
        resolvedAt: null,
        responseBreachedAt: day(2),
        resolutionBreachedAt: day(3),
        replies: 1,
        reopened: 1,
        policyVersion: 2,
        sealed,
      });
      expect(await caseDetail(database, { id: '2' })).toMatchObject({
        status: 'resolved',
        respondedAt: day(3),
        responseBreachedAt: null,
        assignee: null,
      });
      expect(await caseDetail(database, { id: '3' })).toBeNull();
    });
  });

  it('are listed by what is asked for, as of any instant on both axes, in pages', async () => {
    await givenEvents(...story).projectedBy(service, async ({ database }) => {
      const ids = async (asked: CasesAsked) => (await casesList(database, asked)).items.map(({ id }) => id);

      expect(await ids({})).toEqual(['1', '2']);
      expect(await ids({ status: 'resolved' })).toEqual(['2']);
      expect(await ids({ status: 'resolved', asOf: day(5) })).toEqual(['1', '2']);
      expect(await ids({ targets: 'breached' })).toEqual(['1']);
      expect(await ids({ targets: 'met', accountId: 'a' })).toEqual(['2']);
      expect(await ids({ priority: 'high', asOf: day(3) })).toEqual(['1', '2']);
      expect(await ids({ assignee: 'fred', personId: 'p' })).toEqual(['1']);
      expect(await ids({ asOf: day(1) })).toEqual(['1']);

      const first = await casesList(database, { limit: 1 });
      expect((await casesList(database, { limit: 1, cursor: first.next ?? '' })).items.map(({ id }) => id)).toEqual([
        '2',
      ]);
      await expect(casesList(database, { status: 'open', cursor: first.next ?? '' })).rejects.toMatchObject({
        code: 'INVALID_CURSOR',
      });
    });
  });

  it('show a reply that is told behind a breach when it was given, and each breach at its deadline', async () => {
    const reply = on('case-1', 'CaseReplied', day(4), { by: 'fred', first: true }, { recordedAt: day(9) });
    const given = [open('1', 1), breach('1', 'response', 2, day(7)), breach('1', 'resolution', 6, day(8)), reply];
    await givenEvents(...given).projectedBy(service, async ({ database }) => {
      const at = (asOf: string, knownAt = day(20)) => caseDetail(database, { id: '1', asOf, knownAt });
      const breached = { responseBreachedAt: day(2), resolutionBreachedAt: null, since: day(4), revision: 3 };
      expect(await at(day(3))).toMatchObject({ ...breached, respondedAt: null, since: day(2), revision: 1 });
      expect(await at(day(5))).toMatchObject({ ...breached, respondedAt: day(4), replies: 1 });
      expect(await at(day(6))).toMatchObject({
        ...breached,
        ...{ resolutionBreachedAt: day(6), respondedAt: day(4), since: day(6) },
      });
      expect(await at(day(6), day(8))).toMatchObject({ respondedAt: null, resolutionBreachedAt: day(6), revision: 2 });
    });
  });

  it('are those of everybody who is one with the one asked for, from the merge on', async () => {
    const merging = [
      open('1', 1, { personId: 'p', accountId: 'a' }),
      open('2', 2, { personId: 'q', accountId: 'b' }),
      account('account-b', 'AccountMergedInto', day(5), { survivorId: 'a' }, { recordedAt: day(7) }),
      person('person-q', 'PersonMergedInto', day(5), { survivorId: 'p', consents: [] }, { recordedAt: day(7) }),
      account('account-b', 'AccountSeparated', day(9), { survivorId: 'a' }),
    ];
    await givenEvents(...merging).projectedBy(service, async ({ database }) => {
      const list = async (asked: CasesAsked) => (await casesList(database, asked)).items.map(({ id }) => id);
      for (const one of ['a', 'b']) expect(await list({ accountId: one, asOf: day(6) })).toEqual(['1', '2']);
      for (const one of ['p', 'q']) expect(await list({ personId: one, asOf: day(6) })).toEqual(['1', '2']);
      expect(await list({ accountId: 'a', asOf: day(4) })).toEqual(['1']);
      expect(await list({ accountId: 'a', asOf: day(6), knownAt: day(6) })).toEqual(['1']);
      expect(await list({ accountId: 'b', asOf: day(9) })).toEqual(['2']);
    });
  });

  it('tell analysts every breach', async () => {
    await givenEvents(...story).projectedBy(service, async ({ database }) => {
      const { rows } = await database.pool.query<object>(
        'select case_id, target, priority from analytics.case_breaches order by due_at',
      );
      expect(rows).toEqual([
        { case_id: '1', target: 'response', priority: 'high' },
        { case_id: '1', target: 'resolution', priority: 'high' },
      ]);
      const cases = await database.pool.query<object>('select * from analytics.cases');
      expect(cases.rows[0]).not.toHaveProperty('sealed');
    });
  });
});

describe('satisfaction', () => {
  let number = 0;
  const say = (kind: SurveyKind, score: number, at: string, accountId?: string, recordedAt = at) =>
    answered(
      `response-${(number += 1)}`,
      'SurveyResponseRecorded',
      at,
      {
        surveyId: kind,
        surveyVersion: 1,
        kind,
        score,
        ...(accountId === undefined ? { personId: 'p' } : { accountId }),
        wantedServices: [],
      },
      { recordedAt },
    );

  const heard = [
    say('nps', 10, day(1), 'a'),
    say('nps', 9, day(2), 'b'),
    say('nps', 7, day(3)),
    say('nps', 6, day(1, 3), 'a'),
    say('nps', 0, day(1, 4), 'a'),
    say('csat', 5, day(1, 4), 'a'),
    say('csat', 3, day(2, 4), 'a'),
    say('csat', 1, day(3, 4), 'a', day(1, 6)),
  ];

  it('is measured as NPS and CSAT per survey, period and account', async () => {
    await givenEvents(...heard).projectedBy(service, async ({ database }) => {
      const trend = async (asked: Partial<Parameters<typeof satisfactionTrend>[1]>) =>
        (await satisfactionTrend(database, { by: 'all', per: 'quarter', ...asked })).map(
          ({ surveyId, period, accountId, responses, nps, csat }) => [
            surveyId,
            period,
            accountId,
            responses,
            nps ?? csat,
          ],
        );

      expect(await trend({})).toEqual([
        ['csat', '2024-Q2', null, 3, 33],
        ['nps', '2024-Q1', null, 4, 25],
        ['nps', '2024-Q2', null, 1, -100],
      ]);
      expect(await trend({ surveyId: 'nps', by: 'account', per: 'month' })).toEqual([
        ['nps', '2024-01', 'a', 1, 100],
        ['nps', '2024-01', 'b', 1, 100],
        ['nps', '2024-01', null, 1, 0],
        ['nps', '2024-03', 'a', 1, -100],
        ['nps', '2024-04', 'a', 1, -100],
      ]);
      expect(await trend({ surveyId: 'csat', by: 'account', accountId: 'a', asOf: day(1, 4) })).toEqual([
        ['csat', '2024-Q2', 'a', 1, 100],
      ]);
      expect(await trend({ surveyId: 'nps', among: { of: 'accounts', ids: ['a', 'c'] } })).toEqual([
        ['nps', '2024-Q1', null, 2, 0],
        ['nps', '2024-Q2', null, 1, -100],
      ]);
      expect(await trend({ among: { of: 'people', ids: ['p'] } })).toEqual([['nps', '2024-Q1', null, 1, 0]]);
      expect(await trend({ surveyId: 'csat', knownAt: day(1, 5) })).toEqual([['csat', '2024-Q2', null, 2, 50]]);
    });
  });

  it('is that of the survivor, asked for under either id, from the merge on', async () => {
    const events = [
      say('nps', 10, day(1), 'a'),
      say('nps', 0, day(2), 'b'),
      account('account-b', 'AccountMergedInto', day(5), { survivorId: 'a' }, { recordedAt: day(7) }),
      account('account-b', 'AccountSeparated', day(9), { survivorId: 'a' }),
    ];
    await givenEvents(...events).projectedBy(service, async ({ database }) => {
      const trend = async (asOf: number, more: object = {}) =>
        (await satisfactionTrend(database, { by: 'account', per: 'all', asOf: day(asOf), ...more })).map(
          ({ accountId, responses, nps }) => [accountId, responses, nps],
        );
      const apart = [
        ['a', 1, 100],
        ['b', 1, -100],
      ];
      expect(await trend(4)).toEqual(apart);
      expect(await trend(6, { knownAt: day(6) })).toEqual(apart);
      expect(await trend(6)).toEqual([['a', 2, 0]]);
      for (const accountId of ['a', 'b']) expect(await trend(6, { accountId })).toEqual([['a', 2, 0]]);
      expect(await trend(6, { among: { of: 'accounts', ids: ['a'] } })).toEqual([['a', 2, 0]]);
      expect(await trend(9)).toEqual(apart);
    });
  });

  it('tells which extra services customers would like to have, the most wanted first', async () => {
    const wish = (id: string, at: string, wantedServices: string[], who: object, recordedAt = at) =>
      answered(
        `response-w${id}`,
        'SurveyResponseRecorded',
        at,
        { surveyId: 'nps', surveyVersion: 1, kind: 'nps', score: 8, wantedServices, ...who },
        { recordedAt },
      );
    const wishes = [
      wish('1', day(1), ['training', 'repairs'], { accountId: 'a' }),
      wish('2', day(2), ['training'], { accountId: 'a' }),
      wish('3', day(3), ['repairs'], { personId: 'p' }),
      wish('4', day(1, 4), ['rental'], { accountId: 'b' }, day(1, 6)),
    ];
    await givenEvents(...wishes).projectedBy(service, async ({ database }) => {
      const wanted = async (asked: object = {}) =>
        (await wantedServices(database, { by: 'all', per: 'quarter', ...asked })).map((row) => [
          row.service,
          row.period,
          row.accountId,
          row.responses,
          row.customers,
        ]);
      expect(await wanted()).toEqual([
        ['repairs', '2024-Q1', null, 2, 2],
        ['training', '2024-Q1', null, 2, 1],
        ['rental', '2024-Q2', null, 1, 1],
      ]);
      expect(await wanted({ knownAt: day(1, 5), from: '2024-Q2' })).toEqual([]);
      expect(await wanted({ accountId: 'a', per: 'all' })).toEqual([
        ['training', null, 'a', 2, 1],
        ['repairs', null, 'a', 1, 1],
      ]);
      const { rows } = await database.pool.query<object>(
        `select service, customers from analytics.wanted_services where account_id is null`,
      );
      expect(rows).toEqual([{ service: 'repairs', customers: 1 }]);
    });
  });

  it('answers analysts in SQL', async () => {
    await givenEvents(...heard).projectedBy(service, async ({ database }) => {
      const { rows } = await database.pool.query<object>(
        `select responses, promoters, passives, detractors, csat, average_hundredths from analytics.satisfaction where kind = 'csat'`,
      );
      expect(rows).toEqual([
        { responses: 3, promoters: 1, passives: 1, detractors: 1, csat: 33, average_hundredths: 300 },
      ]);
    });
  });
});
