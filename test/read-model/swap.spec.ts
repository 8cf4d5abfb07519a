import { describe, expect, it } from '@jest/globals';
import {
  ensureReadModels,
  openDatabase,
  read,
  rebuild,
  statusOf,
  waitFor,
  type Database,
} from '../../libs/read-model/index.js';
import { allRows, MemoryLog } from '../../libs/testing/projection.js';
import { bookings, eventually, ledger, more, running, sumOf, withDatabase } from './ledger.js';

const schemas = async (database: Database): Promise<readonly string[]> => {
  const { rows } = await database.pool.query<{ nspname: string }>(
    `select nspname from pg_namespace where nspname like 'ledger%' order by 1`,
  );
  return rows.map(({ nspname }) => nspname);
};

const total = (database: Database): Promise<number> =>
  read(database, ledger(), {}, async ({ db, at }) => {
    const found = await db.selectFrom(at('accounts').as('a')).select('total').execute();
    return found.reduce((sum, row) => sum + row.total, 0);
  });

/** Asks without end until told to stop; tells every answer that differed from the one before. */
function asking(ask: () => Promise<number>): { stop(): Promise<readonly number[]> } {
  const answers: number[] = [];
  const stopped = new AbortController();
  const loop = (async () => {
    while (!stopped.signal.aborted) {
      const answer = await ask();
      if (answers.at(-1) !== answer) answers.push(answer);
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await loop;
      return answers;
    },
  };
}

describe('a read model', () => {
  it('of another version is built beside the old one and swapped in, with queries answered all along', async () => {
    await withDatabase(async (database) => {
      const log = new MemoryLog(bookings(5, 100));
      const head = log.events.at(-1)?.position ?? 0n;
      await ensureReadModels(database, [ledger()]);
      const first = running({ feed: log, database, projections: [ledger()] });
      await waitFor(database, ledger(), head, 10_000);
      await first.stop();

      const changed = ledger({ version: 2 });
      const asked = openDatabase(database.url);
      const [inSql, inCode] = [asking(() => sumOf(asked)), asking(() => total(asked))];
      const second = running({ feed: log, database, projections: [changed], batch: 20, keepRetired: 1_000 });
      try {
        await eventually(
          () => sumOf(database),
          (sum) => sum === 2 * 25_250,
        );
        expect(await statusOf(database, [changed], log)).toMatchObject([
          { version: 2, schema: 'ledger_v2', state: 'serving', lag: { events: 0 } },
        ]);
        log.record(more(log.events, 'account-1', 1));
        await waitFor(database, changed, log.events.at(-1)?.position ?? 0n, 10_000);
        expect(
          await eventually(
            () => total(asked),
            (sum) => sum === 50_502,
          ),
        ).toBe(50_502);
        expect(
          await eventually(
            () => schemas(database),
            ({ length }) => length === 1,
          ),
        ).toEqual(['ledger_v2']);
      } finally {
        await second.stop();
        for (const answers of [await inSql.stop(), await inCode.stop()]) {
          expect([25_250, 50_500, 50_502]).toEqual(expect.arrayContaining([...answers]));
          expect([answers[0], answers.at(-1)]).toEqual([25_250, 50_502]);
        }
        await asked.close();
      }
    });
  });

  it('is rebuilt by name into the same rows, and serves while it is', async () => {
    await withDatabase(async (database) => {
      const log = new MemoryLog(bookings(5, 50));
      await ensureReadModels(database, [ledger()]);
      const run = running({ feed: log, database, projections: [ledger()], batch: 25, keepRetired: 200 });
      try {
        const head = (): bigint => log.events.at(-1)?.position ?? 0n;
        await waitFor(database, ledger(), head(), 10_000);
        const before = await allRows(database, ledger());

        expect(await Promise.all([rebuild(database, ledger()), rebuild(database, ledger())])).toEqual([
          'ledger_v1_2',
          'ledger_v1_2',
        ]);
        await eventually(
          () => schemas(database),
          (found) => found.join() === 'ledger_v1_2',
        );
        expect(await schemas(database)).toEqual(['ledger_v1_2']);
        expect(await allRows(database, ledger())).toEqual(before);
        log.record(more(log.events, 'account-1', 1));
        await waitFor(database, ledger(), head(), 10_000);
        expect(await sumOf(database)).toBe(6_376);
      } finally {
        await run.stop();
      }
    });
  });

  it('swaps in on an empty log too', async () => {
    await withDatabase(async (database) => {
      const log = new MemoryLog();
      await ensureReadModels(database, [ledger()]);
      const run = running({ feed: log, database, projections: [ledger({ version: 2 })] });
      const [status] = await eventually(
        () => statusOf(database, [ledger()], log),
        ([found]) => found?.version === 2,
      );
      expect(status).toMatchObject({ version: 2, state: 'serving', position: null, head: null });
      await run.stop();
    });
  });

  it('is prepared by several processes at once, and refuses other tables under the same version', async () => {
    await withDatabase(async (database) => {
      const several = Array.from({ length: 6 }, () => openDatabase(database.url));
      await Promise.all(several.map((one) => ensureReadModels(one, [ledger(), ledger({ name: 'other' })])));
      await Promise.all(several.map((one) => one.close()));
      expect(await schemas(database)).toEqual(['ledger_v1']);
      const { tables, ...rest } = ledger();
      const changed = { ...rest, tables: { accounts: tables.accounts, bookings: tables.accounts }, views: {} };
      await expect(ensureReadModels(database, [changed])).rejects.toThrow('give it a new version');
    });
  });
});
