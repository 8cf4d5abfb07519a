import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../libs/kernel/index.js';
import { Engines } from './engines.js';

const clock = new TestClock('2026-03-01T10:00:00.000Z');

let engines: Engines;

beforeAll(async () => {
  engines = await Engines.on(clock);
});

afterAll(() => engines.stop());

describe('commands sent at once', () => {
  it('find what those before them record, named or not', async () => {
    const here = await engines.open();
    const amount = { amount: 100, currency: 'EUR' };
    const stages = [{ stage: 'contacted', probability: 20 }];
    const begun = here.send('DefinePipeline', { pipelineId: 'default', name: 'Sales', currency: 'EUR', stages });
    for (let round = 0; round < 20; round++) {
      const [accountId, opportunityId] = [randomUUID(), randomUUID()];
      const lines = [
        here.send('OpenAccount', { accountId, name: 'Havenkoel' }),
        here.send('OpenOpportunity', { opportunityId, accountId, title: 'Cranes', amount }),
        here.send('WinOpportunity', { opportunityId }),
        here.send('RecordPurchase', {
          ...{ accountId, opportunityId, source: { system: 'erp', reference: opportunityId }, kind: 'order' },
          ...{ date: '2026-03-01', amount, lines: [{ product: 'Crane', quantity: '1', unitPrice: amount }] },
        }),
      ];
      const results = await Promise.all(lines);
      expect(results.map(({ events }) => events[0]?.type)).toEqual([
        'AccountOpened',
        'OpportunityOpened',
        'OpportunityWon',
        'PurchaseRecorded',
      ]);
    }
    await begun;
  });

  it('wait for those that begin what they name, whatever becomes of these, and read none of it', async () => {
    const here = await engines.open();
    const [accountId, refusedId] = [randomUUID(), randomUUID()];
    const opening = { accountId, title: 'Cranes', amount: { amount: 100, currency: 'EUR' } };
    // Each by somebody else: what is asked in one request is asked again before it is refused.
    const by = () => ({ correlationId: randomUUID() });
    await Promise.all([
      here.send('OpenAccount', { accountId, name: 'Havenkoel' }, by()),
      ...Array.from({ length: 8 }, () => here.send('OpenOpportunity', opening, by())),
    ]);
    expect(here.reads).not.toContain(`account-${accountId}`);

    const refused = await Promise.allSettled([
      here.send('OpenAccount', { accountId: refusedId, name: 'Kadelift', parentId: randomUUID() }, by()),
      here.send('OpenOpportunity', { ...opening, accountId: refusedId }, by()),
    ]);
    expect(refused).toMatchObject([
      { reason: { code: 'ACCOUNT_NOT_FOUND' } },
      { reason: { code: 'ACCOUNT_NOT_FOUND' } },
    ]);
  });

  it('are decided by what those before them change, also where they do not name it, and not before that happened', async () => {
    let ticks = Date.parse('2026-03-01T10:00:00.000Z');
    const here = await engines.open({ clock: { now: () => new Date(ticks++).toISOString() } });
    const accountId = randomUUID();
    await here.send('OpenAccount', { accountId, name: 'Havenkoel' });
    const targets = (responseMinutes: number) => {
      const target = { responseMinutes, resolutionMinutes: 600 };
      const value = { low: target, normal: target, high: target, urgent: target };
      return here.send('ChangePolicy', { policyName: 'case.targets', value }, { actor: { id: 'ada', role: 'admin' } });
    };
    const opened = () => here.send('OpenCase', { accountId, subject: 'A blade hums', channel: 'phone' });
    // Remembered from now on, as it is without a change.
    await opened();
    const sent = [opened(), targets(30), opened(), targets(40), targets(50), opened()];
    const [, , between, , last, after] = await Promise.all(
      sent.map(async (result) => (await here.log.load((await result).stream)).events),
    );
    const response = (events: typeof between) => {
      const [{ occurredAt, data } = { occurredAt: '', data: {} }] = events ?? [];
      return Date.parse((data as { readonly respondBy?: string }).respondBy ?? '') - Date.parse(occurredAt);
    };
    expect([response(between), response(after)]).toEqual([30 * 60_000, 50 * 60_000]);
    const changes = (last ?? []).map(({ occurredAt }) => occurredAt);
    expect((between?.[0]?.occurredAt ?? '') > (changes[0] ?? '')).toBe(true);
    expect((after?.[0]?.occurredAt ?? '') > (changes[2] ?? '')).toBe(true);
  });

  it('are refused once those before them are done, whichever names which', async () => {
    const here = await engines.open();
    const [one, other] = [randomUUID(), randomUUID()];
    const naming = (opportunityId: string, accountId: string) =>
      here.send('OpenOpportunity', { opportunityId, accountId, title: 'x', amount: { amount: 1, currency: 'EUR' } });
    const lines = [naming(one, other), here.send('OpenAccount', { accountId: one, name: 'A', parentId: other })];
    lines.push(here.send('OpenAccount', { accountId: other, name: 'B', parentId: one }), naming(one, one));
    const outcomes = await Promise.allSettled(lines);
    expect(
      outcomes.map((outcome) => ('reason' in outcome ? (outcome.reason as { code: string }).code : 'done')),
    ).toEqual(['ACCOUNT_NOT_FOUND', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_NOT_FOUND']);
  });
});
