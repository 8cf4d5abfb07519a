import type pg from 'pg';
import type { RecordedEvent } from '../kernel/index.js';
import type { Row } from './columns.js';
import type { Noted } from './memberships.js';
import { quoted } from './schema.js';

/** The rows of a versions table, each once, as they came to be known: what events are kept with. */
export class NotedRows {
  private known: unknown;
  private loaded = false;

  constructor(
    private readonly schema: string,
    private readonly noted: Noted<unknown>,
    private readonly ownRow: (table: string, event: RecordedEvent) => Row | undefined,
  ) {}

  get notes(): unknown {
    return this.known;
  }

  async load(client: pg.ClientBase): Promise<void> {
    if (this.loaded) return;
    const notes = this.noted.none();
    const { rows } = await client.query<Row>(`select * from ${quoted(this.schema, this.noted.from)} order by position`);
    for (const row of rows) this.noted.add(notes, row);
    this.known = notes;
    this.loaded = true;
  }

  /** Behind the versions table, which has made its row by then. */
  take(event: RecordedEvent): void {
    if (event.type !== this.noted.on) return;
    const row = this.ownRow(this.noted.from, event);
    if (row) this.noted.add(this.known, row);
  }

  /** What was taken was not written. */
  reset(): void {
    this.loaded = false;
  }
}
