import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ActivityEvents } from '../../libs/domain/activity/activity.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PolicyEvents } from '../../libs/domain/policy/policy.events.js';
import { dayIn, eur, opportunityOpened } from '../../libs/testing/facts.js';
import { type GivenEvent, givenEvents, happened } from '../../libs/testing/projection.js';
import { pipeline } from './index.js';
import { ageingReport, velocityReport } from './reports.js';

const deal = happened<OpportunityEvents>();
const activity = happened<ActivityEvents>();
const policy = happened<PolicyEvents>();
const day = dayIn(2024);
const days = (number: number): number => number * 86_400;

const opened = (id: string, at: string, stage: string, amount = 100) =>
  opportunityOpened(id, at, { title: id, stage, amount: eur(amount) });
const advanced = (id: string, at: string, from: string, to: string, skipped: string[] = [], more = {}) =>
  deal(`opportunity-${id}`, 'OpportunityAdvanced', at, { from, to, skipped }, more);

const story = [
  opened('a', day(1), 'first'),
  opened('b', day(1), 'first', 50),
  opened('c', day(2), 'first', 25),
  advanced('a', day(4), 'first', 'third', ['second']),
  deal('opportunity-a', 'OpportunityAmountChanged', day(5), { amount: eur(200) }),
  advanced('b', day(11), 'first', 'second'),
  deal('opportunity-a', 'OpportunityMovedBack', day(6), { from: 'third', to: 'first', reason: 'doubt' }),
  deal('opportunity-b', 'OpportunityWon', day(21), { from: 'second', amount: eur(60) }),
  deal('opportunity-b', 'OpportunityReopened', day(1, 2), { to: 'second', reason: 'cancelled' }),
  deal('opportunity-b', 'OpportunityLost', day(3, 2), { from: 'second', reason: 'price' }),
  // Reported a week late.
  advanced('c', day(12), 'first', 'second', [], { recordedAt: day(10, 2) }),
  activity('activity-1', 'ActivityLogged', day(20, 2), {
    kind: 'phone-call',
    direction: 'outbound',
    outcome: 'no-answer',
    by: 'ann',
    opportunityId: 'a',
  }),
];

