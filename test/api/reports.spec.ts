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
const idIn = ({ json }: Answer): string => (json['stream'] as string).replace(/^[a-z]+-/, '');
const ask = (report: string, query = ''): Promise<Answer> => product.call('GET', `/v1/reports/${report}?${query}`);

const overTime = [
  'velocity',
  'conversion',
  'inbound',
  'win-rate',
  'activities',
  'satisfaction',
  'wanted-services',
  'retention',
];

describe('reports over HTTP', () => {
  it('name a period that there is not', async () => {
    for (const report of overTime) {
      for (const [query, path] of [
        ['period=2026-13', 'period'],
        ['from=2026-Q5', 'from'],
        ['to=yesterday', 'to'],
        ['per=week', 'per'],
        ['asOf=2026-02-30T00:00:00Z', 'asOf'],
        ['periods=2026-01', 'periods'],
      ] as const) {
        const { status, json } = await ask(report, query);
        expect([report, query, status, json['code'], json['errors']]).toEqual([
          report,
          query,
          400,
          'INVALID_QUERY',
          [expect.objectContaining({ path })],
        ]);
      }
    }
    expect((await ask('win-rate', 'by=weather')).status).toBe(400);
  });

  it('answer what happened, also as CSV and as of an instant', async () => {
    const personId = idIn(
      await issue('RegisterLead', { name: 'Ilse', source: 'fair', occurredAt: '2026-01-05T09:00:00Z' }),
    );
    await issue('LogActivity', {
      kind: 'web-visit',
      direction: 'inbound',
      outcome: 'reached',
      personId,
      by: 'web',
      content: '/guide',
      source: 'search',
      occurredAt: '2026-01-06T09:00:00Z',
    });
    const accountId = idIn(await issue('OpenAccount', { name: 'Noordzee', occurredAt: '2026-01-06T09:00:00Z' }));
    await issue('OpenOpportunity', {
      title: 'Blades',
      pipelineId: 'default',
      stage: 'prospecting',
      amount: { amount: 1_000, currency: 'EUR' },
      accountId,
      owner: 'sam',
      occurredAt: '2026-01-07T09:00:00Z',
    }).then(async (opened) => {
      const opportunityId = idIn(opened);
      await issue('AdvanceOpportunity', { opportunityId, to: 'proposal', occurredAt: '2026-01-09T09:00:00Z' });
      await issue('WinOpportunity', { opportunityId, occurredAt: '2026-02-09T09:00:00Z' });
    });
    const campaigns = await ask('campaigns');
    expect(campaigns.json).toEqual({ items: [], next: null, unconverted: [] });
    const last = await issue('LogActivity', {
      kind: 'phone-call',
      direction: 'outbound',
      outcome: 'no-answer',
      personId,
      by: 'sam',
      occurredAt: '2026-02-10T09:00:00Z',
    });
    const fresh = `minPosition=${String(last.json['position'])}`;

    const items = async (report: string, query: string) => (await ask(report, `${query}&${fresh}`)).json['items'];
    expect(await items('conversion', 'per=quarter')).toEqual([
      {
        cohort: '2026-Q1',
        source: 'fair',
        leads: 1,
        marketingQualified: 0,
        salesQualified: 0,
        contacts: 0,
        won: 0,
        conversionRate: '0.0000',
        benchmark: '0.1000',
        belowBenchmark: true,
      },
    ]);
    expect(await items('inbound', 'period=2026-01')).toMatchObject([
      { content: '/guide', source: 'search', visits: 1, visitors: 1, leads: 1 },
    ]);
    expect(await items('velocity', 'per=all')).toMatchObject([
      { stage: 'needs-analysis', skipped: 1, entered: 0 },
      { stage: 'proposal', entered: 1, won: 1, averageSeconds: 31 * 86_400 },
      { stage: 'prospecting', entered: 1, advanced: 1, averageSeconds: 2 * 86_400 },
      { stage: 'qualification', skipped: 1, entered: 0 },
    ]);
    expect(await items('win-rate', 'by=owner')).toMatchObject([{ period: '2026-02', group: 'sam', winRate: '1.0000' }]);
    expect(await items('win-rate', 'asOf=2026-02-09T08:59:59Z')).toEqual([]);
    expect(await items('ageing', 'asOf=2026-01-10T09:00:00Z')).toMatchObject([
      { stage: 'proposal', count: 1, amount: 1_000, averageSeconds: 86_400, averageAgeSeconds: 3 * 86_400, stale: 0 },
    ]);
    expect(await items('activities', 'kind=phone-call')).toMatchObject([
      { period: '2026-02', group: 'sam', attempts: 1, reached: 0, noAnswer: 1, reachRate: '0.0000' },
    ]);
    expect(await items('retention', 'period=2026-02')).toMatchObject([{ period: '2026-02', new: 1, activeAtEnd: 1 }]);
    expect(await items('wanted-services', 'per=all')).toEqual([]);

    const csv = await product.call('GET', '/v1/reports/win-rate?per=all', undefined, { accept: 'text/csv' });
    expect(csv.text.split('\n')[0]).toBe('period,group,won,lost,closed,winRate,shareOfLost,averageSecondsToWin');
  });
});
