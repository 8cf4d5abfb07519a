import type pg from 'pg';
import { type Instant, later, type RecordedEvent } from '../kernel/index.js';
import type { Row } from './columns.js';
import type { Rows } from './copy.js';
import { Unprojectable } from './errors.js';
import { causeOf, type KeptEvent, KeptKeys, keptOf } from './kept-keys.js';
import { forgetOldest } from './memory.js';
import { forever, type Known, replaceFrom, type Stretch } from './timeline.js';
import type { OwnRow, TimelinesTable } from './timelines.js';
import { TimelineRows } from './timelines-rows.js';
import type { Listener } from './totals-fold.js';

/** What is in memory of one key. */
interface Line {
  readonly key: string;
  state: unknown;
  /** When the last event happened; empty: there was none. */
  occurred: Instant;
  /** When the last event was learnt, never running backwards. */
  recorded: Instant;
  position: bigint;
  /** What is believed now: all of it, or what reaches beyond `occurred`. */
  believed: readonly Known[];
  /** All events, in the order in which they happened; only where one came late. */
  inputs: KeptEvent[] | undefined;
}

/** A row that changes by itself changes finitely often. */
const mostChanges = 1_000;

/** Folds a batch of events over one timelines table: what a key was is loaded at once, folded in memory, written at once. */
export class TimelinesFold {
  private readonly keys: KeptKeys;
  private readonly timeline: TimelineRows;
  /** Least recently used first. What stands in it was committed. */
  private readonly cache = new Map<string, Line>();
  private working = new Map<string, Line>();
  private taken: { readonly key: string; readonly event: RecordedEvent }[] = [];

  constructor(
    schema: string,
    private readonly name: string,
    private readonly table: TimelinesTable,
    private readonly ownRow: (table: string, event: RecordedEvent) => Row | undefined,
    listeners: readonly Listener[],
  ) {
    this.keys = new KeptKeys(schema, name);
    this.timeline = new TimelineRows(schema, name, table, listeners);
  }

  /** Nothing is known of the keys before their events are routed; see `settle`. */
  async load(): Promise<void> {
    return Promise.resolve();
  }

  /** Routes an event. @throws Unprojectable */
  take(event: RecordedEvent): void {
    if (!this.table.handlers.has(event.type)) return;
    const own: OwnRow = (table) => this.ownRow(table, event);
    try {
      for (const key of this.table.keysOf(event, own)) this.taken.push({ key, event });
    } catch (error) {
      throw new Unprojectable(event, error);
    }
  }

  /** Folds what was taken. @throws Unprojectable naming the first event that its handler cannot take */
  async settle(client: pg.ClientBase): Promise<void> {
    if (this.taken.length === 0) return;
    await this.loadLines(client, new Set(this.taken.map(({ key }) => key)));
    await this.loadHistories(client, this.late());
    for (const { key, event } of this.taken) {
      try {
        this.apply(key, event);
      } catch (error) {
        throw new Unprojectable(event, error);
      }
    }
  }

  rows(): readonly Rows[] {
    return [this.timeline.rows(), this.keys.rows()];
  }

  /** Ends what is no longer believed and keeps the states. */
  async close(client: pg.ClientBase): Promise<void> {
    await this.timeline.close(client);
    await this.keys.setHeads(client, [...this.working.values()]);
  }

  /** The transaction is through: what was folded is what the next batch builds on. */
  commit(): void {
    this.timeline.commit();
    for (const [key, line] of this.working) {
      this.cache.delete(key);
      const believed = line.believed.filter(({ to }) => to > line.occurred);
      this.cache.set(key, { ...line, believed, inputs: undefined });
    }
    forgetOldest(this.cache);
    this.clear();
  }

  /** Nothing of it was written. Stretches in the cache may have been ended in memory, so they go too. */
  reset(): void {
    this.cache.clear();
    this.clear();
  }

  private clear(): void {
    this.working = new Map();
    this.taken = [];
    this.timeline.clear();
    this.keys.clear();
  }

