import type { Instant, RecordedEvent, RecordedOf } from '../kernel/index.js';
import type { Columns, GivenRow, Index, Row } from './columns.js';

/** The row of a key from an instant on, `null`: none; and when it changes by itself, without an event. */
export interface RowAt<R> {
  readonly row: R | null;
  readonly until?: Instant | undefined;
}

/** A table that is gathered from: versions, a timeline, or what was gathered itself. */
export interface Told<C extends Columns = Columns> {
  readonly kind: 'versions' | 'timelines';
  readonly columns: C;
  readonly key: string;
}

/** What the rows of a table say of those whom a column of theirs names. */
export interface GatheredFrom {
  readonly table: Told;
  readonly by: string;
  readonly reads: readonly string[];
  readonly fact: (row: Row) => unknown;
}

/** How a timeline follows from rows of other tables. */
export interface Gathered {
  readonly from: readonly GatheredFrom[];
  readonly rowAt: (facts: readonly unknown[], at: Instant, key: string) => RowAt<Row>;
}

/** The current row of the event's own stream in a versions table of the same read model. */
export type OwnRow = (table: string) => Row | undefined;

/**
 * What is true of a key over time, out of events of many streams, whatever the order in which they come to be known.
 * Each row is a rectangle: it held from `valid_from` to `valid_to`, as far as was known from `recorded_from` to
 * `recorded_to`. A fact that is reported late corrects what lies behind it from then on, and what was known before stays
 * as it was known.
 */
export interface TimelinesTable<C extends Columns = Columns> {
  readonly kind: 'timelines';
  readonly columns: C;
  readonly key: string;
  /** Versions tables whose row of the event's own stream `keysOf` asks for. */
  readonly via: readonly string[];
  readonly keysOf: (event: RecordedEvent, own: OwnRow) => readonly string[];
  readonly initial: unknown;
  readonly handlers: ReadonlyMap<string, (state: unknown, event: RecordedEvent, key: string) => unknown>;
  readonly rowAt: (state: unknown, at: Instant, key: string) => RowAt<Row>;
  /** It follows from rows of other tables, and hears no events. */
  readonly gathered?: Gathered;
  readonly indexes: readonly Index[];
}

export interface TimelinesDefinition<S extends object, C extends Columns, K extends keyof C & string, State> {
  readonly columns: C;
  readonly key: K;
  readonly via?: readonly string[];
  /** The keys whose timelines the event belongs to: none, one or several, each once. */
  readonly keysOf: (event: RecordedOf<S>, own: OwnRow) => readonly string[];
  /** JSON: it is stored beside the rows. */
  readonly initial: State;
  /** Pure, like a fold of a stream, but by the time at which things happened. The same state: nothing changes. */
  readonly evolve: {
    readonly [T in keyof S & string]?: (state: State, event: RecordedOf<S, T>, key: string) => State;
  };
  /** What the state says at an instant. `until` lies behind `at`; from then on it is asked again. */
  readonly rowAt: (state: State, at: Instant, key: string) => RowAt<GivenRow<Omit<C, K>>>;
  readonly indexes?: readonly Index[];
}

/** Declares a timelines table over the events `S`: `timelines<PurchaseEvents & ActivityEvents>()({ … })`. */
export const timelines =
  <S extends object>() =>
  <C extends Columns, K extends keyof C & string, State>(
    definition: TimelinesDefinition<S, C, K, State>,
  ): TimelinesTable<C> => ({
    kind: 'timelines',
    columns: definition.columns,
    key: definition.key,
    via: definition.via ?? [],
    keysOf: definition.keysOf as unknown as TimelinesTable['keysOf'],
    initial: definition.initial,
    handlers: new Map(Object.entries(definition.evolve)) as unknown as TimelinesTable['handlers'],
    rowAt: definition.rowAt as unknown as TimelinesTable['rowAt'],
    indexes: definition.indexes ?? [],
  });

/** Where the runtime keeps the events of each key, to fold them anew when one comes late. */
export const inputsOf = (table: string): string => `${table}_inputs`;

/** Where the runtime keeps the state of each key after its last event. */
export const headsOf = (table: string): string => `${table}_heads`;
