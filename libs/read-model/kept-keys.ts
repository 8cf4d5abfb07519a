import type pg from 'pg';
import type { Instant, RecordedEvent } from '../kernel/index.js';
import { escapeText } from './columns.js';
import type { Rows } from './copy.js';
import { CopyText } from './copy-text.js';
import { quoted } from './schema.js';
import type { Cause } from './timeline.js';
import { headsOf, inputsOf } from './timelines.js';

/** An event as it is kept of a key. */
export type KeptEvent = Pick<
  RecordedEvent,
  'position' | 'id' | 'stream' | 'revision' | 'type' | 'data' | 'occurredAt' | 'actor'
>;

/** An event of a key. */
export interface Input {
  readonly key: string;
  readonly event: KeptEvent;
  /** When it was learnt, never running backwards within a key. */
  readonly recorded: Instant;
}

/** How far a key has been folded. */
export interface Head {
  readonly key: string;
  readonly state: unknown;
  /** When the last event happened; empty: there was none. */
  readonly occurred: Instant;
  /** When the last event was learnt, never running backwards. */
  readonly recorded: Instant;
  readonly position: bigint;
}

const inputColumns = [
  ...['key', 'position', 'id', 'stream', 'revision', 'type', 'data', 'occurred_at', 'recorded_at'],
  ...['actor_id', 'actor_role'],
];

const orders = { happened: 'occurred_at, position', learnt: 'position' };

/** What stands behind the rows of a table that folds events by keys: how far each key is, and all its events. */
export class KeptKeys {
  private readonly heads: string;
  private readonly inputs: string;
  private readonly text = new CopyText();

  constructor(
    private readonly schema: string,
    private readonly name: string,
  ) {
    this.heads = quoted(schema, headsOf(name));
    this.inputs = quoted(schema, inputsOf(name));
  }

  keep(key: string, event: KeptEvent, recorded: Instant): void {
    const { position, id, stream, revision, type, data, occurredAt, actor } = event;
    const { text } = this;
    text.fields(escapeText(key), position, id, escapeText(stream), revision, type, escapeText(JSON.stringify(data)));
    text.fields(occurredAt, recorded, escapeText(actor.id), actor.role);
    text.endLine();
  }

  /** The events that were kept in this batch. */
  rows(): Rows {
    return { table: inputsOf(this.name), columns: inputColumns, text: this.text };
  }

  clear(): void {
    this.text.clear();
  }

  async setHeads(client: pg.ClientBase, heads: readonly Head[]): Promise<void> {
    if (heads.length === 0) return;
    await client.query({
      name: `${this.schema}.${this.name} heads`,
      text: `insert into ${this.heads} as h (key, state, occurred_at, recorded_at, position)
             select * from unnest($1::text[], $2::jsonb[], $3::timestamptz[], $4::timestamptz[], $5::bigint[])
             on conflict (key) do update set state = excluded.state, occurred_at = excluded.occurred_at,
               recorded_at = excluded.recorded_at, position = excluded.position`,
      values: [
        heads.map(({ key }) => key),
        heads.map(({ state }) => JSON.stringify(state)),
        heads.map(({ occurred }) => occurred),
        heads.map(({ recorded }) => recorded),
        heads.map(({ position }) => position),
      ],
    });
  }

  async headsOf(client: pg.ClientBase, keys: readonly string[]): Promise<readonly Head[]> {
    const { rows } = await client.query<Head>({
      name: `${this.schema}.${this.name} lines`,
      text: `select key, state, occurred_at as occurred, recorded_at as recorded, position
             from ${this.heads} where key = any($1)`,
      values: [keys],
    });
    return rows;
  }

  /** The next keys, in order. */
  async keysAfter(client: pg.ClientBase, cursor: string, most: number): Promise<readonly string[]> {
    const { rows } = await client.query<{ key: string }>({
      name: `${this.schema}.${this.name} keys`,
      text: `select key from ${this.heads} where key > $1 order by key limit $2`,
      values: [cursor, most],
    });
    return rows.map(({ key }) => key);
  }

  /** All events of these keys, as they happened or as they came to be known. */
  async inputsOf(
    client: pg.ClientBase,
    keys: readonly string[],
    as: keyof typeof orders,
  ): Promise<ReadonlyMap<string, Input[]>> {
    const found = new Map<string, Input[]>(keys.map((key) => [key, []]));
    const { rows } = await client.query<StoredInput>({
      name: `${this.schema}.${this.name} inputs`,
      text: `select * from ${this.inputs} where key = any($1) order by ${orders[as]}`,
      values: [keys],
    });
    for (const row of rows) found.get(row.key)?.push(inputOf(row));
    return found;
  }
}

/** Of an event as it comes, what is kept of it: a fold sees the same when it goes over it again. */
export const keptOf = ({ position, id, stream, revision, type, data, occurredAt, actor }: KeptEvent): KeptEvent => ({
  position,
  id,
  stream,
  revision,
  type,
  data,
  occurredAt,
  actor,
});

export const causeOf = ({ position, type, actor }: KeptEvent): Cause => ({
  position,
  type,
  actorId: actor.id,
  actorRole: actor.role,
});

interface StoredInput {
  readonly key: string;
  readonly position: bigint;
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly data: object;
  readonly occurred_at: Instant;
  readonly recorded_at: Instant;
  readonly actor_id: string;
  readonly actor_role: RecordedEvent['actor']['role'];
}

const inputOf = (row: StoredInput): Input => ({
  key: row.key,
  event: {
    position: row.position,
    id: row.id,
    stream: row.stream,
    revision: row.revision,
    type: row.type,
    data: row.data,
    occurredAt: row.occurred_at,
    actor: { id: row.actor_id, role: row.actor_role },
  },
  recorded: row.recorded_at,
});
