import { describe, expect, it } from '@jest/globals';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { Money } from '../../libs/kernel/index.js';
import type { Database } from '../../libs/read-model/index.js';
import { eur, mia, opportunityOpened, pipelineDefined, rateSet, teamJoined, usd } from '../../libs/testing/facts.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { type ChangesAsked, forecastChanges } from './changes.js';
import { forecastModel } from './index.js';

const deal = happened<OpportunityEvents>();

const day = (text: string): string => `2017-${text}T12:00:00.000Z`;
const opened = (id: string, at: string, stage: string, amount: Money, more: object = {}) =>
  opportunityOpened(id, day(at), { stage, amount, owner: 'ann', expectedClose: '2017-08-15', ...more });
const pipelineOf = (at: string, of: Readonly<Record<string, number>>) => pipelineDefined('default', day(at), of, mia);
const dollars = (at: string, value: string, validFrom: string) =>
  rateSet(day(at), ['USD', 'EUR'], value, validFrom, mia);

const story = [
  pipelineOf('01-01', { early: 10, late: 80 }),
  dollars('01-01', '0.5', '2017-01-01'),
  teamJoined('ann', 'north', day('01-01'), '2017-01-01'),
  ...['up', 'down', 'won', 'lost', 'out', 'in', 'more', 'less', 'said', 'given', 'moved', 'gone'].map((id) =>
    opened(
      id,
      '06-01',
      id === 'down' ? 'late' : 'early',
      eur(100_00),
      id === 'in' ? { expectedClose: '2017-12-01' } : {},
    ),
  ),
  opened('usd', '06-01', 'early', usd(100_00)),
  opened('again', '06-01', 'early', eur(100_00)),
  deal('opportunity-again', 'OpportunityLost', day('06-02'), { from: 'early', reason: 'price' }),
  opened('new', '07-01', 'early', eur(10_05)),
  deal('opportunity-up', 'OpportunityAdvanced', day('07-02'), { from: 'early', to: 'late', skipped: [] }),
  deal('opportunity-down', 'OpportunityMovedBack', day('07-03'), { from: 'late', to: 'early', reason: 'buyer left' }),
  deal('opportunity-won', 'OpportunityWon', day('07-04'), { from: 'early', amount: eur(90_00) }),
  deal('opportunity-lost', 'OpportunityLost', day('07-05'), { from: 'early', reason: 'price' }),
  deal('opportunity-again', 'OpportunityReopened', day('07-06'), { to: 'early', reason: 'budget' }),
  deal('opportunity-out', 'OpportunityRescheduled', day('07-07'), { expectedClose: '2017-10-01' }),
  deal('opportunity-in', 'OpportunityRescheduled', day('07-08'), { expectedClose: '2017-09-30' }),
  deal('opportunity-more', 'OpportunityAmountChanged', day('07-09'), { amount: eur(150_00) }),
  deal('opportunity-less', 'OpportunityLinesChanged', day('07-10'), { lines: [], amount: eur(50_00) }),
  deal('opportunity-said', 'ForecastCategorySet', day('07-11'), { category: 'omitted' }),
  deal('opportunity-given', 'OpportunityReassigned', day('07-12'), { from: 'ann', to: 'bob' }),
  deal('opportunity-moved', 'OpportunityMovedToPipeline', day('07-13'), {
    fromPipelineId: 'default',
    from: 'early',
    pipelineId: 'default',
    to: 'late',
    reason: 'bigger',
  }),
  deal('opportunity-gone', 'OpportunityWithdrawn', day('07-14'), { from: 'early', because: 'conversion-reverted' }),
  dollars('07-15', '0.75', '2017-07-20'),
  pipelineOf('07-25', { early: 20, late: 80 }),
];

const why = (database: Database, asked: Partial<ChangesAsked> = {}) =>
  forecastChanges(database, { period: '2017-Q3', from: day('06-30'), to: day('07-24'), ...asked });

const told = (changes: Awaited<ReturnType<typeof why>>) =>
  changes.rows.map(({ bucket, opportunityId, delta, event }) => [bucket, opportunityId, delta, event]);

