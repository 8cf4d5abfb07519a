import type { Actor, Role } from './actor.js';
import type { DataOf, DeclaredEvents, EventDeclarations, EventShape, Fact } from './events.js';
import type { Owner } from './owner.js';
import type { Instant } from './time.js';

/** A class whose instances are commands; the class name is the command's name everywhere. */
export type CommandClass<C extends object = object> = new () => C;

export type CommandClasses = Readonly<Record<string, CommandClass>>;

/** What a decision knows besides the command and the state. Time, ids and the actor come in; nothing is looked up. */
export interface Given<Lookups = object> {
  readonly commandId: string;
  readonly occurredAt: Instant;
  readonly actor: Actor;
  /** Who issued it, as owners and assignees are named: the salesperson that the key acts for, else the actor's id. */
  readonly issuer: string;
  /** States of other aggregates that the decision rests on, loaded before it. */
  readonly lookups: Lookups;
}

/**
 * Another aggregate that the decision looks up too, as far as it is loaded: its state, and the id that it has by now. Whoever
 * asks for one that is not loaded yet has it loaded, and is asked again.
 */
export type Found = <Looked>(
  from: Foldable<Looked>,
  id: string | undefined,
) => { readonly id: string; readonly state: Looked } | undefined;

/** A state of another aggregate that decisions need, found through the command or the state. */
export interface Lookup<State, Looked> {
  readonly from: Foldable<Looked>;
  /** Id of the aggregate looked up; `undefined`: not needed, the initial state is given. */
  readonly id: (command: object, state: State) => string | undefined;
}

/** The same of several aggregates, found through what else is looked up as well: their states by id. */
export interface ManyLookup<State, Looked> {
  readonly from: Foldable<Looked>;
  readonly ids: (command: object, state: State, found: Found) => readonly string[];
}

/**
 * The same of a chain of aggregates, each of which names the next: their states in order, up to a circle, by the id that
 * each has by now. Who is named by an id that was merged into another one is that one, and so meets itself again.
 */
export interface ChainLookup<State, Looked> extends Lookup<State, Looked> {
  readonly next: (looked: Looked) => string | undefined;
  /** The chain is followed no further. */
  readonly atMost: number;
}

/**
 * The ids that others have by now, by the ids that they are named by: of one that was merged, that of whom it continues
 * as. Two ids are the same one if these are equal.
 */
export interface IdsLookup<State> {
  readonly from: Foldable<unknown>;
  /** Ids that the command, the state, or what else is looked up names them by. */
  readonly named: (command: object, state: State, found: Found) => readonly string[];
}

export type AnyLookup<State, Looked> =
  Lookup<State, Looked> | ManyLookup<State, Looked> | ChainLookup<State, Looked> | IdsLookup<State>;

/** An aggregate that was looked up, with the id that it continues as. */
export interface LookedUp {
  readonly id: string;
  readonly state: unknown;
}

/** What was found under an id, as far as it is loaded. */
type Loaded = (from: Foldable<unknown>, id: string) => LookedUp | undefined;

/**
 * Every aggregate that a decision on the command needs to know, with those that it names more than once. What a chain
 * needs shows step by step: ask again once these are loaded, until nothing new comes.
 */
export const neededBy = <State>(
  lookups: Aggregate<State>['lookups'],
  command: object,
  state: State,
  loaded: Loaded = () => undefined,
): readonly { readonly from: Foldable<unknown>; readonly id: string }[] =>
  Object.values(lookups).flatMap((lookup) => {
    const besides: { readonly from: Foldable<unknown>; readonly id: string }[] = [];
    const looking: Loaded = (from, id) => {
      besides.push({ from, id });
      return loaded(from, id);
    };
    const asked = askedBy(lookup, command, state, loaded, looking);
    return [...asked.map((one) => ({ from: lookup.from, id: one.asked })), ...besides];
  });

/** One that is looked up, and what was found. */
interface Asked {
  readonly asked: string;
  readonly found?: LookedUp | undefined;
}

