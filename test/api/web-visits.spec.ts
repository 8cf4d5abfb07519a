import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProduct, type Product } from '../../libs/testing/product.js';

let product: Product;

beforeAll(async () => {
  product = await startProduct();
});

afterAll(async () => {
  await product.stop();
});

interface Result {
  readonly stream?: string;
  readonly revision?: number;
  readonly events?: readonly { readonly type: string }[];
  readonly code?: string;
}

interface Line {
  readonly command: string;
  readonly data: object;
  readonly idempotencyKey: string;
  readonly occurredAt?: string;
}

async function load(lines: readonly Line[]): Promise<readonly Result[]> {
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const { text } = await product.call('POST', '/v1/commands', body, { 'content-type': 'application/x-ndjson' });
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Result);
}

/** Some leads, and one who is no more than a name. */
const people = Array.from({ length: 40 }, () => randomUUID());
const name = randomUUID();

/** What marketing automation measured, as it exports it: each hit has an id of its own. */
const hits = Array.from({ length: 3_000 }, (_, place) => ({
  command: 'LogActivity',
  data: {
    activityId: randomUUID(),
    kind: place % 3 === 0 ? 'click' : 'web-visit',
    direction: 'inbound',
    outcome: 'reached',
    personId: [...people, name][place % 41],
    content: `/turbines/${place % 7}`,
    source: place % 2 === 0 ? 'newsletter of May' : 'search engine',
    by: 'marketing-automation',
  },
  idempotencyKey: randomUUID(),
  occurredAt: new Date(Date.UTC(2026, 4, 1) + place * 60_000).toISOString(),
}));

describe('web visits and clicks from marketing automation', () => {
  it('come in bulk, as activities of a lead, with their content and source', async () => {
    await load([
      ...people.map((personId) => ({
        command: 'RegisterLead',
        data: { personId, name: 'Ilse Verbruggen', source: 'web form' },
        idempotencyKey: randomUUID(),
      })),
      {
        command: 'RegisterName',
        data: {
          personId: name,
          name: 'Ilse Maes',
          email: 'ilse.maes@example.com',
          source: { kind: 'bought-list', name: 'Wind energy' },
        },
        idempotencyKey: randomUUID(),
      },
    ]);
    const results = await load(hits);
    expect(results).toHaveLength(hits.length);
    for (const [place, { stream, revision, events }] of results.entries()) {
      expect(stream).toBe(`activity-${hits[place]?.data.activityId}`);
      expect(revision).toBe(0);
      expect(events?.map(({ type }) => type)).toEqual(['ActivityLogged']);
    }
  }, 120_000);

  it('are counted once, whether they come again with their keys or with new ones', async () => {
    const again = await load(hits);
    expect(again.every(({ revision, events }) => revision === 0 && events?.length === 1)).toBe(true);
    const exportedAgain = await load(hits.map((hit) => ({ ...hit, idempotencyKey: randomUUID() })));
    expect(exportedAgain.every(({ revision, events }) => revision === 0 && events?.length === 0)).toBe(true);
  }, 120_000);

  it('leave a name a name: whoever is sent a newsletter has shown no interest yet', async () => {
    const sent = { kind: 'e-mail', direction: 'outbound', outcome: 'reached', personId: name };
    expect((await product.call('POST', '/v1/commands/LogActivity', sent)).status).toBe(200);
    const qualified = { personId: name, to: 'marketing-qualified' };
    const answer = await product.call('POST', '/v1/commands/QualifyLead', qualified);
    expect([answer.status, answer.json['code']]).toEqual([422, 'PERSON_NOT_A_LEAD']);
  });
});
