import { describe, it } from '@jest/globals';
import { factsOf, plusDays } from '../../kernel/index.js';
import { given } from '../../testing/decider.js';
import { EndCustomerPhase, RecordCustomerPhase, RecordSegmentWord } from './customer.commands.js';
import { customerEvents, type Phase } from './customer.events.js';
import { customer } from './customer.js';

const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const day = (n: number): string => plusDays('2024-01-01T09:00:00.000Z', n - 1);

describe('A customer', () => {
  const fact = factsOf(customerEvents);
  const reason = { ground: 'purchase', stream: 'purchase-p10', at: day(10) } as const;
  const policy = { name: 'inactivity.window', version: 0 } as const;
  const changed = (to: Phase, n: number, from?: Phase) =>
    fact('CustomerPhaseChanged', {
      customerKind: 'account',
      ...(from && { from }),
      to,
      at: day(n),
      because: [reason],
      policy,
    });
  const record = (to: Phase, n: number, more: object = {}) =>
    Object.assign(new RecordCustomerPhase(), {
      customerId: accountId,
      customerKind: 'account',
      to,
      at: day(n),
      because: [reason],
      policyVersion: 0,
      ...more,
    });
  const ending = Object.assign(new EndCustomerPhase(), { customerId: accountId, customerKind: 'account', at: day(20) });

  it('has one phase at any instant, and says from which it came', () => {
    given(customer).when(record('active', 10)).then(changed('active', 10));
    given(customer, changed('active', 10))
      .when(record('inactive', 190))
      .then(changed('inactive', 190, 'active'));
    given(customer, changed('active', 10)).when(record('active', 30)).thenNothing();
    given(customer, changed('active', 10)).when(record('inactive', 9)).thenNothing();
  });

  it('belongs to a segment from one word to the next, each said once by whoever knows the one before', () => {
    const word = { customerKind: 'account', segmentId: 'quiet' } as const;
    const enters = Object.assign(new RecordSegmentWord(), {
      ...{ customerId: accountId, ...word },
      ...{ at: day(1), ruleVersion: 2, place: 0 },
    });
    const entered = fact('CustomerEnteredSegment', { ...word, at: day(1), ruleVersion: 2 });
    given(customer).when(enters).then(entered);
    given(customer, entered).when(enters).thenNothing();
    const { ruleVersion: _, ...leaves } = enters;
    given(customer, entered)
      .when(Object.assign(new RecordSegmentWord(), { ...leaves, at: day(3), place: 1 }))
      .then(fact('CustomerLeftSegment', { ...word, at: day(3) }));
  });

  it('who was inactive is won back', () => {
    const { type, data } = changed('active', 300, 'inactive');
    const back = { type, data: { ...data, wonBack: true } };
    given(customer, changed('inactive', 190))
      .when(record('active', 300, { wonBack: true }))
      .then(back);
  });

  it('who is none any more has no phase', () => {
    const ended = fact('CustomerPhaseEnded', { customerKind: 'account', from: 'active', at: day(20) });
    given(customer, changed('active', 10)).when(ending).then(ended);
    given(customer, changed('active', 10), ended).when(ending).thenNothing();
    given(customer, changed('active', 10), ended).when(record('suspect', 21)).then(changed('suspect', 21));
  });
});
