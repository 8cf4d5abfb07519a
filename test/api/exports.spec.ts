import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../libs/testing/product.js';
import { startWithAnalystData } from '../analyst/data.js';

let product: Product;

beforeAll(async () => {
  ({ product } = await startWithAnalystData());
}, 240_000);

afterAll(async () => {
  await product.stop();
});

type Item = Readonly<Record<string, unknown>>;

const get = async (path: string, headers?: Record<string, string>) => {
  const answer = await product.call('GET', path, undefined, headers);
  expect([path, answer.status, answer.json['code']]).toEqual([path, 200, undefined]);
  return answer;
};

/** All items, page by page. */
async function pagesOf(path: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  const join = path.includes('?') ? '&' : '?';
  for (let cursor = ''; ;) {
    const { json } = await get(`${path}${join}limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`);
    items.push(...(json['items'] as readonly Item[]));
    if (json['next'] === null) return items;
    cursor = json['next'] as string;
  }
}

/** Lines of CSV, also where a field has line breaks. */
const linesOf = (text: string): number =>
  text
    .replace(/"[^"]*"/g, '')
    .trimEnd()
    .split('\n').length;

function fieldsOf(value: object, columns: readonly string[], prefix = ''): readonly string[] {
  return Object.entries(value).flatMap(([name, field]) => {
    const column = `${prefix}${name}`;
    if (typeof field !== 'object' || field === null || Array.isArray(field) || columns.includes(column)) {
      return field === null ? [] : [column];
    }
    return fieldsOf(field as object, columns, `${column}.`);
  });
}

const lists = [
  'opportunities',
  'people',
  'customers',
  'customers?sort=value-at-risk',
  'accounts',
  'cases',
  'alarms',
  'agenda',
  'agenda/attention?asOf=2026-07-01T00:00:00Z',
  'segments',
  'exchange-rates',
  'reports/lifetime-value',
];

async function comparedWithItsPages(path: string): Promise<number> {
  const items = await pagesOf(path);
  const { text, headers } = await get(path, { accept: 'text/csv' });
  const columns = (text.split('\n')[0] ?? '').split(',');
  expect([path, linesOf(text)]).toEqual([path, items.length + 1]);
  expect(headers.get('x-next-cursor')).toBeNull();
  const missing = new Set(items.flatMap((item) => fieldsOf(item, columns)).filter((name) => !columns.includes(name)));
  expect([path, ...missing]).toEqual([path]);
  return items.length;
}

describe('a list as CSV', () => {
  it('has every item of every page, and every field', async () => {
    const { json } = await get('/v1/accounts');
    const [account] = json['items'] as readonly { readonly id: string }[];
    const plan = { kind: 'visit', direction: 'outbound', dueAt: '2036-01-01T09:00:00Z', assignee: 'sam', note: 'Call' };
    const planned = await product.call('POST', '/v1/commands/PlanActivity', { ...plan, accountId: account?.id });
    expect([planned.status, planned.json['code']]).toEqual([200, undefined]);
    await get(`/v1/agenda?minPosition=${planned.json['position'] as string}`);
    const found: Record<string, number> = {};
    for (const list of lists) found[list] = await comparedWithItsPages(`/v1/${list}`);
    expect(Object.entries(found).filter(([, count]) => count === 0)).toEqual([]);
    expect(await comparedWithItsPages(`/v1/customers/${account?.id ?? ''}/history`)).toBeGreaterThan(0);
    const segments = (await get('/v1/segments')).json['items'] as readonly { readonly id: string }[];
    for (const { id } of segments) await comparedWithItsPages(`/v1/segments/${id}/members`);
  }, 120_000);

  it('comes in pages where they are asked for', async () => {
    const { text, headers } = await get('/v1/accounts?limit=2', { accept: 'text/csv' });
    expect(linesOf(text)).toBe(3);
    const next = headers.get('x-next-cursor') ?? '';
    expect(linesOf((await get(`/v1/accounts?limit=2&cursor=${next}`, { accept: 'text/csv' })).text)).toBe(3);
  });

  it('is refused as a problem before anything of it is sent', async () => {
    const csv = { accept: 'text/csv' };
    const unknown = await product.call('GET', '/v1/customers/nobody/history', undefined, csv);
    expect([unknown.status, unknown.json['code']]).toEqual([404, 'CUSTOMER_NOT_FOUND']);
    const elsewhere = await product.call('GET', '/v1/people?cursor=WyJ4Il0', undefined, csv);
    expect([elsewhere.status, elsewhere.json['code']]).toEqual([400, 'INVALID_CURSOR']);
  });
});

const reports = [
  'pipelines',
  'reports/velocity',
  'reports/ageing',
  'reports/conversion',
  'reports/inbound',
  'reports/win-rate',
  'reports/activities',
  'reports/satisfaction',
  'reports/wanted-services',
  'reports/retention',
  'reports/campaigns',
  'forecast?period=2026-Q3',
  'forecast/calibration',
];

describe('a report as CSV', () => {
  const headerOf = async (path: string) => (await get(path, { accept: 'text/csv' })).text.split('\n')[0];

  it.each(reports)('has the same header with rows and without: %s', async (report) => {
    const none = `/v1/${report}${report.includes('?') ? '&' : '?'}asOf=1999-01-01T00:00:00Z`;
    expect(await headerOf(none)).toBe(await headerOf(`/v1/${report}`));
  });

  it('has the same header whether a forecast changed or not', async () => {
    const changes = '/v1/forecast/changes?period=2026-Q3&from=1999-01-01T00:00:00Z&to=';
    expect(await headerOf(`${changes}1999-01-01T00:00:00Z`)).toBe(await headerOf(`${changes}2036-01-01T00:00:00Z`));
  });
});
