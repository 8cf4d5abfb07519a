import { describe, expect, it } from '@jest/globals';
import type { FeedBatch, FollowOptions, Position } from '../../libs/kernel/index.js';
import { BehindPosition, ensureReadModels, skipEvent, statusOf, waitFor } from '../../libs/read-model/index.js';
import { allRows, MemoryLog } from '../../libs/testing/projection.js';
import { bookings, eventually, ledger, more, poison, running, sumOf, withDatabase } from './ledger.js';

const whole = ledger({ name: 'whole' });
const picky = ledger({ name: 'picky', fails: (amount) => amount === poison });
const actor = { id: 'key-9', role: 'admin' } as const;

describe('an event that a projection cannot take', () => {
  it('stops that projection alone, is named, and can be skipped by a recorded act', async () => {
    await withDatabase(async (database) => {
      await ensureReadModels(database, [whole, picky]);
      const log = new MemoryLog(bookings(2, 2));
      log.record(more(log.events, 'account-1', 1, poison, 1));
      const head = log.events.at(-1)?.position ?? 0n;
      const bad = log.events.at(-2);
      const run = running({ feed: log, database, projections: [whole, picky] });
      try {
        await waitFor(database, whole, head, 10_000);
        const stopped = await eventually(
          () => statusOf(database, [picky], log),
          ([status]) => status?.error !== null,
        );
        expect(stopped[0]).toMatchObject({
          position: String(log.events.at(-3)?.position),
          error: {
            id: bad?.id,
            type: 'Booked',
            stream: 'account-1',
            revision: bad?.revision,
            position: String(bad?.position),
            message: 'This amount cannot be booked.',
          },
        });
        await expect(waitFor(database, picky, head, 50)).rejects.toThrow(BehindPosition);
        log.record(more(log.events, 'account-2', 5));
        await waitFor(database, whole, log.events.at(-1)?.position ?? 0n, 10_000);

        await skipEvent(database, picky, bad?.position ?? 0n, actor);
        await waitFor(database, picky, log.events.at(-1)?.position ?? 0n, 10_000);
        expect((await sumOf(database, 'whole')) - (await sumOf(database, 'picky'))).toBe(poison);
        const [mended] = await eventually(
          () => statusOf(database, [picky], log),
          ([status]) => status?.error === null,
        );
        expect(mended).toMatchObject({ error: null, lag: { events: 0, seconds: 0 } });
        const { rows } = await database.pool.query<object>(
          'select name, position, actor_id from kroniek.skipped_events',
        );
        expect(rows).toEqual([{ name: 'picky', position: bad?.position, actor_id: 'key-9' }]);
      } finally {
        await run.stop();
      }
    });
  });

  it('is found among many if it is PostgreSQL that refuses its rows', async () => {
    await withDatabase(async (database) => {
      await ensureReadModels(database, [whole]);
      const log = new MemoryLog(bookings(3, 40));
      const [bad] = more(log.events, 'account-9', 1);
      if (!bad) throw new Error('There is one.');
      log.record([{ ...bad, type: 'Opened', revision: 0, data: { owner: 'nul\u0000character' } }]);
      log.record(more(log.events, 'account-1', 1));
      const run = running({ feed: log, database, projections: [whole] });
      try {
        const [status] = await eventually(
          () => statusOf(database, [whole], log),
          ([found]) => found?.error !== null && found !== undefined,
        );
        expect(status?.error).toMatchObject({ id: bad.id, message: 'PostgreSQL refused its rows (SQLSTATE 22021).' });
        expect((await allRows(database, whole))['bookings']).toHaveLength(120);
        await skipEvent(database, whole, bad.position, actor);
        await waitFor(database, whole, log.events.at(-1)?.position ?? 0n, 10_000);
        expect((await allRows(database, whole))['bookings']).toHaveLength(121);
      } finally {
        await run.stop();
      }
    });
  });

  it('is named in the status too if the log itself cannot be read on', async () => {
    await withDatabase(async (database) => {
      await ensureReadModels(database, [whole]);
      const log = new Unreadable(bookings(2, 2));
      const run = running({ feed: log, database, projections: [whole], batch: 3 });
      try {
        const [status] = await eventually(
          () => statusOf(database, [whole], log),
          ([found]) => found !== undefined && found.error !== null,
        );
        expect(status?.error).toEqual({
          type: 'Strange',
          stream: 'account-1',
          revision: 2,
          position: '99',
          message: 'Strange is not declared.',
        });
        expect((await allRows(database, whole))['bookings']).toHaveLength(1);
      } finally {
        await run.stop();
      }
    });
  });
});

/** A log with something behind its first batch that nobody can read. */
class Unreadable extends MemoryLog {
  override async *follow(after: Position | null, options: FollowOptions): AsyncGenerator<FeedBatch> {
    if (after === null) {
      for await (const batch of super.follow(after, options)) {
        yield batch;
        break;
      }
    }
    throw Object.assign(new Error('Strange is not declared.'), {
      type: 'Strange',
      stream: 'account-1',
      revision: 2,
      position: 99n,
    });
  }
}
