import type { Instant } from '../kernel/index.js';
import type { Columns, GivenRow, Index, RowOf } from './columns.js';
import type { Gathered, GatheredFrom, RowAt, TimelinesTable, Told } from './timelines.js';

/**
 * @param by column with the key; null: of nobody
 * @param reads columns that `fact` looks at; `cause`: the type of the event that made the row
 * @param fact what a row says, as plain data; null: nothing
 */
type From<F> = <C extends Columns, R extends (keyof C & string) | 'cause'>(
  table: Told<C>,
  by: keyof C & string,
  reads: readonly R[],
  fact: (row: Pick<RowOf<C> & { readonly cause: string }, R>) => F | null,
) => GatheredFrom;

export interface GatheredDefinition<F, C extends Columns, K extends keyof C & string> {
  readonly columns: C;
  readonly key: K;
  /** Tables that stand before this one in the read model. */
  readonly of: (from: From<F>) => readonly GatheredFrom[];
  /** What the facts that hold at an instant say of the key; in no order. `until` lies behind `at`. */
  readonly rowAt: (facts: readonly F[], at: Instant, key: string) => RowAt<GivenRow<Omit<C, K>>>;
  readonly indexes?: readonly Index[];
}

/**
 * Declares a timeline that follows from rows of other tables of the same read model, whichever streams these come from:
 * what is true of a key at (t, k) is a function of the rows that hold at (t, k) and name it. An event that changes one of
 * those rows has the timeline of its key told anew from there on; nothing is kept but the rows themselves.
 */
export const gathered =
  <F>() =>
  <C extends Columns, K extends keyof C & string>({
    columns,
    key,
    of,
    rowAt,
    indexes = [],
  }: GatheredDefinition<F, C, K>): TimelinesTable<C> => ({
    kind: 'timelines',
    columns,
    key,
    via: [],
    keysOf: () => [],
    initial: null,
    handlers: new Map<string, never>(),
    rowAt: () => ({ row: null }),
    gathered: {
      from: of((table, by, reads, fact) => ({ table, by, reads, fact: fact as unknown as GatheredFrom['fact'] })),
      rowAt: rowAt as unknown as Gathered['rowAt'],
    },
    indexes,
  });

/** What a table is called in its read model. */
export function tableName(tables: Readonly<Record<string, object>>, told: object): string {
  const found = Object.entries(tables).find(([, table]) => table === told);
  if (!found) throw new Error('A table is gathered from one of another read model.');
  return found[0];
}
