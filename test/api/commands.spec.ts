import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProduct, type Product } from '../../libs/testing/product.js';

let product: Product;

beforeAll(async () => {
  product = await startProduct();
});

afterAll(async () => {
  await product.stop();
});

const lead = (personId = randomUUID()): object => ({ personId, name: 'Ilse Verbruggen', source: 'trade fair' });

describe('POST /v1/commands/{CommandName}', () => {
  it('answers with the stream, its revision, the position and the events', async () => {
    const personId = randomUUID();
    const { status, json, headers } = await product.call('POST', '/v1/commands/RegisterLead', lead(personId));
    expect(status).toBe(200);
    expect(json).toEqual({
      stream: `person-${personId}`,
      revision: 0,
      position: expect.stringMatching(/^\d+$/),
      events: [{ id: expect.any(String), type: 'LeadRegistered' }],
    });
    expect(headers.get('etag')).toBe('"0"');
  });

  it('answers the same again to the same Idempotency-Key', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const body = lead();
    const first = await product.call('POST', '/v1/commands/RegisterLead', body, key);
    const again = await product.call('POST', '/v1/commands/RegisterLead', body, key);
    expect([again.status, again.text]).toEqual([200, first.text]);
  });

  it('answers 412 when the stream is not at the revision of If-Match', async () => {
    const personId = randomUUID();
    await product.call('POST', '/v1/commands/RegisterLead', lead(personId));
    const qualify = { personId, to: 'marketing-qualified' };
    const wrong = await product.call('POST', '/v1/commands/QualifyLead', qualify, { 'if-match': '"3"' });
    expect([wrong.status, wrong.json['code']]).toEqual([412, 'REVISION_MISMATCH']);
    expect((await product.call('POST', '/v1/commands/QualifyLead', qualify, { 'if-match': '"0"' })).status).toBe(200);
  });

  it('answers 422 with a stable code when a rule forbids it', async () => {
    const personId = randomUUID();
    await product.call('POST', '/v1/commands/RegisterLead', lead(personId));
    const { status, json, headers } = await product.call('POST', '/v1/commands/QualifyLead', {
      personId,
      to: 'sales-qualified',
    });
    expect(status).toBe(422);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(json).toMatchObject({
      status: 422,
      code: 'LEAD_LEVEL_SKIPPED',
      type: 'urn:kroniek:problem:lead-level-skipped',
    });
  });
});

