import pg from 'pg';
import { quoted } from '../../../libs/read-model/schema.js';
import { eventually } from './eventually.js';
import type { KilledProduct } from './killed-product.js';

/** Every row of every table of one read model, as text, in order. */
export interface Dump {
  readonly schema: string;
  readonly rows: readonly string[];
}

async function query<Row extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** The read models that serve, by name. What the checkpoint keeps books of is no part of them. */
export async function dumpReadModels(url: string): Promise<Map<string, Dump>> {
  const serving = await query<{ name: string; schema: string }>(
    url,
    `select name, schema from kroniek.read_models where state = 'serving' order by name`,
  );
  const dumps = new Map<string, Dump>();
  for (const { name, schema } of serving) {
    const tables = await query<{ table_name: string }>(
      url,
      `select table_name from information_schema.tables
        where table_schema = $1 and table_name <> 'checkpoint' order by table_name`,
      [schema],
    );
    const rows: string[] = [];
    for (const { table_name: table } of tables) {
      const found = await query<{ row: string }>(url, `select t::text as row from ${quoted(schema, table)} t`);
      rows.push(...found.map(({ row }) => `${table} ${row}`).sort());
    }
    dumps.set(name, { schema, rows });
  }
  return dumps;
}

/** Builds every read model anew through the API; resolves when the fresh ones serve. */
export async function rebuildAll(product: KilledProduct, old: ReadonlyMap<string, Dump>): Promise<void> {
  for (const name of old.keys()) await product.call('POST', `/v1/projections/${name}/rebuild`);
  await eventually('the rebuilt read models serve', async () => {
    const { projections } = await product.status();
    const fresh = projections.filter(({ name, schema }) => old.get(name)?.schema !== schema);
    return (
      projections.length === old.size && fresh.length === old.size && fresh.every(({ state }) => state === 'serving')
    );
  });
}

/** Rows that only one of the two has. */
export function differences(before: ReadonlyMap<string, Dump>, after: ReadonlyMap<string, Dump>): string[] {
  return [...before].flatMap(([name, { rows }]) => {
    const rebuilt = after.get(name)?.rows ?? [];
    const [there, here] = [new Set(rows), new Set(rebuilt)];
    return [
      ...(rows.length === rebuilt.length
        ? []
        : [`${name}: ${String(rows.length)} rows, rebuilt ${String(rebuilt.length)}`]),
      ...rows.filter((row) => !here.has(row)).map((row) => `${name}: only before the rebuild: ${row}`),
      ...rebuilt.filter((row) => !there.has(row)).map((row) => `${name}: only after the rebuild: ${row}`),
    ];
  });
}

/** What PostgreSQL's own check of all tables and indexes finds (amcheck). */
export async function corruptionIn(url: string): Promise<string[]> {
  await query(url, 'create extension if not exists amcheck');
  const heap = await query<{ problem: string }>(
    url,
    `select c.relname || ': ' || v.msg as problem from pg_class c, verify_heapam(c.oid) v where c.relkind in ('r', 't')`,
  );
  const trees = await query<{ problem: string | null }>(
    url,
    `select c.relname, bt_index_parent_check(c.oid, true)::text as problem
       from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
      where a.amname = 'btree' and c.relpersistence <> 't'`,
  );
  return [...heap, ...trees].flatMap(({ problem }) => (problem === null || problem === '' ? [] : [problem]));
}
