import type { Instant, RecordedEvent, RecordedOf } from '../kernel/index.js';
import { type AnyColumn, type Index, type Row, text } from './columns.js';
import type { OwnRow } from './timelines.js';

/** An event as JSON names it. */
export interface StoredCause {
  /** A decimal string. */
  readonly position: string;
  readonly type: string;
  readonly actorId: string;
  readonly actorRole: string;
}

/** A rule as it held from an instant on. Another text of it, or another setting that it rests on, is another version. */
export interface RuleVersion<Rule = unknown> {
  readonly rule: string;
  readonly version: string;
  /** JSON: it is stored. */
  readonly definition: Rule;
  /** When it began to hold. */
  readonly from: Instant;
  /** When another one took its place, or none. */
  readonly to?: Instant | undefined;
  /** The event by which it began to hold; left out: the one by which it became known. */
  readonly because?: StoredCause | undefined;
  /** Nothing that happened before can make anybody a member: nobody needs to be looked at. */
  readonly startsEmpty?: boolean | undefined;
}

/** Whether a rule holds of a key from an instant on; and until when, if it may change by itself. */
export interface Verdict {
  readonly holds: boolean;
  readonly until?: Instant | undefined;
}

/** State of another key that a key rests on, if anything is known of it. */
export type StateOf<State> = (key: string) => State | undefined;

/**
 * Which keys a rule holds of, over time, exact on both axes; see docs/decisions/0022. An event costs one verdict for
 * each rule that rests on what it changed, of each key that it belongs to, whatever the number of keys. A new rule is put
 * to all keys in pages, between batches, and answers when it is through.
 */
export interface MembershipsTable<State = unknown, Rule = unknown, Known = unknown> {
  readonly kind: 'memberships';
  readonly columns: typeof memberColumns;
  readonly via: readonly string[];
  readonly keysOf: (event: RecordedEvent, own: OwnRow) => readonly string[];
  readonly linksOf: (event: RecordedEvent, key: string) => readonly string[];
  readonly keptOf: (event: RecordedEvent, key: string, noted: unknown) => object;
  readonly noted: Noted<unknown> | undefined;
  readonly isPart: ((key: string, source: string) => boolean) | undefined;
  readonly isWide: (definition: Rule) => boolean;
  readonly initial: State;
  readonly handlers: ReadonlyMap<string, unknown>;
  readonly states: ReadonlyMap<string, (state: State, event: RecordedEvent, key: string) => State>;
  readonly rules: ReadonlyMap<string, (known: Known, event: RecordedEvent) => Known>;
  readonly noRules: Known;
  readonly versionsOf: (known: Known) => readonly RuleVersion<Rule>[];
  readonly followedOf: (known: Known) => readonly string[];
  readonly touched: (before: State, after: State) => readonly string[];
  readonly restsOn: (definition: Rule) => readonly string[];
  readonly concerns: (definition: Rule, key: string) => boolean;
  readonly verdict: (definition: Rule, state: State, others: StateOf<State>, at: Instant, key: string) => Verdict;
  readonly indexes: readonly Index[];
}

/** What is noted of the rows of a versions table, in the order of the log. All of it is in memory. */
export interface Noted<Notes> {
  readonly from: string;
  /** Events that make rows of it. */
  readonly on: string;
  readonly none: () => Notes;
  readonly add: (notes: Notes, row: Row) => void;
}

