import type pg from 'pg';
import type { Instant } from '../kernel/index.js';
import { escapeText } from './columns.js';
import { copyInto, type Rows } from './copy.js';
import { CopyText } from './copy-text.js';
import { type EndedRow, endRows } from './ended-rows.js';
import type { KnownStay } from './membership.js';
import type { MembershipsTable } from './memberships.js';
import { type KeptRule, nameOf } from './memberships-rules.js';
import { columnNames, quoted } from './schema.js';
import { type Cause, forever } from './timeline.js';
import { headsOf } from './timelines.js';

/** Stays by the name of their rule. */
export type Believed = Map<string, readonly KnownStay[]>;

/** The rows of a memberships table: those that begin and end in a batch, and those that are believed. */
export class Stays {
  private readonly columns: readonly string[];
  private begun: { readonly rule: KeptRule; readonly key: string; readonly stay: KnownStay }[] = [];
  private ended: EndedRow[] = [];
  private readonly text = new CopyText();

  constructor(
    private readonly schema: string,
    private readonly name: string,
    table: MembershipsTable,
  ) {
    this.columns = columnNames(table);
  }

  begin(rule: KeptRule, key: string, stay: KnownStay): void {
    this.begun.push({ rule, key, stay });
  }

  end({ rule, version }: KeptRule, key: string, { from, recordedFrom, recordedTo, stored }: KnownStay): void {
    if (stored) this.ended.push({ of: [rule, version, key], from, recordedFrom, recordedTo });
  }

  /** What is to be inserted. */
  rows(): Rows {
    this.text.clear();
    for (const { rule, key, stay } of this.begun) write(rule, key, stay, this.text);
    return { table: this.name, columns: this.columns, text: this.text };
  }

  /** Ends the stored rows that are not believed any more. */
  close(client: pg.ClientBase): Promise<void> {
    return endRows(client, this.schema, this.name, ['rule', 'version', 'key'], this.ended);
  }

  commit(): void {
    for (const { stay } of this.begun) stay.stored = true;
  }

  clear(): void {
    this.begun = [];
    this.ended = [];
    this.text.clear();
  }

  /** Inserts the stays of keys under a rule that is new to them. */
  async write(client: pg.ClientBase, rule: KeptRule, stays: ReadonlyMap<string, readonly KnownStay[]>): Promise<void> {
    const text = new CopyText();
    for (const [key, ofKey] of stays) for (const stay of ofKey) write(rule, key, stay, text);
    if (!text.isEmpty) await copyInto(client, this.schema, { table: this.name, columns: this.columns, text });
  }

  /** What is believed now of these keys and reaches to their last event. */
  async ahead(client: pg.ClientBase, keys: readonly string[]): Promise<ReadonlyMap<string, Believed>> {
    const { rows } = await client.query<StoredStay>({
      name: `${this.schema}.${this.name} believed`,
      // Each key once, and its stays by their index: however many there are, and however few.
      text: `select m.* from ${quoted(this.schema, headsOf(this.name))} h cross join lateral (
               select * from ${quoted(this.schema, this.name)} s
               where s.key = h.key collate "default" and s.recorded_to = 'infinity' and s.valid_to >= h.occurred_at offset 0
             ) m where h.key = any($1)`,
      values: [keys],
    });
    return byKey(rows);
  }

  /** All that is believed now of these keys. */
  async believed(client: pg.ClientBase, keys: readonly string[]): Promise<ReadonlyMap<string, Believed>> {
    const { rows } = await client.query<StoredStay>({
      name: `${this.schema}.${this.name} all believed`,
      text: `select * from ${quoted(this.schema, this.name)} where key = any($1) and recorded_to = 'infinity'`,
      values: [keys],
    });
    return byKey(rows);
  }
}

const causeFields = ({ position, type, actorId, actorRole }: Cause): readonly string[] => [
  String(position),
  type,
  escapeText(actorId),
  actorRole,
];

/** Nothing for what was believed for no time at all. */
function write({ rule, version }: KeptRule, key: string, stay: KnownStay, into: CopyText): void {
  const { from, to, recordedFrom, recordedTo, cause, left } = stay;
  if (recordedTo <= recordedFrom) return;
  into.fields(escapeText(rule), escapeText(version), escapeText(key), from, to, recordedFrom, recordedTo);
  into.fields(...causeFields(cause), ...(left ? causeFields(left) : ['\\N', '\\N', '\\N', '\\N']));
  into.endLine();
}

interface StoredStay {
  readonly rule: string;
  readonly version: string;
  readonly key: string;
  readonly valid_from: Instant;
  readonly valid_to: Instant;
  readonly recorded_from: Instant;
  readonly position: bigint;
  readonly cause: string;
  readonly actor_id: string;
  readonly actor_role: string;
  readonly left_position: bigint | null;
  readonly left_cause: string | null;
  readonly left_actor_id: string | null;
  readonly left_actor_role: string | null;
}

function byKey(rows: readonly StoredStay[]): ReadonlyMap<string, Believed> {
  const found = new Map<string, Map<string, KnownStay[]>>();
  for (const row of rows) {
    const ofKey = found.get(row.key) ?? new Map<string, KnownStay[]>();
    found.set(row.key, ofKey);
    const stays = ofKey.get(nameOf(row)) ?? [];
    ofKey.set(nameOf(row), stays);
    stays.push(stayOf(row));
  }
  for (const ofKey of found.values()) {
    for (const stays of ofKey.values()) stays.sort((a, b) => (a.from < b.from ? -1 : 1));
  }
  return found;
}

const stayOf = (row: StoredStay): KnownStay => ({
  from: row.valid_from,
  to: row.valid_to,
  recordedFrom: row.recorded_from,
  recordedTo: forever,
  cause: { position: row.position, type: row.cause, actorId: row.actor_id, actorRole: row.actor_role },
  left:
    row.left_position === null
      ? null
      : {
          position: row.left_position,
          type: row.left_cause ?? '',
          actorId: row.left_actor_id ?? '',
          actorRole: row.left_actor_role ?? '',
        },
  stored: true,
});
