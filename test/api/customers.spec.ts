import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProduct, type Answer, type Product } from '../../libs/testing/product.js';

let product: Product;

beforeAll(async () => {
  product = await startProduct();
});

afterAll(async () => {
  await product.stop();
});

const issue = async (name: string, body: object): Promise<Answer> => {
  const answer = await product.call('POST', `/v1/commands/${name}`, body);
  expect([name, answer.status, answer.json['code']]).toEqual([name, 200, undefined]);
  return answer;
};
const ask = (path: string, headers?: Record<string, string>): Promise<Answer> =>
  product.call('GET', path, undefined, headers);
type Values = Readonly<Record<string, unknown>>;
const idIn = ({ json }: Answer): string => (json['stream'] as string).replace(/^[a-z]+-/, '');
const itemsOf = ({ json }: Answer) => json['items'] as readonly Readonly<Record<string, unknown>>[];

describe('customers over HTTP', () => {
  it('are listed by phase with what they are worth, each with its history of phases', async () => {
    const account = { name: 'Noordzee', industry: 'Shipping', location: { country: 'NL' }, owner: 'sam' };
    const accountId = idIn(await issue('OpenAccount', { ...account, occurredAt: '2024-01-01T09:00:00Z' }));
    const order = (reference: string, amount: number) => ({
      accountId,
      source: { system: 'erp', reference },
      kind: 'order',
      lines: [{ product: 'Pump', quantity: '1', unitPrice: { amount, currency: 'EUR' } }],
      amount: { amount, currency: 'EUR' },
    });
    await issue('RecordPurchase', { ...order('1', 73_000), occurredAt: '2024-02-01T09:00:00Z' });
    const { json } = await issue('RecordPurchase', { ...order('2', 1_000), occurredAt: '2025-01-31T09:00:00Z' });
    const minPosition = json['position'] as string;

    const asOf = '2025-12-31T00:00:00Z';
    const query = `phase=inactive&owner=sam&country=NL&sort=value-at-risk&asOf=${asOf}&minPosition=${minPosition}`;
    const listed = await ask(`/v1/customers?${query}`);
    expect(itemsOf(listed)).toMatchObject([
      {
        id: accountId,
        phase: 'inactive',
        lastPurchase: '2025-01-31T09:00:00.000Z',
        purchases: 2,
        realised: { amount: 74_000, currency: 'EUR' },
        valueAtRisk: { amount: 38_641, currency: 'EUR' },
        because: { fact: 'purchase', windowVersion: 0, windowDays: 180 },
      },
    ]);
    const csv = await ask(`/v1/customers?${query}`, { accept: 'text/csv' });
    expect(csv.text.split('\n')[1]).toContain(`${accountId},account,Noordzee,inactive,purchase`);

    const one = await ask(`/v1/customers/${accountId.toUpperCase()}?asOf=${asOf}`);
    const phases = one.json['phases'] as readonly { readonly to: string; readonly wonBack: boolean }[];
    expect(phases.map(({ to, wonBack }) => [to, wonBack])).toEqual([
      ['suspect', false],
      ['active', false],
      ['inactive', false],
      ['active', true],
      ['inactive', false],
    ]);
    expect(one.json).toMatchObject({ wonBack: 1, lifetimeValue: { retention: { perMille: 1000, customers: 1 } } });
    const values = await ask(`/v1/reports/lifetime-value?country=NL&sort=projected&asOf=${asOf}`);
    const { realised, reporting, unconverted, projected, retention, formula } = one.json['lifetimeValue'] as Values;
    expect(values.json).toMatchObject({
      items: [{ id: accountId, purchases: 2, realised, reporting, unconverted, projected }],
      next: null,
      retention,
      formula,
    });
    expect(projected).toMatchObject({
      averageYearly: { amount: 38_641, currency: 'EUR' },
      expectedYearsPerMille: 20_000,
    });
    const valuesCsv = await ask(`/v1/reports/lifetime-value?asOf=${asOf}`, { accept: 'text/csv' });
    expect(valuesCsv.text.split('\n')[0]).toContain(
      'reporting.amount,reporting.currency,unconverted,projected.projected',
    );
    expect(itemsOf(await ask('/v1/reports/lifetime-value?asOf=2024-01-15T00:00:00Z'))).toEqual([]);
    expect((await ask('/v1/reports/lifetime-value?sort=weight')).json['code']).toBe('INVALID_QUERY');
    expect((await ask('/v1/reports/lifetime-value?cursor=WyJ4Il0')).json['code']).toBe('INVALID_CURSOR');
    expect((await ask(`/v1/customers/${accountId}?asOf=2023-12-31T00:00:00Z`)).json['code']).toBe('CUSTOMER_NOT_FOUND');
    expect((await ask('/v1/customers?phase=asleep')).json['code']).toBe('INVALID_QUERY');

    const accounts = await ask('/v1/accounts?industry=Shipping&role=customer');
    expect(itemsOf(accounts)).toMatchObject([{ id: accountId, name: 'Noordzee', country: 'NL' }]);
    expect((await ask(`/v1/accounts/${accountId}`)).json).toMatchObject({ id: accountId, contacts: [], children: [] });
  });

  it('that are mere names are marketing’s alone', async () => {
    const source = { kind: 'bought-list', name: 'Fair 2026' };
    const named = await issue('RegisterName', { name: 'Ilse', email: 'ilse@example.com', source });
    const path = `/v1/customers/${idIn(named)}?minPosition=${named.json['position'] as string}`;
    expect((await ask(path)).json).toMatchObject({ phase: 'suspect', kind: 'person', name: null });
    const key = await product.call('POST', '/v1/keys', { name: 'sales', role: 'sales' });
    const sales = { authorization: `Bearer ${key.json['key'] as string}` };
    expect((await ask(path, sales)).json['code']).toBe('CUSTOMER_NOT_FOUND');
    const suspects = await ask('/v1/customers?phase=suspect&kind=person', sales);
    expect(itemsOf(suspects)).toEqual([]);
  });
});
