import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import pg from 'pg';
import { v5 as deriveId } from 'uuid';
import { processes, processManagers } from '../../libs/domain/index.js';
import { startProduct, type Answer, type Product } from '../../libs/testing/product.js';

let product: Product;

beforeAll(async () => {
  product = await startProduct();
});

afterAll(async () => {
  await product.stop();
});

interface Done {
  readonly stream: string;
  readonly position: string;
}

async function issue(name: string, body: object, key?: string): Promise<Done> {
  const headers: Record<string, string> = key ? { 'idempotency-key': key } : {};
  const { status, json, text } = await product.call('POST', `/v1/commands/${name}`, body, headers);
  if (status !== 200) throw new Error(`${name}: ${text}`);
  return json as unknown as Done;
}

const ask = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  product.call('GET', path, undefined, headers);

const eur = (amount: number): object => ({ amount, currency: 'EUR' });

/** Names a pipeline of its own, so that no spec sees another's opportunities. */
async function ownPipeline(): Promise<string> {
  const pipelineId = `p-${randomUUID().slice(0, 8)}`;
  const stages = [
    { stage: 'talk', probability: 10 },
    { stage: 'offer', probability: 50 },
  ];
  await issue('DefinePipeline', {
    pipelineId,
    name: 'Own',
    currency: 'EUR',
    stages,
    occurredAt: '2020-01-01T00:00:00Z',
  });
  return pipelineId;
}

const stagesOf = (answer: Answer): Record<string, unknown[]> =>
  Object.fromEntries(
    (answer.json['stages'] as { stage: string; count: number; amount: number; weighted: number }[]).map(
      ({ stage, count, amount, weighted }) => [stage, [count, amount, weighted]],
    ),
  );

describe('a pipeline', () => {
  it('is answered now and as of any instant, as soon as the command is recorded', async () => {
    const pipelineId = await ownPipeline();
    const opportunityId = randomUUID();
    const of = { opportunityId };
    await issue('OpenOpportunity', {
      ...of,
      pipelineId,
      title: 'Cranes',
      amount: eur(1_001),
      occurredAt: '2025-01-10T09:00:00Z',
    });
    await issue('AdvanceOpportunity', { ...of, to: 'offer', occurredAt: '2025-02-10T09:00:00Z' });
    const { position } = await issue('LoseOpportunity', { ...of, reason: 'price', occurredAt: '2025-03-10T09:00:00Z' });

    const now = await ask(`/v1/pipelines/${pipelineId}?minPosition=${position}`);
    expect(now.json).toMatchObject({ pipeline: pipelineId, currency: 'EUR', asOf: expect.stringMatching(/Z$/) });
    expect(stagesOf(now)).toEqual({ talk: [0, 0, 0], offer: [0, 0, 0], won: [0, 0, 0], lost: [1, 1_001, 0] });
    const asOf = async (instant: string): Promise<object> =>
      stagesOf(await ask(`/v1/pipelines/${pipelineId}?asOf=${instant}`));
    expect(await asOf('2025-01-10T08:59:59Z')).toMatchObject({ talk: [0, 0, 0] });
    expect(await asOf('2025-01-10T09:00:00Z')).toMatchObject({ talk: [1, 1_001, 100], offer: [0, 0, 0] });
    expect(await asOf('2025-02-28T12:00:00%2B01:00')).toMatchObject({ talk: [0, 0, 0], offer: [1, 1_001, 501] });
  });

  it('answers what was known then when asked for that', async () => {
    const pipelineId = await ownPipeline();
    await sleep(20);
    const before = new Date().toISOString();
    await sleep(20);
    const { position } = await issue('OpenOpportunity', {
      pipelineId,
      title: 'Reported late',
      amount: eur(500),
      occurredAt: '2025-01-10T09:00:00Z',
    });
    const june = `/v1/pipelines/${pipelineId}?asOf=2025-06-30T00:00:00Z&minPosition=${position}`;
    expect(stagesOf(await ask(june))).toMatchObject({ talk: [1, 500, 50] });
    expect(stagesOf(await ask(`${june}&knownAt=${before}`))).toMatchObject({ talk: [0, 0, 0] });
  });

  it('is read as CSV where that is accepted', async () => {
    const pipelineId = await ownPipeline();
    const { position } = await issue('OpenOpportunity', { pipelineId, title: 'Cranes', amount: eur(700) });
    const csv = await ask(`/v1/pipelines/${pipelineId}?minPosition=${position}`, { accept: 'text/csv' });
    expect(csv.headers.get('content-type')).toContain('text/csv');
    const [header, first] = csv.text.split('\n');
    expect(header).toBe('pipeline,asOf,stage,kind,probability,count,amount,weighted,currency');
    expect(first).toMatch(new RegExp(`^${pipelineId},.*,talk,open,10,1,700,70,EUR$`));
  });

  it('that is unknown is not found', async () => {
    const { status, json } = await ask('/v1/pipelines/nobody');
    expect([status, json['code']]).toEqual([404, 'PIPELINE_NOT_FOUND']);
  });
});

