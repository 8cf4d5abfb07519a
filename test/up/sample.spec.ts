import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadSample } from '../../apps/kroniek/sample/index.js';
import { startProduct, type Product } from '../../libs/testing/product.js';

describe('the sample data', () => {
  let product: Product;

  beforeAll(async () => {
    product = await startProduct();
  });

  afterAll(async () => {
    await product.stop();
  });

  it('is taken whole through the API, and no process is refused what it makes of it', async () => {
    const loaded = await loadSample({ url: product.url, key: product.adminKey });
    expect(loaded.accepted).toBeGreaterThan(8_000);
    expect(loaded.alreadyThere).toBe(0);
    const { json } = await product.call('GET', '/v1/status');
    const refused = (json['processes'] as { process: string; refusals: number }[]).filter(
      ({ refusals }) => refusals > 0,
    );
    expect(refused).toEqual([]);
  }, 900_000);

  it('has customers who are said to belong to a segment by rule with a window of its own', async () => {
    for (let tries = 400; ; tries--) {
      const { json } = await product.call('GET', '/v1/segments/large-buyers/members?limit=1');
      const [member] = json['items'] as { id: string }[];
      const { json: history } = await product.call('GET', `/v1/customers/${member?.id ?? ''}/history?limit=1000`);
      const types = ((history['items'] ?? []) as { type: string }[]).map(({ type }) => type);
      if (types.includes('CustomerEnteredSegment')) return;
      if (tries === 0) expect(types).toContain('CustomerEnteredSegment');
      await sleep(100);
    }
  }, 120_000);
});
