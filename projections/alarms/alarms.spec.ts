import { describe, expect, it } from '@jest/globals';
import type { ActivityEvents } from '../../libs/domain/activity/activity.events.js';
import type { CaseEvents } from '../../libs/domain/case/case.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import { dayIn, opportunityOpened } from '../../libs/testing/facts.js';
import { type GivenEvent, givenEvents, happened } from '../../libs/testing/projection.js';
import { alarmsModel } from './index.js';
import { type AlarmsAsked, alarmsList } from './queries.js';

const activity = happened<ActivityEvents>();
const deal = happened<OpportunityEvents>();
const person = happened<PersonEvents>();
const served = happened<CaseEvents>();

const day = dayIn(2017);

const converted = person('person-p', 'LeadConverted', day(1), {
  accountId: 'a',
  owner: 'sam',
  requirement: 'sales-qualified',
});
const stalled = (at: number, recordedAt = at) =>
  person(
    'person-p',
    'ContactStalled',
    day(at),
    { deadline: day(8), policy: { name: 'stalled-contact.after', version: 2 } },
    { recordedAt: day(recordedAt) },
  );
const cleared = (at: number, recordedAt: number) =>
  person(
    'person-p',
    'StalledContactCleared',
    day(at),
    { opportunityId: 'o', at: day(at) },
    {
      recordedAt: day(recordedAt),
    },
  );
const planned = activity('activity-v', 'ActivityPlanned', day(1), {
  kind: 'visit',
  direction: 'outbound',
  dueAt: day(4),
  assignee: 'kim',
  accountId: 'a',
});
const overdue = (due: number, recordedAt = due) =>
  activity(
    'activity-v',
    'ActivityBecameOverdue',
    day(due),
    { dueAt: day(due), assignee: 'kim' },
    {
      recordedAt: day(recordedAt),
    },
  );
const opened = opportunityOpened('o', day(1), { stage: 'prospecting', accountId: 'a', owner: 'sam' });
const stale = (deadline: number, recordedAt = deadline) =>
  deal(
    'opportunity-o',
    'OpportunityWentStale',
    day(deadline),
    { since: day(1), deadline: day(deadline), policy: { name: 'stale-opportunity', version: 0 } },
    { recordedAt: day(recordedAt) },
  );

/** Kinds and when they were raised, as of instants. */
async function standing(
  given: readonly GivenEvent[],
  expected: readonly (readonly [asked: AlarmsAsked, alarms: readonly string[]])[],
): Promise<void> {
  await givenEvents(...given).projectedBy(alarmsModel, async ({ database }) => {
    for (const [asked, alarms] of expected) {
      const { items } = await alarmsList(database, asked);
      const found = items.map(
        ({ kind, since, owner }) => `${kind} of ${owner ?? 'nobody'} since ${since.slice(8, 10)}`,
      );
      expect([asked, found]).toEqual([asked, alarms]);
    }
  });
}

