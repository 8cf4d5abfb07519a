import { setTimeout as sleep } from 'node:timers/promises';
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
const ask = (path: string, headers?: Record<string, string>): Promise<Answer> =>
  product.call('GET', path, undefined, headers);
const itemsOf = ({ json }: Answer): readonly object[] => json['items'] as readonly object[];

describe('the agenda and the alarms over HTTP', () => {
  it('show what is planned and not done, and the alarm from the instant on at which the time was up', async () => {
    const personId = idIn(await issue('RegisterLead', { name: 'Ilse', source: 'web' }));
    const dueAt = new Date(Date.now() + 1_500).toISOString();
    const before = new Date(Date.parse(dueAt) - 1).toISOString();
    const planned = await issue('PlanActivity', {
      kind: 'visit',
      direction: 'outbound',
      personId,
      assignee: 'kim',
      dueAt,
      note: 'Bring the drawings',
    });
    const activityId = idIn(planned);
    const minPosition = `minPosition=${String(planned.json['position'])}`;
    const agenda = await ask(`/v1/agenda?assignee=kim&asOf=${before}&${minPosition}`);
    expect(itemsOf(agenda)).toMatchObject([{ activityId, dueAt, overdue: false, note: 'Bring the drawings' }]);
    expect(itemsOf(await ask('/v1/agenda?to=2026-01-01T00:00:00Z'))).toEqual([]);
    expect((await ask('/v1/agenda?from=yesterday')).status).toBe(400);

    // A process raises the alarm by itself.
    for (let tries = 0; tries < 400 && itemsOf(await ask('/v1/alarms')).length === 0; tries++) await sleep(25);
    expect(itemsOf(await ask('/v1/alarms?kind=overdue-activity&owner=kim'))).toMatchObject([
      {
        kind: 'overdue-activity',
        id: activityId,
        since: dueAt,
        personId,
        policy: null,
        event: { type: 'ActivityBecameOverdue', stream: `activity-${activityId}` },
      },
    ]);
    expect(itemsOf(await ask('/v1/agenda?assignee=kim'))).toMatchObject([{ activityId, overdue: true }]);
    expect(itemsOf(await ask(`/v1/alarms?asOf=${before}`))).toEqual([]);
    expect(itemsOf(await ask('/v1/alarms?kind=breached-case'))).toEqual([]);
    expect((await ask('/v1/alarms?kind=fire')).status).toBe(400);
    expect((await ask('/v1/agenda/attention?owner=kim&phase=active')).json).toEqual({ items: [], next: null });
    const csv = await ask('/v1/alarms', { accept: 'text/csv' });
    expect(csv.text.split('\n')[0]).toContain('event.position');

    await issue('CompleteActivity', { activityId, outcome: 'reached' });
    for (let tries = 0; tries < 400 && itemsOf(await ask('/v1/alarms')).length > 0; tries++) await sleep(25);
    expect(itemsOf(await ask('/v1/alarms'))).toEqual([]);
    expect(itemsOf(await ask('/v1/agenda?assignee=kim'))).toEqual([]);
    expect(itemsOf(await ask(`/v1/alarms?asOf=${dueAt}`))).toMatchObject([{ id: activityId }]);
  });

  it('show whom the policy wants to be reached as members of a segment by rule', async () => {
    const account = { name: 'Windworks', industry: 'wind', owner: 'sam', roles: ['customer'] };
    const accountId = idIn(await issue('OpenAccount', { ...account, occurredAt: '2025-01-01T09:00:00Z' }));
    const rule = { field: 'industry', operator: 'one-of', value: ['wind'] };
    await issue('DefineSegment', { segmentId: 'windy', name: 'Wind', of: 'accounts', rule });
    const value = {
      rules: [
        { segmentId: 'not-there-yet', days: 1 },
        { segmentId: 'windy', days: 7 },
      ],
    };
    const changed = await issue('ChangePolicy', { policyName: 'attention.cadence', value });
    const due = (position: unknown) => ask(`/v1/agenda/attention?owner=sam&minPosition=${String(position)}`);
    expect(itemsOf(await due(changed.json['position']))).toMatchObject([
      { customerId: accountId, phase: 'suspect', everyDays: 7, rule: 2, policyVersion: 1 },
    ]);

    const retired = await issue('RetireSegment', { segmentId: 'windy', reason: 'nobody asks for it' });
    expect(itemsOf(await due(retired.json['position']))).toEqual([]);
  });
});
