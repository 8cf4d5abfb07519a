import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { currencies } from '../../libs/kernel/index.js';
import { filters, foreign, historyOf, hour, lastHour, steps, withHistory } from '../../libs/testing/deals.js';
import { forecastChanges } from './changes.js';
import { forecast } from './forecast.js';
import { measures } from './world.js';

const questions = fc.array(
  fc.record({
    only: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 3, arbitrary: filters }),
    period: fc.constantFrom('2017-Q3', '2017-07', '2017-06'),
    measure: fc.constantFrom(...measures),
    instants: fc.tuple(fc.nat(lastHour), fc.nat(lastHour)),
    known: fc.option(fc.tuple(fc.nat(lastHour), fc.nat(lastHour))),
  }),
  { minLength: 30, maxLength: 30 },
);

const inOrder = ([a, b]: readonly [number, number]): readonly [string, string] => [
  hour(Math.min(a, b)),
  hour(Math.max(a, b)),
];

describe('why a forecast changed', () => {
  it('adds up to the difference of the two forecasts, to the cent, whatever happened and whoever asks', async () => {
    expect(currencies).toEqual(expect.arrayContaining([...foreign]));
    let explained = 0;
    await fc.assert(
      fc.asyncProperty(steps, questions, async (given, asked) => {
        await withHistory(historyOf(given), async (database) => {
          for (const { only, period, measure, instants, known } of asked) {
            const [from, to] = inOrder(instants);
            const [fromKnownAt, knownAt] = known ? inOrder(known) : [undefined, undefined];
            const total = async (asOf: string, knownThen: string | undefined) => {
              const { rows } = await forecast(database, { ...only, period, asOf, knownAt: knownThen });
              return rows.reduce((sum, row) => sum + row[measure], 0);
            };
            const changes = await forecastChanges(database, {
              ...only,
              period,
              measure,
              from,
              to,
              fromKnownAt,
              knownAt,
            });
            const [before, after] = [await total(from, fromKnownAt), await total(to, knownAt)];
            const sum = (items: readonly { readonly delta: number }[]) =>
              items.reduce((all, { delta }) => all + delta, 0);
            expect([changes.before, changes.after]).toEqual([before, after]);
            expect([sum(changes.buckets), sum(changes.rows)]).toEqual([after - before, after - before]);
            explained += changes.rows.length;
          }
        });
      }),
      { numRuns: Number(process.env['FORECAST_RUNS'] ?? 6) },
    );
    expect(explained).toBeGreaterThan(0);
  });
});
