import type pg from 'pg';
import { type Instant, later } from '../kernel/index.js';
import type { Row } from './columns.js';
import type { Rows } from './copy.js';
import type { Table } from './definition.js';
import { forgetOldest } from './memory.js';
import { quoted } from './schema.js';
import { type Cause, contentOf, forever, type Known, replaceFrom, type Stretch } from './timeline.js';
import type { Gathered, GatheredFrom, TimelinesTable } from './timelines.js';
import { TimelineRows } from './timelines-rows.js';
import type { Listener } from './totals-fold.js';

/** What a row says of a key, and from when to when, as far as is known now. */
interface Fact {
  /** Which row: its table and its key there. */
  readonly row: string;
  readonly from: Instant;
  to: Instant;
  readonly said: unknown;
}

/** What is in memory of one key. */
interface Gathering {
  facts: Fact[];
  believed: readonly Known[];
}

/** What an event changes of what is known of a key, from an instant on. */
interface Change {
  readonly key: string;
  readonly from: Instant;
  readonly recorded: Instant;
  readonly cause: Cause;
  readonly apply: (gathering: Gathering) => void;
}

/** Tells a timeline that follows from rows of other tables: what a key was is loaded at once, told in memory, written at once. */
export class GatheredFold {
  private readonly timeline: TimelineRows;
  /** Least recently used first. */
  private readonly cache = new Map<string, Gathering>();
  private changes: Change[] = [];

  constructor(
    private readonly schema: string,
    private readonly name: string,
    table: TimelinesTable,
    private readonly gathered: Gathered,
    private readonly nameOf: (table: object) => string,
    listeners: readonly Listener[],
  ) {
    this.timeline = new TimelineRows(schema, name, table, listeners);
  }

  /** To be told of the rows of a table, if this is gathered from it. */
  listenersTo(table: Table): readonly Listener[] {
    return this.gathered.from.flatMap((from, place) => (from.table === table ? [this.listener(from, place)] : []));
  }

  /** Whose timelines change is known when the others have taken the events. */
  async load(): Promise<void> {
    return Promise.resolve();
  }

  /** What other tables make of the event is heard. */
  take(): void {
    return undefined;
  }

  /** Tells anew what changed, event by event. */
  async settle(client: pg.ClientBase): Promise<void> {
    if (this.changes.length === 0) return;
    // Some tables are heard while they take an event, others when they settle.
    const changes = this.changes.toSorted((a, b) => Number(a.cause.position - b.cause.position));
    await this.bring(client, new Set(changes.map(({ key }) => key)));
    for (let place = 0; place < changes.length;) {
      const first = changes[place];
      if (!first) break;
      const ofEvent = changes.slice(place).findIndex(({ cause }) => cause.position !== first.cause.position);
      const end = ofEvent < 0 ? changes.length : place + ofEvent;
      this.tell(changes.slice(place, end));
      place = end;
    }
  }

  rows(): readonly Rows[] {
    return [this.timeline.rows()];
  }

  /** Ends what is no longer believed. */
  async close(client: pg.ClientBase): Promise<void> {
    await this.timeline.close(client);
  }

  commit(): void {
    this.timeline.commit();
    forgetOldest(this.cache);
    this.clear();
  }

  /** Nothing of it was written. What is in memory was changed in place, so it goes too. */
  reset(): void {
    this.cache.clear();
    this.clear();
  }

  private clear(): void {
    this.changes = [];
    this.timeline.clear();
  }

  private listener({ by, fact }: GatheredFrom, place: number): Listener {
    const keyOf = (row: Row): string | null => (row[by] ?? null) as string | null;
    const add = (row: string, from: Instant, to: Instant, said: unknown) => (gathering: Gathering) => {
      gathering.facts.push({ row, from, to, said });
    };
    return {
      begun: (row, validFrom, recordedFrom, before, of) => {
        if (!of) return;
        const [key, was] = [keyOf(row), before ? keyOf(before.row) : null];
        const said = key === null ? null : fact({ ...row, cause: of.cause.type });
        const saidBefore = before && was !== null ? fact({ ...before.row, cause: before.cause }) : null;
        // It goes on as it was.
        if (key === was && contentOf(said) === contentOf(saidBefore)) return;
        const told = { from: validFrom, recorded: recordedFrom, cause: of.cause };
        const id = rowOf(place, of.key);
        if (was !== null && saidBefore !== null) {
          this.changes.push({ key: was, ...told, apply: (gathering) => endOf(gathering, id, validFrom) });
        }
        if (key !== null && said !== null) {
          this.changes.push({ key, ...told, apply: add(id, validFrom, forever, said) });
        }
      },
      rectangle: (of, { row, from, to, cause }, sign, recorded, by) => {
        const key = keyOf(row);
        const said = key === null ? null : fact({ ...row, cause: cause.type });
        if (key === null || said === null) return;
        const id = rowOf(place, of);
        const apply =
          sign === 1
            ? add(id, from, to, said)
            : (gathering: Gathering): void => {
                gathering.facts = gathering.facts.filter((known) => known.row !== id || known.from !== from);
              };
        this.changes.push({ key, from, recorded, cause: by, apply });
      },
      told: () => undefined,
    };
  }

