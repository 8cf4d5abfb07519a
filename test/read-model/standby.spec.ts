import { describe, expect, it } from '@jest/globals';
import { openDatabase, statusOf, waitFor } from '../../libs/read-model/index.js';
import { allRows, MemoryLog } from '../../libs/testing/projection.js';
import { bookings, eventually, ledger, more, running, withDatabase } from './ledger.js';

describe('two processes with the same read models', () => {
  it('write one at a time; the second takes over when the first is gone', async () => {
    await withDatabase(async (database) => {
      const log = new MemoryLog(bookings(2, 3));
      const options = { feed: log, projections: [ledger()] };
      const [one, two] = [openDatabase(database.url), openDatabase(database.url)];
      const first = running({ ...options, database: one });
      const head = (): bigint => log.events.at(-1)?.position ?? 0n;
      const visible = (): Promise<boolean> =>
        waitFor(database, ledger(), head(), 10_000).then(
          () => true,
          () => false,
        );
      await eventually(visible, Boolean);
      const second = running({ ...options, database: two });
      try {
        log.record(more(log.events, 'account-1', 1));
        expect(await visible()).toBe(true);
        // The standby reads nothing: one read of the log is the first process's.
        expect(log.reads).toBe(1);

        await first.stop();
        log.record(more(log.events, 'account-1', 2));
        expect(await visible()).toBe(true);
        expect(log.reads).toBe(2);
        expect(await statusOf(database, [ledger()], log)).toMatchObject([{ running: true, state: 'serving' }]);

        await database.pool.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'kroniek ledger_v1'`,
        );
        log.record(more(log.events, 'account-1', 3));
        expect(await visible()).toBe(true);
        expect((await allRows(database, ledger()))['bookings']).toHaveLength(9);
      } finally {
        await second.stop();
        await one.close();
        await two.close();
      }
      const stopped = await eventually(
        () => statusOf(database, [ledger()], log),
        ([status]) => status?.running === false,
      );
      expect(stopped).toMatchObject([{ running: false }]);
    });
  });
});
