import type { RawBuilder } from 'kysely';
import { type DeclaredEvents, idOf, type Instant, type RecordedEvent, type RecordedOf } from '../kernel/index.js';
import type { Columns, GivenRow, Index, Patch, Row, RowOf } from './columns.js';
import type { MembershipsTable } from './memberships.js';
import type { TimelinesTable } from './timelines.js';
import type { TotalsTable } from './totals.js';

/** The instant asked for: what was true at `asOf`, as far as it was known at `knownAt`; left out, now. */
export interface Moment {
  readonly asOf?: Instant | undefined;
  readonly knownAt?: Instant | undefined;
}

/** What the runtime keeps beside each row of a versions table. */
export interface VersionColumns {
  readonly valid_from: Instant;
  /** `infinity` while it holds. */
  readonly valid_to: Instant;
  readonly recorded_from: Instant;
  readonly recorded_to: Instant;
  readonly revision: number;
  readonly position: bigint;
  /** Type of the event that made this version. */
  readonly cause: string;
  readonly actor_id: string;
  readonly actor_role: string;
}

/** What the runtime keeps beside each row of an append-only table. */
export interface AppendColumns {
  readonly position: bigint;
  readonly occurred_at: Instant;
  readonly recorded_at: Instant;
}

type Fold = (event: RecordedEvent, previous: Row | undefined) => Row | undefined;
type Rows = (event: RecordedEvent) => Row | readonly Row[];

/** key → fold(previous row, event) → row; every row that ever held is kept, with from when and to when. */
export interface VersionsTable<C extends Columns = Columns> {
  readonly kind: 'versions';
  readonly columns: C;
  readonly key: string;
  /** The row an event belongs to; left out: the one named like its stream. */
  readonly keyOf: (event: RecordedEvent) => string;
  /** The first event of a stream opens its row, so nothing has to be looked up for it. */
  readonly keyIsStream: boolean;
  readonly handlers: ReadonlyMap<string, Fold>;
  readonly indexes: readonly Index[];
}

/** Rows per event, never changed. */
export interface AppendsTable<C extends Columns = Columns> {
  readonly kind: 'appends';
  readonly columns: C;
  readonly handlers: ReadonlyMap<string, Rows>;
  readonly indexes: readonly Index[];
}

export type Table = VersionsTable | AppendsTable | TimelinesTable | MembershipsTable | TotalsTable;
export type Tables = Readonly<Record<string, Table>>;

/** What the runtime keeps beside each row of a timelines table. */
export type TimelineColumns = Omit<VersionColumns, 'revision'>;

/** What the runtime keeps beside each row of a memberships table. */
export interface MemberColumns extends TimelineColumns {
  /** The event that ended it; null: nothing did. */
  readonly left_position: bigint | null;
  readonly left_cause: string | null;
  readonly left_actor_id: string | null;
  readonly left_actor_role: string | null;
}

/** A table's row as queries see it. */
export type StoredRow<T> =
  T extends VersionsTable<infer C>
    ? RowOf<C> & VersionColumns
    : T extends TimelinesTable<infer C>
      ? RowOf<C> & TimelineColumns
      : T extends MembershipsTable
        ? RowOf<MembershipsTable['columns']> & MemberColumns
        : T extends AppendsTable<infer C>
          ? RowOf<C> & AppendColumns
          : T extends TotalsTable<infer C>
            ? RowOf<C>
            : never;

export type StoredRows<T extends Tables> = { readonly [N in keyof T & string]: StoredRow<T[N]> };

/** The tables of a read model at one moment, as pieces of SQL. */
export interface Source<T extends Tables = Tables> {
  /** The rows that hold at the moment: `(select …)`, to be given an alias; of totals, parts of the sums, to be added up. */
  readonly at: <N extends keyof T & string>(table: N) => RawBuilder<StoredRow<T[N]>>;
  /**
   * The same of a versions table, what had not ended by then apart from that of which the end was not known by then: an
   * index that has both axes tells each without a look at rows.
   */
  readonly inParts: <N extends keyof T & string>(table: N) => RawBuilder<StoredRow<T[N]>>;
  /** The rows of a versions table that began by the moment, whether they hold or not: `(select …)`, a row an event. */
  readonly begun: <N extends keyof T & string>(table: N) => RawBuilder<StoredRow<T[N]>>;
  /**
   * The parts of the sums of a totals table before the first day of a month, which a column may give, as far as was known
   * at an instant: `(select …)`, to be added up.
   */
  readonly before: <N extends keyof T & string>(
    table: N,
    month: RawBuilder<unknown>,
    known: RawBuilder<unknown>,
  ) => RawBuilder<StoredRow<T[N]>>;
  /** The instant asked for; left out: now. */
  readonly instant: RawBuilder<Instant>;
  /** The table itself, with all its rows. */
  readonly all: (table: keyof T & string) => RawBuilder<unknown>;
  /** The versions of the rules of a memberships table, as the runtime keeps them. */
  readonly rules: (table: keyof T & string) => RawBuilder<unknown>;
  /** Whose stays under a rule that is followed have changed, and by which event last: rule, key, position. */
  readonly turns: (table: keyof T & string) => RawBuilder<unknown>;
  /** Whether a row of a versions table holds at the moment (its columns unqualified). */
  readonly holds: RawBuilder<boolean>;
}

