import { describe, expect, it } from '@jest/globals';
import type { ActivityEvents, Outcome } from '../../libs/domain/activity/activity.events.js';
import type { MembershipEvents } from '../../libs/domain/membership/membership.events.js';
import { dayIn } from '../../libs/testing/facts.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { activityModel } from './index.js';
import { activitiesReport } from './queries.js';

const activity = happened<ActivityEvents>();
const member = happened<MembershipEvents>();
const day = dayIn(2024);

const planned = (id: string, at: string, dueAt: string, assignee: string) =>
  activity(`activity-${id}`, 'ActivityPlanned', at, { kind: 'visit', direction: 'outbound', dueAt, assignee });
const completed = (id: string, at: string, outcome: Outcome, more: object = {}) =>
  activity(`activity-${id}`, 'ActivityCompleted', at, { outcome, ...more });
const logged = (id: string, at: string, by: string, outcome: Outcome, more: object = {}) =>
  activity(
    `activity-${id}`,
    'ActivityLogged',
    at,
    { kind: 'phone-call', direction: 'outbound', outcome, by, durationMinutes: 5 },
    more,
  );

const story = [
  member('membership-1', 'TeamMemberAdded', day(1), { salesperson: 'sam', teamId: 'north', from: '2024-01-01' }),
  planned('1', day(1), day(10), 'sam'),
  planned('2', day(1), day(11), 'sam'),
  planned('3', day(1), day(12), 'ann'),
  planned('4', day(1), day(13), 'ann'),
  logged('5', day(5), 'sam', 'no-answer'),
  logged('6', day(6), 'sam', 'reached'),
  completed('1', day(10), 'no-show', { durationMinutes: 30 }),
  activity('activity-4', 'ActivityCancelled', day(11), {}),
  activity('activity-2', 'ActivityRescheduled', day(11), { from: day(11), dueAt: day(3, 2), assignee: 'sam' }),
  member('membership-1', 'TeamMemberRemoved', day(20), {
    salesperson: 'sam',
    teamId: 'north',
    from: '2024-01-01',
    until: '2024-01-31',
  }),
  member('membership-1', 'TeamMemberAdded', day(20), { salesperson: 'sam', teamId: 'south', from: '2024-02-01' }),
  completed('2', day(5, 2), 'reached', { by: 'kim' }),
  // Reported a week late.
  logged('7', day(7), 'ann', 'refused', { recordedAt: day(14) }),
];

