import { describe, expect, it } from '@jest/globals';
import { ensureReadModels, openDatabase, waitFor } from '../../libs/read-model/index.js';
import { connect } from '../../libs/read-model/connections.js';
import { CheckpointMoved } from '../../libs/read-model/errors.js';
import { ProjectionWriter } from '../../libs/read-model/writer.js';
import { throwAwayDatabase } from '../../libs/testing/database.js';
import { allRows, MemoryLog } from '../../libs/testing/projection.js';
import { cuttingProxy } from './cutting-proxy.js';
import { bookings, eventually, ledger, more, running, withDatabase } from './ledger.js';

const events = bookings(3, 5);
const last = events.at(-1)?.position ?? 0n;

/** Builds the ledger through a connection that is cut at one place; tells the rows and how much was sent. */
async function builtThrough(nth: number, when: 'before' | 'after') {
  const server = await throwAwayDatabase();
  const { url } = server;
  const database = openDatabase(url);
  await ensureReadModels(database, [ledger()]);
  const proxy = await cuttingProxy(url, nth, when);
  const through = openDatabase(proxy.url);
  const run = running({ feed: new MemoryLog(events), database: through, projections: [ledger()], batch: 6 });
  try {
    await waitFor(database, ledger(), last, 20_000);
    return { rows: await allRows(database, ledger()), sent: proxy.sent() };
  } finally {
    await run.stop();
    await through.close();
    await proxy.close();
    await database.close();
    await server.drop();
  }
}

describe('a batch', () => {
  it('is written once, wherever the connection breaks', async () => {
    const { rows, sent } = await builtThrough(0, 'before');
    expect(sent).toBeGreaterThan(20);
    const places = Array.from({ length: sent }, (_, index) => index + 1);
    for (let at = 0; at < places.length; at += 4) {
      const cuts = places.slice(at, at + 4).flatMap((nth) => [builtThrough(nth, 'before'), builtThrough(nth, 'after')]);
      for (const built of await Promise.all(cuts)) expect(built.rows).toEqual(rows);
    }
  }, 240_000);

  it('has no row twice where a table says so, which is proved once all has been caught up', async () => {
    await withDatabase(async (database) => {
      await ensureReadModels(database, [ledger()]);
      const client = await connect(database.url, {});
      const writer = new ProjectionWriter(client, ledger(), 'ledger_v1');
      const again = (): Promise<unknown> =>
        client.query('insert into ledger_v1.bookings select * from ledger_v1.bookings limit 1');
      await writer.resume();
      await writer.write({ events, position: last });
      await writer.live();
      await expect(again()).rejects.toMatchObject({ code: '23505' });

      await client.query('drop index ledger_v1.bookings_account_position');
      await again();
      const next = new ProjectionWriter(client, ledger(), 'ledger_v1');
      await next.resume();
      await expect(next.live()).rejects.toMatchObject({ code: '23505' });
      await client.end();
    });
  });

  it('is left out by a writer whose checkpoint was moved by another', async () => {
    await withDatabase(async (database) => {
      await ensureReadModels(database, [ledger()]);
      const clients = [await connect(database.url, {}), await connect(database.url, {})] as const;
      const [one, other] = clients.map((client) => new ProjectionWriter(client, ledger(), 'ledger_v1'));
      await one?.resume();
      await other?.resume();
      const [first, second] = [events.slice(0, 9), events.slice(9)].map((part) => ({
        events: part,
        position: part.at(-1)?.position ?? 0n,
      }));
      if (!one || !other || !first || !second) throw new Error('There are two writers and two batches.');

      await one.write(first);
      await expect(other.write(first)).rejects.toThrow(CheckpointMoved);
      expect(await other.resume()).toBe(first.position);
      await other.write(second);
      await expect(one.write(second)).rejects.toThrow(CheckpointMoved);

      const { bookings: booked, accounts } = await allRows(database, ledger());
      expect(booked).toHaveLength(15);
      expect(accounts?.filter((row) => (row as { valid_to: string }).valid_to === 'infinity')).toHaveLength(3);
      await Promise.all(clients.map((client) => client.end()));
    });
  });

  it('goes on from where the database stands if a checkpoint is moved under a runner', async () => {
    await withDatabase(async (database) => {
      const log = new MemoryLog(events.slice(0, 9));
      const run = running({ feed: log, database, projections: [ledger()] });
      try {
        await eventually(
          () =>
            waitFor(database, ledger(), events[8]?.position ?? 0n, 5_000).then(
              () => true,
              () => false,
            ),
          Boolean,
        );
        // As if another process had written the next three.
        const client = await connect(database.url, {});
        const writer = new ProjectionWriter(client, ledger(), 'ledger_v1');
        await writer.resume();
        await writer.write({ events: events.slice(9, 12), position: events[11]?.position ?? 0n });
        await client.end();
        log.record(events.slice(9));
        log.record(more(log.events, 'account-1', 7));
        await waitFor(database, ledger(), log.events.at(-1)?.position ?? 0n, 10_000);

        expect((await allRows(database, ledger()))['bookings']).toHaveLength(16);
      } finally {
        await run.stop();
      }
    });
  });

  it('is taken up again after PostgreSQL has thrown everybody out', async () => {
    await withDatabase(async (database) => {
      const log = new MemoryLog(events);
      const run = running({ feed: log, database, projections: [ledger()], batch: 2 });
      try {
        for (let amount = 1; amount <= 5; amount++) {
          await database.pool
            .query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()')
            .catch(() => undefined);
          log.record(more(log.events, 'account-2', amount));
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        const head = log.events.at(-1)?.position ?? 0n;
        await eventually(
          () =>
            waitFor(database, ledger(), head, 10_000).then(
              () => true,
              () => false,
            ),
          Boolean,
        );
        expect((await allRows(database, ledger()))['bookings']).toHaveLength(20);
      } finally {
        await run.stop();
      }
    });
  });
});
