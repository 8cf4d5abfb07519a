import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  filters,
  foreign,
  historyOf,
  hour,
  lastHour,
  pipelines,
  stages,
  steps,
  withHistory,
} from '../../libs/testing/deals.js';
import type { Database } from '../../libs/read-model/index.js';
import type { GivenEvent } from '../../libs/testing/projection.js';
import type { ForecastAssumption } from './assumption.js';
import { forecast } from './forecast.js';
import { type ForecastAsked, forecastGroups } from './lines.js';
import { forecastWhatIf, type OpportunityWhatIf, opportunitiesWhatIf } from './what-if.js';

const event = (at: number, stream: string, type: string, data: object): GivenEvent => ({
  stream,
  type,
  data,
  occurredAt: hour(at),
});
const defined = (at: number, pipeline: string, probabilities: readonly number[]): GivenEvent =>
  event(at, `pipeline-${pipeline}`, 'PipelineDefined', {
    name: 'Some',
    currency: 'EUR',
    stages: stages.map((stage, place) => ({ stage, probability: probabilities[place] ?? 50 })),
    retired: [],
  });
const opened = (id: string, stage: string, amount: number, currency = 'EUR'): GivenEvent =>
  event(1, `opportunity-${id}`, 'OpportunityOpened', {
    title: `Deal ${id}`,
    pipelineId: 'a',
    stage,
    amount: { amount, currency },
    contactIds: [],
    owner: id,
    expectedClose: '2017-08-15',
  });
const rated = (at: number, from: string, rate: string, validFrom = hour(at).slice(0, 10)): GivenEvent =>
  event(at, `rate-${from}`, 'ExchangeRateSet', { from, to: 'EUR', rate, validFrom });
const inPipeline = (probabilities: Readonly<Record<string, number>>, pipelineId = 'a'): ForecastAssumption => ({
  pipelines: [
    { pipelineId, stages: Object.entries(probabilities).map(([stage, probability]) => ({ stage, probability })) },
  ],
});