describe('bad input', () => {
  const cases: [string, string, unknown, Record<string, string>, number, string, string[]][] = [
    ['malformed JSON', 'RegisterLead', '{"name": ', {}, 400, 'MALFORMED_JSON', []],
    ['no object', 'RegisterLead', [1], {}, 400, 'INVALID_COMMAND', []],
    ['an unknown command', 'DeleteEverything', {}, {}, 404, 'UNKNOWN_COMMAND', []],
    ['an unknown field', 'RegisterLead', { ...lead(), colour: 'red' }, {}, 400, 'INVALID_COMMAND', ['colour']],
    ['a missing field', 'QualifyLead', { personId: randomUUID() }, {}, 400, 'INVALID_COMMAND', ['to']],
    ['wrong types', 'RegisterLead', { name: 7, source: false }, {}, 400, 'INVALID_COMMAND', ['name', 'source']],
    [
      'an id that is none',
      'QualifyLead',
      { personId: '12', to: 'sales-qualified' },
      {},
      400,
      'INVALID_COMMAND',
      ['personId'],
    ],
    [
      'an impossible date',
      'OpenOpportunity',
      opening({ expectedClose: '2026-02-30' }),
      {},
      400,
      'INVALID_COMMAND',
      ['expectedClose'],
    ],
    [
      'negative money',
      'OpenOpportunity',
      opening({ amount: { amount: -1, currency: 'EUR' } }),
      {},
      400,
      'INVALID_COMMAND',
      ['amount.amount'],
    ],
    [
      'fractions of a cent',
      'OpenOpportunity',
      opening({ amount: { amount: 0.5, currency: 'EUR' } }),
      {},
      400,
      'INVALID_COMMAND',
      ['amount.amount'],
    ],
    [
      'an unknown currency',
      'OpenOpportunity',
      opening({ amount: { amount: 1, currency: 'EUX' } }),
      {},
      400,
      'INVALID_COMMAND',
      ['amount.currency'],
    ],
    [
      'a future occurredAt',
      'RegisterLead',
      { ...lead(), occurredAt: '2999-01-01T00:00:00Z' },
      {},
      400,
      'OCCURRED_IN_FUTURE',
      ['occurredAt'],
    ],
    [
      'an occurredAt that is none',
      'RegisterLead',
      { ...lead(), occurredAt: 'yesterday' },
      {},
      400,
      'INVALID_COMMAND',
      ['occurredAt'],
    ],
    [
      'broken UTF-8',
      'RegisterLead',
      Buffer.from('{"name":"\xff\xfe","source":"x"}', 'latin1'),
      {},
      400,
      'BROKEN_UTF8',
      [],
    ],
    [
      'a key that is no UUID',
      'RegisterLead',
      lead(),
      { 'idempotency-key': 'abc' },
      400,
      'INVALID_IDEMPOTENCY_KEY',
      ['Idempotency-Key'],
    ],
    [
      'an If-Match that is no revision',
      'RegisterLead',
      lead(),
      { 'if-match': 'abc' },
      400,
      'INVALID_IF_MATCH',
      ['If-Match'],
    ],
    [
      'another media type',
      'RegisterLead',
      'name=x',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      [],
    ],
    ['too much', 'RegisterLead', { ...lead(), source: 'x'.repeat(1_100_000) }, {}, 413, 'BODY_TOO_LARGE', []],
    ['no body', 'RegisterLead', undefined, {}, 400, 'INVALID_COMMAND', []],
  ];

  it.each(cases)('%s is a clear problem', async (_, name, body, headers, status, code, paths) => {
    const answer = await product.call('POST', `/v1/commands/${name}`, body, headers);
    expect([answer.status, answer.json['code']]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.json['correlationId']).toEqual(expect.any(String));
    const errors = (answer.json['errors'] ?? []) as { path: string; message: string }[];
    expect([...new Set(errors.map(({ path }) => path))]).toEqual(paths);
    for (const { message } of errors) expect(message.length).toBeGreaterThan(5);
  });

  function opening(changed: object): object {
    return { title: 'Cranes', amount: { amount: 100, currency: 'EUR' }, ...changed };
  }
});

