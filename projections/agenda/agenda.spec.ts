import { describe, expect, it } from '@jest/globals';
import type { ActivityEvents } from '../../libs/domain/activity/activity.events.js';
import { dayIn } from '../../libs/testing/facts.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { agendaModel } from './index.js';
import { type AgendaAsked, agendaList } from './queries.js';

const activity = happened<ActivityEvents>();

const day = dayIn(2017);
const visit = { kind: 'visit', direction: 'outbound' } as const;
const sealed = { subject: 'person-p', box: 'AAAA' };

const story = [
  activity(
    'activity-1',
    'ActivityPlanned',
    day(1),
    { ...visit, dueAt: day(5), remindAt: day(4), assignee: 'kim', personId: 'p' },
    { sealed },
  ),
  activity('activity-2', 'ActivityPlanned', day(1), {
    ...visit,
    dueAt: day(10),
    assignee: 'sam',
    accountId: 'a',
    participants: { people: ['q'], employees: ['kim', 'ann'] },
  }),
  activity('activity-3', 'ActivityPlanned', day(2), { ...visit, dueAt: day(8), assignee: 'kim', accountId: 'a' }),
  activity('activity-4', 'ActivityLogged', day(2), { ...visit, outcome: 'reached', by: 'kim', accountId: 'a' }),
  activity('activity-1', 'ReminderFellDue', day(4), { remindAt: day(4), assignee: 'kim' }),
  activity('activity-1', 'ActivityBecameOverdue', day(5), { dueAt: day(5), assignee: 'kim' }),
  activity('activity-3', 'ActivityRescheduled', day(6), { from: day(8), dueAt: day(12), assignee: 'kim' }),
  activity('activity-1', 'ActivityCompleted', day(7), { outcome: 'reached', personId: 'p' }, { recordedAt: day(9) }),
  activity('activity-3', 'ActivityReassigned', day(11), { from: 'kim', assignee: 'ann' }),
  activity('activity-3', 'ActivityCancelled', day(13), {}),
];

describe('the agenda', () => {
  it('has what is planned for an employee or with them, and what is overdue, as of any instant', async () => {
    await givenEvents(...story).projectedBy(agendaModel, async ({ database }) => {
      const of = async (asked: AgendaAsked) =>
        (await agendaList(database, asked)).items.map(
          ({ activityId, overdue }) => `${activityId}${overdue ? ' overdue' : ''}`,
        );
      expect(await of({ assignee: 'kim', asOf: day(3) })).toEqual(['1', '3', '2']);
      expect(await of({ assignee: 'sam', asOf: day(3) })).toEqual(['2']);
      expect(await of({ assignee: 'kim', asOf: day(6) })).toEqual(['1 overdue', '2', '3']);
      expect(await of({ assignee: 'kim', asOf: day(8) })).toEqual(['2', '3']);
      expect(await of({ assignee: 'kim', asOf: day(8), knownAt: day(8) })).toEqual(['1 overdue', '2', '3']);
      expect(await of({ assignee: 'kim', asOf: day(6), from: day(8), to: day(11) })).toEqual(['1 overdue', '2']);
      expect(await of({ asOf: day(3), from: day(8) })).toEqual(['3', '2']);
      expect(await of({ assignee: 'ann', asOf: day(11) })).toEqual(['2 overdue', '3']);
      expect(await of({})).toEqual(['2 overdue']);
      const page = await agendaList(database, { asOf: day(3), limit: 2 });
      const rest = await agendaList(database, { asOf: day(3), limit: 2, cursor: page.next ?? '' });
      expect([...page.items, ...rest.items].map(({ activityId }) => activityId)).toEqual(['1', '3', '2']);
    });
  });

  it('tells of reminders, participants and whom it is about; the note stays sealed', async () => {
    await givenEvents(...story).projectedBy(agendaModel, async ({ database }) => {
      const [first, second, third] = (await agendaList(database, { asOf: day(4) })).items;
      expect(first).toMatchObject({ personId: 'p', remindAt: day(4), reminded: true, revision: 1, sealed });
      expect(second).toMatchObject({ remindAt: null, reminded: false, plannedAt: day(2) });
      expect(third).toMatchObject({ accountId: 'a', participants: { people: ['q'], employees: ['kim', 'ann'] } });
    });
  });

  it('answers analysts in SQL', async () => {
    await givenEvents(...story).projectedBy(agendaModel, async ({ database }) => {
      const { rows } = await database.pool.query<object>('select * from analytics.agenda');
      expect(rows).toMatchObject([{ activity_id: '2', overdue: true, assignee: 'sam', employees: ['kim', 'ann'] }]);
      expect(rows[0]).not.toHaveProperty('sealed');
    });
  });
});
