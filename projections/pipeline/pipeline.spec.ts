import { describe, expect, it } from '@jest/globals';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PipelineEvents } from '../../libs/domain/pipeline/pipeline.events.js';
import { eur, opportunityOpened } from '../../libs/testing/facts.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { pipeline } from './index.js';
import { opportunitiesList } from './opportunities.js';
import { opportunityDetail } from './opportunity-detail.js';
import { pipelineSummary, pipelinesList } from './queries.js';

const deal = happened<OpportunityEvents>();
const defined = happened<PipelineEvents>();

const opened = (id: string, at: string, stage: string, amount: number, more: object = {}) =>
  opportunityOpened(id, at, { stage, amount: eur(amount), ...more });

const pipelineDefined = defined('pipeline-default', 'PipelineDefined', '2017-01-02T00:00:00.000Z', {
  name: 'Default',
  currency: 'EUR',
  stages: [
    { stage: 'Prospecting', probability: 10 },
    { stage: 'Engaging', probability: 50 },
  ],
  retired: [],
});

const story = [
  opened('a', '2017-01-01T08:00:00.000Z', 'Prospecting', 10_05, { owner: 'ann', contactIds: ['p1', 'p,"2\\'] }),
  pipelineDefined,
  opened('b', '2017-01-03T08:00:00.000Z', 'Prospecting', 20_00, {
    accountId: 'acme',
    product: 'tab\there\nand\\there',
  }),
  deal('opportunity-a', 'OpportunityAdvanced', '2017-01-04T08:00:00.000Z', {
    from: 'Prospecting',
    to: 'Engaging',
    skipped: ['Waiting'],
  }),
  deal('opportunity-a', 'OpportunityAmountChanged', '2017-01-05T08:00:00.000Z', { amount: eur(30_01) }),
  deal('opportunity-b', 'OpportunityWon', '2017-01-06T08:00:00.000Z', { from: 'Prospecting', amount: eur(19_00) }),
  deal('opportunity-a', 'OpportunityLost', '2017-01-07T08:00:00.000Z', { from: 'Engaging', reason: 'price' }),
  deal('opportunity-a', 'OpportunityReopened', '2017-01-07T08:00:00.000Z', { to: 'Engaging', reason: 'new budget' }),
  defined('pipeline-default', 'PipelineDefined', '2017-01-08T00:00:00.000Z', {
    name: 'Default',
    currency: 'EUR',
    stages: [{ stage: 'Prospecting', probability: 20 }],
    retired: [{ stage: 'Engaging', probability: 50 }],
  }),
];

const slots = (summary: Awaited<ReturnType<typeof pipelineSummary>>) =>
  summary?.stages.map(({ stage, probability, count, amount, weighted }) => [
    stage,
    probability,
    count,
    amount,
    weighted,
  ]);

