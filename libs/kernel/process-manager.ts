import type { EventDeclarations, RecordedEvent, RecordedOf } from './events.js';
import { type Instant, later } from './time.js';

/** One version of a policy, in force from an instant until the next one is. */
export interface PolicyVersion<V = unknown> {
  /** 0: the default, in force since ever. */
  readonly version: number;
  readonly value: V;
  readonly since: Instant;
}

/** All versions of a policy, the default first. */
export type PolicyHistory<V = unknown> = readonly PolicyVersion<V>[];

/** A stream of policy changes that deadlines rest on. */
export interface PolicySource<V = unknown> {
  readonly stream: string;
  /** Type of the event that sets the next version. */
  readonly type: string;
  readonly initial: V;
  /** What such an event sets. */
  readonly read: (data: object) => { readonly version: number; readonly value: V };
}

/** A deadline with the version of the policy that set it. */
export interface DeadlineUnder {
  readonly deadline: Instant;
  readonly version: number;
}

/**
 * The first instant at which a policy that was in force at that instant says that the time is up. So a changed policy
 * re-dates what is still waiting, never what was judged, and a fact that is reported late is judged by what held then.
 *
 * @param deadlineBy the deadline as a value of the policy sets it; `undefined`: it sets none
 * @returns `undefined` when none of the versions sets a deadline that falls into its time
 */
export function firstUnder<V>(
  history: PolicyHistory<V>,
  deadlineBy: (value: V) => Instant | undefined,
): DeadlineUnder | undefined {
  for (const [place, { value, version, since }] of history.entries()) {
    const asked = deadlineBy(value);
    if (asked === undefined) continue;
    const deadline = later(asked, since);
    const until = history[place + 1]?.since;
    if (until === undefined || deadline < until) return { deadline, version };
  }
  return undefined;
}

export type Histories<P> = { readonly [K in keyof P]: PolicyHistory<P[K]> };

/** The state of any key; `initial` where nothing is known. */
type StateOf<State> = (key: string) => State;

/** What an event meets. */
export interface Around<State, P> {
  /** All that the event is about, in its order. */
  readonly keys: readonly string[];
  /** The keys before this one are as the event left them, all others as they were. */
  readonly stateOf: StateOf<State>;
  readonly policies: Histories<P>;
}

/** What a process does with one type of event. */
export interface Hearing<State, P, E = RecordedEvent> {
  /** What the event is about: a state is kept for each key. What it does not name may follow from other states. */
  readonly keys: (event: E, stateOf: StateOf<State>) => readonly string[];
  /** A state that is `initial` itself is forgotten. */
  readonly evolve: (state: State, event: E, key: string, around: Around<State, P>) => State;
  /** Commands that the event leads to; `state` is the one before it. */
  readonly react?: (state: State, event: E, key: string, around: Around<State, P>) => readonly object[];
  /** When these happen; left out: at the event's own instant. What ends a verdict cannot happen before it. */
  readonly reactsAt?: (state: State, event: E) => Instant;
}

/** Some types of events, with what a process does with each. */
export type Hearings<State, P> = Readonly<Record<string, Hearing<State, P>>>;

/** Hearings of some of the events of one aggregate, typed by its declarations. */
export type HearingsOf<State, P, S extends object> = {
  readonly [T in keyof S & string]?: Hearing<State, P, RecordedOf<S, T>>;
};

/** What a passed deadline leads to. */
export interface Fired<State> {
  readonly state: State;
  /** They happen at the instant of the deadline. */
  readonly commands: readonly object[];
}

export interface ProcessManagerRules<State, P extends object> {
  /** A sentence in kebab-case; it is part of the ids: never change it. */
  readonly name: string;
  /** Raise it with any change of what follows: the state is then built anew from the first event. */
  readonly version: number;
  /** The policies that deadlines rest on. */
  readonly policies: { readonly [K in keyof P]: PolicySource<P[K]> };
  readonly initial: State;
  readonly hears: readonly Hearings<State, P>[];
  /** The next deadline; none: nothing is waited for. */
  readonly due: (state: State, policies: Histories<P>) => Instant | undefined;
  /** Must leave nothing due at or before this deadline. */
  readonly onDue: (state: State, deadline: Instant, key: string, policies: Histories<P>) => Fired<State>;
}

/**
 * A process with time: a state for each key, folded from the events that it hears, and a deadline for each state. All of
 * it is pure and deterministic in the log: the same events give the same commands at the same instants, whenever they
 * are read.
 */
export interface ProcessManager {
  readonly name: string;
  readonly version: number;
  readonly policies: Readonly<Record<string, PolicySource>>;
  readonly initial: unknown;
  /** Types of events, those of its policies included. */
  readonly hears: readonly string[];
  readonly hearing: (type: string) => Hearing<unknown, Readonly<Record<string, unknown>>> | undefined;
  readonly due: (state: unknown, policies: PolicyHistories) => Instant | undefined;
  readonly onDue: (state: unknown, deadline: Instant, key: string, policies: PolicyHistories) => Fired<unknown>;
}

/** The policies of a process as they have been so far, by the names that it gives them. */
export type PolicyHistories = Readonly<Record<string, PolicyHistory>>;

/** Hearings of an aggregate's events, for the list `hears`: `on(personEvents, { LeadConverted: { … } })`. */
type On<State, P> = <S extends object>(
  heard: EventDeclarations<S>,
  hearings: HearingsOf<State, P, S>,
) => Hearings<State, P>;

/** Declares a process with time: `declareProcessManager<State, Policies>()((on) => ({ … }))`. */
export const declareProcessManager =
  <State, P extends object = object>() =>
  (rules: (on: On<State, P>) => ProcessManagerRules<State, P>): ProcessManager => {
    const declared = rules((_, hearings) => hearings as unknown as Hearings<State, P>);
    const { name, hears, policies } = declared;
    const hearings = new Map<string, Hearing<State, P>>();
    for (const [type, hearing] of hears.flatMap((some) => Object.entries(some))) {
      if (hearings.has(type)) throw new Error(`The process ${name} hears ${type} twice.`);
      hearings.set(type, hearing);
    }
    const sources = policies as Readonly<Record<string, PolicySource>>;
    const types = Object.values(sources).map(({ type }) => type);
    return {
      ...(declared as unknown as ProcessManager),
      policies: sources,
      hears: [...new Set([...hearings.keys(), ...types])],
      hearing: (type) => hearings.get(type) as ReturnType<ProcessManager['hearing']>,
    };
  };

/** The policies of a process before any of them was changed. */
export const defaultPolicies = ({ policies }: ProcessManager): PolicyHistories =>
  Object.fromEntries(
    Object.entries(policies).map(([name, { initial }]) => [
      name,
      [{ version: 0, value: initial, since: '0001-01-01T00:00:00.000Z' }],
    ]),
  );

/** The name that a process gives to the policy that the event changes; `undefined`: it changes none of them. */
export const policyChangedBy = ({ policies }: ProcessManager, { stream, type }: RecordedEvent): string | undefined =>
  Object.keys(policies).find((name) => policies[name]?.stream === stream && policies[name].type === type);

/** The policies of a process after an event that changes one. */
export function changedPolicies(
  manager: ProcessManager,
  histories: PolicyHistories,
  event: RecordedEvent,
): PolicyHistories {
  const name = policyChangedBy(manager, event);
  const source = name === undefined ? undefined : manager.policies[name];
  if (name === undefined || source === undefined) return histories;
  const next = { ...source.read(event.data), since: event.occurredAt };
  return { ...histories, [name]: [...(histories[name] ?? []), next] };
}