const everyOne = async (database: Database, asked: ForecastAsked, assumption: ForecastAssumption, limit = 2) => {
  const all: OpportunityWhatIf[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await opportunitiesWhatIf(database, { ...asked, limit, cursor }, assumption);
    all.push(...items);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return all;
};

describe('the forecast under other probabilities and rates', () => {
  const story = [
    defined(0, 'a', [10, 50, 80]),
    rated(0, 'USD', '0.9'),
    opened('ann', 'early', 100_05),
    opened('bob', 'middle', 40_00),
    opened('cid', 'late', 20_00),
    opened('dan', 'middle', 10_00, 'USD'),
    opened('eve', 'early', 99_00),
    event(2, 'opportunity-eve', 'ForecastCategorySet', { category: 'omitted' }),
  ];
  const asked = { period: '2017-Q3', asOf: hour(48) };

  it('stands beside the one of today, with the difference and the opportunities that make it', async () => {
    await withHistory(story, async (database) => {
      const assumption = inPipeline({ early: 30, middle: 70 });
      const { rows, currency } = await forecastWhatIf(database, asked, assumption);
      expect(currency).toBe('EUR');
      // 100.05 × 10 % + 40 × 50 % + 20 × 80 % + 9 × 50 %, and 100.05 × 30 % + 40 × 70 % + 20 × 80 % + 9 × 70 %
      expect(rows).toMatchObject([
        {
          group: null,
          today: { count: 5, weighted: 50_51, open: 169_05, omitted: 99_00 },
          assumed: { count: 5, weighted: 80_32, omitted: 99_00 },
          difference: { count: 0, closed: 0, open: 0, weighted: 29_81, omitted: 0, target: null },
        },
      ]);
      expect(await everyOne(database, asked, assumption)).toMatchObject([
        {
          ...{ id: 'ann', stage: 'early', owner: 'ann', pipelineId: 'a', difference: 20_01, currency: 'EUR' },
          today: { category: 'pipeline', probability: 10, amount: 100_05, weighted: 10_01 },
          assumed: { probability: 30, amount: 100_05, weighted: 30_02 },
        },
        { id: 'bob', difference: 8_00 },
        { id: 'dan', difference: 1_80, today: { amount: 9_00 } },
      ]);
    });
  });

  it('moves what has no category of its own from one to another, also out of what is asked for', async () => {
    await withHistory(story, async (database) => {
      const assumption = inPipeline({ late: 10 });
      const byCategory = await forecastWhatIf(database, { ...asked, by: 'category' }, assumption);
      const moved = byCategory.rows.map(({ group, difference }) => [group, difference.count, difference.weighted]);
      const [before, after] = [byCategory.rows.find(({ today }) => today.weighted === 16_00), byCategory.rows.at(-1)];
      expect(moved.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(0);
      expect(before?.difference).toMatchObject({ count: -1, weighted: -16_00 });
      expect(after?.group).toBe('pipeline');
      expect(after?.difference).toMatchObject({ count: 1, weighted: 2_00 });
      const category = 'pipeline';
      expect(await everyOne(database, { ...asked, category }, assumption)).toMatchObject([
        { id: 'cid', today: null, assumed: { weighted: 2_00 }, difference: 2_00 },
      ]);
    });
  });

  it('converts what is open at the rate that is assumed, in either direction', async () => {
    await withHistory([...story, opened('fay', 'late', 1_000, 'JPY')], async (database) => {
      const rates = [
        { from: 'USD', to: 'EUR', rate: '1.5' },
        { from: 'EUR', to: 'JPY', rate: '125' },
      ];
      const { rows } = await forecastWhatIf(database, asked, { rates });
      expect(rows).toMatchObject([
        { difference: { open: 6_00 + 8_00, weighted: 3_00 + 6_40, unconverted: -1, count: 0 } },
      ]);
      expect(await everyOne(database, asked, { rates })).toMatchObject([
        { id: 'fay', today: { amount: null, weighted: 0 }, assumed: { amount: 8_00 }, difference: 6_40 },
        { id: 'dan', today: { amount: 9_00 }, assumed: { amount: 15_00 }, difference: 3_00 },
      ]);
    });
  });

  it('names what there is not, and keeps a cursor to its assumption', async () => {
    await withHistory(story, async (database) => {
      const wrong: ForecastAssumption = {
        pipelines: [
          {
            pipelineId: 'a',
            stages: [
              { stage: 'late', probability: 0 },
              { stage: 'later', probability: 5 },
            ],
          },
          { pipelineId: 'none', stages: [{ stage: 'late', probability: 0 }] },
        ],
        rates: [
          { from: 'USD', to: 'JPY', rate: '1' },
          { from: 'USD', to: 'EUR', rate: '1' },
          { from: 'EUR', to: 'USD', rate: '1' },
        ],
      };
      await expect(forecastWhatIf(database, asked, wrong)).rejects.toMatchObject({
        code: 'INVALID_ASSUMPTION',
        errors: [
          { path: 'pipelines[0].stages[1].stage' },
          { path: 'pipelines[1].pipelineId' },
          { path: 'rates[0].to' },
          { path: 'rates[2]' },
        ],
      });
      const { next } = await opportunitiesWhatIf(database, { ...asked, limit: 1 }, inPipeline({ middle: 70 }));
      const another = { ...asked, limit: 1, cursor: next ?? 'none' };
      await expect(opportunitiesWhatIf(database, another, inPipeline({ middle: 71 }))).rejects.toMatchObject({
        code: 'INVALID_CURSOR',
      });
    });
  });

  it('is what the forecast becomes when that is so, whatever happened before; today is what it is', async () => {
    const probability = fc.nat(100);
    const assumed = fc.record({
      a: fc.tuple(probability, probability, probability),
      b: fc.tuple(probability, probability, probability),
      rates: fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 })),
    });
    const asking = fc.array(
      fc.record({
        by: fc.option(fc.constantFrom(...forecastGroups), { nil: undefined }),
        only: fc.oneof(fc.constant({}), filters),
        period: fc.constantFrom('2017-Q3', '2017-07'),
      }),
      { minLength: 16, maxLength: 16 },
    );
    const rateOf = (hundredths: number): string =>
      `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
    let differing = 0;
    // Whatever is drawn besides, of this one something changes: a deal of the third quarter, likelier than it is now.
    const oneDeal = [50, 0].map((kind) => ({ kind, which: 0, what: 0, day: 50, amount: 5, passed: 1, late: 0 }));
    await fc.assert(
      fc.asyncProperty(steps, assumed, asking, async (given, values, questions) => {
        const history = historyOf(given);
        const there = pipelines.filter((id) => history.some(({ stream }) => stream === `pipeline-${id}`));
        const assumption: ForecastAssumption = {
          pipelines: there.map((pipelineId) => ({
            pipelineId,
            stages: stages.map((stage, place) => ({ stage, probability: values[pipelineId][place] ?? 0 })),
          })),
          rates: foreign.map((from, place) => ({ from, to: 'EUR', rate: rateOf(values.rates[place] ?? 1) })),
        };
        const known = there.map((id) => defined(0, id, values[id]));
        const asOf = hour(lastHour + 100);
        const all = questions.map(({ only, ...asked }) => ({ ...only, ...asked, asOf }));
        const told: unknown[] = [];
        // Every stage is known from the first on, so that it can be assumed and defined alike.
        await withHistory([...known, ...history], async (database) => {
          for (const asked of all) {
            const { rows } = await forecastWhatIf(database, asked, assumption);
            const now = await forecast(database, asked);
            expect(
              rows.filter(({ today }) => today.count > 0).map(({ group, today }) => ({ group, ...today })),
            ).toEqual(now.rows.filter(({ count }) => count > 0));
            const nothing = await forecastWhatIf(database, asked, {});
            expect(nothing.rows.flatMap(({ difference }) => Object.values(difference).filter(Boolean))).toEqual([]);
            const items = await everyOne(database, asked, assumption, 1_000);
            const total = rows.reduce((sum, { difference }) => sum + difference.weighted, 0);
            const ofItems = items.reduce((sum, { difference }) => sum + difference, 0);
            expect(Math.abs(total - ofItems)).toBeLessThanOrEqual(items.length + rows.length);
            differing += items.length;
            told.push(
              rows.filter(({ assumed: row }) => row.count > 0).map(({ group, assumed: row }) => ({ group, ...row })),
            );
          }
        });
        const madeSo = [
          ...there.map((id) => defined(lastHour + 99, id, values[id])),
          ...foreign.map((from, place) => rated(lastHour + 99, from, rateOf(values.rates[place] ?? 1))),
        ];
        await withHistory([...known, ...history, ...madeSo], async (database) => {
          const then = [];
          for (const asked of all) then.push((await forecast(database, asked)).rows.filter(({ count }) => count > 0));
          expect(then).toEqual(told);
        });
      }),
      {
        numRuns: 3,
        examples: [
          [
            oneDeal,
            { a: [100, 100, 100], b: [0, 0, 0], rates: [100, 100] },
            [{ by: undefined, only: {}, period: '2017-Q3' }],
          ],
        ],
      },
    );
    expect(differing).toBeGreaterThan(0);
  });
});
