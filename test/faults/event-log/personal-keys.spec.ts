import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { PersonalKeys } from '../../../libs/event-log/index.js';
import { type ThrowAwayDatabase, throwAwayDatabase } from '../../../libs/testing/database.js';

const master = randomBytes(32);
let database: ThrowAwayDatabase;
let db: Kysely<unknown>;

beforeAll(async () => {
  database = await throwAwayDatabase();
  db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: database.url }) }) });
});

afterAll(async () => {
  await db.destroy();
  await database.drop();
});

const destroy = (subject: string) =>
  sql`update kroniek.personal_keys set wrapped_key = null, destroyed_at = now() where subject = ${subject}`.execute(db);

const rows = async () => {
  const found = await sql<{ subject: string; wrapped_key: Buffer | null }>`select * from kroniek.personal_keys`.execute(
    db,
  );
  return found.rows;
};

describe('the keys of persons', () => {
  it('are made once, by however many processes at a time', async () => {
    const processes = await Promise.all(Array.from({ length: 4 }, () => PersonalKeys.open(db, master)));
    const subjects = Array.from({ length: 50 }, (_, n) => `person-race-${String(n)}`);
    const sealed = await Promise.all(
      processes.flatMap((keys, p) =>
        (p % 2 ? subjects : [...subjects].reverse()).map((subject) => keys.seal(subject, { name: subject })),
      ),
    );
    expect(await rows()).toHaveLength(50);
    const opened = await (
      await PersonalKeys.open(db, master)
    ).open(sealed.map((box) => ({ data: { n: 1 }, sealed: box })));
    expect(opened).toEqual(sealed.map(({ subject }) => ({ n: 1, name: subject })));
  });

  it('open what they closed, in order, and leave the rest as it is', async () => {
    const keys = await PersonalKeys.open(db, master);
    const sealed = await keys.seal('person-1', { name: 'Ada', email: 'ada@example.org' });
    expect(Buffer.from(sealed.box, 'base64').toString()).not.toContain('Ada');
    const opened = await keys.open([{ data: { a: 1 } }, { data: { b: 2 }, sealed }, { data: { c: 3 } }]);
    expect(opened).toEqual([{ a: 1 }, { b: 2, name: 'Ada', email: 'ada@example.org' }, { c: 3 }]);
  });

  it('lie in the database only under the master key', async () => {
    const keys = await PersonalKeys.open(db, master);
    await keys.seal('person-2', { name: 'Ada' });
    for (const { wrapped_key } of await rows()) expect(wrapped_key).toHaveLength(12 + 32 + 16);
    await expect(PersonalKeys.open(db, randomBytes(32))).rejects.toThrow('The master key is not the one');
  });

  it('once destroyed, leave the fields absent, and refuse new ones', async () => {
    const sealed = await (await PersonalKeys.open(db, master)).seal('person-3', { name: 'Ada' });
    await destroy('person-3');
    const keys = await PersonalKeys.open(db, master);
    expect(await keys.open([{ data: { n: 1 }, sealed }])).toEqual([{ n: 1 }]);
    await expect(keys.seal('person-3', { name: 'Ada' })).rejects.toMatchObject({
      name: 'Refusal',
      kind: 'refused',
      code: 'PERSON_ERASED',
    });
  });

  it('that never were are not taken for destroyed ones', async () => {
    const keys = await PersonalKeys.open(db, master);
    const sealed = { subject: 'person-nobody', box: 'AAAA' };
    await expect(keys.open([{ data: {}, sealed }])).rejects.toThrow('person-nobody');
  });

  it('do not open a box that was changed or moved to another person', async () => {
    const keys = await PersonalKeys.open(db, master);
    const sealed = await keys.seal('person-4', { name: 'Ada' });
    await keys.seal('person-5', { name: 'Bob' });
    await expect(keys.open([{ data: {}, sealed: { ...sealed, subject: 'person-5' } }])).rejects.toThrow('tampered');
    await expect(keys.open([{ data: {}, sealed: { ...sealed, box: `AAAA${sealed.box.slice(4)}` } }])).rejects.toThrow(
      'tampered',
    );
  });
});