describe('opportunities', () => {
  it('are listed page by page, and one is told with its stage history', async () => {
    const pipelineId = await ownPipeline();
    const ids: string[] = [];
    let position = '0';
    for (let i = 0; i < 5; i++) {
      ({ position } = await issue('OpenOpportunity', {
        pipelineId,
        title: `Deal ${i}`,
        amount: eur(i * 100),
        owner: 'e.smit',
      }));
    }
    let cursor = '';
    const titles: string[] = [];
    do {
      const page = await ask(
        `/v1/opportunities?pipelineId=${pipelineId}&sort=amount&order=desc&limit=2&minPosition=${position}${cursor}`,
      );
      const items = page.json['items'] as { id: string; title: string }[];
      titles.push(...items.map(({ title }) => title));
      ids.push(...items.map(({ id }) => id));
      cursor = page.json['next'] === null ? '' : `&cursor=${page.json['next'] as string}`;
    } while (cursor);
    expect(titles).toEqual(['Deal 4', 'Deal 3', 'Deal 2', 'Deal 1', 'Deal 0']);

    const [first = ''] = ids;
    const moved = await issue('AdvanceOpportunity', { opportunityId: first, to: 'offer' });
    const one = await ask(`/v1/opportunities/${first}?minPosition=${moved.position}`);
    expect(one.json).toMatchObject({
      id: first,
      stage: 'offer',
      status: 'open',
      amount: 400,
      currency: 'EUR',
      owner: 'e.smit',
    });
    expect((one.json['history'] as { stage: string; move: string }[]).map(({ stage, move }) => [stage, move])).toEqual([
      ['talk', 'opened'],
      ['offer', 'advanced'],
    ]);
  });

  it.each([
    ['asOf=yesterday', 'asOf'],
    ['limit=0', 'limit'],
    ['limit=many', 'limit'],
    ['status=maybe', 'status'],
    ['colour=red', 'colour'],
    ['cursor=abc', 'cursor'],
    ['minPosition=-1', 'minPosition'],
    ['minAmount=1.5', 'minAmount'],
  ])('asked with %s name the parameter that is wrong', async (query, path) => {
    const { status, json } = await ask(`/v1/opportunities?${query}`);
    expect(status).toBe(400);
    expect((json['errors'] as { path: string }[]).map((error) => error.path)).toEqual([path]);
  });

  it('refuse a cursor of another query', async () => {
    const pipelineId = await ownPipeline();
    for (let i = 0; i < 3; i++) await issue('OpenOpportunity', { pipelineId, title: `Deal ${i}`, amount: eur(i) });
    const { position } = await issue('OpenOpportunity', { pipelineId, title: 'Last', amount: eur(9) });
    const page = await ask(`/v1/opportunities?pipelineId=${pipelineId}&limit=1&minPosition=${position}`);
    const elsewhere = await ask(`/v1/opportunities?status=open&limit=1&cursor=${page.json['next'] as string}`);
    expect([elsewhere.status, elsewhere.json['code']]).toEqual([400, 'INVALID_CURSOR']);
  });

  it('answer 503 with the lag when the position asked for does not come', async () => {
    const { status, json } = await ask('/v1/opportunities?minPosition=9000000000000000');
    expect([status, json['code']]).toEqual([503, 'READ_MODEL_BEHIND']);
    expect(json['lag']).toMatchObject({ events: expect.any(Number) });
  });
});

