import type { RecordedEvent } from '../kernel/index.js';
import { complete, type Row, rowWriter } from './columns.js';
import type { Rows } from './copy.js';
import { CopyText } from './copy-text.js';
import type { AppendsTable } from './definition.js';
import { Unprojectable } from './errors.js';
import { columnNames } from './schema.js';
import type { Listener } from './totals-fold.js';

/** Collects the rows that a batch of events adds to one append-only table. */
export class AppendsFold {
  private readonly columns: readonly string[];
  private readonly rowColumns: readonly string[];
  private readonly write: (row: Row, into: CopyText) => void;
  private readonly text = new CopyText();

  constructor(
    private readonly name: string,
    private readonly table: AppendsTable,
    private readonly listeners: readonly Listener[],
  ) {
    this.columns = columnNames(table);
    this.rowColumns = Object.keys(table.columns);
    this.write = rowWriter(table.columns);
  }

  /** There is nothing to look up. */
  async load(): Promise<void> {
    return Promise.resolve();
  }

  /** @throws Unprojectable if its handler cannot take it */
  take(event: RecordedEvent): void {
    const handler = this.table.handlers.get(event.type);
    if (!handler) return;
    try {
      const given = handler(event);
      for (const row of Array.isArray(given) ? (given as readonly Row[]) : [given as Row]) {
        this.write(row, this.text);
        this.text.fields(event.position, event.occurredAt, event.recordedAt);
        this.text.endLine();
        for (const listener of this.listeners) {
          listener.begun(complete(this.rowColumns, row), event.occurredAt, event.recordedAt);
        }
      }
    } catch (error) {
      throw new Unprojectable(event, error);
    }
  }

  /** All is done as events come. */
  async settle(): Promise<void> {
    return Promise.resolve();
  }

  rows(): readonly Rows[] {
    return [{ table: this.name, columns: this.columns, text: this.text }];
  }

  /** What is appended is never changed. */
  async close(): Promise<void> {
    return Promise.resolve();
  }

  commit(): void {
    this.text.clear();
  }

  reset(): void {
    this.text.clear();
  }
}
