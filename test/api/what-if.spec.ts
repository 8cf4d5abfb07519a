import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { type Answer, type Product, startProduct } from '../../libs/testing/product.js';

type Row = Readonly<Record<string, unknown>>;

const days = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString();
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const stages = (...probabilities: readonly number[]) =>
  ['first', 'second', 'third'].map((stage, place) => ({ stage, probability: probabilities[place] ?? 10 }));

let product: Product;
let position = '';
let analyst = '';

const issue = async (name: string, body: object): Promise<Answer> => {
  const answer = await product.call('POST', `/v1/commands/${name}`, body);
  expect([name, answer.status, answer.json['code'], answer.json['errors']]).toEqual([name, 200, undefined, undefined]);
  position = (answer.json['position'] as string | undefined) ?? position;
  return answer;
};
const idIn = ({ json }: Answer): string => (json['stream'] as string).replace(/^[a-z]+-/, '');
const at = (path: string): string => `/v1/${path}${path.includes('?') ? '&' : '?'}minPosition=${position}`;
const ask = (path: string): Promise<Answer> => product.call('GET', at(path));
/** As an analyst, who may see no names. */
const whatIf = (path: string, body: unknown, accept = 'application/json'): Promise<Answer> =>
  product.call('POST', at(`what-if/${path}`), body, { authorization: `Bearer ${analyst}`, accept });
const itemsOf = ({ json }: Answer): readonly Row[] => json['items'] as readonly Row[];
const rowsOf = ({ json }: Answer): readonly Row[] => json['rows'] as readonly Row[];

const gone = { field: 'phase', operator: 'one-of', value: ['inactive'] };

let buyers: readonly string[] = [];

beforeAll(async () => {
  product = await startProduct();
  analyst = String((await product.call('POST', '/v1/keys', { role: 'analyst', name: 'analyst' })).json['key']);
  await issue('DefinePipeline', { pipelineId: 'p', name: 'P', currency: 'EUR', stages: stages(10, 50, 80) });
  for (const [place, amount] of [100_00, 40_00, 20_00].entries()) {
    await issue('OpenOpportunity', {
      title: `Deal ${place}`,
      pipelineId: 'p',
      stage: ['first', 'second', 'third'][place],
      amount: eur(amount),
      owner: 'ann',
      expectedClose: '2031-02-03',
    });
  }
  const accounts: string[] = [];
  for (const ago of [200, 100, 10]) {
    const occurredAt = days(ago);
    const id = idIn(await issue('OpenAccount', { name: `Bought ${ago} days ago`, owner: 'ann', occurredAt }));
    await issue('RecordPurchase', {
      accountId: id,
      source: { system: 'erp', reference: String(ago) },
      kind: 'order',
      date: occurredAt.slice(0, 10),
      lines: [{ product: 'Crane', quantity: '1', unitPrice: eur(50_00) }],
      amount: eur(50_00),
      occurredAt,
    });
    accounts.push(id);
  }
  buyers = accounts;
  await issue('RegisterName', {
    name: 'Nora',
    email: 'nora@example.org',
    source: { kind: 'bought-list', name: 'Fair' },
  });
  await issue('DefineSegment', { segmentId: 'gone', name: 'Gone', of: 'accounts', rule: gone });
  await issue('DefineRatingScheme', {
    schemeId: 'abc',
    name: 'ABC',
    lowestScore: 0,
    highestScore: 10,
    criteria: [{ criterion: 'fit', weight: 1 }],
  });
  for (const [place, accountId] of buyers.entries()) {
    await issue('RateAccount', { accountId, schemeId: 'abc', scores: [{ criterion: 'fit', score: 3 + 2 * place }] });
  }
}, 120_000);

afterAll(async () => {
  await product.stop();
});

/** All rows of all tables but those of requests and checkpoints: the log, and every read model. */
async function everything(): Promise<ReadonlyMap<string, string>> {
  const client = new Client({ connectionString: product.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ schema: string; name: string }>(
      `select table_schema as schema, table_name as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
         and table_schema not like 'kroniek%' and table_name not in ('checkpoint')
       order by 1, 2`,
    );
    const found = new Map<string, string>();
    for (const { schema, name } of rows) {
      const digest = await client.query<{ all: string }>(
        `select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as all from "${schema}"."${name}" t`,
      );
      found.set(`${schema}.${name}`, digest.rows[0]?.all ?? '');
    }
    return found;
  } finally {
    await client.end();
  }
}