describe('the history of a customer', () => {
  it('follows one person from the first name to the won deal, across all streams', async () => {
    const personId = randomUUID();
    const key = randomUUID();
    const about = { personId };
    await issue('RegisterName', {
      ...about,
      name: 'Ilse Verbruggen',
      email: 'ilse@example.com',
      source: { kind: 'attendance-list', name: 'Fair' },
    });
    await issue('RegisterLead', { ...about, source: 'quote form' });
    await issue('LogActivity', {
      ...about,
      kind: 'phone-call',
      direction: 'outbound',
      outcome: 'no-answer',
      by: 'e.smit',
      note: 'Ilse was away.',
    });
    await issue('QualifyLead', { ...about, to: 'marketing-qualified' });
    await issue('QualifyLead', { ...about, to: 'sales-qualified' });
    const converted = {
      ...about,
      account: { name: 'Crane Works' },
      opportunity: { title: 'Cranes', amount: eur(900) },
    };
    await issue('ConvertLead', converted, key);

    const [accountId, opportunityId] = [deriveId('account', key), deriveId('opportunity', key)];
    let opened: Answer;
    do opened = await ask(`/v1/opportunities/${opportunityId}`);
    while (opened.status === 404);
    expect(opened.json).toMatchObject({ accountId, contactIds: [personId], amount: 900 });
    const won = await issue('WinOpportunity', { opportunityId });

    const ofAccount = await ask(`/v1/customers/${accountId}/history?minPosition=${won.position}`);
    const all = ofAccount.json['items'] as {
      stream: string;
      type: string;
      data: Record<string, unknown>;
      position: string;
      actor: object;
    }[];
    // Phases are told by a process, in its own time.
    const items = all.filter(({ stream }) => !stream.startsWith('customer-'));
    expect(items.map(({ type }) => type)).toEqual([
      'NameRegistered',
      'LeadRegistered',
      'ActivityLogged',
      'LeadQualified',
      'LeadQualified',
      'LeadConverted',
      'AccountOpened',
      'OpportunityOpened',
      'OpportunityWon',
    ]);
    expect(items[0]?.data).toMatchObject({ name: 'Ilse Verbruggen', email: 'ilse@example.com' });
    expect(items[2]?.data).toMatchObject({ note: 'Ilse was away.', outcome: 'no-answer' });
    expect(items[0]).toMatchObject({
      actor: { role: 'admin' },
      occurredAt: expect.any(String),
      recordedAt: expect.any(String),
    });
  });

  it('shows an analyst no personal data, in the API and in SQL', async () => {
    const { position, stream } = await issue('RegisterLead', {
      name: 'Geheime Naam',
      email: 'geheim@example.com',
      source: 'fair',
    });
    const made = await product.call('POST', '/v1/keys', { name: 'reports', role: 'analyst' });
    const analyst = { authorization: `Bearer ${String(made.json['key'])}` };
    const history = await ask(
      `/v1/customers/${stream.slice('person-'.length)}/history?minPosition=${position}`,
      analyst,
    );
    expect((history.json['items'] as object[])[0]).toMatchObject({ type: 'LeadRegistered', data: { source: 'fair' } });
    const client = new pg.Client({ connectionString: product.databaseUrl });
    await client.connect();
    await client.query('set role analyst');
    const { rows } = await client.query('select * from analytics.customer_history where stream = $1', [stream]);
    await expect(client.query('select * from kroniek.personal_keys')).rejects.toMatchObject({ code: '42501' });
    await client.end();
    expect(rows).toHaveLength(1);
    expect(history.text + JSON.stringify(rows)).not.toMatch(/Geheime|geheim/);
  });

  it('of nobody is not found', async () => {
    const { status, json } = await ask(`/v1/customers/${randomUUID()}/history`);
    expect([status, json['code']]).toEqual([404, 'CUSTOMER_NOT_FOUND']);
  });
});

