import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { CopyText } from './copy-text.js';
import { quoted } from './schema.js';

/** Rows on their way into one table. */
export interface Rows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly text: CopyText;
}

/** Writes rows with one COPY. Their text must stay as it is meanwhile. */
export function copyInto(client: pg.ClientBase, schema: string, { table, columns, text }: Rows): Promise<void> {
  const names = columns.map((column) => quoted(column)).join(', ');
  const stream = client.query(copyFrom(`copy ${quoted(schema, table)} (${names}) from stdin`));
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('finish', resolve);
    stream.end(text.written);
  });
}
