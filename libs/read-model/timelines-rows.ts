import type pg from 'pg';
import type { Instant } from '../kernel/index.js';
import { complete, escapeText, type Row, rowWriter } from './columns.js';
import type { Rows } from './copy.js';
import { CopyText } from './copy-text.js';
import { type EndedRow, endRows } from './ended-rows.js';
import { columnNames, quoted } from './schema.js';
import { type Cause, forever, type Known } from './timeline.js';
import { headsOf, type TimelinesTable } from './timelines.js';
import type { Listener } from './totals-fold.js';

/** The rows of a timelines table: those that begin and end in a batch, and those that are believed. */
export class TimelineRows {
  private readonly columns: readonly string[];
  private readonly rowColumns: readonly string[];
  private readonly write: (row: Row, into: CopyText) => void;
  private readonly text = new CopyText();
  private begun: (readonly [key: string, known: Known])[] = [];
  private ended: EndedRow[] = [];

  constructor(
    private readonly schema: string,
    private readonly name: string,
    private readonly table: TimelinesTable,
    private readonly listeners: readonly Listener[],
  ) {
    this.columns = columnNames(table);
    this.rowColumns = Object.keys(table.columns);
    this.write = rowWriter(table.columns);
  }

  /** A row with its key and every column. */
  named(key: string, row: Row): Row {
    return complete(this.rowColumns, { ...row, [this.table.key]: key });
  }

  begin(key: string, known: Known, by: Cause): void {
    this.tell(key, known, 1, known.recordedFrom, by);
    this.begun.push([key, known]);
  }

  end(key: string, known: Known, by: Cause): void {
    const { from, recordedFrom, recordedTo, stored } = known;
    this.tell(key, known, -1, recordedTo, by);
    if (stored) this.ended.push({ of: [key], from, recordedFrom, recordedTo });
  }

  /** What is to be inserted. */
  rows(): Rows {
    const { text } = this;
    text.clear();
    for (const [key, { row, from, to, recordedFrom, recordedTo, cause }] of this.begun) {
      if (recordedTo <= recordedFrom) continue;
      const { position, type, actorId, actorRole } = cause;
      this.write({ ...row, [this.table.key]: key }, text);
      text.fields(from, to, recordedFrom, recordedTo, position, type, escapeText(actorId), actorRole);
      text.endLine();
    }
    return { table: this.name, columns: this.columns, text };
  }

  /** All rows that an event begins and ends were given. */
  told(): void {
    for (const listener of this.listeners) listener.told();
  }

  private tell(key: string, known: Known, sign: 1 | -1, recorded: Instant, by: Cause): void {
    for (const listener of this.listeners) listener.rectangle(key, known, sign, recorded, by);
  }

  /** Ends the stored rows that are not believed any more. */
  close(client: pg.ClientBase): Promise<void> {
    return endRows(client, this.schema, this.name, [this.table.key], this.ended);
  }

  commit(): void {
    for (const [, known] of this.begun) known.stored = true;
  }

  clear(): void {
    this.begun = [];
    this.ended = [];
    this.text.clear();
  }

  /** What is believed now of these keys and reaches beyond their last event, in order. */
  async ahead(client: pg.ClientBase, keys: readonly string[]): Promise<ReadonlyMap<string, readonly Known[]>> {
    const { rows } = await client.query<Row>({
      name: `${this.schema}.${this.name} believed`,
      text: `select t.* from ${quoted(this.schema, this.name)} t
             join ${quoted(this.schema, headsOf(this.name))} h on h.key = t.${quoted(this.table.key)}
             where h.key = any($1) and t.recorded_to = 'infinity' and t.valid_to > h.occurred_at`,
      values: [keys],
    });
    return this.byKey(rows);
  }

  /** All that is believed now of these keys, in order. */
  async believed(client: pg.ClientBase, keys: readonly string[]): Promise<ReadonlyMap<string, readonly Known[]>> {
    const { rows } = await client.query<Row>({
      name: `${this.schema}.${this.name} all believed`,
      text: `select * from ${quoted(this.schema, this.name)}
             where ${quoted(this.table.key)} = any($1) and recorded_to = 'infinity'`,
      values: [keys],
    });
    return this.byKey(rows);
  }

  private byKey(stored: readonly Row[]): ReadonlyMap<string, readonly Known[]> {
    const found = new Map<string, Known[]>();
    for (const row of stored) {
      const key = row[this.table.key] as string;
      const known = this.knownFrom(row);
      const others = found.get(key);
      if (others) others.push(known);
      else found.set(key, [known]);
    }
    for (const known of found.values()) known.sort((a, b) => (a.from < b.from ? -1 : 1));
    return found;
  }

  private knownFrom(row: Row): Known {
    const text = (column: string): string => row[column] as string;
    return {
      from: text('valid_from'),
      to: text('valid_to'),
      recordedFrom: text('recorded_from'),
      recordedTo: forever,
      row: complete(this.rowColumns, row),
      cause: {
        position: row['position'] as bigint,
        type: text('cause'),
        actorId: text('actor_id'),
        actorRole: text('actor_role'),
      },
      stored: true,
    };
  }
}
