import { describe, expect, it } from '@jest/globals';
import type { ExchangeRateEvents } from '../../libs/domain/exchange-rate/exchange-rate.events.js';
import { policyDefaults, type PolicyEvents } from '../../libs/domain/policy/policy.events.js';
import { givenEvents, happened } from '../../libs/testing/projection.js';
import { policiesModel } from './index.js';
import { exchangeRatesList, policiesList, policyDetail } from './queries.js';

const policy = happened<PolicyEvents>();
const rate = happened<ExchangeRateEvents>();

const stale = (version: number, days: number, at: string, more = {}) => {
  const data = { policy: 'stale-opportunity', version, value: { days } };
  return policy('policy-stale-opportunity', 'PolicyChanged', at, data, more);
};
const usd = (text: string, validFrom: string, at: string, more = {}) =>
  rate('rate-EUR', 'ExchangeRateSet', at, { from: 'EUR', to: 'USD', rate: text, validFrom }, more);

const kim = { id: 'kim', role: 'sales-manager' } as const;
const sales = { id: 'key-1', role: 'sales' };

const story = [
  stale(1, 45, '2026-01-10T00:00:00.000Z', { actor: kim }),
  usd('1.1', '2026-01-01', '2026-01-01T08:00:00.000Z'),
  usd('1.2', '2026-02-01', '2026-02-01T08:00:00.000Z'),
  stale(2, 60, '2026-02-10T00:00:00.000Z', { recordedAt: '2026-03-10T00:00:00.000Z' }),
  rate('rate-USD', 'ExchangeRateSet', '2026-02-02T08:00:00.000Z', {
    from: 'USD',
    to: 'JPY',
    rate: '149.5',
    validFrom: '2026-02-02',
  }),
  usd('1.15', '2026-01-01', '2026-02-05T08:00:00.000Z', { actor: kim }),
];

describe('the policies', () => {
  it('are listed as they hold, those never changed with their default as version 0', async () => {
    await givenEvents(...story).projectedBy(policiesModel, async ({ database }) => {
      const list = await policiesList(database, {});
      expect(list.map(({ name }) => name)).toEqual(Object.keys(policyDefaults).sort());
      for (const { name, version, value, changedAt, changedBy, default: byDefault } of list) {
        if (name === 'stale-opportunity') continue;
        expect([version, changedAt, changedBy]).toEqual([0, null, null]);
        expect(value).toEqual(byDefault);
        expect(value).toEqual((policyDefaults as Record<string, object>)[name]);
      }
      expect(list.find(({ name }) => name === 'stale-opportunity')).toEqual({
        name: 'stale-opportunity',
        version: 2,
        value: { days: 60 },
        default: { days: 30 },
        changedAt: '2026-02-10T00:00:00.000Z',
        changedBy: sales,
        recordedAt: '2026-03-10T00:00:00.000Z',
      });
    });
  });

  it('tell who changed them and when, as of any instant and as far as it was known', async () => {
    await givenEvents(...story).projectedBy(policiesModel, async ({ database }) => {
      const at = (asOf?: string, knownAt?: string) =>
        policyDetail(database, { name: 'stale-opportunity', asOf, knownAt });
      const held = async (asOf?: string, knownAt?: string) => {
        const detail = await at(asOf, knownAt);
        return [detail?.version, detail?.history.map(({ version }) => version)];
      };
      expect((await at())?.history).toMatchObject([
        { version: 0, value: { days: 30 }, changedAt: null, changedBy: null, position: null },
        { version: 1, value: { days: 45 }, changedAt: '2026-01-10T00:00:00.000Z', changedBy: kim },
        { version: 2, value: { days: 60 }, changedAt: '2026-02-10T00:00:00.000Z', changedBy: sales },
      ]);
      expect(await held('2026-01-09T00:00:00.000Z')).toEqual([0, [0]]);
      expect(await held('2026-01-10T00:00:00.000Z')).toEqual([1, [0, 1]]);
      expect(await held(undefined, '2026-03-01T00:00:00.000Z')).toEqual([1, [0, 1]]);
      expect(await held('2026-02-10T00:00:00.000Z', '2026-03-10T00:00:00.000Z')).toEqual([2, [0, 1, 2]]);
      expect(await policyDetail(database, { name: 'office.hours' })).toBeNull();
    });
  });
});

describe('the exchange rates', () => {
  it('hold from their day until the next one, and a corrected day has one', async () => {
    await givenEvents(...story).projectedBy(policiesModel, async ({ database }) => {
      const held = async (asked: object) =>
        (await exchangeRatesList(database, asked)).items.map(({ from, to, rate: text, validFrom, validTo }) =>
          [from, to, text, validFrom, validTo].join(' '),
        );
      const yen = 'USD JPY 149.5 2026-02-02 ';
      expect(await held({})).toEqual(['EUR USD 1.15 2026-01-01 2026-02-01', 'EUR USD 1.2 2026-02-01 ', yen]);
      expect(await held({ from: 'USD' })).toEqual([yen]);
      expect(await held({ to: 'USD', on: '2026-01-31' })).toEqual(['EUR USD 1.15 2026-01-01 2026-02-01']);
      expect(await held({ to: 'USD', on: '2026-02-01' })).toEqual(['EUR USD 1.2 2026-02-01 ']);
      expect(await held({ on: '2025-12-31' })).toEqual([]);
      expect(await held({ on: '2026-01-31', asOf: '2026-02-04T00:00:00.000Z' })).toEqual([
        'EUR USD 1.1 2026-01-01 2026-02-01',
      ]);
      expect(await held({ asOf: '2026-01-31T00:00:00.000Z' })).toEqual(['EUR USD 1.1 2026-01-01 ']);
    });
  });

  it('come in pages, with who set them', async () => {
    await givenEvents(...story).projectedBy(policiesModel, async ({ database }) => {
      const first = await exchangeRatesList(database, { limit: 2 });
      const second = await exchangeRatesList(database, { limit: 2, cursor: first.next ?? '' });
      expect(first.items[0]).toMatchObject({ rate: '1.15', setBy: kim, setAt: '2026-02-05T08:00:00.000Z' });
      expect(second).toMatchObject({ items: [{ from: 'USD' }], next: null });
      await expect(exchangeRatesList(database, { from: 'USD', cursor: first.next ?? '' })).rejects.toMatchObject({
        code: 'INVALID_CURSOR',
      });
    });
  });

  it('and the policies are there in SQL as of the instant that the analyst sets', async () => {
    await givenEvents(...story).projectedBy(policiesModel, async ({ database }) => {
      const client = await database.pool.connect();
      try {
        await client.query(`set role analyst; set kroniek.as_of = '2026-02-01T12:00:00Z'`);
        const { rows: held } = await client.query(
          `select version, value, default_value from analytics.policies where policy = 'stale-opportunity'`,
        );
        expect(held).toEqual([{ version: 1, value: { days: 45 }, default_value: { days: 30 } }]);
        const { rows: rates } = await client.query(
          `select rate::text, holds_from, holds_to from analytics.exchange_rates order by holds_from`,
        );
        expect(rates).toEqual([
          { rate: '1.1', holds_from: '2026-01-01', holds_to: '2026-02-01' },
          { rate: '1.2', holds_from: '2026-02-01', holds_to: null },
        ]);
        const { rows: versions } = await client.query(
          'select version, actor_id from analytics.policy_versions order by version',
        );
        expect(versions).toEqual([
          { version: 1, actor_id: 'kim' },
          { version: 2, actor_id: 'key-1' },
        ]);
      } finally {
        client.release(true);
      }
    });
  });
});
