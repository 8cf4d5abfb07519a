import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaults } from '../policy/policies.js';
import {
  buyingFacts,
  type CustomerFacts,
  customerGroupOf,
  customerGroups,
  relationshipFacts,
} from './customer-group.rules.js';

const rule = defaults['customer-group'];
const measured = (value: number) => ({ value, events: [`event-${value}`] });

const likesUs: CustomerFacts = { satisfaction: measured(80), response: measured(60), interaction: measured(1) };
const cold: CustomerFacts = { satisfaction: measured(40), response: measured(60), interaction: measured(1) };
const buysFromUs: CustomerFacts = { value: measured(5_000_000), share: measured(20), recency: measured(30) };
const buysElsewhere: CustomerFacts = { value: measured(200_000), share: measured(5), recency: measured(30) };

const groupOf = (...facts: readonly CustomerFacts[]) =>
  customerGroupOf(Object.assign({}, ...facts) as CustomerFacts, rule).group;

describe('The group of a customer', () => {
  it('is partner: a good relationship, loyal, attractive', () => {
    expect(groupOf(likesUs, buysFromUs)).toBe('partner');
  });

  it('is friend: likes us, buys from the competitor', () => {
    expect(groupOf(likesUs, buysElsewhere)).toBe('friend');
    expect(groupOf(likesUs)).toBe('friend');
  });

  it('is economist: matters for its size, no warm relationship', () => {
    expect(groupOf(cold, buysFromUs)).toBe('economist');
    expect(groupOf(buysFromUs)).toBe('economist');
  });

  it('is dog: neither', () => {
    expect(groupOf(cold, buysElsewhere)).toBe('dog');
  });

  it('is none for who never bought and is no friend: too little is known to call it a dog', () => {
    expect(groupOf()).toBeNull();
    expect(groupOf(cold)).toBeNull();
    expect(groupOf(cold, { recency: measured(4_000) })).toBe('dog');
  });

  it('is a verdict that cites the facts that it used, the missing ones too', () => {
    expect(customerGroupOf({ ...likesUs, value: measured(5_000_000), recency: measured(200) }, rule)).toEqual({
      group: 'friend',
      relationship: {
        good: true,
        needed: 2,
        facts: [
          { fact: 'satisfaction', threshold: 70, value: 80, met: true, events: ['event-80'] },
          { fact: 'response', threshold: 50, value: 60, met: true, events: ['event-60'] },
          { fact: 'interaction', threshold: 4, value: 1, met: false, events: ['event-1'] },
        ],
      },
      buying: {
        good: false,
        needed: 2,
        facts: [
          { fact: 'value', threshold: 1_000_000, value: 5_000_000, met: true, events: ['event-5000000'] },
          { fact: 'share', threshold: 50, met: false, events: [] },
          { fact: 'recency', threshold: 180, value: 200, met: false, events: ['event-200'] },
        ],
      },
    });
  });

  it('is met at its thresholds', () => {
    const at: CustomerFacts = {
      satisfaction: measured(70),
      response: measured(50),
      value: measured(1_000_000),
      recency: measured(180),
    };
    expect(groupOf(at)).toBe('partner');
    expect(groupOf({ ...at, satisfaction: measured(69), recency: measured(181) })).toBe('dog');
  });

  it('never gets worse when a fact gets better', () => {
    const number = fc.integer({ min: 0, max: 2_000_000 });
    const names = [...relationshipFacts, ...buyingFacts];
    const known = fc.record(Object.fromEntries(names.map((name) => [name, fc.option(number.map(measured))])));
    const rank = { dog: 0, friend: 1, economist: 1, partner: 2 };
    fc.assert(
      fc.property(known, fc.constantFrom(...names), number, (drawn, name, by) => {
        const facts = Object.fromEntries(Object.entries(drawn).filter(([, fact]) => fact !== null)) as CustomerFacts;
        const before = customerGroupOf(facts, rule).group;
        const value = facts[name]?.value ?? (name === 'recency' ? 4_000_000 : 0);
        const better = name === 'recency' ? Math.max(0, value - by) : value + by;
        const after = customerGroupOf({ ...facts, [name]: measured(better) }, rule).group;
        expect([...customerGroups, null]).toContain(before);
        expect(after === null ? 0 : rank[after]).toBeGreaterThanOrEqual(before === null ? 0 : rank[before]);
      }),
    );
  });
});