  /** What one event changes. */
  private tell(changes: readonly Change[]): void {
    for (const key of new Set(changes.map((change) => change.key))) {
      const own = changes.filter((change) => change.key === key);
      const gathering = this.gatheringOf(key);
      for (const { apply } of own) apply(gathering);
      const from = own.map((change) => change.from).reduce((a, b) => (a < b ? a : b));
      const learnt = own.map(({ recorded }) => recorded).reduce(later);
      const [first] = own;
      if (first) this.retell(key, gathering, from, { recorded: learnt, cause: first.cause });
    }
    this.timeline.told();
  }

  private retell(
    key: string,
    gathering: Gathering,
    from: Instant,
    { recorded: learnt, cause }: Pick<Change, 'recorded' | 'cause'>,
  ): void {
    const recorded = gathering.believed.map(({ recordedFrom }) => recordedFrom).reduce(later, learnt);
    const { ended, begun, kept } = replaceFrom(
      gathering.believed,
      from,
      this.unrolled(key, gathering.facts, from, cause),
    );
    for (const known of ended) {
      known.recordedTo = recorded;
      this.timeline.end(key, known, cause);
    }
    const opened = begun.map((stretch): Known => ({
      ...stretch,
      recordedFrom: recorded,
      recordedTo: forever,
      stored: false,
    }));
    for (const known of opened) this.timeline.begin(key, known, cause);
    gathering.believed = [...kept, ...opened].sort((a, b) => (a.from < b.from ? -1 : 1));
  }

  /** The stretches from an instant on: they change with the facts, and by themselves. */
  private unrolled(key: string, facts: readonly Fact[], since: Instant, cause: Cause): readonly Stretch[] {
    const found: Stretch[] = [];
    for (let from = since; from < forever;) {
      const holding = facts.filter((fact) => fact.from <= from && fact.to > from);
      const { row, until } = this.gathered.rowAt(
        holding.map(({ said }) => said),
        from,
        key,
      );
      if (until !== undefined && until <= from) throw new Error(`A row of ${this.name} holds until before it begins.`);
      let to = until ?? forever;
      for (const fact of facts) {
        if (fact.from > from && fact.from < to) to = fact.from;
        if (fact.to > from && fact.to < to) to = fact.to;
      }
      if (row) found.push({ from, to, row: this.timeline.named(key, row), cause });
      from = to;
    }
    return found;
  }

  private gatheringOf(key: string): Gathering {
    const known = this.cache.get(key) ?? { facts: [], believed: [] };
    this.cache.delete(key);
    this.cache.set(key, known);
    return known;
  }

  /** Brings into memory what the rows say that were written. */
  private async bring(client: pg.ClientBase, keys: ReadonlySet<string>): Promise<void> {
    const missing = [...keys].filter((key) => !this.cache.has(key));
    if (missing.length === 0) return;
    const believed = await this.timeline.believed(client, missing);
    for (const key of missing) this.cache.set(key, { facts: [], believed: believed.get(key) ?? [] });
    for (const [place, { table, by, reads, fact }] of this.gathered.from.entries()) {
      const columns = [...new Set([table.key, by, ...reads, 'valid_from', 'valid_to'])].map((column) => quoted(column));
      const { rows } = await client.query<Row>({
        name: `${this.schema}.${this.name} from ${place}`,
        text: `select ${columns.join(', ')} from ${quoted(this.schema, this.nameOf(table))}
               where ${quoted(by)} = any($1)${table.kind === 'timelines' ? " and recorded_to = 'infinity'" : ''}`,
        values: [missing],
      });
      for (const row of rows) {
        const said = fact(row);
        if (said === null) continue;
        const [from, to] = [row['valid_from'] as Instant, row['valid_to'] as Instant];
        this.cache.get(row[by] as string)?.facts.push({ row: rowOf(place, row[table.key] as string), from, to, said });
      }
    }
  }
}

const rowOf = (place: number, key: string): string => `${place} ${key}`;

/** The row that held until now says something else, or nothing. */
function endOf(gathering: Gathering, row: string, at: Instant): void {
  for (const fact of gathering.facts) if (fact.row === row && fact.to === forever) fact.to = at;
  gathering.facts = gathering.facts.filter(({ from, to }) => from < to);
}
