import type { Instant } from '../kernel/index.js';
import {
  type AnyColumn,
  type Column,
  type Columns,
  type GivenRow,
  type Index,
  type Row,
  type RowOf,
  total,
} from './columns.js';

/** Names of numbers that are added up, each with what it says. */
type Sums = Readonly<Record<string, string>>;

type ColumnsOf<B, S> = B & { readonly [K in keyof S]: Column<number> };

/** What a row counts for: where, and how much; a number that is left out is 0. */
type Part<B, S> = GivenRow<B> & { readonly [K in keyof S]?: number };

/** A table whose rows can be added up. */
interface Counted<C extends Columns = Columns> {
  readonly kind: 'versions' | 'appends' | 'timelines';
  readonly columns: C;
}

/** Rows of a table that are added up. */
export interface Summed {
  readonly table: Counted;
  /** A row counts from its beginning on for ever, whether it holds or not. */
  readonly begun: boolean;
  /** @param from when the row became true */
  readonly parts: (row: Row, from: Instant) => readonly Row[];
}

/**
 * Sums over the rows of other tables of the same read model, by some of what these say, as of any instant on both axes.
 *
 * A version holds from its own event to the next one of its stream, and neither axis runs backwards in a stream. So a sum
 * at (t, k) is what all events with `occurredAt` ≤ t and `recordedAt` ≤ k have added and taken away, whichever stream they
 * belong to. What each of them did is kept as an entry; entries are added up by the months in which they happened and were
 * recorded. A sum is read from whole months, and from the entries of the two months that the moment cuts through; or, kept
 * by day too, from the whole days of these, and from the entries of the two days that the moment cuts through.
 *
 * A row of a timeline is a rectangle, which is four such points: it adds where it begins on both axes, takes away where it
 * ends on one of them, and adds again where it ends on both.
 */
export interface TotalsTable<C extends Columns = Columns> {
  readonly kind: 'totals';
  readonly columns: C;
  readonly by: readonly string[];
  readonly sums: readonly string[];
  readonly byDay: boolean;
  readonly of: readonly Summed[];
  /** It hears what the other tables make of events. */
  readonly handlers: ReadonlyMap<string, never>;
  readonly indexes: readonly Index[];
}

export interface TotalsDefinition<B extends Columns, S extends Sums> {
  /** What sums are told apart by: single values, no lists. The most selective of queries first. */
  readonly by: B;
  /** Whole numbers. */
  readonly sums: S;
  /** Keep sums of days besides those of months: for queries that look at little else than the month of the moment. */
  readonly byDay?: true;
  /** @param begun the same for rows that count for ever once they have begun */
  readonly of: (summed: Sum<B, S>, begun: Sum<B, S>) => readonly Summed[];
}

/** Says what the rows of a table count for: a pure function of the row and of when it became true. */
type Sum<B, S> = <C extends Columns>(
  table: Counted<C>,
  parts: (row: RowOf<C>, from: Instant) => readonly Part<B, S>[],
) => Summed;

/** Declares totals of versions tables, append-only tables and timelines. */
export function totals<B extends Columns, S extends Sums>(
  definition: TotalsDefinition<B, S>,
): TotalsTable<ColumnsOf<B, S>> {
  const { by, sums, byDay = false, of } = definition;
  const sum =
    (begun: boolean): Sum<B, S> =>
    (table, parts) => ({ table, begun, parts: parts as unknown as Summed['parts'] });
  const numbers = Object.fromEntries(
    Object.entries(sums).map(([name, says]): [string, AnyColumn] => [name, total(says)]),
  );
  return {
    kind: 'totals',
    columns: { ...by, ...numbers } as ColumnsOf<B, S>,
    by: Object.keys(by),
    sums: Object.keys(sums),
    byDay,
    of: of(sum(false), sum(true)),
    handlers: new Map<string, never>(),
    indexes: [],
  };
}

/** Where the runtime keeps what each event changed of the sums. */
export const entriesOf = (table: string): string => `${table}_entries`;

/** Where the runtime keeps sums of days. */
export const daysOf = (table: string): string => `${table}_days`;