describe('activities', () => {
  it('are counted as planned, carried out, attempted and reached, by person, team and period', async () => {
    await givenEvents(...story).projectedBy(activityModel, async ({ database }) => {
      const report = async (asked: object = {}) =>
        (await activitiesReport(database, { per: 'month', by: 'person', ...asked })).map((row) => [
          row.period,
          row.group,
          [row.planned, row.carriedOut, row.overdue, row.cancelled],
          [row.attempts, row.reached, row.failed],
        ]);

      expect(await report()).toEqual([
        ['2024-01', 'ann', [1, 0, 1, 1], [1, 0, 1]],
        ['2024-01', 'sam', [1, 1, 0, 0], [3, 1, 2]],
        ['2024-02', 'kim', [0, 0, 0, 0], [1, 1, 0]],
        ['2024-02', 'sam', [1, 1, 0, 0], [0, 0, 0]],
      ]);
      expect(await report({ by: 'team', period: undefined, from: '2024-01', to: '2024-01' })).toEqual([
        ['2024-01', 'north', [1, 1, 0, 0], [3, 1, 2]],
        ['2024-01', null, [1, 0, 1, 1], [1, 0, 1]],
      ]);
      expect(await report({ team: 'south' })).toEqual([['2024-02', 'sam', [1, 1, 0, 0], [0, 0, 0]]]);
      // Then: two are overdue that have happened, or were moved, since.
      expect(await report({ asOf: day(10, 1), by: 'all' })).toEqual([['2024-01', null, [4, 1, 0, 0], [4, 1, 3]]]);
      expect(await report({ asOf: day(10, 1), knownAt: day(13), by: 'all' })).toEqual([
        ['2024-01', null, [4, 1, 0, 0], [3, 1, 2]],
      ]);
      expect(await report({ asOf: '2024-01-10T23:00:00Z', kind: 'visit', person: 'sam' })).toEqual([
        ['2024-01', 'sam', [2, 1, 0, 0], [1, 0, 1]],
      ]);

      // From the very instant on at which it was due, as in the agenda.
      const ofAnn = async (asOf: string) => (await report({ asOf, person: 'ann' }))[0]?.[2];
      expect(await ofAnn('2024-01-11T23:59:59.999Z')).toEqual([1, 0, 0, 1]);
      expect(await ofAnn(day(12))).toEqual([1, 0, 1, 1]);

      const [all] = await activitiesReport(database, { per: 'all', by: 'all' });
      expect(all).toEqual({
        period: null,
        group: null,
        planned: 3,
        carriedOut: 2,
        overdue: 1,
        cancelled: 1,
        attempts: 5,
        reached: 2,
        failed: 3,
        noAnswer: 1,
        leftMessage: 0,
        bounced: 0,
        refused: 1,
        noShow: 1,
        minutes: 45,
        completionRate: '0.6667',
        reachRate: '0.4000',
      });
      const { rows } = await database.pool.query<object>(
        `select person, team, attempts, reach_rate from analytics.activity_report
         where period = '2024-01' and kind = 'phone-call' order by 1`,
      );
      expect(rows).toEqual([
        { person: 'ann', team: null, attempts: 1, reach_rate: 0 },
        { person: 'sam', team: 'north', attempts: 2, reach_rate: 0.5 },
      ]);
    });
  });

  it('are those of the team on the day, also in a month in which somebody moved', async () => {
    const stays = { salesperson: 'sam', teamId: 'north', from: '2024-01-01', until: '2024-01-15' };
    const moves = [
      member('membership-1', 'TeamMemberAdded', day(1), stays),
      member('membership-1', 'TeamMemberAdded', day(1), { salesperson: 'sam', teamId: 'south', from: '2024-01-16' }),
      planned('1', day(2), day(15), 'sam'),
      planned('2', day(2), day(16), 'sam'),
      planned('3', day(2), day(20), 'sam'),
      planned('4', day(2), day(3, 2), 'sam'),
      logged('5', day(15), 'sam', 'no-answer'),
      logged('6', day(16), 'sam', 'reached'),
      logged('7', day(17), 'ann', 'reached'),
      completed('2', day(18), 'no-show', { durationMinutes: 30 }),
      activity('activity-3', 'ActivityCancelled', day(19), {}),
    ];
    await givenEvents(...moves).projectedBy(activityModel, async ({ database }) => {
      const report = async (asked: object = {}) =>
        (await activitiesReport(database, { per: 'month', by: 'team', ...asked })).map((row) => [
          row.period,
          row.group,
          [row.planned, row.carriedOut, row.overdue, row.cancelled],
          [row.attempts, row.reached, row.failed, row.minutes],
        ]);
      const nobodys = ['2024-01', null, [0, 0, 0, 0], [1, 1, 0, 5]];
      const later = ['2024-02', 'south', [1, 0, 1, 0], [0, 0, 0, 0]];
      expect(await report()).toEqual([
        ['2024-01', 'north', [1, 0, 1, 0], [1, 0, 1, 5]],
        ['2024-01', 'south', [1, 1, 0, 1], [2, 1, 1, 35]],
        nobodys,
        later,
      ]);
      expect(await report({ team: 'south', by: 'kind', per: 'quarter' })).toEqual([
        ['2024-Q1', 'phone-call', [0, 0, 0, 0], [1, 1, 0, 5]],
        ['2024-Q1', 'visit', [2, 1, 1, 1], [1, 0, 1, 30]],
      ]);
      // Then: the plan of the 16th was overdue, while nothing of it was done yet.
      expect(await report({ asOf: day(17), from: '2024-01', to: '2024-01' })).toEqual([
        ['2024-01', 'north', [1, 0, 1, 0], [1, 0, 1, 5]],
        ['2024-01', 'south', [2, 0, 1, 0], [1, 1, 0, 5]],
        nobodys,
      ]);
    });
  });
});