describe('an alarm', () => {
  it('names the event behind it and the version of the policy', async () => {
    await givenEvents(converted, stalled(8)).projectedBy(alarmsModel, async ({ database }) => {
      expect((await alarmsList(database, {})).items).toEqual([
        {
          kind: 'stalled-contact',
          id: 'p',
          target: null,
          since: day(8),
          owner: 'sam',
          personId: 'p',
          accountId: 'a',
          opportunityId: null,
          policy: { name: 'stalled-contact.after', version: 2 },
          event: { type: 'ContactStalled', stream: 'person-p', revision: 1, position: '14' },
        },
      ]);
    });
  });

  it('of a contact stands until there is an opportunity, is of who owns the contact, and not of a duplicate', async () => {
    const given = [
      converted,
      stalled(8),
      person('person-p', 'PersonTransferred', day(9), { from: 'sam', to: 'kim' }),
      person('person-p', 'PersonMergedInto', day(10), { survivorId: 'q', consents: [] }),
      person('person-p', 'PersonSeparated', day(11), { survivorId: 'q' }),
      cleared(12, 20),
    ];
    await standing(given, [
      [{ asOf: day(7) }, []],
      [{ asOf: day(8) }, ['stalled-contact of sam since 08']],
      [{ asOf: day(9) }, ['stalled-contact of kim since 08']],
      [{ asOf: day(10) }, []],
      [{ asOf: day(11) }, ['stalled-contact of kim since 08']],
      [{ asOf: day(15) }, []],
      [{ asOf: day(15), knownAt: day(19) }, ['stalled-contact of kim since 08']],
      [{}, []],
    ]);
  });

  it('begins when the time was up and not when it was found out, and never was where the end of it came first', async () => {
    const late = [opened, deal('opportunity-o', 'OpportunityReassigned', day(12), { to: 'kim' }), stale(10, 14)];
    await standing(late, [
      [{ asOf: day(11) }, ['stale-opportunity of sam since 10']],
      [{ asOf: day(13) }, ['stale-opportunity of kim since 10']],
      [{ asOf: day(13), knownAt: day(13) }, []],
    ]);
    const never = [
      opened,
      stale(10),
      deal(
        'opportunity-o',
        'OpportunityRevived',
        day(10),
        { at: day(10) },
        {
          recordedAt: day(20),
        },
      ),
    ];
    await standing(never, [
      [{ asOf: day(15), knownAt: day(19) }, ['stale-opportunity of sam since 10']],
      [{ asOf: day(15) }, []],
      [{ asOf: day(10) }, []],
    ]);
  });

  it('of an opportunity ends when it is closed, and one of a contact with the conversion', async () => {
    const reverted = { reason: 'Mistake', accountId: 'a', openedAccount: false };
    const given = [
      opened,
      converted,
      stalled(8),
      stale(10),
      deal('opportunity-o', 'OpportunityLost', day(11), { from: 'prospecting', reason: 'Price' }),
      person('person-p', 'ConversionReverted', day(12), reverted),
    ];
    await standing(given, [
      [{ asOf: day(10) }, ['stalled-contact of sam since 08', 'stale-opportunity of sam since 10']],
      [{ asOf: day(11) }, ['stalled-contact of sam since 08']],
      [{ asOf: day(12) }, []],
    ]);
  });

  it('of an activity stands until it is done or moved, and is of who is to do it', async () => {
    const given = [
      planned,
      overdue(4),
      activity('activity-v', 'ActivityReassigned', day(5), { from: 'kim', assignee: 'ann' }),
      activity('activity-v', 'ActivityRescheduled', day(6), { from: day(4), dueAt: day(9), assignee: 'ann' }),
      overdue(9),
      activity('activity-v', 'ActivityCompleted', day(10), { outcome: 'reached' }, { recordedAt: day(14) }),
    ];
    await standing(given, [
      [{ asOf: day(3) }, []],
      [{ asOf: day(4) }, ['overdue-activity of kim since 04']],
      [{ asOf: day(5) }, ['overdue-activity of ann since 04']],
      [{ asOf: day(6) }, []],
      [{ asOf: day(9) }, ['overdue-activity of ann since 09']],
      [{ asOf: day(11) }, []],
      [{ asOf: day(11), knownAt: day(13) }, ['overdue-activity of ann since 09']],
    ]);
  });

  it('of a case stands for each target from its deadline until it is met, also when both are told late', async () => {
    const policy = (version: number) => ({ name: 'case.targets', version }) as const;
    const due = (target: 'response' | 'resolution', at: number, told: number) =>
      served(
        'case-c',
        'CaseTargetBreached',
        day(at),
        { personId: 'p', target, dueAt: day(at), priority: 'high' },
        { recordedAt: day(told) },
      );
    const given = [
      served('case-c', 'CaseOpened', day(1), {
        personId: 'p',
        priority: 'low',
        channel: 'phone',
        assignee: 'fred',
        respondBy: day(2),
        resolveBy: day(20),
        policy: policy(0),
      }),
      due('response', 2, 2),
      served('case-c', 'CasePriorityChanged', day(3), {
        from: 'low',
        to: 'high',
        resolveBy: day(5),
        policy: policy(1),
      }),
      served('case-c', 'CaseReplied', day(4), { personId: 'p', by: 'fred', first: true }),
      served('case-c', 'CaseResolved', day(7), { personId: 'p' }),
      due('resolution', 5, 8),
      served('case-c', 'CaseReopened', day(9), {
        personId: 'p',
        priority: 'high',
        resolveBy: day(11),
        policy: policy(1),
      }),
      due('resolution', 11, 11),
    ];
    await standing(given, [
      [{ asOf: day(2) }, ['breached-case of fred since 02']],
      [{ asOf: day(4) }, []],
      [{ asOf: day(6) }, ['breached-case of fred since 05']],
      [{ asOf: day(6), knownAt: day(7) }, []],
      [{ asOf: day(7) }, []],
      [{ asOf: day(9) }, []],
      [{}, ['breached-case of fred since 11']],
    ]);
    await givenEvents(...given).projectedBy(alarmsModel, async ({ database }) => {
      const { items } = await alarmsList(database, {});
      expect(items).toMatchObject([{ id: 'c', target: 'resolution', policy: { name: 'case.targets', version: 1 } }]);
    });
  });

  it('is found by kind, owner and instant, in pages, and by analysts in SQL', async () => {
    const given = [converted, planned, opened, overdue(4), stalled(8), stale(10)];
    const [first, second, third] = [
      'overdue-activity of kim since 04',
      'stalled-contact of sam since 08',
      'stale-opportunity of sam since 10',
    ] as const;
    await standing(given, [
      [{}, [first, second, third]],
      [{ kind: 'stalled-contact' }, [second]],
      [{ owner: 'kim' }, [first]],
      [{ since: day(8) }, [second, third]],
    ]);
    await givenEvents(...given).projectedBy(alarmsModel, async ({ database }) => {
      const page = await alarmsList(database, { limit: 2 });
      const rest = await alarmsList(database, { limit: 2, cursor: page.next ?? '' });
      expect([...page.items, ...rest.items].map(({ id }) => id)).toEqual(['v', 'p', 'o']);
      expect(rest.next).toBeNull();
      const { rows } = await database.pool.query<object>('select * from analytics.alarms order by since');
      expect(rows).toMatchObject([
        { kind: 'overdue-activity', policy: null, account_id: 'a' },
        { kind: 'stalled-contact', policy_version: 2 },
        { kind: 'stale-opportunity', opportunity_id: 'o', event_position: 42n },
      ]);
    });
  });
});