  private apply(key: string, event: RecordedEvent): void {
    const line = this.lineOf(key);
    const recorded = later(line.recorded, event.recordedAt);
    const isLate = event.occurredAt < line.occurred;
    this.keys.keep(key, event, recorded);
    const following = isLate ? this.refold(line, event) : this.fold(line, event);
    line.inputs = line.inputs && (isLate ? line.inputs : [...line.inputs, keptOf(event)]);
    line.recorded = recorded;
    line.occurred = later(line.occurred, event.occurredAt);
    line.position = event.position;
    if (following === undefined) return;
    const cause = causeOf(event);
    const { ended, begun, kept } = replaceFrom(line.believed, event.occurredAt, following);
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
    this.timeline.told();
    line.believed = [...kept, ...opened].sort((a, b) => (a.from < b.from ? -1 : 1));
  }

  /** What follows from an event that happened after all others; `undefined`: nothing changes. */
  private fold(line: Line, event: KeptEvent): readonly Stretch[] | undefined {
    const state = this.evolved(line.state, event, line.key);
    if (state === line.state) return undefined;
    line.state = state;
    return this.unrolled(state, line.key, event, forever);
  }

  /** What follows from an event that is learnt after others which happened later. */
  private refold(line: Line, event: RecordedEvent): readonly Stretch[] {
    const { key, inputs = [] } = line;
    const place = inputs.findIndex(({ occurredAt }) => occurredAt > event.occurredAt);
    inputs.splice(place < 0 ? inputs.length : place, 0, keptOf(event));
    line.inputs = inputs;
    const following: Stretch[] = [];
    let state = this.table.initial;
    for (const [index, input] of inputs.entries()) {
      state = this.evolved(state, input, key);
      if (place >= 0 && index < place) continue;
      following.push(...this.unrolled(state, key, input, inputs[index + 1]?.occurredAt ?? forever));
    }
    line.state = state;
    return following;
  }

  private evolved(state: unknown, event: KeptEvent, key: string): unknown {
    const handler = this.table.handlers.get(event.type);
    return handler ? handler(state, event as RecordedEvent, key) : state;
  }

  /** The stretches from an event on, with the changes that come by themselves. */
  private unrolled(state: unknown, key: string, event: KeptEvent, end: Instant): readonly Stretch[] {
    const cause = causeOf(event);
    const found: Stretch[] = [];
    let from = event.occurredAt;
    for (let changes = 0; from < end; changes++) {
      const { row, until } = this.table.rowAt(state, from, key);
      if (until !== undefined && until <= from) throw new Error(`A row of ${this.name} holds until before it begins.`);
      if (changes > mostChanges) throw new Error(`A row of ${this.name} changes without end.`);
      const to = until !== undefined && until < end ? until : end;
      if (row) found.push({ from, to, row: this.timeline.named(key, row), cause });
      from = to;
    }
    return found;
  }

  private lineOf(key: string): Line {
    const known = this.working.get(key);
    if (known) return known;
    const line = { ...(this.cache.get(key) ?? this.nothingYet(key)) };
    this.working.set(key, line);
    return line;
  }

  private nothingYet(key: string): Line {
    const { initial } = this.table;
    return { key, state: initial, occurred: '', recorded: '', position: -1n, believed: [], inputs: undefined };
  }

  private async loadLines(client: pg.ClientBase, keys: ReadonlySet<string>): Promise<void> {
    const missing = [...keys].filter((key) => !this.cache.has(key));
    if (missing.length === 0) return;
    const heads = await this.keys.headsOf(client, missing);
    if (heads.length === 0) return;
    const ahead = await this.timeline.ahead(
      client,
      heads.map(({ key }) => key),
    );
    for (const head of heads) {
      this.cache.set(head.key, { ...head, believed: ahead.get(head.key) ?? [], inputs: undefined });
    }
  }

  /** Keys to which something comes that happened before what they know already. */
  private late(): readonly string[] {
    const occurred = new Map<string, Instant>();
    const late = new Set<string>();
    for (const { key, event } of this.taken) {
      const last = occurred.get(key) ?? this.cache.get(key)?.occurred ?? '';
      if (event.occurredAt < last) late.add(key);
      occurred.set(key, later(last, event.occurredAt));
    }
    return [...late];
  }

  private async loadHistories(client: pg.ClientBase, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const believed = await this.timeline.believed(client, keys);
    for (const [key, inputs] of await this.keys.inputsOf(client, keys, 'happened')) {
      const line = this.lineOf(key);
      line.believed = believed.get(key) ?? [];
      line.inputs = inputs.map(({ event }) => event);
    }
  }
}