describe('why a forecast changed', () => {
  it('is told event by event, in buckets that add up to the difference', async () => {
    await givenEvents(...story).projectedBy(forecastModel, async ({ database }) => {
      const changes = await why(database);
      expect(told(changes)).toEqual([
        // 1.005 on top of 185.00: what is rounded is the total.
        ['opened', 'new', 1_01, 'OpportunityOpened'],
        ['stage-up', 'up', 70_00, 'OpportunityAdvanced'],
        ['stage-down', 'down', -70_00, 'OpportunityMovedBack'],
        ['won', 'won', 80_00, 'OpportunityWon'],
        ['lost', 'lost', -10_00, 'OpportunityLost'],
        ['reopened', 'again', 10_00, 'OpportunityReopened'],
        ['slipped-out', 'out', -10_00, 'OpportunityRescheduled'],
        ['pulled-in', 'in', 10_00, 'OpportunityRescheduled'],
        ['amount-up', 'more', 5_00, 'OpportunityAmountChanged'],
        ['amount-down', 'less', -5_00, 'OpportunityLinesChanged'],
        ['category', 'said', -10_00, 'ForecastCategorySet'],
        ['pipeline', 'moved', 70_00, 'OpportunityMovedToPipeline'],
        ['withdrawn', 'gone', -10_00, 'OpportunityWithdrawn'],
        ['exchange-rate', 'usd', 2_50, 'ExchangeRateSet'],
      ]);
      expect(changes).toMatchObject({ before: 185_00, after: 318_51, difference: 133_51, currency: 'EUR' });
      expect(changes.buckets[0]).toEqual({ bucket: 'opened', delta: 1_01, count: 1 });
      expect(changes.rows.at(-1)).toMatchObject({
        occurredAt: day('07-15'),
        recordedAt: day('07-15'),
        position: String(7n * BigInt(story.length - 1)),
        by: { id: 'mia', role: 'sales-manager' },
      });
    });
  });

  it('puts what another probability of a stage did down to whoever defined it', async () => {
    await givenEvents(...story).projectedBy(forecastModel, async ({ database }) => {
      const { rows, buckets } = await why(database, { from: day('07-24'), to: day('07-26') });
      expect(buckets.map(({ bucket }) => bucket)).toEqual(['probability-policy']);
      expect(rows.every(({ event, by }) => event === 'PipelineDefined' && by.id === 'mia')).toBe(true);
    });
  });

  it('is told of what somebody owns, of a team, a category, and unweighted', async () => {
    await givenEvents(...story).projectedBy(forecastModel, async ({ database }) => {
      expect(told(await why(database, { owner: 'bob' }))).toEqual([
        ['owner-team', 'given', 10_00, 'OpportunityReassigned'],
      ]);
      const { rows } = await why(database, { team: 'north', measure: 'unweighted' });
      expect(rows.find(({ opportunityId }) => opportunityId === 'given')).toMatchObject({ delta: -100_00 });
      expect(rows.some(({ bucket }) => bucket.startsWith('stage'))).toBe(false);
      expect(
        told(await why(database, { category: 'commit' })).map(([bucket, id, delta]) => [bucket, id, delta]),
      ).toEqual([
        ['stage-up', 'up', 80_00],
        ['stage-down', 'down', -80_00],
        ['pipeline', 'moved', 80_00],
      ]);
    });
  });

  it('tells of a fact that was reported late when one asks what was known before', async () => {
    const late = { recordedAt: day('07-20') };
    await givenEvents(
      pipelineOf('01-01', { early: 10 }),
      opened('a', '06-01', 'early', eur(100_00)),
      deal('opportunity-a', 'OpportunityAmountChanged', day('06-02'), { amount: eur(200_00) }, late),
    ).projectedBy(forecastModel, async ({ database }) => {
      const instants = { from: day('07-01'), to: day('07-21') };
      expect((await why(database, instants)).rows).toEqual([]);
      expect(told(await why(database, { ...instants, fromKnownAt: day('07-01') }))).toEqual([
        ['amount-up', 'a', 10_00, 'OpportunityAmountChanged'],
      ]);
    });
  });

  it('is not told backwards', async () => {
    await givenEvents(opened('a', '06-01', 'early', eur(1_00))).projectedBy(forecastModel, async ({ database }) => {
      await expect(why(database, { from: day('07-02'), to: day('07-01') })).rejects.toMatchObject({
        code: 'INVALID_QUERY',
      });
      const known = { fromKnownAt: day('07-02'), knownAt: day('07-01') };
      await expect(why(database, known)).rejects.toMatchObject({ code: 'INVALID_QUERY' });
    });
  });
});