/**
 * A function in `analytics` by which a view of one read model asks views of another. It is bound to them when it is called,
 * so that either can be made anew without the other.
 */
export interface Through {
  readonly name: string;
  readonly says: string;
  /** Column → its type in PostgreSQL. */
  readonly columns: Readonly<Record<string, string>>;
  /** A select from views in `analytics`. */
  readonly as: string;
}

/** A stable view for analysts. It answers as of the settings `kroniek.as_of` and `kroniek.known_at`; unset, now. */
export interface View<T extends Tables = Tables> {
  readonly says: string;
  /** Column → what it says (COMMENT ON). Every column has its line. */
  readonly columns: Readonly<Record<string, string>>;
  as(source: Source<T>): RawBuilder<unknown>;
  /** What it asks of another read model, as `analytics.<name>()`. */
  readonly through?: Through;
}

/** A read model: its tables with their handlers, and the views on it. */
export interface Projection<T extends Tables = Tables> {
  /** Also the start of the PostgreSQL schema's name, `-` as `_`. */
  readonly name: string;
  /** A changed projection gets a new version; it is then built beside the old one and swapped in. */
  readonly version: number;
  readonly tables: T;
  readonly views: Readonly<Record<string, View<T>>>;
  /** The event types it handles: the subscription's filter. */
  readonly types: readonly string[];
}

export interface VersionsDefinition<S extends object, C extends Columns, K extends keyof C & string> {
  readonly columns: C;
  readonly key: K;
  readonly keyOf?: (event: RecordedEvent) => string;
  /** Events that begin a row (or replace it, which they see): the whole row. */
  readonly opens: {
    readonly [T in keyof S & string]?: (event: RecordedOf<S, T>, before?: RowOf<C>) => GivenRow<Omit<C, K>>;
  };
  /** Events that change a row, which must be there: what changes of it; `undefined`: nothing. */
  readonly changes?: {
    readonly [T in keyof S & string]?: (event: RecordedOf<S, T>, row: RowOf<C>) => Patch<Omit<C, K>> | undefined;
  };
  readonly indexes?: readonly Index[];
}

type OpensMap = Readonly<Record<string, (event: RecordedEvent) => Row>>;
type ChangesMap = Readonly<Record<string, (event: RecordedEvent, row: Row) => Row | undefined>>;

/** Declares a versions table over the events `S`: `versions<OpportunityEvents>()({ … })`. */
export const versions =
  <S extends object>() =>
  <C extends Columns, K extends keyof C & string>(definition: VersionsDefinition<S, C, K>): VersionsTable<C> => {
    const handlers = new Map<string, Fold>();
    for (const [type, opens] of Object.entries(definition.opens as unknown as OpensMap)) handlers.set(type, opens);
    for (const [type, changes] of Object.entries((definition.changes ?? {}) as unknown as ChangesMap)) {
      handlers.set(type, (event, row) => {
        if (!row) throw new Error(`${type} came before anything that opens the row.`);
        const patch = changes(event, row);
        return patch && { ...row, ...patch };
      });
    }
    return {
      kind: 'versions',
      columns: definition.columns,
      key: definition.key,
      keyOf: definition.keyOf ?? ((event) => idOf(event.stream)),
      keyIsStream: !definition.keyOf,
      handlers,
      indexes: definition.indexes ?? [],
    };
  };

export interface AppendsDefinition<S extends object, C extends Columns> {
  readonly columns: C;
  readonly on: {
    readonly [T in keyof S & string]?: (event: RecordedOf<S, T>) => GivenRow<C> | readonly GivenRow<C>[];
  };
  readonly indexes?: readonly Index[];
}

/** Declares an append-only table over the events `S`. */
export const appends =
  <S extends object>() =>
  <C extends Columns>(definition: AppendsDefinition<S, C>): AppendsTable<C> => ({
    kind: 'appends',
    columns: definition.columns,
    handlers: new Map(Object.entries(definition.on as unknown as Readonly<Record<string, Rows>>)),
    indexes: definition.indexes ?? [],
  });

/** The same handler for every event type of some aggregates. */
export const forEvery = <R>(
  declared: readonly DeclaredEvents[],
  handler: (event: RecordedEvent) => R,
): Readonly<Record<string, (event: RecordedEvent) => R>> =>
  Object.fromEntries(declared.flatMap(({ types }) => Object.keys(types)).map((type) => [type, handler]));

export interface ProjectionDefinition<T extends Tables> {
  readonly name: string;
  readonly version: number;
  readonly tables: T;
  readonly views: Readonly<Record<string, View<T>>>;
}

/** Declares a read model. */
export function projection<T extends Tables>(definition: ProjectionDefinition<T>): Projection<T> {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(definition.name)) throw new Error(`"${definition.name}" is no projection name.`);
  const types = new Set(Object.values(definition.tables).flatMap((table: Table) => [...table.handlers.keys()]));
  return { ...definition, types: [...types].sort() };
}
