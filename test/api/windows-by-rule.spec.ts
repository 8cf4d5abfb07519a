import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plusDays, systemClock, TestClock } from '../../libs/kernel/index.js';
import { type Answer, type Product, startProduct } from '../../libs/testing/product.js';

/*
 * `inactivity.window` by segments by rule, through the API: days are counted from the start, by a clock that is set.
 */

const start = systemClock.now();
const clock = new TestClock(start);
const day = (days: number): string => plusDays(start, days);

let product: Product;
let position = '0';

beforeAll(async () => {
  product = await startProduct({ clock });
});

afterAll(async () => {
  await product.stop();
});

const issue = (name: string, body: object): Promise<Answer> => product.call('POST', `/v1/commands/${name}`, body);
async function done(name: string, body: object): Promise<string> {
  const { status, json, text } = await issue(name, body);
  if (status !== 200) throw new Error(`${name}: ${text}`);
  position = json['position'] as string;
  return (json['stream'] as string).replace(/^[a-z]+-/, '');
}
const ask = (path: string): Promise<Answer> =>
  product.call('GET', `${path}${path.includes('?') ? '&' : '?'}minPosition=${position}`);

/** What processes said of a customer, as `day what`, once the last of it is there; whatever is asked then has seen it too. */
async function told(customerId: string, last: string): Promise<readonly string[]> {
  for (let tries = 400; ; tries--) {
    const { json } = await ask(`/v1/customers/${customerId}/history?limit=1000`);
    const items = json['items'] as {
      stream: string;
      type: string;
      position: string;
      data: { at: string; to?: string };
    }[];
    for (const item of items) if (BigInt(item.position) > BigInt(position)) position = item.position;
    const said = items
      .filter(({ stream }) => stream === `customer-${customerId}`)
      .map(({ type, data: { at, to } }) => {
        const days = Math.round((Date.parse(at) - Date.parse(start)) / 86_400_000);
        return `${days} ${to ?? type.replace('Customer', '').replace('Segment', '').toLowerCase()}`;
      });
    if (said.includes(last) || tries === 0) return said;
    await sleep(25);
  }
}

const bought = (accountId: string, reference: string, days: number) =>
  done('RecordPurchase', {
    ...{ accountId, kind: 'order', source: { system: 'erp', reference }, date: day(days).slice(0, 10) },
    ...{ occurredAt: day(days), amount: { amount: 10_000, currency: 'EUR' } },
    lines: [{ product: 'Paint', quantity: '1', unitPrice: { amount: 10_000, currency: 'EUR' } }],
  });
const opened = (name: string, industry: string) => done('OpenAccount', { name, industry, occurredAt: day(0) });
const windows = (...segments: readonly (readonly [string, number])[]) => ({
  policyName: 'inactivity.window',
  value: { days: 90, segments: segments.map(([segmentId, days]) => ({ segmentId, days })) },
});
const industry = (value: string) => ({ field: 'industry', operator: 'one-of', value: [value] });
const isPhase = { field: 'phase', operator: 'one-of', value: ['active'] };
const phaseOf = async (id: string, asOf: string, more = ''): Promise<unknown> =>
  (await ask(`/v1/customers/${id}?asOf=${asOf}${more}`)).json['phase'];

