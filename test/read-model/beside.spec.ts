import { sql } from 'kysely';
import { describe, expect, it } from '@jest/globals';
import {
  beside,
  type Database,
  ensureReadModels,
  type Moment,
  projection,
  readSteadily,
  rows,
  text,
  versions,
  waitFor,
} from '../../libs/read-model/index.js';
import { MemoryLog } from '../../libs/testing/projection.js';
import { bookings, ledger, type LedgerEvents, running, withDatabase } from './ledger.js';

const sums = ledger({ name: 'sums' });

/** Knows nothing of what is booked. */
const owners = projection({
  name: 'owners',
  version: 1,
  tables: {
    accounts: versions<LedgerEvents>()({
      key: 'id',
      columns: { id: text('Id.'), owner: text('Owner.') },
      opens: { Opened: ({ data }) => ({ owner: data.owner }) },
    }),
  },
  views: {},
});

/** In its company bookings pass by those who know nothing of them. */
const company = ledger({ name: 'company' });

/** The sum of all accounts that the other one knows of, and the moment that both were asked at. */
const both = (database: Database, moment: Moment) =>
  readSteadily(database, sums, moment, async (steady) => {
    const { own, other, moment: together } = await beside(steady, owners, moment);
    const [found] = await rows(
      own,
      sql<{ sum: number | null }>`select sum(total) as sum
        from ${own.at('accounts')} a join ${other.at('accounts')} o on o.id = a.id`,
    );
    return { sum: found?.sum, moment: together };
  });

describe('a read model beside another', () => {
  it('is asked with it at one moment: what one of them has not read yet is known to neither', async () => {
    await withDatabase(async (database) => {
      await ensureReadModels(database, [sums, owners, company]);
      // Two accounts, on each of which 1, 2, 3 are booked from day to day.
      const events = bookings(2, 3);
      const [far, near] = [new MemoryLog(events), new MemoryLog(events.slice(0, 4))];
      const runs = [
        running({ feed: far, database, projections: [sums] }),
        running({ feed: near, database, projections: [owners, company] }),
      ];
      const head = events.at(-1)?.position ?? 0n;
      const until = events[3];
      try {
        await waitFor(database, sums, head, 10_000);
        await waitFor(database, owners, until?.position ?? 0n, 10_000);
        const { recordedAt = '' } = until ?? {};
        // Both have read the bookings of the first day, one of them those of the second.
        expect(await both(database, {})).toEqual({ sum: 2, moment: { knownAt: recordedAt } });
        expect(await both(database, { asOf: events[0]?.occurredAt })).toEqual({
          sum: 0,
          moment: { asOf: events[0]?.occurredAt, knownAt: recordedAt },
        });
        const earlier = { knownAt: events[0]?.recordedAt };
        expect(await both(database, earlier)).toEqual({ sum: 0, moment: earlier });

        near.record(events.slice(4));
        await waitFor(database, owners, head, 10_000);
        expect(await both(database, {})).toEqual({ sum: 12, moment: {} });
      } finally {
        await Promise.all(runs.map((run) => run.stop()));
      }
    });
  });

  it('that has read nothing yet lets nothing be known', async () => {
    await withDatabase(async (database) => {
      await ensureReadModels(database, [sums, owners]);
      const events = bookings(1, 1);
      const run = running({ feed: new MemoryLog(events), database, projections: [sums] });
      try {
        await waitFor(database, sums, events.at(-1)?.position ?? 0n, 10_000);
        expect(await both(database, {})).toEqual({ sum: null, moment: { knownAt: '0001-01-01T00:00:00.000Z' } });
      } finally {
        await run.stop();
      }
    });
  });
});