describe('the pipeline', () => {
  it('answers what stands in each stage, now and as of any instant', async () => {
    await givenEvents(...story).projectedBy(pipeline, async ({ database }) => {
      const asOf = async (instant?: string) => slots(await pipelineSummary(database, { id: 'default', asOf: instant }));

      expect(await asOf()).toEqual([
        ['Prospecting', 20, 0, 0, 0],
        ['Engaging', 50, 1, 30_01, 15_01],
        ['won', 100, 1, 19_00, 19_00],
        ['lost', 0, 0, 0, 0],
      ]);
      expect(await asOf('2017-01-01T12:00:00.000Z')).toEqual([
        ['Prospecting', 10, 1, 10_05, 1_01],
        ['Engaging', 50, 0, 0, 0],
        ['won', 100, 0, 0, 0],
        ['lost', 0, 0, 0, 0],
      ]);
      expect(await asOf('2017-01-04T08:00:00.000Z')).toEqual([
        ['Prospecting', 10, 1, 20_00, 2_00],
        ['Engaging', 50, 1, 10_05, 5_03],
        ['won', 100, 0, 0, 0],
        ['lost', 0, 0, 0, 0],
      ]);
      expect(await pipelineSummary(database, { id: 'unknown' })).toBeNull();
      expect(await pipelinesList(database, {})).toEqual([{ id: 'default', name: 'Default', currency: 'EUR' }]);
    });
  });

  it('does not know then what was reported late', async () => {
    const late = deal(
      'opportunity-a',
      'OpportunityAmountChanged',
      '2017-01-02T00:00:00.000Z',
      { amount: eur(99_00) },
      { recordedAt: '2017-03-01T00:00:00.000Z' },
    );
    await givenEvents(opened('a', '2017-01-01T00:00:00.000Z', 'Prospecting', 10_00), late).projectedBy(
      pipeline,
      async ({ database }) => {
        const amount = async (asOf: string | undefined, knownAt: string | undefined) =>
          (await opportunityDetail(database, { id: 'a', asOf, knownAt }))?.amount;

        expect(await amount('2017-01-03T00:00:00.000Z', '2017-02-01T00:00:00.000Z')).toBe(10_00);
        expect(await amount('2017-01-03T00:00:00.000Z', '2017-03-01T00:00:00.000Z')).toBe(99_00);
        expect(await amount('2017-01-01T12:00:00.000Z', undefined)).toBe(10_00);
        expect(await amount(undefined, '2017-02-01T00:00:00.000Z')).toBe(10_00);
        expect(await amount(undefined, undefined)).toBe(99_00);
        expect(await amount('2016-12-31T00:00:00.000Z', undefined)).toBeUndefined();
      },
    );
  });

  it('shows an opportunity with where it stood, for how long, and who moved it', async () => {
    await givenEvents(...story).projectedBy(pipeline, async ({ database }) => {
      const detail = await opportunityDetail(database, { id: 'a', asOf: '2017-01-07T09:00:00.000Z' });

      expect(detail).toMatchObject({
        stage: 'Engaging',
        status: 'open',
        amount: 30_01,
        owner: 'ann',
        contactIds: ['p1', 'p,"2\\'],
        lossReason: null,
        closedAt: null,
        revision: 4,
      });
      expect(
        detail?.history.map(({ stage, move, seconds, skipped, reason, by }) => [
          stage,
          move,
          seconds,
          skipped,
          reason,
          by.id,
        ]),
      ).toEqual([
        ['Prospecting', 'opened', 3 * 86_400, [], null, 'key-1'],
        ['Engaging', 'advanced', 3 * 86_400, ['Waiting'], null, 'key-1'],
        ['Engaging', 'lost', null, [], 'price', 'key-1'],
        ['Engaging', 'reopened', 3_600, [], 'new budget', 'key-1'],
      ]);
    });
  });

  it('lists by filters, in pages that follow from each other and from nothing else', async () => {
    await givenEvents(...story).projectedBy(pipeline, async ({ database }) => {
      const ids = (page: { items: readonly { id: string }[] }) => page.items.map(({ id }) => id);
      const first = await opportunitiesList(database, { limit: 1, sort: 'amount', order: 'desc' });
      const second = await opportunitiesList(database, {
        limit: 1,
        sort: 'amount',
        order: 'desc',
        cursor: first.next ?? '',
      });

      expect([ids(first), ids(second), second.next]).toEqual([['a'], ['b'], null]);
      expect(ids(await opportunitiesList(database, { status: 'won', minAmount: 19_00, maxAmount: 19_00 }))).toEqual([
        'b',
      ]);
      expect((await opportunitiesList(database, { accountId: 'acme' })).items[0]?.product).toBe(
        'tab\there\nand\\there',
      );
      expect(ids(await opportunitiesList(database, { owner: 'ann', asOf: '2017-01-01T12:00:00.000Z' }))).toEqual(['a']);
      await expect(opportunitiesList(database, { cursor: first.next ?? '' })).rejects.toMatchObject({
        kind: 'invalid',
        code: 'INVALID_CURSOR',
      });
      await expect(opportunitiesList(database, { cursor: 'x' })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    });
  });

  it('answers analysts in SQL as of the instant that they set', async () => {
    await givenEvents(...story).projectedBy(pipeline, async ({ database }) => {
      const client = await database.pool.connect();
      try {
        await client.query(`set role analyst; set kroniek.as_of = '2017-01-06T23:59:59.999Z'`);
        const { rows } = await client.query<object>(
          'select stage, count, amount from analytics.pipeline order by stage_order',
        );

        expect(rows).toEqual([
          { stage: 'Prospecting', count: 0, amount: 0 },
          { stage: 'Engaging', count: 1, amount: 30_01 },
          { stage: 'won', count: 1, amount: 19_00 },
          { stage: 'lost', count: 0, amount: 0 },
        ]);
        await expect(client.query(`select * from pipeline_v${pipeline.version}.opportunities`)).rejects.toThrow(
          'permission denied',
        );
      } finally {
        client.release(true);
      }
    });
  });
});
