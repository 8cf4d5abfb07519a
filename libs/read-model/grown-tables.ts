import type pg from 'pg';
import { quoted } from './schema.js';

/**
 * Tables that are half as large again as when planners last learnt what they hold. One that was empty then is among them
 * with its first rows. Of the checkpoint there is nothing to learn.
 */
export async function grownTables(client: pg.ClientBase, schema: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ relname: string }>({
    name: 'grown tables',
    text: `select relname from pg_class
      where relnamespace = to_regnamespace($1) and relkind = 'r'
        and relname <> 'checkpoint' and pg_relation_size(oid) > 1.5 * relpages * current_setting('block_size')::int`,
    values: [quoted(schema)],
  });
  return rows.map(({ relname }) => relname);
}
