import type pg from 'pg';
import { later, type RecordedEvent } from '../kernel/index.js';
import { complete, escapeText, type Row, rowWriter } from './columns.js';
import type { Rows } from './copy.js';
import { CopyText } from './copy-text.js';
import type { VersionsTable } from './definition.js';
import { Unprojectable } from './errors.js';
import { causeOf } from './kept-keys.js';
import { forgetOldest } from './memory.js';
import { columnNames, quoted } from './schema.js';
import type { Listener } from './totals-fold.js';

interface Version {
  readonly key: string;
  readonly row: Row;
  readonly validFrom: string;
  readonly recordedFrom: string;
  validTo: string;
  recordedTo: string;
  readonly revision: number;
  readonly position: bigint;
  readonly cause: string;
  readonly actorId: string;
  readonly actorRole: string;
  stored: boolean;
}

/** Folds a batch of events over one versions table: current rows are loaded at once, folded in memory, written at once. */
export class VersionsFold {
  private readonly columns: readonly string[];
  private readonly rowColumns: readonly string[];
  private readonly write: (row: Row, into: CopyText) => void;
  private readonly text = new CopyText();
  /** Least recently used first. What stands in it was committed. */
  private readonly cache = new Map<string, Version>();
  private working = new Map<string, Version | undefined>();
  private opened: Version[] = [];
  private closed: Version[] = [];

  /** @param asked event types that other tables ask for the row of their stream by, besides those handled here */
  constructor(
    private readonly schema: string,
    private readonly name: string,
    private readonly table: VersionsTable,
    private readonly asked: ReadonlySet<string>,
    private readonly listeners: readonly Listener[],
  ) {
    this.columns = columnNames(table);
    this.rowColumns = Object.keys(table.columns);
    this.write = rowWriter(table.columns);
  }

  /** Loads the current rows that the events build on and that are not at hand. */
  async load(client: pg.ClientBase, events: readonly RecordedEvent[]): Promise<void> {
    const missing = new Set<string>();
    const { handlers, keyIsStream } = this.table;
    for (const event of events) {
      if (!handlers.has(event.type) && !this.asked.has(event.type)) continue;
      if (keyIsStream && event.revision === 0) continue;
      const key = this.keyOf(event);
      if (key !== undefined && !this.cache.has(key)) missing.add(key);
    }
    if (missing.size === 0) return;
    const { rows } = await client.query<Record<string, unknown>>({
      name: `${this.schema}.${this.name} current`,
      text: `select ${this.columns.map((column) => quoted(column)).join(', ')} from ${quoted(this.schema, this.name)}
             where ${quoted(this.table.key)} = any($1) and valid_to = 'infinity'`,
      values: [[...missing]],
    });
    for (const row of rows) {
      const version = this.fromStored(row);
      this.cache.set(version.key, version);
    }
  }

  /** @throws Unprojectable if its handler cannot take it */
  take(event: RecordedEvent): void {
    const handler = this.table.handlers.get(event.type);
    if (!handler) return;
    try {
      const key = this.table.keyOf(event);
      const previous = this.version(key);
      const row = handler(event, previous?.row);
      if (row) this.open(key, row, event, previous);
    } catch (error) {
      throw new Unprojectable(event, error);
    }
  }

  /** All is done as events come. */
  async settle(): Promise<void> {
    return Promise.resolve();
  }

  /** The row of the event's stream, with all that was taken. */
  ownRow(event: RecordedEvent): Row | undefined {
    return this.version(this.table.keyOf(event))?.row;
  }

  /** What is to be inserted: the versions that began, with their end if they have one already. */
  rows(): readonly Rows[] {
    const { text } = this;
    text.clear();
    for (const version of this.opened) {
      this.write(version.row, text);
      text.fields(version.validFrom, version.validTo, version.recordedFrom, version.recordedTo, version.revision);
      text.fields(version.position, version.cause, escapeText(version.actorId), version.actorRole);
      text.endLine();
    }
    return [{ table: this.name, columns: this.columns, text }];
  }

  /** Ends the stored versions that were followed. */
  async close(client: pg.ClientBase): Promise<void> {
    if (this.closed.length === 0) return;
    const key = quoted(this.table.key);
    await client.query({
      name: `${this.schema}.${this.name} close`,
      text: `update ${quoted(this.schema, this.name)} t set valid_to = u.valid_to, recorded_to = u.recorded_to
             from unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::timestamptz[])
               u (key, position, valid_to, recorded_to)
             where t.${key} = u.key and t.position = u.position`,
      values: [
        this.closed.map((version) => version.key),
        this.closed.map((version) => version.position),
        this.closed.map((version) => version.validTo),
        this.closed.map((version) => version.recordedTo),
      ],
    });
  }

  /** The transaction is through: what was folded is what the next batch builds on. */
  commit(): void {
    for (const [key, version] of this.working) {
      this.cache.delete(key);
      if (!version) continue;
      version.stored = true;
      this.cache.set(key, version);
    }
    forgetOldest(this.cache);
    this.clear();
  }

  /** Nothing of it was written. Versions in the cache may have been closed in memory, so they go too. */
  reset(): void {
    this.cache.clear();
    this.clear();
  }

  private clear(): void {
    this.working = new Map();
    this.opened = [];
    this.closed = [];
    this.text.clear();
  }

  private open(key: string, given: Row, event: RecordedEvent, previous: Version | undefined): void {
    const row = complete(this.rowColumns, { ...given, [this.table.key]: key });
    // Times never run backwards within a stream, even if the store's clock did: as-of queries rest on it.
    const validFrom = previous ? later(previous.validFrom, event.occurredAt) : event.occurredAt;
    const recordedFrom = previous ? later(previous.recordedFrom, event.recordedAt) : event.recordedAt;
    if (previous) {
      previous.validTo = validFrom;
      previous.recordedTo = recordedFrom;
      if (previous.stored) this.closed.push(previous);
    }
    const version: Version = {
      key,
      row,
      validFrom,
      recordedFrom,
      validTo: 'infinity',
      recordedTo: 'infinity',
      revision: event.revision,
      position: event.position,
      cause: event.type,
      actorId: event.actor.id,
      actorRole: event.actor.role,
      stored: false,
    };
    if (this.listeners.length > 0) {
      const of = { key, cause: causeOf(event) };
      for (const listener of this.listeners) listener.begun(row, validFrom, recordedFrom, previous, of);
    }
    this.opened.push(version);
    this.working.set(key, version);
  }

  private version(key: string): Version | undefined {
    return this.working.has(key) ? this.working.get(key) : this.cache.get(key);
  }

  /** An event without a proper key is left for its fold to fail on. */
  private keyOf(event: RecordedEvent): string | undefined {
    try {
      return this.table.keyOf(event);
    } catch {
      return undefined;
    }
  }

  private fromStored(stored: Record<string, unknown>): Version {
    const text = (column: string): string => stored[column] as string;
    return {
      key: text(this.table.key),
      row: complete(this.rowColumns, stored),
      validFrom: text('valid_from'),
      recordedFrom: text('recorded_from'),
      validTo: 'infinity',
      recordedTo: 'infinity',
      revision: stored['revision'] as number,
      position: stored['position'] as bigint,
      cause: text('cause'),
      actorId: text('actor_id'),
      actorRole: text('actor_role'),
      stored: true,
    };
  }
}