export interface MembershipsDefinition<S extends object, R extends object, State, Rule, Known, Notes = undefined> {
  /** Versions tables whose row of the event's own stream `keysOf` asks for. */
  readonly via?: readonly string[];
  /** The keys that the event belongs to: none, one or several, each once. */
  readonly keysOf: (event: RecordedOf<S>, own: OwnRow) => readonly string[];
  /** Other keys on whose states this key's membership rests from this event on. */
  readonly linksOf?: (event: RecordedOf<S>, key: string) => readonly string[];
  /**
   * Whether that other key is a part of this one. A rule that is wide rests on all parts of all that its key is a part
   * of, and on their parts: on everybody with whom it ever had a whole in common.
   */
  readonly isPart?: (key: string, source: string) => boolean;
  readonly isWide?: (definition: Rule) => boolean;
  /** What is kept of an event for a key, where not all of its data says something of it, or what was noted does. */
  readonly keptOf?: (event: RecordedOf<S>, key: string, noted: Notes) => object;
  /** What an event is kept with besides, as it was known then: it stays whatever is learnt later. */
  readonly noted?: Noted<Notes>;
  /** JSON: it is stored. */
  readonly initial: State;
  /** Pure, by the time at which things happened. The same state: nothing changes. */
  readonly evolve: {
    readonly [T in keyof S & string]?: (state: State, event: RecordedOf<S, T>, key: string) => State;
  };
  readonly rules: {
    /** JSON: it is stored. */
    readonly initial: Known;
    /** Events that change rules. No event is both: of a key and of a rule. */
    readonly evolve: { readonly [T in keyof R & string]?: (known: Known, event: RecordedOf<R, T>) => Known };
    /** All versions that ever held, the older ones first. A version stays in the list, and changes in its end alone. */
    readonly versions: (known: Known) => readonly RuleVersion<Rule>[];
    /** Rules that somebody follows: whose stays an event changes is noted, with its position. Left out: none. */
    readonly followed?: (known: Known) => readonly string[];
  };
  /** Names of what differs between two states, in the words of `restsOn`. */
  readonly touched: (before: State, after: State) => readonly string[];
  /** Names of what the rule rests on: only where one of them differs can its verdict be another one. */
  readonly restsOn: (definition: Rule) => readonly string[];
  /** Whether the rule is about keys of this kind at all. */
  readonly concerns: (definition: Rule, key: string) => boolean;
  /** `until` lies behind `at`; from then on it is asked again. */
  readonly verdict: (definition: Rule, state: State, others: StateOf<State>, at: Instant, key: string) => Verdict;
}

const memberColumns = {
  rule: text('Rule that holds.'),
  version: text('Version of the rule.'),
  key: text('Whom it holds of.'),
} as const satisfies Readonly<Record<string, AnyColumn>>;

/** Declares a memberships table over the events `S` of keys and `R` of rules. */
export const memberships =
  <S extends object, R extends object>() =>
  <State, Rule, Known, Notes = undefined>(
    definition: MembershipsDefinition<S, R, State, Rule, Known, Notes>,
  ): MembershipsTable => {
    const states = Object.entries(definition.evolve);
    const rules = Object.entries(definition.rules.evolve);
    return {
      kind: 'memberships',
      columns: memberColumns,
      via: definition.via ?? [],
      keysOf: definition.keysOf,
      linksOf: definition.linksOf ?? (() => []),
      keptOf: definition.keptOf ?? (({ data }: RecordedEvent) => data),
      noted: definition.noted,
      isPart: definition.isPart,
      isWide: definition.isWide ?? (() => false),
      initial: definition.initial,
      handlers: new Map([...states, ...rules]),
      states: new Map(states),
      rules: new Map(rules),
      noRules: definition.rules.initial,
      versionsOf: definition.rules.versions,
      followedOf: definition.rules.followed ?? (() => []),
      touched: definition.touched,
      restsOn: definition.restsOn,
      concerns: definition.concerns,
      verdict: definition.verdict,
      indexes: [
        { on: ['rule', 'version', 'key'], current: true },
        // A page of those of a moment: who was none then is passed over in the index.
        { on: ['rule', 'version', 'key', 'valid_to', 'valid_from'] },
        // All that it takes to count the members of a moment: most others are told apart by the keys.
        { on: ['rule', 'version', 'recorded_to', 'valid_to', 'recorded_from'], with: ['valid_from'] },
      ],
    } as unknown as MembershipsTable;
  };

/** Where the runtime keeps the versions of rules, which of them are evaluated, and how far the others are. */
export const rulesOf = (table: string): string => `${table}_rules`;

/** Where the runtime keeps what it knows of rules. */
export const termsOf = (table: string): string => `${table}_terms`;

/** Where the runtime keeps which key rests on which. */
export const linksOf = (table: string): string => `${table}_links`;

/** Where the runtime notes whose stays have changed under a rule that is followed, and by the batch of which event last. */
export const turnsOf = (table: string): string => `${table}_turns`;
