import { describe, expect, it } from '@jest/globals';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { namingStatements, StatementNames } from '../../libs/read-model/prepared.js';
import { throwAwayDatabase } from '../../libs/testing/database.js';

describe('statements that come again', () => {
  it('are named from the second time on, and the one that was not asked for longest makes room', () => {
    const names = new StatementNames(2);
    const asked = (text: string) => [names.of(text), names.of(text)];
    expect(asked('a')).toEqual([undefined, 'kysely 1']);
    expect(asked('b')).toEqual([undefined, 'kysely 2']);
    expect(names.of('a')).toBe('kysely 1');
    expect(asked('c')).toEqual([undefined, 'kysely 3']);
    const old = Array.from({ length: 10 }, (_, place) => `kysely 1${String(place)}`);
    expect(names.stale(['kysely 1', 'kysely 2', 'kysely 3', 'lines'])).toEqual([]);
    expect(names.stale(['kysely 1', 'kysely 2', 'kysely 3', 'lines', ...old])).toEqual(['kysely 2', ...old]);
    expect(asked('b')).toEqual([undefined, 'kysely 4']);
  });

  it('are dropped by a connection that has too many, and answer as before', async () => {
    const made = await throwAwayDatabase();
    const pool = new pg.Pool({ connectionString: made.url, max: 1 });
    const db = new Kysely<unknown>({
      dialect: new PostgresDialect({ pool: namingStatements(pool, new StatementNames(5)) }),
    });
    const plus = async (n: number) =>
      (await sql<{ sum: number }>`select ${n}::integer + ${sql.lit(n)} as sum`.execute(db)).rows[0]?.sum;
    for (let n = 0; n < 50; n++) for (let time = 0; time < 3; time++) expect(await plus(n)).toBe(2 * n);
    expect(await plus(3)).toBe(6);
    const { rows } = await pool.query<{ kept: number }>('select count(*)::integer as kept from pg_prepared_statements');
    expect(rows[0]?.kept).toBeGreaterThanOrEqual(5);
    expect(rows[0]?.kept).toBeLessThan(16);
    await db.destroy();
    await made.drop();
  });
});
