import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plusDays } from '../../kernel/index.js';
import { decide } from '../../testing/decider.js';
import { run } from '../../testing/process.js';
import { type GivenEvent, recorded } from '../../testing/projection.js';
import { customer } from '../customer/customer.js';
import type { EndCustomerPhase, RecordCustomerPhase } from '../index.js';
import { customerPhases } from './customer-phases.js';

const day = (n: number): string => plusDays('2024-01-01T00:00:00.000Z', n);
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const otherId = 'f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3';
const amount = { amount: 100, currency: 'EUR' };

/** Few instants, so that many things happen at the same one. */
const when = fc.constantFrom(...[1, 2, 10, 180, 181, 190, 400].map(day));
const one = fc.constantFrom('a', 'b');
const of = fc.constantFrom(accountId, otherId);
const opportunity = { title: 'Blades', pipelineId: 'default', stage: 'prospecting', amount, contactIds: [] };

const told = (stream: fc.Arbitrary<string>, type: string, data: fc.Arbitrary<object>) =>
  fc.record({ stream, type: fc.constant(type), data, occurredAt: when, heldBack: fc.boolean() });
const nothing = fc.constant({});
const purchases = one.map((id) => `purchase-${id}`);
const deals = one.map((id) => `opportunity-${id}`);
const accounts = of.map((id) => `account-${id}`);

/** What is said of customers and a segment by rule: each word at its own instant. */
const words = (type: string) =>
  told(
    of.map((id) => `customer-${id}`),
    type,
    fc.constant({ customerKind: 'account', segmentId: 'quiet', ruleVersion: 1 }),
  ).map((event) => ({ ...event, data: { ...event.data, at: event.occurredAt } }));

const history = fc.array(
  fc.oneof(
    told(accounts, 'AccountOpened', fc.constant({ name: 'Noordzee', roles: ['customer'] })),
    told(accounts, 'AccountRolesAssigned', fc.record({ roles: fc.constantFrom(['customer'], ['partner']) })),
    told(fc.constant(`account-${accountId}`), 'AccountMergedInto', fc.constant({ survivorId: otherId })),
    told(fc.constant(`account-${accountId}`), 'AccountSeparated', fc.constant({ survivorId: otherId })),
    told(
      deals,
      'OpportunityOpened',
      fc.record({ accountId: of }).map((whose) => ({ ...opportunity, ...whose })),
    ),
    told(deals, 'OpportunityWon', fc.constant({ from: 'prospecting', amount })),
    told(deals, 'OpportunityReopened', nothing),
    told(deals, 'OpportunityWithdrawn', nothing),
    told(
      purchases,
      'PurchaseRecorded',
      fc.record({ accountId: of, date: when.map((at) => at.slice(0, 10)), kind: fc.constant('order') }),
    ),
    told(purchases, 'PurchaseCancelled', nothing),
    told(
      fc.constant('policy-inactivity.window'),
      'PolicyChanged',
      fc.record({ days: fc.constantFrom(10, 180), quiet: fc.constantFrom(5, 300) }).map(({ days, quiet }) => ({
        ...{ policy: 'inactivity.window', version: 1 },
        value: { days, segments: [{ segmentId: 'quiet', days: quiet }] },
      })),
    ),
    words('CustomerEnteredSegment'),
    words('CustomerLeftSegment'),
  ),
  { maxLength: 25 },
);

describe('In whatever order a history is imported', () => {
  it('each change of a phase is recorded, follows the one before, and is there once at its instant', () => {
    fc.assert(
      fc.property(history, (events) => {
        // Some is reported when it happened, some at the very end: deadlines fall in between.
        const log = events.map(({ heldBack, ...event }): GivenEvent =>
          heldBack ? { ...event, recordedAt: day(900) } : event,
        );
        const states = new Map<string, unknown>();
        const seen = new Set<string>();
        for (const { command } of run(customerPhases, recorded(log), day(2_000)).issues) {
          const { customerId, at } = command as RecordCustomerPhase | EndCustomerPhase;
          const before = (states.get(customerId) ?? customer.initial) as typeof customer.initial;
          const facts = decide(customer, before, command, { occurredAt: day(3_000) });
          expect(facts).toHaveLength(1);
          for (const { data } of facts) {
            const { from, to } = data as { from?: string; to?: string };
            const said = [customerId, at, from, to].join(' ');
            expect(seen).not.toContain(said);
            seen.add(said);
            expect(at >= (before.since ?? '')).toBe(true);
          }
          states.set(
            customerId,
            facts.reduce((state, fact) => customer.apply(state, fact, at), before),
          );
        }
      }),
      { numRuns: 500 },
    );
  });
});
