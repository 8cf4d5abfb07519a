import { expect } from '@jest/globals';
import { filled } from '../domain/filled.js';
import {
  type Actor,
  type Aggregate,
  type CommandClass,
  type Foldable,
  type Found,
  type Given,
  type Instant,
  commandOptions,
  type LookedUp,
  lookedUp,
  type Owner,
  referencesOf,
  Refusal,
} from '../kernel/index.js';

/** A fact as the specs state it: made by `factsOf`, so that its shape is checked. */
export interface StatedFact {
  readonly type: string;
  readonly data: object;
}

export interface Circumstances {
  readonly commandId?: string;
  readonly occurredAt?: Instant;
  readonly actor?: Actor;
  /** For whom the actor's key acts. */
  readonly salesperson?: string;
  /** What happened in other streams that the decision looks at, by stream: `pipeline-default`. */
  readonly lookups?: Readonly<Record<string, readonly StatedFact[]>>;
}

/** A command as the API makes it from a body; a body that the API would turn down fails here too. */
export function command<C extends object>(type: CommandClass<C>, body: Readonly<Record<string, unknown>>): C {
  const made = filled(type, body);
  if (made.errors.length > 0) throw new Error(`${type.name} is invalid: ${JSON.stringify(made.errors)}`);
  return made.filled;
}

/** The facts as they come back from the log. */
const stored = ({ type, data }: StatedFact): StatedFact => ({ type, data: JSON.parse(JSON.stringify(data)) as object });

const instant: Instant = '2024-01-15T09:00:00.000Z';

/** The state after the facts, as the command dispatcher folds it. */
export const fold = <State>(
  { initial, apply }: Pick<Aggregate<State>, 'initial' | 'apply'>,
  facts: readonly StatedFact[],
): State => facts.map(stored).reduce((state, fact) => apply(state, fact, instant), initial);

/**
 * Whether a command says that it may be refused with this code. That something named does not exist need not be said:
 * the aggregate itself, one that it refers to, or one that the decision rests on.
 */
function declares<State>({ category, lookups }: Aggregate<State>, issued: object, code: string): boolean {
  const named = [
    category,
    ...Object.values(lookups).map(({ from }) => from.category),
    ...referencesOf(issued).values(),
  ];
  const missing = named.map((one) => `${one.toUpperCase()}NOTFOUND`);
  return (
    Object.hasOwn(commandOptions(issued.constructor).refuses ?? {}, code) || missing.includes(code.replaceAll('_', ''))
  );
}

/** The aggregate of an id, or the one that it continues as. */
function present(from: Foldable<unknown>, id: string, facts: Circumstances['lookups']): LookedUp {
  const state = fold(from, facts?.[`${from.category}-${id}`] ?? []);
  const continuesAs = from.continuesAs?.(state);
  return continuesAs === undefined ? { id, state } : present(from, continuesAs, facts);
}

/** What an aggregate answers to a command in a state, lookups folded as the dispatcher does. */
export function decide<State>(
  aggregate: Aggregate<State>,
  state: State,
  issued: object,
  {
    commandId = 'd5a1f3c2-6b7e-4c8d-9e0f-112233445566',
    occurredAt = instant,
    actor,
    salesperson,
    lookups,
  }: Circumstances = {},
): readonly StatedFact[] {
  const by = actor ?? { id: 'sam', role: 'sales' };
  const given: Given = {
    commandId,
    occurredAt,
    actor: by,
    issuer: salesperson ?? by.id,
    lookups: lookedUp(aggregate.lookups, issued, state, (from, id) => present(from, id, lookups)),
  };
  try {
    return aggregate.decide(issued, state, given);
  } catch (error) {
    if (error instanceof Refusal && !declares(aggregate, issued, error.code)) {
      throw new Error(
        `${issued.constructor.name} is refused with ${error.code}, which its @Command does not declare.`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}

/** `given(person, …facts).when(command).then(…facts)` */
export const given = <State>(aggregate: Aggregate<State>, ...before: readonly StatedFact[]) => ({
  when(issued: object, circumstances: Circumstances = {}) {
    const state = fold(aggregate, before);
    const answer = () => decide(aggregate, state, issued, circumstances);
    return {
      /** Exactly these facts; and the same command once more changes nothing, unless it says why it does. */
      then(...expected: readonly [StatedFact, ...StatedFact[]]): void {
        const facts = answer();
        expect(facts).toStrictEqual(expected);
        if (commandOptions(issued.constructor).twice !== undefined) return;
        expect(decide(aggregate, fold(aggregate, [...before, ...facts]), issued, circumstances)).toEqual([]);
      },

      /** All whose it is, as an executor asks before it lets it be decided on; nobody: it is there to be taken. */
      thenIsOf(...owners: readonly Owner[]): void {
        const found = ((from: Foldable<unknown>, id: string | undefined) =>
          id === undefined ? undefined : present(from, id, circumstances.lookups)) as Found;
        expect(aggregate.whose?.(issued, state, found)).toEqual(owners);
      },

      /** It was so already. */
      thenNothing(): void {
        expect(answer()).toEqual([]);
      },

      /** Turned down with this code, for a reason that people can read. */
      thenRefused(code: string): void {
        let answered: unknown;
        try {
          answered = answer();
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          answered = error.code;
          expect(error.message).not.toBe('');
          // What is wrong with the input is told field by field.
          if (error.kind === 'invalid') expect(error.errors).not.toEqual([]);
        }
        expect(answered).toBe(code);
      },
    };
  },
});
