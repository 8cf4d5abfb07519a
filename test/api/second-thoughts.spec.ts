import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProduct, type Answer, type Product } from '../../libs/testing/product.js';

let product: Product;

beforeAll(async () => {
  product = await startProduct();
});

afterAll(async () => {
  await product.stop();
});

const issue = (name: string, body: object): Promise<Answer> => product.call('POST', `/v1/commands/${name}`, body);

async function done(name: string, body: object): Promise<Answer['json']> {
  const { status, json } = await issue(name, body);
  expect([name, status, json['code']]).toEqual([name, 200, undefined]);
  return json;
}

/** What processes do takes a moment: asks until the answer is the one expected. */
async function eventually<T>(ask: () => Promise<T>, expected: T): Promise<void> {
  let answer = await ask();
  for (let tries = 0; tries < 400 && JSON.stringify(answer) !== JSON.stringify(expected); tries++) {
    await sleep(25);
    answer = await ask();
  }
  expect(answer).toEqual(expected);
}

async function salesQualified(): Promise<string> {
  const personId = randomUUID();
  await done('RegisterLead', { personId, name: 'Ilse Verbruggen', source: 'trade fair' });
  await done('QualifyLead', { personId, to: 'marketing-qualified' });
  await done('QualifyLead', { personId, to: 'sales-qualified' });
  return personId;
}

const amount = { amount: 4_800_000, currency: 'EUR' };

interface Stage {
  readonly stage: string;
  readonly count: number;
  readonly amount: number;
}

async function standing(): Promise<readonly Stage[]> {
  const { json } = await product.call('GET', '/v1/pipelines/default');
  return (json['stages'] as readonly Stage[]).filter(({ count }) => count > 0);
}

const opportunitiesOf = async (status: string): Promise<readonly unknown[]> => {
  const { json } = await product.call('GET', `/v1/opportunities?status=${status}`);
  return (json['items'] as readonly { id?: string; title: string }[]).map(({ title }) => title);
};

describe('a conversion that is taken back', () => {
  it('withdraws what it opened: it counts nowhere, and what was worked on stays', async () => {
    const [mistaken, real] = [await salesQualified(), await salesQualified()];
    await done('ConvertLead', {
      personId: mistaken,
      account: { name: 'Noordzee' },
      opportunity: { title: 'Mistake', amount },
    });
    await done('ConvertLead', { personId: real, account: { name: 'Oostzee' }, opportunity: { title: 'Real', amount } });
    await eventually(async () => (await opportunitiesOf('open')).toSorted(), ['Mistake', 'Real']);
    const { json } = await product.call('GET', '/v1/opportunities?status=open');
    const items = json['items'] as readonly { title: string; opportunityId?: string; id?: string }[];
    const worked = items.find(({ title }) => title === 'Real');
    await done('AdvanceOpportunity', { opportunityId: worked?.opportunityId ?? worked?.id, to: 'proposal' });
    for (const personId of [mistaken, real]) await done('RevertConversion', { personId, reason: 'another person' });
    await eventually(() => opportunitiesOf('withdrawn'), ['Mistake']);
    expect(await standing()).toMatchObject([{ stage: 'proposal', count: 1, amount: amount.amount }]);
    const answer = await issue('ConvertLead', { personId: mistaken, account: { name: 'Zuiderzee' } });
    expect(answer.status).toBe(200);
  });
});

describe('accounts that turn out to be one', () => {
  it('are reached by either id, and stand alone again once they are unmerged', async () => {
    const [accountId, duplicateId] = [randomUUID(), randomUUID()];
    await done('OpenAccount', { accountId, name: 'Noordzee Windbouw' });
    await done('OpenAccount', { accountId: duplicateId, name: 'Noordzee Windbouw B.V.' });
    await done('MergeAccounts', { accountId, duplicateId });
    let turn = 0;
    const carriedOutOn = async (): Promise<unknown> =>
      (await done('TransferAccount', { accountId: duplicateId, owner: `owner-${turn++}` }))['stream'];
    await eventually(carriedOutOn, `account-${accountId}`);
    const opened = await issue('OpenOpportunity', { title: 'Blades', amount, accountId: duplicateId });
    expect(opened.status).toBe(200);
    await eventually(
      async () => (await issue('UnmergeAccounts', { accountId, duplicateId })).json['code'] ?? 'unmerged',
      'unmerged',
    );
    await eventually(carriedOutOn, `account-${duplicateId}`);
  });

  it('are not merged by whoever asks for a part of it: only processes do that', async () => {
    const [accountId, survivorId] = [randomUUID(), randomUUID()];
    const answer = await issue('AcceptAccountMerge', { accountId, survivorId });
    expect([answer.status, answer.json['code']]).toEqual([403, 'COMMAND_INTERNAL']);
  });
});
