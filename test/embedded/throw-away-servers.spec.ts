import { expect, it } from '@jest/globals';
import pg from 'pg';
import { throwAwayDatabase } from '../../libs/testing/database.js';

it('gives each spec an empty database of its own and removes it under open connections', async () => {
  const [one, two] = await Promise.all([throwAwayDatabase(), throwAwayDatabase()]);
  expect(one.url).not.toBe(two.url);
  const client = new pg.Client({ connectionString: one.url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('create table fact ()');
  await Promise.all([one.drop(), two.drop()]);
  await expect(client.query('select from fact')).rejects.toThrow();
});
