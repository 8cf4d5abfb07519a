import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commands } from '../../libs/domain/index.js';
import { idOf } from '../../libs/kernel/index.js';
import { startProduct, type Answer, type Product } from '../../libs/testing/product.js';
import { worldOf } from './worlds.js';

let product: Product;

/** The examples are issued on one day, whose hours pass as ever. */
const morning = Date.parse('2026-04-20T09:00:00Z');
const begin = performance.now();
const clock = { now: () => new Date(morning + performance.now() - begin).toISOString() };

beforeAll(async () => {
  product = await startProduct({ clock });
});

afterAll(async () => {
  await product.stop();
});

/** Refusals that a process ends by what it is about to do. */
const passing = ['CAMPAIGN_MEMBERS_NOT_FIXED', 'MERGE_UNDER_WAY'];

async function issue(command: string, body: object, tries = 50): Promise<Answer> {
  const key = { 'idempotency-key': randomUUID() };
  const answer = await product.call('POST', `/v1/commands/${command}`, body, key);
  if (tries === 0 || !passing.includes(String(answer.json['code']))) return answer;
  await setTimeout(100);
  return issue(command, body, tries - 1);
}

/** What was recorded, or the problem if it was turned down. */
const outcome = ({ status, json, text }: Answer): unknown =>
  status === 200 ? (json['events'] as { type: string }[]).map(({ type }) => type) : text;

const issuable = [...commands.values()].filter(({ options }) => !options.internal);
// A policy holds in every world, so those who change one come last.
const inOrder = [
  ...issuable.filter(({ aggregate }) => aggregate.category !== 'policy'),
  ...issuable.filter(({ aggregate }) => aggregate.category === 'policy'),
];

describe('the example of', () => {
  it.each(inOrder)('$name is carried out, and once more it changes nothing or says why', async (known) => {
    const world = worldOf(known);
    for (const { command, body } of world.slice(0, -1)) {
      const answer = await issue(command, body);
      if (answer.status !== 200) throw new Error(`Before ${known.name}, ${command}: ${answer.text}`);
    }
    const body = world.at(-1)?.body ?? {};
    const first = await issue(known.name, body);
    expect(outcome(first)).toEqual(expect.arrayContaining([expect.any(String)]));
    const { id } = known.aggregate;
    const again = await issue(known.name, { [id]: idOf(String(first.json['stream'])), ...body });
    if (known.options.twice === undefined) expect(outcome(again)).toEqual([]);
    else expect(outcome(again)).not.toEqual([]);
  });
});