describe('keys', () => {
  it('are asked for', async () => {
    const without = await product.call('POST', '/v1/commands/RegisterLead', lead(), { authorization: '' });
    const wrong = await product.call('POST', '/v1/commands/RegisterLead', lead(), { authorization: 'Bearer nobody' });
    expect([without.status, wrong.status]).toEqual([401, 401]);
    expect(without.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('let each role do what it may, until they are revoked', async () => {
    const made = await product.call('POST', '/v1/keys', { name: 'reports', role: 'analyst' });
    expect(made.status).toBe(201);
    const analyst = { authorization: `Bearer ${String(made.json['key'])}` };
    const refused = await product.call('POST', '/v1/commands/RegisterLead', lead(), analyst);
    expect([refused.status, refused.json['code']]).toEqual([403, 'COMMAND_NOT_ALLOWED']);
    expect((await product.call('GET', '/v1/pipelines', undefined, analyst)).status).toBe(200);
    expect((await product.call('GET', '/v1/keys', undefined, analyst)).status).toBe(403);
    expect((await product.call('DELETE', `/v1/keys/${String(made.json['id'])}`)).status).toBe(204);
    expect((await product.call('GET', '/v1/pipelines', undefined, analyst)).status).toBe(401);
  });

  it('of which the last admin key cannot be revoked', async () => {
    const { json } = await product.call('GET', '/v1/keys');
    const [admin] = (json['items'] as { id: string; role: string }[]).filter(({ role }) => role === 'admin');
    const refused = await product.call('DELETE', `/v1/keys/${admin?.id ?? ''}`);
    expect([refused.status, refused.json['code']]).toEqual([409, 'LAST_ADMIN_KEY']);
  });
});

describe('POST /v1/commands', () => {
  interface Result {
    line: number;
    code?: string;
    status?: number;
    stream?: string;
    revision?: number;
    events?: { type: string }[];
  }

  const many = async (body: string | Buffer): Promise<Result[]> => {
    const { text } = await product.call('POST', '/v1/commands', body, { 'content-type': 'application/x-ndjson' });
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Result);
  };
  const line = (command: string, data: object, more: object = {}): string =>
    `${JSON.stringify({ command, data, idempotencyKey: randomUUID(), ...more })}\n`;

  it('gives one result a line, in the same order, and keeps the order of each stream', async () => {
    const people = Array.from({ length: 60 }, () => randomUUID());
    const lines = [
      ...people.map((personId) => line('RegisterLead', lead(personId))),
      ...people.map((personId) => line('QualifyLead', { personId, to: 'marketing-qualified' })),
      ...people.map((personId) => line('QualifyLead', { personId, to: 'sales-qualified' })),
    ];
    const results = await many(lines.join(''));
    expect(results.map((result) => result.line)).toEqual(lines.map((_, i) => i + 1));
    expect(results.map(({ stream }) => stream)).toEqual([...people, ...people, ...people].map((id) => `person-${id}`));
    expect(results.map(({ revision }) => revision)).toEqual(lines.map((_, i) => Math.floor(i / 60)));
  });

  it('answers a wrong line with its problem and handles the rest', async () => {
    const good = line('RegisterLead', lead());
    const results = await many(
      Buffer.concat([
        Buffer.from(good),
        Buffer.from('{"command": "RegisterLead", "da\n'),
        Buffer.from('{"command":"RegisterLead","data":{"name":"\xff","source":"x"}}\n', 'latin1'),
        Buffer.from('\n[]\n'),
        Buffer.from(line('NoSuchThing', {})),
        Buffer.from(line('RegisterLead', { name: '' })),
        Buffer.from(line('RegisterLead', lead(), { when: 'now' })),
        Buffer.from(line('RegisterLead', lead(), { occurredAt: '2999-01-01T00:00:00Z' })),
        Buffer.from(`"${'x'.repeat(1_100_000)}"\n`),
        Buffer.from(good),
        Buffer.from(line('RegisterLead', lead()).slice(0, 40)),
      ]),
    );
    expect(results.map(({ line: at, code, revision }) => [at, code ?? revision])).toEqual([
      [1, 0],
      [2, 'MALFORMED_JSON'],
      [3, 'BROKEN_UTF8'],
      [5, 'INVALID_LINE'],
      [6, 'UNKNOWN_COMMAND'],
      [7, 'INVALID_COMMAND'],
      [8, 'INVALID_LINE'],
      [9, 'OCCURRED_IN_FUTURE'],
      [10, 'LINE_TOO_LARGE'],
      [11, 0],
      [12, 'MALFORMED_JSON'],
    ]);
  });

  it('answers while more is still to come', async () => {
    const first = await new Promise<string>((resolve, reject) => {
      const sent = request(`${product.url}/v1/commands`, {
        method: 'POST',
        headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/x-ndjson' },
      });
      sent.on('error', reject);
      sent.on('response', (answer) => {
        answer.once('data', (chunk: Buffer) => {
          resolve(chunk.toString());
          sent.end();
          answer.resume();
        });
      });
      sent.write(line('RegisterLead', lead()));
    });
    expect(JSON.parse(first)).toMatchObject({ line: 1, revision: 0 });
  });
});