function askedBy<State>(
  lookup: AnyLookup<State, unknown>,
  command: object,
  state: State,
  loaded: Loaded,
  looking = loaded,
): readonly Asked[] {
  const of = (asked: string): Asked => ({ asked, found: loaded(lookup.from, asked) });
  const found = ((from: Foldable<unknown>, id: string | undefined) =>
    id === undefined ? undefined : looking(from, id)) as Found;
  if ('ids' in lookup) return lookup.ids(command, state, found).map(of);
  if ('named' in lookup) return lookup.named(command, state, found).map(of);
  const first = lookup.id(command, state);
  if (!('next' in lookup)) return first === undefined ? [] : [of(first)];
  const chain: Asked[] = [];
  const met = new Set<string>();
  for (let id = first; id !== undefined && chain.length < lookup.atMost;) {
    const one = of(id);
    const itself = one.found?.id ?? id;
    if (met.has(itself)) break;
    met.add(itself);
    chain.push(one);
    id = one.found && lookup.next(one.found.state);
  }
  return chain;
}

/** The lookups as a decision is given them. */
export const lookedUp = <State>(
  lookups: Aggregate<State>['lookups'],
  command: object,
  state: State,
  loaded: Loaded,
): object =>
  Object.fromEntries(
    Object.entries(lookups).map(([name, lookup]) => {
      const found = askedBy(lookup, command, state, loaded);
      if ('next' in lookup) return [name, new Map(found.map((one) => [one.found?.id ?? one.asked, one.found?.state]))];
      if ('ids' in lookup) return [name, new Map(found.map((one) => [one.asked, one.found?.state]))];
      if ('named' in lookup) return [name, new Map(found.map((one) => [one.asked, one.found?.id ?? one.asked]))];
      const [one] = found;
      return [name, one ? one.found?.state : lookup.from.initial];
    }),
  );

/** What it takes to fold a stream into a state. */
export interface Foldable<State> {
  readonly category: string;
  readonly initial: State;
  readonly apply: (state: State, event: { readonly type: string; readonly data: object }, at: Instant) => State;
  /** The id that this one continues as, where it was merged into another one: whoever asks for it is given that one. */
  readonly continuesAs?: ((state: State) => string | undefined) | undefined;
  /** Whether events of this type are verdicts of processes, which facts may be reported behind. */
  readonly isVerdict?: (type: string) => boolean;
}

/** The stream itself, also where it continues as another one. */
export const asItStands = <State>({ category, initial, apply, isVerdict }: Foldable<State>): Foldable<State> => ({
  category,
  initial,
  apply,
  ...(isVerdict && { isVerdict }),
});

type Decide<State, C extends CommandClasses, S extends object, L> = {
  readonly [K in keyof C]: (command: InstanceType<C[K]>, state: State, given: Given<L>) => readonly Fact<S>[];
};

type Evolve<State, S extends object> = {
  readonly [T in keyof S & string]: (
    state: State,
    data: S[T] extends EventShape ? DataOf<S[T]> : never,
    at: Instant,
  ) => State;
};

/**
 * All whose a command is (domain.md §9; docs/decisions/0030): who owns what it is about, and where nobody does, whom it
 * makes the owner. Nobody at all: it is there for everybody whose role issues the command. Asked again until everything
 * is loaded that it looks for.
 */
type Whose<State> = (command: object, state: State, found: Found) => readonly Owner[];

type Folds<State> = Readonly<Record<string, (state: State, data: object, at: Instant) => State>>;

/** The rules of one aggregate. A command or event type without its line does not compile. */
export interface AggregateRules<State, C extends CommandClasses, S extends object, L extends object> {
  readonly events: EventDeclarations<S>;
  readonly commands: C;
  /** The command field that names the aggregate: `personId`. */
  readonly id: string;
  readonly initial: State;
  readonly lookups: {
    readonly [K in keyof L]: L[K] extends ReadonlyMap<string, string>
      ? IdsLookup<State>
      : L[K] extends ReadonlyMap<string, infer Looked>
        ? ManyLookup<State, Looked> | ChainLookup<State, Looked>
        : Lookup<State, L[K]>;
  };
  /**
   * Id of the aggregate that an opening command without an id is about, where something in the command identifies it:
   * the same order from the same system is the same purchase. Left out: derived from the command's id.
   */
  readonly naturalId?: (command: object) => string | undefined;
  /**
   * The natural id by the ids that those whom the command names have by now: who was merged is the survivor, and has one
   * stream with them from then on. Left out: nobody named by it can be merged.
   */
  readonly naturalIdByNow?: (command: object, found: Found) => string | undefined;
  /** The id that commands are carried out on in its place, once it was merged into another one (domain.md §1). */
  readonly continuesAs?: (state: State) => string | undefined;
  /** Left out: what it is about belongs to nobody in sales. */
  readonly whose?: Whose<State>;
  /** Already true: no facts. Broken rule: throw a `Refusal`. An outcome worth remembering: a fact. */
  readonly decide: Decide<State, C, S, L>;
  readonly evolve: Evolve<State, S>;
}

