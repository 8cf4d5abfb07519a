import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ensureReadModels, waitFor } from '../../libs/read-model/index.js';
import { type GivenEvent, MemoryLog, recorded } from '../../libs/testing/projection.js';
import { acquisitionReport } from '../../projections/customers/acquisition-report.js';
import { customers } from '../../projections/customers/index.js';
import { aTelling, day, eventsOf } from './customers-told.js';
import { running, withDatabase } from './ledger.js';
import { Analyst } from './views.js';

/** The same with windows of everybody that are not shorter than the silences which are kept. */
const withLongWindows = (given: readonly GivenEvent[]): readonly GivenEvent[] =>
  given.map((event) => {
    if (event.type !== 'PolicyChanged') return event;
    const { version, value } = event.data as { readonly version: number; readonly value: { readonly days: number } };
    return {
      ...event,
      data: { policy: 'inactivity.window', version, value: { days: 29 + value.days, segments: [] } },
    };
  });

const inView = `select concat_ws('|', period, active_at_start, "new", won_back, active_by_window, gone_inactive, retained,
  active_at_end, retention_rate) from analytics.retention`;

describe('the report of retention', () => {
  it('tells from the silences that are kept what the view tells from all purchases', async () => {
    const moment = fc.tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 400 }));
    const seen = { moves: 0, withoutWindows: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(aTelling, { minLength: 40, maxLength: 90, size: 'max' }),
        fc.array(moment, { minLength: 15, maxLength: 15 }),
        fc.boolean(),
        async (said, moments, windows) => {
          const given = withLongWindows(eventsOf(said.filter(({ what }) => windows || what !== 'window')));
          if (!given.some(({ type }) => type === 'PolicyChanged')) seen.withoutWindows += 1;
          await withDatabase(async (database) => {
            await ensureReadModels(database, [customers]);
            const log = new MemoryLog(recorded(given));
            const run = running({ feed: log, database, projections: [customers], batch: 40 });
            const analyst = await Analyst.at(database);
            try {
              await waitFor(database, customers, log.events.at(-1)?.position ?? 0n, 20_000);
              for (const [t, k] of moments) {
                const at = { asOf: day(t + 0.5), knownAt: day(k) };
                const report = await acquisitionReport(database, { ...at, per: 'month' });
                const told = report.map((row) =>
                  Object.values(row)
                    .filter((value) => value !== null)
                    .join('|'),
                );
                expect(told).toEqual(await analyst.lines(inView, at));
                seen.moves += report.reduce((sum, row) => sum + row.wonBack + row.goneInactive, 0);
                // Whatever the periods, the same moves are in them.
                const [whole] = await acquisitionReport(database, { ...at, per: 'all' });
                const sum = (of: 'new' | 'wonBack' | 'activeByWindow' | 'goneInactive'): number =>
                  report.reduce((all, row) => all + row[of], 0);
                expect(whole ?? {}).toMatchObject({
                  ...{ new: sum('new'), wonBack: sum('wonBack'), goneInactive: sum('goneInactive') },
                  ...{ activeByWindow: sum('activeByWindow'), activeAtEnd: report.at(-1)?.activeAtEnd ?? 0 },
                });
              }
            } finally {
              await analyst.end();
              await run.stop();
            }
          });
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
    expect(seen.moves).toBeGreaterThan(0);
    expect(seen.withoutWindows).toBeGreaterThan(0);
  }, 240_000);
});