describe('operations', () => {
  it('tell how each projection and process stands', async () => {
    const { json } = await ask('/v1/status');
    const names = (json['projections'] as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['customer-history', 'pipeline']));
    const stand = json['processes'] as { process: string; refusals: number }[];
    const known = [...processes, ...processManagers].map(({ name }) => name);
    expect(stand.map(({ process }) => process)).toEqual(expect.arrayContaining(known));
    expect(stand.filter(({ refusals }) => refusals > 0)).toEqual([]);
    const ready = await ask('/health/ready', { authorization: '' });
    expect([ready.status, ready.json]).toEqual([200, { status: 'ok', eventStore: 'ok', database: 'ok', stopped: [] }]);
    expect((await ask('/health/live', { authorization: '' })).status).toBe(200);
    expect((await ask('/metrics', { authorization: '' })).text).toContain('kroniek_http_request_seconds_bucket');
  });

  it('describe the API as a valid OpenAPI document with every command and its example', async () => {
    const { json } = await ask('/openapi.json', { authorization: '' });
    const result = await new Validator().validate(json);
    expect(result).toEqual({ valid: true });
    const paths = json['paths'] as Record<
      string,
      { post?: { requestBody: { content: Record<string, { example: unknown }> } } }
    >;
    const convert = paths['/v1/commands/ConvertLead']?.post?.requestBody.content['application/json'];
    expect(convert?.example).toMatchObject({ account: expect.any(Object) });
    const schemas = (json['components'] as { schemas: Record<string, { required?: string[]; properties: object }> })
      .schemas;
    expect(schemas['QualifyLead']?.required?.toSorted()).toEqual(['personId', 'to']);
    expect(schemas['OpenOpportunity']?.properties).toMatchObject({
      amount: { $ref: '#/components/schemas/MoneyField' },
    });
    expect((await ask('/docs', { authorization: '' })).text).toContain('swagger-ui');
  });

  it('say of each query parameter what it asks for', async () => {
    const { json } = await ask('/openapi.json', { authorization: '' });
    const parameters = Object.entries(
      json['paths'] as Record<
        string,
        Record<string, { parameters?: { in: string; name: string; description?: string }[] }>
      >,
    ).flatMap(([path, methods]) =>
      Object.values(methods).flatMap(({ parameters: all = [] }) =>
        all
          .filter((one) => one.in === 'query')
          .map(({ name, description }) => ({ at: `${path}?${name}`, description })),
      ),
    );
    expect(parameters.length).toBeGreaterThan(200);
    expect(parameters.filter(({ description }) => !description).map(({ at }) => at)).toEqual([]);
  });

  it('are all in the pages about the API, and nothing else is', async () => {
    const { json } = await ask('/openapi.json', { authorization: '' });
    const known = Object.keys(json['paths'] as object);
    const pages = ['README.md', ...['api', 'reports', 'analyst', 'import'].map((page) => `docs/${page}.md`)];
    const told = new Set<string>();
    for (const page of pages) {
      const text = await readFile(new URL(`../../${page}`, import.meta.url), 'utf8');
      for (const [path] of text.replaceAll('$API', '/v1').matchAll(/\/(v1|health|metrics)(\/[\w{}.-]+)+|\/metrics\b/g))
        told.add(path);
    }
    const shapes = known.map((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`));
    for (const all of ['/v1/reports', '/v1/commands/{CommandName}']) told.delete(all);
    expect([...told].filter((path) => !shapes.some((shape) => shape.test(path)))).toEqual([]);
    const untold = known.filter((path) => !path.startsWith('/v1/commands/') && !told.has(path));
    expect(untold).toEqual([]);
  });

  it('answer a path that does not exist with a problem', async () => {
    const { status, json } = await ask('/v1/nothing');
    expect([status, json['code']]).toEqual([404, 'NO_SUCH_PATH']);
  });
});
