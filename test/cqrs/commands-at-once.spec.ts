import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../libs/kernel/index.js';
import { Processes } from './processes.js';

const clock = new TestClock('2026-03-01T10:00:00.000Z');

let processes: Processes;

beforeAll(async () => {
  processes = await Processes.on(clock);
});

afterAll(() => processes.stop());

describe('commands sent at once', () => {
  it('find what those before them record, named or not', async () => {
    const here = await processes.open();
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
    const here = await processes.open();
    const [accountId, refusedId] = [randomUUID(), randomUUID()];
    const opening = { accountId, title: 'Cranes', amount: { amount: 100, currency: 'EUR' } };
    const results = await Promise.all([
      here.send('OpenAccount', { accountId, name: 'Havenkoel' }),
      ...Array.from({ length: 8 }, () => here.send('OpenOpportunity', opening)),
    ]);
    const positions = results.map(({ position }) => Number(position));
    expect(Math.min(...positions)).toBe(positions[0]);
    expect(here.reads).not.toContain(`account-${accountId}`);

    const refused = await Promise.allSettled([
      here.send('OpenAccount', { accountId: refusedId, name: 'Kadelift', parentId: randomUUID() }),
      here.send('OpenOpportunity', { ...opening, accountId: refusedId }),
    ]);
    expect(refused).toMatchObject([
      { reason: { code: 'ACCOUNT_NOT_FOUND' } },
      { reason: { code: 'ACCOUNT_NOT_FOUND' } },
    ]);
  });

  it('are decided by what those before them change, also where they do not name it', async () => {
    const here = await processes.open();
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
    const cases = [opened(), targets(30), opened(), opened(), targets(45), opened()];
    const streams = (await Promise.all(cases)).map(({ stream }) => stream).filter((one) => one.startsWith('case-'));
    const respondBy = streams.map(async (stream) => {
      const { events } = await here.log.load(stream);
      return (events[0]?.data as { readonly respondBy?: string } | undefined)?.respondBy;
    });
    expect((await Promise.all(respondBy)).slice(1)).toEqual(
      ['10:30', '10:30', '10:45'].map((time) => `2026-03-01T${time}:00.000Z`),
    );
  });

  it('are refused once those before them are done, whichever names which', async () => {
    const here = await processes.open();
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