describe('velocity', () => {
  it('tells what entered, skipped and left each stage, and how long it had stood there', async () => {
    await givenEvents(...story).projectedBy(pipeline, async ({ database }) => {
      const report = async (asked: object = {}) =>
        (await velocityReport(database, { per: 'month', ...asked })).map((row) => [
          row.period,
          row.stage,
          row.entered,
          row.skipped,
          row.left,
          row.averageSeconds,
          row.medianSeconds,
          row.longestSeconds,
        ]);

      expect(await report()).toEqual([
        ['2024-01', 'first', 4, 0, 3, days(23 / 3), days(10), days(10)],
        ['2024-01', 'second', 2, 1, 1, days(10), days(10), days(10)],
        ['2024-01', 'third', 1, 0, 1, days(2), days(2), days(2)],
        ['2024-02', 'second', 1, 0, 1, days(2), days(2), days(2)],
      ]);
      expect(await report({ per: 'all', from: '2024-02' })).toEqual([
        [null, 'second', 1, 0, 1, days(2), days(2), days(2)],
      ]);
      // The move that was reported late was not known then, and had not happened before.
      const before = [
        ['2024-Q1', 'first', 4, 0, 2, days(6.5), days(6.5), days(10)],
        ['2024-Q1', 'second', 1, 1, 1, days(10), days(10), days(10)],
        ['2024-Q1', 'third', 1, 0, 1, days(2), days(2), days(2)],
      ];
      expect(await report({ per: 'quarter', knownAt: day(30) })).toEqual(before);
      expect(await report({ per: 'quarter', asOf: day(21), knownAt: day(30) })).toEqual(before);
      expect((await report({ per: 'quarter', asOf: day(11) }))[0]).toEqual(before[0]);
      expect((await velocityReport(database, { per: 'all' }))[1]).toMatchObject({
        stage: 'second',
        left: 2,
        advanced: 0,
        movedBack: 0,
        won: 1,
        lost: 1,
      });
      expect(await report({ pipelineId: 'other' })).toEqual([]);
    });
  });

  it('tells how long open opportunities have stood where they stand, and which are stale', async () => {
    const changed = policy('policy-stale-opportunity', 'PolicyChanged', day(1, 3), {
      policy: 'stale-opportunity',
      version: 1,
      value: { days: 10 },
    });
    await givenEvents(...story, changed).projectedBy(pipeline, async ({ database }) => {
      const ageing = async (asOf: string, knownAt?: string) =>
        (await ageingReport(database, { asOf, knownAt })).map((row) => [
          row.stage,
          row.count,
          row.amount,
          row.averageSeconds,
          row.longestSeconds,
          row.averageAgeSeconds,
          row.stale,
          row.staleAmount,
        ]);

      expect(await ageing(day(10))).toEqual([['first', 3, 275, days(7), days(9), days(26 / 3), 0, 0]]);
      expect(await ageing(day(11, 2))).toEqual([
        ['first', 1, 200, days(36), days(36), days(41), 1, 200],
        ['second', 1, 25, days(30), days(30), days(40), 1, 25],
      ]);
      expect(await ageing(day(11, 2), day(9, 2))).toEqual([['first', 2, 225, days(38), days(40), days(40.5), 2, 225]]);
      // The call of the 20th, though nobody answered, is an activity; from March on ten days are enough.
      expect((await ageing(day(21, 2)))[0]?.[6]).toBe(0);
      expect((await ageing(day(29, 2)))[0]?.[6]).toBe(0);
      expect((await ageing(day(1, 3)))[0]?.[6]).toBe(1);

      const { rows } = await database.pool.query<object>(
        'select opportunity_id, stage, stale from analytics.opportunity_ageing order by 1',
      );
      expect(rows).toEqual([
        { opportunity_id: 'a', stage: 'first', stale: true },
        { opportunity_id: 'c', stage: 'second', stale: true },
      ]);
      const views = await database.pool.query<object>(
        `select v.period, v.stage, v.entered, a.count from analytics.stage_velocity v join analytics.stage_ageing a
           on a.pipeline = v.pipeline and a.stage = v.stage order by 1, 2`,
      );
      expect(views.rows).toHaveLength(3);
    });
  });

  it('calls stale what was not touched for so many times 24 hours, in whichever time zone an analyst asks', async () => {
    const changed = policy('policy-stale-opportunity', 'PolicyChanged', day(1, 3), {
      policy: 'stale-opportunity',
      version: 1,
      value: { days: 10 },
    });
    // In between, the clocks of Amsterdam are put forward.
    await givenEvents(changed, opened('d', day(24, 3), 'first')).projectedBy(pipeline, async ({ database }) => {
      const client = await database.pool.connect();
      try {
        await client.query("set timezone = 'Europe/Amsterdam'");
        const isStale = async (asOf: string) => {
          await client.query(`set kroniek.as_of = '${asOf}'`);
          return (await client.query<{ stale: boolean }>('select stale from analytics.opportunity_ageing')).rows[0]
            ?.stale;
        };
        expect(await isStale('2024-04-02T23:59:59.999Z')).toBe(false);
        expect(await isStale('2024-04-03T00:00:00Z')).toBe(true);
      } finally {
        client.release(true);
      }
    });
  });

  it('is what adding up the moves one by one gives', async () => {
    const stages = ['first', 'second', 'third'];
    const step = fc.record({
      deal: fc.integer({ min: 0, max: 2 }),
      to: fc.integer({ min: 0, max: 4 }),
      days: fc.integer({ min: 0, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const events: GivenEvent[] = [0, 1, 2].map((id) => opened(String(id), day(1), 'first'));
        const stood = [0, 1, 2].map(() => ({ stage: 0, at: 1, open: true }));
        const stays = new Map<string, number[]>();
        const stay = (stage: number, until: number, since: number) => {
          const key = `${day(until).slice(0, 7)} ${stages[stage] ?? ''}`;
          stays.set(key, [...(stays.get(key) ?? []), days(until - since)]);
        };
        for (const { deal: id, to, days: passed } of steps) {
          const now = stood[id];
          if (!now) continue;
          const at = now.at + passed;
          const [from, stage] = [stages[now.stage] ?? '', stages[to] ?? 'first'];
          const of = `opportunity-${id}`;
          if (!now.open) {
            events.push(deal(of, 'OpportunityReopened', day(at), { to: 'first', reason: 'again' }));
            stood[id] = { stage: 0, at, open: true };
            continue;
          }
          if (to === now.stage) continue;
          stay(now.stage, at, now.at);
          if (to === 3) events.push(deal(of, 'OpportunityWon', day(at), { from, amount: eur(1) }));
          else if (to === 4) events.push(deal(of, 'OpportunityLost', day(at), { from, reason: 'price' }));
          else if (to > now.stage) events.push(advanced(String(id), day(at), from, stage));
          else events.push(deal(of, 'OpportunityMovedBack', day(at), { from, to: stage, reason: 'doubt' }));
          stood[id] = { stage: to > 2 ? now.stage : to, at, open: to < 3 };
        }
        await givenEvents(...events).projectedBy(
          pipeline,
          async ({ database }) => {
            const found = (await velocityReport(database, { per: 'month' })).filter(({ left }) => left > 0);
            expect(
              Object.fromEntries(
                found.map((row) => [
                  `${row.period ?? ''} ${row.stage}`,
                  [row.left, row.averageSeconds, row.medianSeconds, row.longestSeconds],
                ]),
              ),
            ).toEqual(
              Object.fromEntries(
                [...stays].map(([key, list]) => [key, [list.length, average(list), median(list), Math.max(...list)]]),
              ),
            );
          },
          [],
        );
      }),
      { numRuns: 6 },
    );
  }, 120_000);
});

const average = (list: readonly number[]) => Math.round(list.reduce((sum, value) => sum + value, 0) / list.length);

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (place: number) => sorted[Math.floor(place)] ?? 0;
  return Math.floor((at((list.length - 1) / 2) + at(list.length / 2)) / 2 + 0.5);
}
