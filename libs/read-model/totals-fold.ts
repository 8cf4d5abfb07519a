import type pg from 'pg';
import type { Instant, LocalDate } from '../kernel/index.js';
import { type Row, rowText } from './columns.js';
import type { Rows } from './copy.js';
import { CopyText } from './copy-text.js';
import type { Table } from './definition.js';
import { monthOf } from './figures.js';
import { quoted } from './schema.js';
import { type Cause, forever, type Known } from './timeline.js';
import { daysOf, entriesOf, type Summed, type TotalsTable } from './totals.js';

/** Sums of one place, of events that happened in one month, or on one day, and were recorded in one. */
interface Cell {
  readonly of: readonly unknown[];
  readonly sums: number[];
}

/** Where cells are kept, and which one an instant falls into. */
interface Cells {
  readonly table: string;
  readonly dates: readonly [valid: string, recorded: string];
  readonly dateOf: (at: Instant) => LocalDate;
  /** By both dates, and then by place: a key of all three would have to be put together for each change. */
  readonly changed: Map<string, Map<string, Cell>>;
}

/** What an event changed in one place. */
interface Change {
  readonly row: Row;
  readonly sums: number[];
}

/** What changes at one point of the two axes. */
interface Corner {
  readonly changes: Map<string, Change>;
  readonly validFrom: Instant;
  readonly recordedFrom: Instant;
}

/** Hears which rows of a table begin, and which ones they follow. */
export interface Listener {
  /** A row of a timeline is believed from an instant on (1), or is not any more (-1), because of an event. */
  rectangle(key: string, known: Known, sign: 1 | -1, recorded: Instant, by: Cause): void;
  /** All rectangles of an event were told: what one row takes away and the next one adds is entered as one. */
  told(): void;
  /**
   * @param validFrom and `recordedFrom`: when the row began, and the one before it ended
   * @param of of a version: its key, and the event that made it
   */
  begun(
    row: Row,
    validFrom: Instant,
    recordedFrom: Instant,
    before?: { readonly row: Row; readonly validFrom: Instant; readonly cause: string },
    of?: { readonly key: string; readonly cause: Cause },
  ): void;
}

/** Adds up what a batch of events changes of one totals table. */
export class TotalsFold {
  private readonly placeOf: (row: Row) => string;
  private readonly text = new CopyText();
  private readonly cells: readonly Cells[];
  /** By listener, what an event changes while its rows begin and end. */
  private readonly untold: Map<string, Corner>[] = [];

  constructor(
    private readonly schema: string,
    private readonly name: string,
    private readonly table: TotalsTable,
  ) {
    this.placeOf = rowText(
      Object.fromEntries(Object.entries(table.columns).filter(([column]) => table.by.includes(column))),
    );
    const months: Cells = {
      table: name,
      dates: ['valid_in', 'recorded_in'],
      dateOf: monthOf,
      changed: new Map(),
    };
    const days: Cells = {
      table: daysOf(name),
      dates: ['valid_on', 'recorded_on'],
      dateOf: (at) => at.slice(0, 10),
      changed: new Map(),
    };
    this.cells = table.byDay ? [months, days] : [months];
  }

  /** To be told of the rows of a table, if they are added up here. */
  listenersTo(table: Table): readonly Listener[] {
    return this.table.of.filter((summed) => summed.table === table).map((summed) => this.listener(summed));
  }

  /** There is nothing to look up. */
  async load(): Promise<void> {
    return Promise.resolve();
  }

  /** What other tables make of the event is heard. */
  take(): void {
    return undefined;
  }

  /** All is done as events come. */
  async settle(): Promise<void> {
    return Promise.resolve();
  }

  rows(): readonly Rows[] {
    const columns = [...this.table.by, ...this.table.sums, 'valid_from', 'recorded_from'];
    return [{ table: entriesOf(this.name), columns, text: this.text }];
  }

  /** Adds to the sums. One that has become 0 stays: the same rows come out, however batches are cut. */
  async close(client: pg.ClientBase): Promise<void> {
    for (const cells of this.cells) if (cells.changed.size > 0) await this.add(client, cells);
  }