describe('what if', () => {
  it('changes nothing: neither the log nor any read model', async () => {
    await ask('forecast?period=2031-Q1');
    await ask('customers');
    await ask('segments');
    const status = async (): Promise<unknown> =>
      ((await product.call('GET', '/v1/status')).json['projections'] as readonly Row[]).map((row) => row['position']);
    const before = [await everything(), await status()];
    const probabilities = { pipelines: [{ pipelineId: 'p', stages: stages(90) }] };
    const rule = { rule: { not: gone } };
    const inactivityWindow = { inactivityWindow: { days: 30, segments: [] } };
    const cutOff = { cutOff: { perCent: 90, schemes: [] } };
    for (const [path, body] of [
      ['forecast?period=2031-Q1', probabilities],
      ['forecast/opportunities?period=2031-Q1', probabilities],
      ['segments?segmentId=gone', rule],
      ['segments/members?segmentId=gone', rule],
      ['phases', inactivityWindow],
      ['phases/customers', inactivityWindow],
      ['ratings', cutOff],
      ['ratings/accounts', cutOff],
    ] as const) {
      expect([path, (await whatIf(path, body)).status]).toEqual([path, 200]);
    }
    expect([await everything(), await status()]).toEqual(before);
  });

  it('tells the forecast that it becomes when the probabilities are changed', async () => {
    const pipelines = [
      {
        pipelineId: 'p',
        stages: [
          { stage: 'first', probability: 40 },
          { stage: 'third', probability: 70 },
        ],
      },
    ];
    const path = 'forecast?period=2031-Q1&by=owner';
    const before = await ask(path);
    const [row] = rowsOf(await whatIf(path, { pipelines }));
    const [today] = rowsOf(before);
    expect({ group: row?.['group'], ...(row?.['today'] as object) }).toEqual(today);
    expect(row).toMatchObject({
      group: 'ann',
      today: { weighted: 46_00 },
      assumed: { weighted: 74_00 },
      difference: { weighted: 28_00, open: 0, count: 0 },
    });
    const first = await whatIf('forecast/opportunities?period=2031-Q1&limit=1', { pipelines });
    expect(itemsOf(first)).toMatchObject([{ title: 'Deal 0', difference: 30_00, assumed: { probability: 40 } }]);
    const next = `forecast/opportunities?period=2031-Q1&limit=1&cursor=${String(first.json['next'])}`;
    expect((await whatIf(next, { pipelines })).json).toMatchObject({
      items: [{ title: 'Deal 2', difference: -2_00, currency: 'EUR' }],
      next: null,
    });
    expect((await whatIf(next, { pipelines: [] })).json['code']).toBe('INVALID_CURSOR');
    const csv = await whatIf(path, { pipelines }, 'text/csv');
    expect(csv.text.split('\n')[0]).toMatch(/^period,asOf,group,today\.count,.*difference\.weighted,.*,currency$/);

    await issue('DefinePipeline', { pipelineId: 'p', name: 'P', currency: 'EUR', stages: stages(40, 50, 70) });
    const [then] = rowsOf(await ask(path));
    expect(then).toEqual({ group: 'ann', ...(row?.['assumed'] as object) });
    await issue('DefinePipeline', { pipelineId: 'p', name: 'P', currency: 'EUR', stages: stages(10, 50, 80) });
  });

  it('tells who would enter and leave a segment, also where there is none yet', async () => {
    const assumption = { rule: { field: 'last-purchase', operator: 'newer-than', value: { days: 150 } } };
    expect((await whatIf('segments?segmentId=gone', {})).json).toMatchObject({ today: 1, assumed: 1, difference: 0 });
    expect((await whatIf('segments?segmentId=gone', assumption)).json).toMatchObject({
      ...{ segmentId: 'gone', of: 'accounts', today: 1, assumed: 2, difference: 1, entering: 2, leaving: 1 },
      ...{ complete: true, rule: assumption.rule, windowsNotApplied: [] },
    });
    const moves = itemsOf(await whatIf('segments/members?segmentId=gone', assumption));
    expect(new Map(moves.map(({ id, move }) => [id, move]))).toEqual(
      new Map([
        [buyers[0], 'leaves'],
        [buyers[1], 'enters'],
        [buyers[2], 'enters'],
      ]),
    );
    const csv = await whatIf('segments/members?segmentId=gone', assumption, 'text/csv');
    expect(csv.text.trim().split('\n').length).toBe(4);
    const shorter = { inactivityWindow: { days: 50, segments: [{ segmentId: 'none', days: 300 }] } };
    expect((await whatIf('segments?segmentId=gone', shorter)).json).toMatchObject({
      ...{ today: 1, assumed: 2, entering: 1, leaving: 0, windowsNotApplied: ['none'] },
    });
    expect((await whatIf('segments?of=accounts', assumption)).json).toMatchObject({ today: 0, assumed: 2 });
    const names = { rule: { field: 'kind', operator: 'one-of', value: ['name'] } };
    expect((await whatIf('segments?of=people', names)).json).toMatchObject({ assumed: 0 });
    const seen = await product.call('POST', at('what-if/segments?of=people'), names);
    expect(seen.json).toMatchObject({ assumed: 1, entering: 1 });
  });

  it('counts customers by the phase that they would be in, and names those who move', async () => {
    const assumption = { inactivityWindow: { days: 50, segments: [] } };
    const phases = await whatIf('phases', assumption);
    expect(rowsOf(phases)).toEqual([
      { phase: 'active', group: null, today: 2, assumed: 1, difference: -1 },
      { phase: 'inactive', group: null, today: 1, assumed: 2, difference: 1 },
    ]);
    const place = (phase: string) => ({ phase, group: null });
    expect(phases.json['moves']).toEqual([{ from: place('active'), to: place('inactive'), count: 1 }]);
    expect(itemsOf(await whatIf('phases/customers?owner=ann', assumption))).toMatchObject([
      {
        ...{ id: buyers[1], kind: 'account', owner: 'ann' },
        today: { phase: 'active', windowDays: 180 },
        assumed: { phase: 'inactive', windowDays: 50 },
      },
    ]);
    expect((await whatIf('phases?owner=nobody', assumption)).json).toMatchObject({ rows: [], moves: [] });
    const generous = {
      customerGroup: {
        periodDays: 365,
        relationship: { satisfaction: 0, response: 0, interaction: 0, needed: 1 },
        buying: { value: 1, share: 0, recency: 150, needed: 2 },
      },
    };
    const groups = rowsOf(await whatIf('phases?by=group', generous)).map((row) => [row['group'], row['assumed']]);
    expect(Object.fromEntries(groups)).toMatchObject({ partner: 2, friend: 1 });
    const csv = await whatIf('phases?by=phase-and-group', assumption, 'text/csv');
    expect(csv.text.split('\n')[0]).toBe('asOf,phase,group,today,assumed,difference');
    const long = await whatIf(`phases?asOf=${days(90)}`, assumption);
    expect(rowsOf(long)).toMatchObject([
      { phase: 'active', today: 2, assumed: 1 },
      { phase: 'inactive', today: 0, assumed: 1 },
    ]);
  });

  it('judges ratings by another cut-off', async () => {
    const assumption = { cutOff: { perCent: 60, schemes: [] } };
    expect(rowsOf(await whatIf('ratings', assumption))).toEqual([
      { schemeId: 'abc', verdict: 'above', recorded: 2, today: 2, assumed: 1, difference: -1 },
      { schemeId: 'abc', verdict: 'below', recorded: 1, today: 1, assumed: 2, difference: 1 },
    ]);
    const own = { cutOff: { perCent: 60, schemes: [{ schemeId: 'abc', minimum: 3 }] } };
    const page = await whatIf('ratings/accounts?schemeId=abc', own);
    expect(itemsOf(page)).toMatchObject([
      { id: buyers[0], rating: 3, maximum: 10, recorded: 'below', today: 'below', assumed: 'above' },
    ]);
    expect(rowsOf(await whatIf('ratings', {})).map((row) => row['difference'])).toEqual([0, 0]);
  });

  it('gives each list in pages, and the whole of it as CSV', async () => {
    const all = { probability: 90 };
    const pipelines = [{ pipelineId: 'p', stages: ['first', 'second', 'third'].map((stage) => ({ stage, ...all })) }];
    const own = { cutOff: { perCent: 60, schemes: [{ schemeId: 'abc', minimum: 10 }] } };
    for (const [path, body] of [
      ['forecast/opportunities?period=2031-Q1', { pipelines }],
      ['segments/members?segmentId=gone', { rule: { not: gone } }],
      ['phases/customers?by=phase', { inactivityWindow: { days: 1, segments: [] } }],
      ['ratings/accounts?schemeId=abc', own],
    ] as const) {
      const listed = itemsOf(await whatIf(path, body));
      const page = await whatIf(`${path}&limit=1`, body);
      const [items, csv] = [itemsOf(page), await whatIf(path, body, 'text/csv')];
      expect({ path, items, many: listed.length > 1 }).toEqual({ path, items: listed.slice(0, 1), many: true });
      const next = itemsOf(await whatIf(`${path}&limit=1&cursor=${String(page.json['next'])}`, body));
      expect({ path, next }).toEqual({ path, next: listed.slice(1, 2) });
      expect({ path, lines: csv.text.trim().split('\n').length }).toEqual({ path, lines: listed.length + 1 });
      const some = (await whatIf(`${path}&limit=1`, body, 'text/csv')).text.trim().split('\n');
      expect({ path, some }).toEqual({ path, some: csv.text.trim().split('\n').slice(0, 2) });
    }
  });

  it('names what cannot be assumed, and is for those with a key', async () => {
    const stage = (name: string, probability: unknown, pipelineId = 'p') => ({
      pipelines: [{ pipelineId, stages: [{ stage: name, probability }] }],
    });
    const nested = { rule: { all: [gone, { not: { field: 'shoe-size', operator: 'one-of', value: [1] } }] } };
    const projected = {
      any: [{ field: 'lifetime-value', of: 'projected', operator: 'at-least', value: { amount: 1, currency: 'EUR' } }],
    };
    const forecast = 'forecast?period=2031-Q1';
    for (const [path, body, code, where] of [
      [forecast, stage('fourth', 10), 'INVALID_ASSUMPTION', 'pipelines[0].stages[0].stage'],
      [forecast, stage('first', 10, 'none'), 'INVALID_ASSUMPTION', 'pipelines[0].pipelineId'],
      [forecast, stage('first', 101), 'INVALID_BODY', 'pipelines[0].stages[0].probability'],
      [forecast, stage('first', -1), 'INVALID_BODY', 'pipelines[0].stages[0].probability'],
      [forecast, { rates: [{ from: 'USD', to: 'JPY', rate: '1' }] }, 'INVALID_ASSUMPTION', 'rates[0].to'],
      [forecast, { rates: [{ from: 'USD', to: 'EUR', rate: '-1' }] }, 'INVALID_BODY', 'rates[0].rate'],
      [forecast, { stages: [] }, 'INVALID_BODY', 'stages'],
      ['forecast', {}, 'INVALID_QUERY', 'period'],
      [`${forecast}&asOf=2026-02-30T00:00:00Z`, {}, 'INVALID_QUERY', 'asOf'],
      [`${forecast}&limit=1`, {}, 'INVALID_QUERY', 'limit'],
      ['segments?segmentId=gone', nested, 'SEGMENT_RULE_INVALID', 'rule.all[1].not.field'],
      ['segments?segmentId=gone', { rule: 'all' }, 'INVALID_BODY', 'rule'],
      ['segments?of=accounts', { rule: projected }, 'SEGMENT_RULE_INVALID', 'rule.any[0].of'],
      ['segments?segmentId=gone&of=people', {}, 'INVALID_QUERY', 'of'],
      ['segments', { rule: gone }, 'INVALID_QUERY', 'of'],
      ['segments?of=accounts', {}, 'INVALID_ASSUMPTION', 'rule'],
      ['segments/members?of=accounts&cursor=abc', { rule: gone }, 'INVALID_CURSOR', 'cursor'],
      ['phases', { inactivityWindow: { days: -1, segments: [] } }, 'INVALID_BODY', 'inactivityWindow.days'],
      ['phases?by=weather', {}, 'INVALID_QUERY', 'by'],
      ['phases/customers?knownAt=now', {}, 'INVALID_QUERY', 'knownAt'],
      ['ratings', { cutOff: { perCent: 50 } }, 'INVALID_BODY', 'cutOff.schemes'],
    ] as const) {
      const { status, json } = await whatIf(path, body);
      const found = { path, status, code: json['code'], errors: json['errors'] };
      expect(found).toMatchObject({ path, status: 400, code, errors: [{ path: where }] });
    }
    expect((await whatIf('segments?segmentId=none', {})).json['code']).toBe('SEGMENT_NOT_FOUND');
    expect((await whatIf(forecast, [])).json['code']).toBe('INVALID_BODY');
    const stranger = { authorization: '' };
    expect((await product.call('POST', '/v1/what-if/phases', {}, stranger)).status).toBe(401);
    expect((await product.call('GET', `/v1/what-if/${forecast}`)).status).toBe(404);
  });
});
