import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import type { Rule } from '../../libs/domain/segment/segment.rules.js';
import type { Instant } from '../../libs/kernel/index.js';
import { connect } from '../../libs/read-model/connections.js';
import { type Database, ensureReadModels } from '../../libs/read-model/index.js';
import { servingSchema } from '../../libs/read-model/reading.js';
import { ProjectionWriter } from '../../libs/read-model/writer.js';
import { accountOpened, eur, purchaseRecorded } from '../../libs/testing/facts.js';
import { happened, recorded } from '../../libs/testing/projection.js';
import { segmentsModel } from '../../projections/segments/index.js';
import { withDatabase } from './ledger.js';

const day = (number: number): Instant => new Date(Date.UTC(2024, 0, number)).toISOString();
const about = happened<SegmentEvents>();

const rules: Readonly<Record<string, Rule>> = {
  windy: { field: 'industry', operator: 'one-of', value: ['Wind'] },
  gone: { field: 'phase', operator: 'one-of', value: ['inactive'] },
  dogs: { field: 'group', operator: 'one-of', value: ['dog'] },
  'no-dogs': { not: { field: 'group', operator: 'one-of', value: ['dog'] } },
  steady: { not: { field: 'phase', operator: 'one-of', value: ['inactive'] } },
  both: {
    all: [
      { field: 'industry', operator: 'one-of', value: ['Wind'] },
      { field: 'phase', operator: 'one-of', value: ['active'] },
    ],
  },
};

interface Cost {
  readonly statements: number;
  /** Rows that came back, or were written, by statements. */
  readonly rows: number;
  /** Rows that PostgreSQL read for them. */
  readonly read: number;
}

/** What passes over a connection, counted. */
function counted(client: pg.Client): {
  readonly client: pg.ClientBase;
  readonly cost: { statements: number; rows: number };
} {
  const cost = { statements: 0, rows: 0 };
  const asked = client.query.bind(client) as (...given: readonly unknown[]) => unknown;
  const ask = (...given: readonly unknown[]): unknown => {
    cost.statements += 1;
    const answer = asked(...given);
    if (!(answer instanceof Promise)) return answer;
    return answer.then((result: pg.QueryResult) => {
      cost.rows += [result].flat().reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0);
      return result;
    });
  };
  return { client: { query: ask } as unknown as pg.ClientBase, cost };
}

/** What the segments of so many customers cost to keep when one of them buys, to a process that remembers nothing. */
async function costOfOnePurchase(customers: number): Promise<Cost> {
  let found: Cost | undefined;
  await withDatabase(async (database) => {
    await ensureReadModels(database, [segmentsModel]);
    const ids = Array.from({ length: customers }, (_, place) => `a${String(place).padStart(5, '0')}`);
    const before = recorded([
      ...Object.entries(rules).map(([id, rule]) =>
        about(`segment-${id}`, 'SegmentDefined', day(1), { name: id, of: 'accounts', rule, version: 1 }),
      ),
      ...ids.map((id) => accountOpened(id, day(2), { industry: 'Wind' })),
      ...ids.map((id) => purchaseRecorded(`first-${id}`, day(3), { accountId: id, amount: eur(1_00) })),
    ]);
    const [one] = recorded(
      [purchaseRecorded('second', day(300), { accountId: ids[7] ?? '', amount: eur(1_00) })],
      before,
    );
    if (!one) throw new Error('There is one more event.');
    const schema = await servingSchema(database, segmentsModel.name);
    const client = await connect(database.url, {});
    try {
      // As the runner prepares its connections.
      await client.query('set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off');
      const filling = new ProjectionWriter(client, segmentsModel, schema);
      await filling.resume();
      await filling.write({ events: before, position: before.at(-1)?.position ?? 0n });
      while (await filling.advance());
      await filling.live();
      await client.query('vacuum analyze');

      const { client: watched, cost } = counted(client);
      const writer = new ProjectionWriter(watched, segmentsModel, schema);
      await writer.resume();
      const start = { ...cost, read: await rowsRead(database, client, schema) };
      await writer.write({ events: [one], position: one.position });
      expect(await writer.advance()).toBe(false);
      const { statements, rows } = cost;
      const read = await rowsRead(database, client, schema);
      found = { statements: statements - start.statements, rows: rows - start.rows, read: read - start.read };
    } finally {
      await client.end();
    }
    const { rows } = await database.pool.query<{ segment_id: string }>(
      `select segment_id from analytics.segment_stays where customer_id = $1
       and entered_position = $2 order by 1`,
      [ids[7], one.position],
    );
    // It is active again, and will be gone again some day.
    expect(rows.map(({ segment_id }) => segment_id)).toEqual(['both', 'gone', 'steady']);
  });
  if (!found) throw new Error('It was measured.');
  return found;
}

async function rowsRead(database: Database, client: pg.Client, schema: string): Promise<number> {
  await client.query('select pg_stat_force_next_flush()');
  await client.query('select 1');
  const { rows } = await database.pool.query<{ read: bigint }>(
    `select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint as read
     from pg_stat_user_tables where schemaname = $1`,
    [schema],
  );
  return Number(rows[0]?.read ?? 0n);
}

describe('the segments', () => {
  it('cost an event as many statements and rows with few customers as with many', async () => {
    const few = await costOfOnePurchase(20);
    expect(few.statements).toBeGreaterThan(0);
    expect(few.read).toBeGreaterThan(0);
    expect(await costOfOnePurchase(600)).toEqual(few);
  }, 180_000);
});
