import { describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { RecordedEvent } from '../../libs/kernel/index.js';
import { connect } from '../../libs/read-model/connections.js';
import { ensureReadModels } from '../../libs/read-model/index.js';
import { servingSchema } from '../../libs/read-model/reading.js';
import { ProjectionWriter } from '../../libs/read-model/writer.js';
import { bookings, ledger, more, withDatabase } from './ledger.js';

/** Notes which tables a connection is told to analyze. */
function watched(client: pg.Client): { readonly client: pg.ClientBase; readonly taken: () => string[] } {
  const ask = client.query.bind(client) as (...given: readonly unknown[]) => unknown;
  let tables: string[] = [];
  const query = (...given: readonly unknown[]): unknown => {
    const table = /^analyze .*"(\w+)"$/.exec(String(given[0]))?.[1];
    if (table !== undefined) tables.push(table);
    return ask(...given);
  };
  return {
    client: { query } as unknown as pg.ClientBase,
    taken: () => {
      const taken = tables.sort();
      tables = [];
      return taken;
    },
  };
}

describe('planners', () => {
  it('are told of a table when it has grown by much, not of those that hardly did', async () => {
    await withDatabase(async (database) => {
      const model = ledger();
      await ensureReadModels(database, [model]);
      const client = await connect(database.url, {});
      try {
        const { client: seen, taken } = watched(client);
        const writer = new ProjectionWriter(seen, model, await servingSchema(database, model.name));
        await writer.resume();
        let log: readonly RecordedEvent[] = [];
        const take = async (events: readonly RecordedEvent[]): Promise<string[]> => {
          log = [...log, ...events];
          await writer.write({ events, position: events.at(-1)?.position ?? 0n });
          await writer.live();
          return taken();
        };
        // Nothing was booked yet: of that table they learn that it is empty.
        expect(await take(bookings(2_000, 0))).toEqual(['accounts', 'bookings']);
        const first = Array.from({ length: 300 }, () => 1);
        expect(await take(more(log, 'account-1', ...first))).toEqual(['bookings']);
        expect(await take(more(log, 'account-1', 1, 1))).toEqual([]);
        const many = Array.from({ length: 900 }, () => 1);
        expect(await take(more(log, 'account-1', ...many))).toContain('bookings');
        expect(await take(more(log, 'account-1', ...Array.from({ length: 250 }, () => 1)))).not.toContain('bookings');
      } finally {
        await client.end();
      }
    });
  });
});