/** An aggregate as whoever dispatches commands sees it, whatever its types. */
export interface Aggregate<State = unknown> extends Foldable<State> {
  readonly id: string;
  readonly events: DeclaredEvents;
  readonly commands: CommandClasses;
  readonly lookups: Readonly<Record<string, AnyLookup<State, unknown>>>;
  readonly naturalId?: ((command: object) => string | undefined) | undefined;
  readonly naturalIdByNow?: ((command: object, found: Found) => string | undefined) | undefined;
  readonly whose?: Whose<State> | undefined;
  readonly decide: (command: object, state: State, given: Given) => readonly { type: string; data: object }[];
}

/** Ties the rules of an aggregate together: `aggregate<State, Lookups>()({ … })`. */
export const aggregate =
  <State, L extends object = object>() =>
  <C extends CommandClasses, S extends object>(rules: AggregateRules<State, C, S, L>): Aggregate<State> => ({
    category: rules.events.category,
    id: rules.id,
    initial: rules.initial,
    events: rules.events,
    commands: rules.commands,
    lookups: rules.lookups as unknown as Aggregate<State>['lookups'],
    naturalId: rules.naturalId,
    naturalIdByNow: rules.naturalIdByNow,
    continuesAs: rules.continuesAs,
    whose: rules.whose,
    isVerdict: (type) => (rules.events.types as DeclaredEvents['types'])[type]?.verdict === true,
    decide: (command, state, given) => {
      const rule = rules.decide[command.constructor.name as keyof C];
      return rule(command as never, state, given as Given<L>);
    },
    apply: (state, event, at) => {
      const fold = (rules.evolve as unknown as Folds<State>)[event.type];
      if (!fold) throw new Error(`${rules.events.category} does not know the event ${event.type}.`);
      return fold(state, event.data, at);
    },
  });

/** What is known of a command besides its fields. */
export interface CommandOptions {
  /** One sentence for the command catalogue and the OpenAPI document. */
  readonly says: string;
  /** Roles that may issue it, besides `admin` and `service`. */
  readonly by: readonly Role[];
  /** It may begin the aggregate's stream; the id is then derived from the command's id when it is left out. */
  readonly opens?: boolean;
  /** It is about the very stream that it names, also where that one continues as another. */
  readonly ofThisStream?: true;
  /** Only processes issue it; the API does not take it. */
  readonly internal?: true;
  /** Every code that a rule of the decider refuses with, and when it does so. `X_NOT_FOUND` of what it names is not listed. */
  readonly refuses?: Readonly<Record<string, string>>;
  /** Why issuing it twice records it twice; left out: the second time nothing changes. */
  readonly twice?: string;
  /** A valid body, run by a test and shown in the OpenAPI document. */
  readonly example: Readonly<Record<string, unknown>>;
  /**
   * What has happened before the example, where it takes more than what the example names to exist: commands whose
   * examples are issued first, some with other values in some fields (`undefined`: left out).
   */
  readonly after?: readonly (string | readonly [command: string, change: Readonly<Record<string, unknown>>])[];
}

const options = new WeakMap<object, CommandOptions>();
const references = new WeakMap<object, Map<string, string>>();

/** Marks a class as a command. */
export const Command =
  (described: CommandOptions) =>
  (type: object): void => {
    options.set(type, described);
  };

/** The options of a command class. */
export function commandOptions(type: object): CommandOptions {
  const found = options.get(type);
  if (!found)
    throw new Error(`${(type as { name?: string }).name ?? 'A class'} is used as a command without @Command.`);
  return found;
}

/** Marks a field as the id of an existing aggregate; a command that names one that does not exist is not found. */
export const Reference =
  (category: string) =>
  (prototype: object, field: string | symbol): void => {
    const known = references.get(prototype) ?? new Map<string, string>();
    references.set(prototype, known.set(String(field), category));
  };

const none: ReadonlyMap<string, string> = new Map();

/** The fields of a command (or of a nested part of one) that name other aggregates: field → category. */
export function referencesOf(part: object): ReadonlyMap<string, string> {
  const prototype = Object.getPrototypeOf(part) as object | null;
  if (prototype === null || prototype === Object.prototype) return none;
  const own = references.get(prototype);
  // Fields that commands have in common are declared by the class that they extend.
  const inherited = referencesOf(prototype);
  return own === undefined || inherited.size === 0 ? (own ?? inherited) : new Map([...inherited, ...own]);
}
