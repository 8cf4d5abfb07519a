import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Product, startProduct } from '../../libs/testing/product.js';

let product: Product;
let position = '';

const issue = async (name: string, body: object): Promise<Answer> => {
  const answer = await product.call('POST', `/v1/commands/${name}`, body);
  expect([name, answer.status, answer.json['code']]).toEqual([name, 200, undefined]);
  position = (answer.json['position'] as string | undefined) ?? position;
  return answer;
};
const ask = (path: string, headers?: Record<string, string>): Promise<Answer> =>
  product.call('GET', `${path}${path.includes('?') ? '&' : '?'}minPosition=${position}`, undefined, headers);
const idIn = ({ json }: Answer): string => (json['stream'] as string).replace(/^[a-z]+-/, '');

const rule = {
  all: [
    { field: 'country', operator: 'one-of', value: ['nl'] },
    { field: 'industry', operator: 'one-of', value: ['wind'] },
  ],
};
const location = { country: 'NL' };

let wind = '';
let calm = '';

beforeAll(async () => {
  product = await startProduct();
  wind = idIn(
    await issue('OpenAccount', { name: 'Wind', industry: 'Wind', location, occurredAt: '2026-01-01T00:00:00Z' }),
  );
  await issue('DefineSegment', {
    segmentId: 'wind',
    name: 'Wind',
    of: 'accounts',
    rule,
    occurredAt: '2026-01-02T00:00:00Z',
  });
  calm = idIn(
    await issue('OpenAccount', { name: 'Calm', industry: 'Steel', location, occurredAt: '2026-01-03T00:00:00Z' }),
  );
  await issue('ChangeAccountDetails', { accountId: calm, industry: 'Wind', occurredAt: '2026-02-01T00:00:00Z' });
});

afterAll(async () => {
  await product.stop();
});

describe('segments over HTTP', () => {
  it('tell who belongs to them, since when, and because of what', async () => {
    const { json } = await ask('/v1/segments/wind/members');
    expect(json['next']).toBeNull();
    const items = json['items'] as readonly Record<string, unknown>[];
    expect(new Map(items.map((item) => [item['id'], item]))).toEqual(
      new Map([
        [wind, expect.objectContaining({ enteredAt: '2026-01-02T00:00:00.000Z', leavesAt: null })],
        [calm, expect.objectContaining({ enteredAt: '2026-02-01T00:00:00.000Z' })],
      ]),
    );
    const before = await ask('/v1/segments/wind/members?asOf=2026-01-31T00:00:00Z');
    expect(before.json['items']).toMatchObject([{ id: wind, because: { type: 'SegmentDefined' } }]);
    expect((await ask('/v1/segments/wind/members?knownAt=2026-01-31T00:00:00Z')).json['code']).toBe(
      'SEGMENT_NOT_FOUND',
    );
  });

  it('are listed and counted', async () => {
    expect((await ask('/v1/segments?of=accounts&use=in-use')).json['items']).toMatchObject([
      { id: 'wind', kind: 'dynamic', version: 1, rule, complete: true },
    ]);
    expect((await ask('/v1/segments/wind')).json).toMatchObject({ members: 2, retired: false });
    expect((await ask('/v1/segments/WIND')).json).toMatchObject({ id: 'wind' });
    expect((await ask('/v1/segments/none')).json['code']).toBe('SEGMENT_NOT_FOUND');
    expect((await ask('/v1/segments?of=dogs')).status).toBe(400);
  });

  it('are exported whole as CSV, and page by page as JSON', async () => {
    const csv = await ask('/v1/segments/wind/members', { accept: 'text/csv' });
    const [header, ...lines] = csv.text.trim().split('\n');
    expect(header).toBe(
      'id,audience,enteredAt,because.type,because.position,because.actor.id,because.actor.role,leavesAt',
    );
    expect(lines.map((line) => line.split(',')[0]).sort()).toEqual([wind, calm].sort());
    const first = await ask('/v1/segments/wind/members?limit=1');
    const second = await ask(`/v1/segments/wind/members?limit=1&cursor=${String(first.json['next'])}`);
    expect(second.json).toMatchObject({ items: [{ id: [wind, calm].sort()[1] }], next: null });
    expect((await ask(`/v1/segments?cursor=${String(first.json['next'])}`)).json['code']).toBe('INVALID_CURSOR');
  });
});
