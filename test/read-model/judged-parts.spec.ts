import { expect, it } from '@jest/globals';
import { idOf } from '../../libs/kernel/index.js';
import { type Customer, evolve } from '../../projections/segments/customer.js';
import { partsTold } from '../../projections/segments/parts.js';
import { sampleFacts } from './histories.js';

type Apply = (state: Customer, event: object, key: string) => Customer;

/** Whoever an event of the sample may be told of: more than it is, which changes no other parts. */
function concerned(stream: string, data: Readonly<Record<string, unknown>>): readonly string[] {
  const ids = (category: string, ...named: unknown[]) =>
    named.flatMap((id) => (typeof id === 'string' ? [`${category}-${id}`] : []));
  return [
    ...new Set([
      stream,
      ...ids('account', data['accountId'], data['customerId'], data['survivorId'], idOf(stream)),
      ...ids('person', data['personId'], data['customerId'], data['survivorId']),
    ]),
  ];
}

it('no event of the sample changes a part of a customer that it is not said to tell of', async () => {
  const facts = await sampleFacts('parts', '2026-06-01T00:00:00.000Z', 0.1);
  const states = new Map<string, Customer>();
  const found = new Map<string, Set<string>>();
  for (const [place, { stream, type, data, at, actor }] of facts.entries()) {
    const apply = evolve[type as keyof typeof evolve] as Apply | undefined;
    if (!apply) continue;
    const event = { stream, type, data, occurredAt: at, recordedAt: at, actor, position: BigInt(place), revision: 0 };
    for (const key of concerned(stream, data)) {
      const before = states.get(key) ?? {};
      const after = apply(before, event, key);
      states.set(key, after);
      for (const part of Object.keys({ ...before, ...after }) as (keyof Customer)[]) {
        if (JSON.stringify(before[part]) === JSON.stringify(after[part])) continue;
        found.set(type, (found.get(type) ?? new Set()).add(part));
      }
    }
  }
  const beyond = [...found].flatMap(([type, parts]) => {
    const told: readonly string[] = partsTold[type as keyof typeof partsTold] ?? [];
    return [...parts].filter((part) => !told.includes(part)).map((part) => `${type}: ${part}`);
  });
  expect(beyond).toEqual([]);
  // The sample uses nearly all of them.
  expect(found.size).toBeGreaterThan(25);
});
