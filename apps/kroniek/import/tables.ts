import { join } from 'node:path';
import { readRows } from './csv.js';
import { MappingError, RowRefused } from './problems.js';
import { type Cells, type HeaderPlaces, type Source, cellsOf } from './source.js';

/** A small file that rows of other files are looked up in. It is held in memory. */
export interface Table extends Source {
  readonly name: string;
  readonly rows: Map<string, Cells>;
}

/** A table is for hundreds or thousands of rows; a larger file does not belong in memory. */
export const mostTableRows = 200_000;

/** Reads the tables of a mapping. A row that cannot be read makes the whole import unsure, so it ends it. */
export async function loadTables(
  folder: string,
  tables: Iterable<Table>,
  places: (source: Source) => HeaderPlaces,
): Promise<void> {
  for (const table of tables) {
    const at = places(table);
    table.rows.clear();
    for await (const row of readRows(join(folder, table.file), table.format, at.header.length)) {
      const where = `${table.file}, line ${row.line}`;
      if (row.broken) throw problem(table, `${where}: ${row.broken.reason}`);
      const { key, cells } = readTableRow(table, row.fields, at, where);
      if (table.rows.has(key)) throw problem(table, `${where}: the key "${key}" was there before.`);
      table.rows.set(key, cells);
      if (table.rows.size > mostTableRows) {
        throw problem(table, `${table.file} has more than ${mostTableRows} rows, too many for a table in memory.`);
      }
    }
  }
}

function readTableRow(
  table: Table,
  fields: readonly string[],
  at: HeaderPlaces,
  where: string,
): { key: string; cells: Cells } {
  try {
    return cellsOf(table, fields, at);
  } catch (error) {
    if (error instanceof RowRefused) throw problem(table, `${where}: ${error.message}`);
    throw error;
  }
}

const problem = ({ name }: Table, message: string): MappingError =>
  new MappingError([{ path: `tables.${name}`, message }]);
