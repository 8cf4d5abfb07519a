import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { quoted } from './schema.js';

/** Rows on their way into one table, as lines of COPY's text format. */
export interface Rows {
  readonly table: string;
  readonly columns: readonly string[];
  /** Each with its end of line. */
  readonly lines: readonly string[];
}

/** Writes rows with one COPY. */
export function copyInto(client: pg.ClientBase, schema: string, { table, columns, lines }: Rows): Promise<void> {
  const names = columns.map((column) => quoted(column)).join(', ');
  const stream = client.query(copyFrom(`copy ${quoted(schema, table)} (${names}) from stdin`));
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('finish', resolve);
    stream.end(lines.join(''));
  });
}