  private async add(client: pg.ClientBase, { table, dates, changed }: Cells): Promise<void> {
    const { by, sums, columns } = this.table;
    const cells = [...changed.values()].flatMap((places) => [...places.values()]);
    const key = [...by, ...dates];
    const types = [...by.map((column) => columns[column]?.type ?? 'text'), 'date', 'date', ...sums.map(() => 'bigint')];
    const names = (of: readonly string[]): string => of.map((column) => quoted(column)).join(', ');
    await client.query({
      name: `${this.schema}.${table} add`,
      text: `insert into ${quoted(this.schema, table)} as t (${names([...key, ...sums])})
             select * from unnest(${types.map((type, place) => `$${place + 1}::${type}[]`).join(', ')})
             on conflict (${names(key)}) do update set
               ${sums.map((column) => `${quoted(column)} = t.${quoted(column)} + excluded.${quoted(column)}`).join(', ')}`,
      values: [
        ...key.map((_, place) => cells.map(({ of }) => of[place])),
        ...sums.map((_, place) => cells.map((cell) => cell.sums[place])),
      ],
    });
  }

  commit(): void {
    this.reset();
  }

  reset(): void {
    this.text.clear();
    for (const { changed } of this.cells) changed.clear();
    for (const corners of this.untold) corners.clear();
  }

  private listener({ parts, begun }: Summed): Listener {
    const corners = new Map<string, Corner>();
    this.untold.push(corners);
    // What a rectangle counts for is added, or taken away, from a corner of it on.
    const corner = (row: Row, from: Instant, sign: 1 | -1, validFrom: Instant, recordedFrom: Instant): void => {
      const at = `${validFrom}\t${recordedFrom}`;
      const { changes } = corners.get(at) ?? { changes: new Map<string, Change>() };
      corners.set(at, { changes, validFrom, recordedFrom });
      this.count(changes, parts(row, from), sign);
    };
    return {
      rectangle: (_key, { row, from, to }, sign, recorded) => {
        corner(row, from, sign, from, recorded);
        if (to !== forever) corner(row, from, sign === 1 ? -1 : 1, to, recorded);
      },
      told: () => {
        for (const { changes, validFrom, recordedFrom } of corners.values()) {
          this.enter(changes, validFrom, recordedFrom);
        }
        corners.clear();
      },
      begun: (row, validFrom, recordedFrom, before) => {
        const changes = new Map<string, Change>();
        if (before && !begun) this.count(changes, parts(before.row, before.validFrom), -1);
        this.count(changes, parts(row, validFrom), 1);
        this.enter(changes, validFrom, recordedFrom);
      },
    };
  }

  private count(changes: Map<string, Change>, parts: readonly Row[], sign: 1 | -1): void {
    const { sums } = this.table;
    for (const part of parts) {
      const place = this.placeOf(part);
      const change = changes.get(place);
      if (change) {
        for (const [at, name] of sums.entries()) change.sums[at] = (change.sums[at] ?? 0) + sign * amountOf(part, name);
      } else {
        changes.set(place, { row: part, sums: sums.map((name) => sign * amountOf(part, name)) });
      }
    }
  }

  private enter(changes: ReadonlyMap<string, Change>, validFrom: Instant, recordedFrom: Instant): void {
    for (const [place, { sums }] of changes) {
      if (isNothing(sums)) continue;
      // What is not told apart at all has no columns for it.
      if (this.table.by.length > 0) this.text.field(place);
      this.text.fields(...sums, validFrom, recordedFrom);
      this.text.endLine();
    }
    for (const cells of this.cells) this.addTo(cells, changes, validFrom, recordedFrom);
  }

  private addTo(
    { changed, dateOf }: Cells,
    changes: ReadonlyMap<string, Change>,
    validFrom: Instant,
    recordedFrom: Instant,
  ): void {
    const valid = dateOf(validFrom);
    const recorded = dateOf(recordedFrom);
    const dates = `${valid}\t${recorded}`;
    let places = changed.get(dates);
    for (const [place, { row, sums }] of changes) {
      if (isNothing(sums)) continue;
      const cell = places?.get(place);
      if (cell) {
        for (const [at, sum] of sums.entries()) cell.sums[at] = (cell.sums[at] ?? 0) + sum;
        continue;
      }
      const of = this.table.by.map((column) => row[column] ?? null);
      if (!places) changed.set(dates, (places = new Map<string, Cell>()));
      places.set(place, { of: [...of, valid, recorded], sums: [...sums] });
    }
  }
}

const amountOf = (part: Row, name: string): number => (part[name] ?? 0) as number;

const isNothing = (sums: readonly number[]): boolean => sums.every((sum) => sum === 0);