describe('A window of inactivity for a segment by rule', () => {
  const ids = { port: '', mill: '', late: '', quiet: '' };

  it('is refused where the rule asks for the phase, whichever comes first', async () => {
    await done('DefineSegment', { segmentId: 'doing-well', name: 'Doing well', of: 'accounts', rule: isPhase });
    const policy = await issue('ChangePolicy', windows(['doing-well', 300]));
    expect([policy.status, policy.json['code']]).toEqual([400, 'POLICY_VALUE_INVALID']);
    expect(policy.json['errors']).toMatchObject([{ path: 'value.segments[0].segmentId' }]);
    await done('ChangePolicy', windows(['ports', 300], ['silent', 200]));
    const rule = { all: [industry('ports'), { not: isPhase }] };
    const segment = await issue('DefineSegment', { segmentId: 'ports', name: 'Ports', of: 'accounts', rule });
    expect([segment.status, segment.json['code']]).toEqual([400, 'SEGMENT_RULE_INVALID']);
    expect(segment.json['errors']).toMatchObject([{ path: 'rule.all[1].not.field' }]);
  });

  it('is that of whoever the rule holds of, from when they enter the segment', async () => {
    await done('DefineSegment', { segmentId: 'ports', name: 'Ports', of: 'accounts', rule: industry('ports') });
    const silent = {
      all: [industry('rope'), { field: 'last-interaction', operator: 'older-than', value: { days: 40 } }],
    };
    await done('DefineSegment', { segmentId: 'silent', name: 'Silent', of: 'accounts', rule: silent });
    ids.port = await opened('Port', 'ports');
    ids.mill = await opened('Mill', 'paper');
    ids.late = await opened('Late', 'paper');
    ids.quiet = await opened('Quiet', 'rope');
    for (const [name, id] of Object.entries(ids)) await bought(id, name, 0);
    await done('LogActivity', {
      ...{ accountId: ids.quiet, kind: 'phone-call', direction: 'outbound', outcome: 'reached', by: 'sam' },
      occurredAt: day(0),
    });
    expect(await told(ids.port, '0 entered')).toEqual(expect.arrayContaining(['0 entered', '0 active']));
    clock.set(day(91));
    expect(await told(ids.mill, '90 inactive')).toEqual(['0 suspect', '0 active', '90 inactive']);
    expect(await told(ids.port, '0 entered')).not.toContain('90 inactive');
  });

  it('is that of whoever enters by the mere passing of time', async () => {
    expect(await told(ids.quiet, '40 entered')).toContain('40 entered');
    expect(await phaseOf(ids.quiet, day(95))).toBe('active');
    clock.set(day(201));
    expect((await told(ids.quiet, '200 inactive')).at(-1)).toBe('200 inactive');
  });

  it('runs out for them as for everybody, at its instant', async () => {
    clock.set(day(301));
    expect((await told(ids.port, '300 inactive')).at(-1)).toBe('300 inactive');
    expect(await phaseOf(ids.port, day(299))).toBe('active');
    expect(await phaseOf(ids.port, day(301))).toBe('inactive');
    expect(await phaseOf(ids.mill, day(299))).toBe('inactive');
  });

  it('is theirs too of whom it is learnt late that they had entered: they never became inactive', async () => {
    expect(await told(ids.late, '90 inactive')).toContain('90 inactive');
    const before = systemClock.now();
    await sleep(5);
    await done('ChangeAccountDetails', { accountId: ids.late, industry: 'Ports', occurredAt: day(30) });
    expect(await told(ids.late, '300 inactive')).toEqual(
      expect.arrayContaining(['30 entered', '90 active', '300 inactive']),
    );
    expect(await phaseOf(ids.late, day(100))).toBe('active');
    expect(await phaseOf(ids.late, day(100), `&knownAt=${before}`)).toBe('inactive');
  });

  it('ends with the policy that has it, with the rule, and with the segment', async () => {
    clock.set(day(310));
    await bought(ids.port, 'again', 310);
    await bought(ids.late, 'again-too', 310);
    await done('DefineSegment', {
      ...{ segmentId: 'ports', name: 'Ports', of: 'accounts', rule: industry('harbours'), occurredAt: day(310) },
    });
    expect(await told(ids.port, '310 left')).toContain('310 left');
    await done('ChangeAccountDetails', { accountId: ids.port, industry: 'harbours', occurredAt: day(310) });
    await done('ChangePolicy', { ...windows(['silent', 200]), occurredAt: day(310) });
    clock.set(day(401));
    expect((await told(ids.late, '400 inactive')).at(-1)).toBe('400 inactive');
    expect((await told(ids.port, '400 inactive')).at(-1)).toBe('400 inactive');
    await done('RetireSegment', { segmentId: 'silent', reason: 'Over', occurredAt: day(401) });
    expect(await told(ids.quiet, '401 left')).toContain('401 left');
    const { json } = await product.call('GET', '/v1/status');
    const stand = (json['processes'] as { process: string; refusals: number }[]).filter(({ refusals }) => refusals > 0);
    expect(stand).toEqual([]);
  });
});
