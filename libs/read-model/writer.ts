import type pg from 'pg';
import type { Instant, Position, RecordedEvent } from '../kernel/index.js';
import { AppendsFold } from './appends-fold.js';
import type { Row } from './columns.js';
import { copyInto } from './copy.js';
import type { Projection, Table, Tables } from './definition.js';
import { CheckpointMoved, isRefusedData, Unprojectable } from './errors.js';
import { grownTables } from './grown-tables.js';
import { positionsChannel } from './notifications.js';
import { skippedEvents } from './registry.js';
import { indexStatements, quoted, storedTables } from './schema.js';
import { MembershipsFold } from './memberships-fold.js';
import { tableName } from './gathered.js';
import { GatheredFold } from './gathered-fold.js';
import { TimelinesFold } from './timelines-fold.js';
import { type Listener, TotalsFold } from './totals-fold.js';
import { VersionsFold } from './versions-fold.js';

/** Events of the log up to a position. */
export interface Batch {
  readonly events: readonly RecordedEvent[];
  readonly position: Position;
}

/** Where a batch ends, and when the last event before that was recorded; left out: there is none in it. */
type Reached = Pick<Batch, 'position'> & { readonly recordedAt?: Instant | undefined };

/** Events after which it is looked whether planners know the tables as they are now. */
const looksAfter = 200;

/** How one table takes in a batch: loaded, taken event by event, settled, written; then committed or reset. */
type Fold = VersionsFold | AppendsFold | TimelinesFold | GatheredFold | MembershipsFold | TotalsFold;

/** Versions first: the others find their keys through them. What is gathered comes behind what it is gathered from. */
function foldsOf({ tables }: Projection, schema: string): readonly Fold[] {
  const versions = new Map<string, VersionsFold>();
  const appends: AppendsFold[] = [];
  const timelines: (TimelinesFold | MembershipsFold)[] = [];
  const totals = Object.entries(tables).flatMap(([name, table]) =>
    table.kind === 'totals' ? [new TotalsFold(schema, name, table)] : [],
  );
  const gathered: GatheredFold[] = [];
  const listeners = (table: Table): readonly Listener[] =>
    [...totals, ...gathered].flatMap((fold) => fold.listenersTo(table));
  for (const [name, table] of Object.entries(tables).reverse()) {
    if (table.kind !== 'timelines' || !table.gathered) continue;
    const nameOf = (told: object): string => tableName(tables, told);
    gathered.unshift(new GatheredFold(schema, name, table, table.gathered, nameOf, listeners(table)));
  }
  const ownRow = (table: string, event: RecordedEvent): Row | undefined => versions.get(table)?.ownRow(event);
  for (const [name, table] of Object.entries(tables)) {
    if (table.kind === 'versions') {
      versions.set(name, new VersionsFold(schema, name, table, askedBy(tables, name), listeners(table)));
    } else if (table.kind === 'appends') appends.push(new AppendsFold(name, table, listeners(table)));
    else if (table.kind === 'memberships') timelines.push(new MembershipsFold(schema, name, table, ownRow));
    else if (table.kind === 'timelines' && !table.gathered) {
      timelines.push(new TimelinesFold(schema, name, table, ownRow, listeners(table)));
    }
  }
  return [...versions.values(), ...appends, ...timelines, ...gathered, ...totals];
}

const askedBy = (tables: Tables, name: string): ReadonlySet<string> =>
  new Set(
    Object.values(tables).flatMap((table) =>
      (table.kind === 'timelines' || table.kind === 'memberships') && table.via.includes(name)
        ? [...table.handlers.keys()]
        : [],
    ),
  );

/**
 * Writes one projection's schema over one connection: a batch's rows and the checkpoint in one transaction, or nothing.
 */
export class ProjectionWriter {
  private readonly folds: readonly Fold[];
  private readonly memberships: readonly MembershipsFold[];
  private readonly types: ReadonlySet<string>;
  private skipped: ReadonlySet<Position> = new Set();
  /** Events handled a second, smoothed over the last batches. */
  private rate = 0;
  private lastWrite = performance.now();
  private indexed = false;
  private analyzed = false;
  private sinceLook = 0;
  checkpoint: Position | null = null;

  constructor(
    private readonly client: pg.ClientBase,
    private readonly projection: Projection,
    private readonly schema: string,
  ) {
    this.types = new Set(projection.types);
    this.folds = foldsOf(projection, schema);
    this.memberships = this.folds.filter((fold) => fold instanceof MembershipsFold);
  }

  /** Takes up where the database stands. */
  async resume(): Promise<Position | null> {
    this.forget();
    const { rows } = await this.client.query<{ position: Position | null }>(
      `select position from ${quoted(this.schema, 'checkpoint')}`,
    );
    const [row] = rows;
    if (!row) throw new Error(`The checkpoint of ${this.schema} is gone.`);
    this.skipped = await skippedEvents(this.client, this.projection);
    for (const fold of this.memberships) await fold.load(this.client);
    this.checkpoint = row.position;
    return row.position;
  }

