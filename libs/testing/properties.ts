import { expect } from '@jest/globals';
import fc from 'fast-check';
import { filled } from '../domain/filled.js';
import { type Aggregate, type CommandClass, commandOptions, Refusal } from '../kernel/index.js';
import { type Circumstances, decide, fold, type StatedFact } from './decider.js';

/*
 * Whatever is asked of an aggregate, in whatever order: it answers or refuses, what it answers can be folded, the
 * same command once more changes nothing, and what must always hold holds.
 */

/** The id of the aggregate that is asked, and those of others. */
export const id = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
export const others: readonly string[] = [
  '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10',
  'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21',
];
export const ids = [id, ...others];

export const of = <T>(...values: readonly T[]) => fc.constantFrom(...values);
/** A field that may be left out. */
export const perhaps = <T>(...values: readonly T[]) => fc.constantFrom(undefined, ...values);
/** Mostly in one currency. */
export const currency = fc.oneof({ weight: 9, arbitrary: of('EUR') }, of('USD'));
export const money = fc.record({ amount: of(0, 100, 250), currency });
export const perhapsMoney = fc.option(money, { nil: undefined });
export const line = fc.record({
  product: of('Blades', 'Care'),
  quantity: of('1', '2.5', '0.333'),
  unitPrice: fc.record({ amount: of(0, 1, 99), currency }),
});
export const reason = of('price', 'no budget');

/** Of 200 sequences each, until they have come to every event: one that takes several steps is missed in a round at times. */
const mostRounds = 20;

/** A body for each command of the aggregate, as it comes over the wire. */
export type Bodies = Readonly<Record<string, fc.Arbitrary<object>>>;

/** A step that changed something. */
export interface Trail<State> {
  readonly before: State;
  readonly after: State;
  readonly facts: readonly StatedFact[];
  readonly circumstances: Circumstances;
}

export interface Sequences {
  readonly bodies: Bodies;
  /** What surrounds each command. */
  readonly circumstances?: fc.Arbitrary<Circumstances>;
  /** Commands that are asked more often, so that the sequences come further. */
  readonly often?: readonly string[];
  /** The id follows from the content. */
  readonly named?: true;
}

/** Issues random sequences of commands; they have to come to every event of the aggregate. */
export function holds<State>(
  aggregate: Aggregate<State>,
  { bodies, circumstances = fc.constant({}), often = [], named }: Sequences,
  always: (trail: Trail<State>) => void,
): void {
  expect(Object.keys(bodies).sort()).toEqual(Object.keys(aggregate.commands).sort());
  const asked = fc.tuple(of(...Object.keys(bodies), ...often), circumstances).chain(([name, around]) =>
    (bodies[name] ?? fc.record({})).map((body) => ({
      type: aggregate.commands[name] as CommandClass,
      body: named ? body : { [aggregate.id]: id, ...body },
      around,
    })),
  );
  const reached = new Set<string>();
  const minLength = Math.max(15, 2 * Object.keys(bodies).length);
  const property = fc.property(fc.array(asked, { minLength, maxLength: 2 * minLength }), (sequence) => {
    const history: StatedFact[] = [];
    let state = aggregate.initial;
    for (const { type, body, around } of sequence) {
      // Of what does not exist, whoever dispatches the command says so.
      if (history.length === 0 && !commandOptions(type).opens) continue;
      const { filled: issued, errors } = filled(type, body);
      expect(errors).toEqual([]);
      const answer = (from: State) => decide(aggregate, from, issued, around);
      let facts: readonly StatedFact[];
      try {
        facts = answer(state);
      } catch (error) {
        // `decide` lets pass only what the command declares.
        if (!(error instanceof Refusal)) throw error;
        continue;
      }
      for (const fact of facts) reached.add(fact.type);
      history.push(...facts);
      const before = state;
      state = fold({ initial: before, apply: aggregate.apply }, facts);
      if (commandOptions(type).twice === undefined) expect(answer(state)).toEqual([]);
      if (history.length > 0) always({ before, after: state, facts, circumstances: around });
    }
    expect(fold(aggregate, history)).toEqual(state);
  });
  const missed = () => Object.keys(aggregate.events.types).filter((type) => !reached.has(type));
  for (let round = 0; round < mostRounds && missed().length > 0; round++) fc.assert(property, { numRuns: 200 });
  // The sequences came everywhere, so the properties say something.
  expect(missed()).toEqual([]);
}
