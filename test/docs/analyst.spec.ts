import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { type AnalystProduct, startWithAnalystData } from '../analyst/data.js';
import { questionsOf } from './analyst-page.js';

const questions = questionsOf(await readFile('docs/analyst.md', 'utf8'));

/** Everything as PostgreSQL writes it. */
const asText = { getTypeParser: () => (value: string) => value };

describe('docs/analyst.md', () => {
  let analyst: AnalystProduct;
  let key: string;

  beforeAll(async () => {
    analyst = await startWithAnalystData();
    const { json } = await analyst.product.call('POST', '/v1/keys', { role: 'analyst', name: 'analyst' });
    key = String(json['key']);
  }, 120_000);

  afterAll(() => analyst.product.stop());

  /** The answer of the last statement, asked as an analyst. */
  async function table(sql: string): Promise<string[][]> {
    const client = new Client({ connectionString: analyst.product.databaseUrl });
    await client.connect();
    try {
      await client.query("set role analyst; set timezone = 'UTC'");
      const text = sql.replaceAll(":'before'", `'${analyst.before}'`);
      const answers = [await client.query({ text, rowMode: 'array', types: asText })].flat();
      const last = answers.at(-1);
      const cells = (last?.rows ?? []) as unknown as (string | null)[][];
      return [last?.fields.map(({ name }) => name) ?? [], ...cells.map((row) => row.map((cell) => cell ?? ''))];
    } finally {
      await client.end();
    }
  }

  const answer = async (path: string, body?: string): Promise<unknown> => {
    const method = body === undefined ? 'GET' : 'POST';
    const { text } = await analyst.product.call(method, path.replaceAll('$BEFORE', analyst.before), body, {
      authorization: `Bearer ${key}`,
    });
    return JSON.parse(text);
  };

  /** Read models follow, and so do the verdicts of processes. */
  async function soon(check: () => Promise<void>): Promise<void> {
    for (let tries = 0; tries < 60; tries++) {
      try {
        await check();
        return;
      } catch {
        await sleep(250);
      }
    }
    await check();
  }

  it('asks at least ten questions', () => {
    expect(questions.length).toBeGreaterThanOrEqual(10);
  });

  it.each(questions)('$title', async ({ sql, table: expected, path, body, json }) => {
    await soon(async () => {
      expect(await table(sql)).toEqual(expected);
      expect(await answer(path, body)).toMatchObject(json as object);
    });
  });
});