  /**
   * @throws Unprojectable what came before the event is written
   * @throws CheckpointMoved nothing is written
   */
  async write({ events, position }: Batch): Promise<void> {
    const handled = events.filter((event) => this.types.has(event.type) && !this.skipped.has(event.position));
    try {
      let from = 0;
      for (const [place, event] of handled.entries()) {
        if (place + 1 === handled.length || !this.memberships.some((fold) => fold.endsBatch(event))) continue;
        await this.writeFolded(handled.slice(from, place + 1), event, place + 1 - from);
        from = place + 1;
      }
      const reached = { position, recordedAt: events.at(-1)?.recordedAt };
      await this.writeFolded(handled.slice(from), reached, events.length - from);
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /**
   * It has caught up. Indexes are made only then, as keeping them while a whole log is written costs far more than making
   * them at its end; and what planners know of tables that have grown by much would come too late by itself. Who knows
   * nothing of a table scans all of it, and goes on to do so while it grows.
   */
  async live(): Promise<void> {
    if (!this.indexed) {
      for (const statement of indexStatements(this.projection, this.schema)) await this.client.query(statement);
      this.indexed = true;
    }
    if (this.sinceLook < looksAfter) return;
    this.sinceLook = 0;
    const tables = this.analyzed ? await grownTables(this.client, this.schema) : storedTables(this.projection);
    this.analyzed = true;
    for (const table of tables) await this.client.query(`analyze ${quoted(this.schema, table)}`);
  }

  /** Goes on with what is done between batches. @returns whether more is left @throws CheckpointMoved */
  async advance(): Promise<boolean> {
    const behind = this.memberships.filter((fold) => fold.isBehind);
    if (behind.length === 0) return false;
    await this.client.query('begin');
    try {
      const { rowCount } = await this.client.query(
        `select from ${quoted(this.schema, 'checkpoint')} where position is not distinct from $1 for update`,
        [this.checkpoint],
      );
      if (rowCount === 0) throw new CheckpointMoved(`Another writer has moved the checkpoint of ${this.schema}.`);
      for (const fold of behind) await fold.advance(this.client);
      await this.client.query('commit');
    } catch (error) {
      await this.client.query('rollback');
      this.forget();
      throw error;
    }
    return this.memberships.some((fold) => fold.isBehind);
  }

  private async writeFolded(events: readonly RecordedEvent[], reached: Reached, seen: number): Promise<void> {
    const failed = await this.fold(events);
    if (failed) {
      const before = events.slice(0, events.indexOf(failed.event));
      const last = before.at(-1);
      if (last) await this.writeFolded(before, last, before.length);
      throw failed;
    }
    try {
      await this.transaction(events, reached, seen);
    } catch (error) {
      await this.client.query('rollback');
      if (!isRefusedData(error)) throw error;
      await this.writeHalves(events, reached, seen, error);
    }
  }

  /** PostgreSQL refuses some row: the event that it comes from is found by halving. */
  private async writeHalves(
    events: readonly RecordedEvent[],
    reached: Reached,
    seen: number,
    error: unknown,
  ): Promise<void> {
    this.forget();
    const middle = Math.ceil(events.length / 2);
    const [first] = events;
    const last = events[middle - 1];
    if (!first || !last) throw error;
    if (events.length === 1) throw new Unprojectable(first, error);
    await this.writeFolded(events.slice(0, middle), last, middle);
    await this.writeFolded(events.slice(middle), reached, seen - middle);
  }

  /** Folds all tables; where an event fails in one of them, nothing is folded and that event is told. */
  private async fold(events: readonly RecordedEvent[]): Promise<Unprojectable | undefined> {
    for (const fold of this.folds) await fold.load(this.client, events);
    try {
      for (const event of events) for (const fold of this.folds) fold.take(event);
      for (const fold of this.folds) await fold.settle(this.client);
      return undefined;
    } catch (error) {
      if (!(error instanceof Unprojectable)) throw error;
      this.forget();
      return error;
    }
  }

  private async transaction(events: readonly RecordedEvent[], reached: Reached, seen: number): Promise<void> {
    await this.client.query('begin');
    await this.moveCheckpoint(reached, seen, events.length);
    for (const fold of this.folds) {
      await fold.close(this.client);
      for (const rows of fold.rows()) if (!rows.text.isEmpty) await copyInto(this.client, this.schema, rows);
    }
    for (const fold of this.memberships) await fold.finish(this.client);
    await this.client.query('commit');
    this.checkpoint = reached.position;
    this.sinceLook += events.length;
    for (const fold of this.folds) fold.commit();
  }

  /** First in the transaction, so that a second writer, if there ever were one, waits here and then finds it moved. */
  private async moveCheckpoint({ position, recordedAt }: Reached, seen: number, handled: number): Promise<void> {
    const { rowCount } = await this.client.query({
      name: `${this.schema} checkpoint`,
      text: `with moved as (
               update ${quoted(this.schema, 'checkpoint')}
               set position = $2, seen = seen + $3, handled = handled + $4,
                   recorded_at = greatest(recorded_at, $5), rate = $6, moved_at = now()
               where position is not distinct from $1 returning 1
             ) select pg_notify('${positionsChannel}', $7) from moved`,
      values: [this.checkpoint, position, seen, handled, recordedAt, this.measure(seen), `${this.schema} ${position}`],
    });
    if (rowCount === 0) throw new CheckpointMoved(`Another writer has moved the checkpoint of ${this.schema}.`);
  }

  private measure(events: number): number {
    const now = performance.now();
    const seconds = Math.max((now - this.lastWrite) / 1000, 0.001);
    const weight = 1 - Math.exp(-seconds / 5);
    this.rate += weight * (events / seconds - this.rate);
    this.lastWrite = now;
    return this.rate;
  }

  private forget(): void {
    for (const fold of this.folds) fold.reset();
  }
}
