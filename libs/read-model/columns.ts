import type { Instant, LocalDate } from '../kernel/index.js';
import type { CopyText } from './copy-text.js';

/** A column as its author declares it: PostgreSQL type, what it says (COMMENT ON) and how it is written by COPY. */
export interface Column<T> extends AnyColumn {
  readonly encode: (value: T) => string;
}

/** Any column, whatever it holds. */
export interface AnyColumn {
  readonly type: string;
  readonly says: string;
  readonly nullable: boolean;
}

export type Columns = Readonly<Record<string, AnyColumn>>;

/** A row as handlers and queries see it. */
export type RowOf<C> = { readonly [K in keyof C]: C[K] extends Column<infer T> ? T : never };

type Optional<R> = { [K in keyof R]: null extends R[K] ? K : never }[keyof R];

/** A row as handlers give it: what may be null may be left out. */
export type GivenRow<C, R = RowOf<C>> = Omit<R, Optional<R>> & { readonly [K in Optional<R>]?: R[K] | undefined };

/** What changes of a row; `undefined` is null. */
export type Patch<C, R = RowOf<C>> = { readonly [K in keyof R]?: R[K] | (null extends R[K] ? undefined : never) };

const special = /[\\\n\r\t]/;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text as COPY's text format wants it. */
export const escapeText = (text: string): string =>
  special.test(text) ? text.replace(/[\\\n\r\t]/g, (character) => escapes[character] ?? character) : text;

const column = <T>(type: string, says: string, encode: (value: T) => string): Column<T> => ({
  type,
  says,
  nullable: false,
  encode,
});

export const text = <T extends string = string>(says: string): Column<T> => column('text', says, escapeText);

export const integer = (says: string): Column<number> => column<number>('integer', says, String);

/** Integer minor units; numeric, so that analysts can divide, and sums stay exact. */
export const money = (says: string): Column<number> => column<number>('numeric(16,0)', says, String);

/** A sum of integers; wide enough for money of all time. */
export const total = (says: string): Column<number> => column<number>('bigint', says, String);

/** Whole seconds, of however many years. */
export const seconds = (says: string): Column<number> => column<number>('numeric(16,0)', says, String);

export const bool = (says: string): Column<boolean> => column('boolean', says, (value) => (value ? 't' : 'f'));

export const instant = (says: string): Column<Instant> => column('timestamptz', says, (value) => value);

/** A list of instants (`timestamptz[]`). */
export const instants = (says: string): Column<readonly Instant[]> =>
  column('timestamptz[]', says, (values) => `{${values.join(',')}}`);

export const date = (says: string): Column<LocalDate> => column('date', says, (value) => value);

export const json = <T>(says: string): Column<T> => column('jsonb', says, (value) => escapeText(JSON.stringify(value)));

/** A list of texts (`text[]`). */
export const texts = (says: string): Column<readonly string[]> =>
  column('text[]', says, (values) =>
    values.length === 0
      ? '{}'
      : escapeText(`{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`),
  );

/** The same column, which may be null. */
export const optional = <T>(of: Column<T>): Column<T | null> => ({
  ...of,
  nullable: true,
  encode: (value) => (value === null ? '\\N' : of.encode(value)),
});

export type Row = Readonly<Record<string, unknown>>;

/** Every column there, `undefined` as null: the same whether a row comes from a handler or from the database. */
export function complete(columns: readonly string[], given: Row): Row {
  const row: Record<string, unknown> = {};
  for (const name of columns) row[name] = given[name] ?? null;
  return row;
}

type FieldOf = (row: Row) => string;

const fieldsOf = (columns: Columns): readonly FieldOf[] =>
  Object.entries(columns).map(([name, column]): FieldOf => {
    const { encode } = column as Column<unknown>;
    return (row) => {
      const value = row[name] ?? null;
      return value === null ? '\\N' : encode(value);
    };
  });

/** Writes the columns of a row; what the runtime adds to them follows. */
export function rowWriter(columns: Columns): (row: Row, into: CopyText) => void {
  const fields = fieldsOf(columns);
  return (row, into) => {
    for (const field of fields) into.field(field(row));
  };
}

/** The columns of a row as one text, which tells it apart from others; to be written as it is. */
export function rowText(columns: Columns): (row: Row) => string {
  const fields = fieldsOf(columns);
  return (row) => fields.map((field) => field(row)).join('\t');
}

/** Made once the read model has caught up for the first time. */
export interface Index {
  readonly on: readonly string[];
  /** There are no two rows of the same values. */
  readonly unique?: true;
  /** Only the rows that hold now: small, and all that a query without `asOf` needs. */
  readonly current?: true;
  /** Only the rows in which this boolean column is true. */
  readonly where?: string;
  /** Columns that are read with those that it is searched by, so that the rows themselves, which lie apart, are not. */
  readonly with?: readonly string[];
}
