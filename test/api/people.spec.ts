import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProduct, type Answer, type Product } from '../../libs/testing/product.js';

let product: Product;
const keys = new Map<string, Record<string, string>>();

beforeAll(async () => {
  product = await startProduct();
  for (const role of ['sales', 'analyst']) {
    const { json } = await product.call('POST', '/v1/keys', { name: role, role });
    keys.set(role, { authorization: `Bearer ${String(json['key'])}` });
  }
});

afterAll(async () => {
  await product.stop();
});

const issue = async (name: string, body: object): Promise<Answer> => {
  const answer = await product.call('POST', `/v1/commands/${name}`, body);
  expect([name, answer.status, answer.json['code']]).toEqual([name, 200, undefined]);
  return answer;
};
const idIn = ({ json }: Answer): string => (json['stream'] as string).replace(/^[a-z]+-/, '');
const ask = (path: string, role?: string): Promise<Answer> =>
  product.call('GET', path, undefined, role === undefined ? {} : keys.get(role));
const itemsOf = ({ json }: Answer): readonly Record<string, unknown>[] =>
  json['items'] as readonly Record<string, unknown>[];

describe('people over HTTP', () => {
  it('are shown with their names to those who may, and names to marketing alone', async () => {
    const source = { kind: 'bought-list', name: 'Wind fair' };
    const name = idIn(await issue('RegisterName', { name: 'Nora', email: 'nora@example.com', source }));
    const lead = idIn(
      await issue('RegisterLead', { name: 'Ilse', phone: '+31201234567', source: 'web', owner: 'sam' }),
    );
    await issue('ChangePersonDetails', { personId: lead, name: 'Ilse de Boer', clear: ['phone'] });
    await issue('SetPersonAttributes', {
      personId: lead,
      attributes: [{ name: 'tier', type: 'text', value: 'gold' }],
      personalAttributes: [{ name: 'nickname', type: 'text', value: 'Il' }],
    });
    const { json } = await issue('QualifyLead', { personId: lead, to: 'marketing-qualified' });
    const minPosition = `minPosition=${String(json['position'])}`;

    const all = await ask(`/v1/people?${minPosition}`);
    expect(itemsOf(all)).toMatchObject([
      { id: name, kind: 'name', name: 'Nora', email: 'nora@example.com', list: 'Wind fair' },
      { id: lead, kind: 'lead', level: 'marketing-qualified', owner: 'sam', name: 'Ilse de Boer' },
    ]);
    expect(itemsOf(all)[1]).not.toHaveProperty('phone');
    expect(itemsOf(all)[1]).not.toHaveProperty('closed');

    const toSales = await ask('/v1/people', 'sales');
    expect(itemsOf(toSales)).toMatchObject([{ id: lead, name: 'Ilse de Boer', personalAttributes: [{ value: 'Il' }] }]);
    expect(itemsOf(await ask('/v1/people?kind=name', 'sales'))).toEqual([]);
    expect((await ask(`/v1/people/${name}`, 'sales')).json['code']).toBe('PERSON_NOT_FOUND');
    expect((await ask(`/v1/customers/${name}/history?${minPosition}`, 'sales')).status).toBe(404);
    expect(itemsOf(await ask(`/v1/customers/${name}/history`))[0]).toMatchObject({ data: { name: 'Nora' } });

    const toAnalyst = await ask(`/v1/people/${lead}`, 'analyst');
    expect(toAnalyst.json).toMatchObject({ id: lead, attributes: [{ name: 'tier', value: 'gold' }] });
    expect(toAnalyst.text).not.toMatch(/Ilse|nickname|sealed/);
    const csv = await product.call('GET', '/v1/people?kind=lead', undefined, { accept: 'text/csv' });
    expect(csv.text.split('\n')[1]).toMatch(new RegExp(`^${lead},lead,marketing-qualified,.*Ilse de Boer`));
    expect((await ask('/v1/people?kind=ghost')).status).toBe(400);
  });

  it('answer under the id of a duplicate, and say so', async () => {
    const [survivor, duplicate] = await Promise.all(
      ['web', 'fair'].map(async (source) => idIn(await issue('RegisterLead', { name: 'Joris', source }))),
    );
    await issue('MergePersons', { personId: survivor, duplicateId: duplicate });
    // The duplicate takes note of it by itself.
    for (let tries = 0; tries < 50; tries++) {
      if ((await ask(`/v1/people/${duplicate ?? ''}`)).json['id'] === survivor) break;
      await sleep(100);
    }
    const { json } = await issue('GiveConsent', { personId: duplicate, channel: 'phone', source: 'call' });
    const one = await ask(`/v1/people/${duplicate ?? ''}?minPosition=${String(json['position'])}`);
    expect(one.json).toMatchObject({
      id: survivor,
      resolvedFrom: duplicate,
      duplicates: [duplicate],
      consents: [{ channel: 'phone', word: 'given' }],
    });
    expect(itemsOf(await ask('/v1/people?source=fair'))).toEqual([]);
    const history = await ask(`/v1/customers/${duplicate ?? ''}/history`);
    expect(history.json['customerId']).toBe(survivor);
    expect(itemsOf(history).map(({ type }) => type)).toEqual(expect.arrayContaining(['PersonMergedInto']));
  });
});
