import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { policyNames } from '../../libs/domain/index.js';
import { startProduct, type Answer, type Product } from '../../libs/testing/product.js';

let product: Product;

beforeAll(async () => {
  product = await startProduct();
});

afterAll(async () => {
  await product.stop();
});

const issue = (name: string, body: object): Promise<Answer> => product.call('POST', `/v1/commands/${name}`, body);
const ask = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  product.call('GET', path, undefined, headers);

interface Listed {
  readonly name: string;
  readonly version: number;
}

describe('policies over HTTP', () => {
  it('are all listed from the first start, with their default as version 0', async () => {
    const { status, json } = await ask('/v1/policies');
    expect(status).toBe(200);
    const items = json['items'] as readonly Listed[];
    expect(items.map(({ name }) => name)).toEqual([...policyNames].sort());
    expect(items.every(({ version }) => version === 0)).toBe(true);
    expect(items.find(({ name }) => name === 'stalled-contact.after')).toMatchObject({
      value: { weeks: 3 },
      default: { weeks: 3 },
      changedBy: null,
      says: expect.stringContaining('weeks'),
      by: ['sales-manager', 'service', 'admin'],
    });
  });

  it('are changed and set back, and tell who did it and when', async () => {
    const policyName = 'inactivity.window';
    const asked = { policyName, value: { days: 90, segments: [] } };
    await issue('ChangePolicy', { ...asked, occurredAt: '2026-01-10T09:00:00Z' });
    const { json: reset } = await issue('ResetPolicy', { policyName, occurredAt: '2026-02-10T09:00:00Z' });
    const position = reset['position'] as string;
    const { json: now } = await ask(`/v1/policies/${policyName}?minPosition=${position}`);
    expect(now).toMatchObject({ name: policyName, version: 2, value: { days: 180, segments: [] } });
    expect(now['history']).toMatchObject([
      { version: 0, changedAt: null },
      { version: 1, value: { days: 90 }, changedAt: '2026-01-10T09:00:00.000Z', changedBy: { role: 'admin' } },
      { version: 2, value: { days: 180 }, changedAt: '2026-02-10T09:00:00.000Z', changedBy: { role: 'admin' } },
    ]);
    expect((await ask(`/v1/policies/${policyName}?asOf=2026-01-31T00:00:00Z`)).json).toMatchObject({ version: 1 });
    const csv = await ask(`/v1/policies/${policyName}`, { accept: 'text/csv' });
    expect(csv.text.split('\n')).toHaveLength(5);
  });

  it('set to what they are by default record nothing, though there is no stream yet', async () => {
    const { status, json } = await issue('ChangePolicy', { policyName: 'stale-opportunity', value: { days: 30 } });
    expect(status).toBe(200);
    expect(json).toEqual({ stream: 'policy-stale-opportunity', revision: -1, position: '0', events: [] });
  });

  it('take no other value, and there is no other policy', async () => {
    const wrong = await issue('ChangePolicy', { policyName: 'inactivity.window', value: { days: 'x', segments: [] } });
    expect(wrong.status).toBe(400);
    expect(wrong.json).toMatchObject({
      code: 'POLICY_VALUE_INVALID',
      errors: [{ path: 'value.days', message: 'days must be a whole number from 1 to 3650.' }],
    });
    const unknown = await issue('ResetPolicy', { policyName: 'office.hours' });
    expect(unknown.status).toBe(404);
    expect(unknown.json).toMatchObject({
      code: 'POLICY_UNKNOWN',
      detail: expect.stringContaining('stale-opportunity'),
    });
    expect((await ask('/v1/policies/office.hours')).json).toMatchObject({ status: 404, code: 'POLICY_NOT_FOUND' });
  });

  it('show the shape of each value in the OpenAPI document', async () => {
    const { json } = await ask('/openapi.json');
    const { schemas } = json['components'] as { schemas: Record<string, { properties: Record<string, unknown> }> };
    const { anyOf } = schemas['ChangePolicy']?.properties['value'] as {
      anyOf: readonly { title: string; allOf: readonly [{ $ref: string }] }[];
    };
    expect(anyOf.map(({ title }) => title)).toEqual(policyNames);
    for (const { allOf } of anyOf) expect(schemas).toHaveProperty(allOf[0].$ref.replace('#/components/schemas/', ''));
    expect(schemas['InactivityWindowPolicy']?.properties).toHaveProperty('days');
  });
});

describe('exchange rates over HTTP', () => {
  it('are set, corrected and listed by day', async () => {
    const pair = { from: 'EUR', to: 'USD' };
    await issue('SetExchangeRate', { ...pair, rate: '1.0850', validFrom: '2026-01-01' });
    await issue('SetExchangeRate', { ...pair, rate: '1.09', validFrom: '2026-02-01' });
    const { json: done } = await issue('SetExchangeRate', { ...pair, rate: '1.08', validFrom: '2026-01-01' });
    const { json } = await ask(`/v1/exchange-rates?on=2026-01-15&minPosition=${done['position'] as string}`);
    expect(json).toMatchObject({
      items: [{ ...pair, rate: '1.08', validFrom: '2026-01-01', validTo: '2026-02-01' }],
      next: null,
    });
    expect((await issue('SetExchangeRate', { ...pair, rate: 1.1, validFrom: '2026-03-01' })).json).toMatchObject({
      code: 'INVALID_COMMAND',
      errors: [{ path: 'rate' }],
    });
    expect((await ask('/v1/exchange-rates?on=tomorrow')).status).toBe(400);
  });
});
