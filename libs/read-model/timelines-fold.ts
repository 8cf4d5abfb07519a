import type pg from 'pg';
import { type Instant, later, type RecordedEvent } from '../kernel/index.js';
import { complete, escapeText, lineEncoder, type Row } from './columns.js';
import type { Rows } from './copy.js';
import { Unprojectable } from './errors.js';
import { columnNames, quoted } from './schema.js';
import { type Cause, forever, type Known, replaceFrom, type Stretch } from './timeline.js';
import { headsOf, inputsOf, type OwnRow, type TimelinesTable } from './timelines.js';

/** An event as a timeline keeps it. */
type Input = Omit<RecordedEvent, 'sealed' | 'correlationId' | 'causationId' | 'recordedAt'>;

/** What is in memory of one key. */
interface Line {
  state: unknown;
  /** When the last event happened; empty: there was none. */
  occurred: Instant;
  /** When the last event was learnt, never running backwards. */
  recorded: Instant;
  position: bigint;
  /** What is believed now: all of it, or what reaches beyond `occurred`. */
  believed: readonly Known[];
  /** All events, in the order in which they happened; only where one came late. */
  inputs: Input[] | undefined;
}

interface Ended {
  readonly key: string;
  readonly from: Instant;
  readonly recordedFrom: Instant;
  readonly recordedTo: Instant;
}

const cached = 20_000;

/** A row that changes by itself changes finitely often. */
const mostChanges = 1_000;

const inputColumns = [
  ...['key', 'position', 'id', 'stream', 'revision', 'type', 'data', 'occurred_at', 'recorded_at'],
  ...['actor_id', 'actor_role'],
];

/** Folds a batch of events over one timelines table: what a key was is loaded at once, folded in memory, written at once. */
export class TimelinesFold {
  private readonly columns: readonly string[];
  private readonly rowColumns: readonly string[];
  private readonly encode: (row: Row) => string;
  /** Least recently used first. What stands in it was committed. */
  private readonly cache = new Map<string, Line>();
  private working = new Map<string, Line>();
  private taken: { readonly key: string; readonly event: RecordedEvent }[] = [];
  private opened: (readonly [key: string, known: Known])[] = [];
  private ended: Ended[] = [];
  private inputLines = '';

  constructor(
    private readonly schema: string,
    private readonly name: string,
    private readonly table: TimelinesTable,
    private readonly ownRow: (table: string, event: RecordedEvent) => Row | undefined,
  ) {
    this.columns = columnNames(table);
    this.rowColumns = Object.keys(table.columns);
    this.encode = lineEncoder(table.columns);
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
      const occurredAt = this.table.placedAt?.(event) ?? event.occurredAt;
      const placed = occurredAt === event.occurredAt ? event : { ...event, occurredAt };
      for (const key of this.table.keysOf(event, own)) this.taken.push({ key, event: placed });
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
    let lines = '';
    for (const [key, { row, from, to, recordedFrom, recordedTo, cause }] of this.opened) {
      if (recordedTo <= recordedFrom) continue;
      lines += `${this.encode({ ...row, [this.table.key]: key })}${from}\t${to}\t${recordedFrom}\t${recordedTo}\t${cause.position}\t${cause.type}\t${cause.actorId}\t${cause.actorRole}\n`;
    }
    return [
      { table: this.name, columns: this.columns, lines },
      { table: inputsOf(this.name), columns: inputColumns, lines: this.inputLines },
    ];
  }

  /** Ends what is no longer believed and keeps the states. */
  async close(client: pg.ClientBase): Promise<void> {
    await this.end(client);
    if (this.working.size === 0) return;
    const lines = [...this.working.values()];
    await client.query({
      name: `${this.schema}.${this.name} heads`,
      text: `insert into ${quoted(this.schema, headsOf(this.name))} as h (key, state, occurred_at, recorded_at, position)
             select * from unnest($1::text[], $2::jsonb[], $3::timestamptz[], $4::timestamptz[], $5::bigint[])
             on conflict (key) do update set state = excluded.state, occurred_at = excluded.occurred_at,
               recorded_at = excluded.recorded_at, position = excluded.position`,
      values: [
        [...this.working.keys()],
        lines.map(({ state }) => JSON.stringify(state)),
        lines.map(({ occurred }) => occurred),
        lines.map(({ recorded }) => recorded),
        lines.map(({ position }) => position),
      ],
    });
  }

  /** The transaction is through: what was folded is what the next batch builds on. */
  commit(): void {
    for (const [, known] of this.opened) known.stored = true;
    for (const [key, line] of this.working) {
      this.cache.delete(key);
      const believed = line.believed.filter(({ to }) => to > line.occurred);
      this.cache.set(key, { ...line, believed, inputs: undefined });
    }
    for (const key of this.cache.keys()) {
      if (this.cache.size <= cached) break;
      this.cache.delete(key);
    }
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
    this.opened = [];
    this.ended = [];
    this.inputLines = '';
  }

  private async end(client: pg.ClientBase): Promise<void> {
    if (this.ended.length === 0) return;
    const at = quoted(this.schema, this.name);
    const key = quoted(this.table.key);
    // What was believed for no time at all leaves no row: the same rows come out, however batches are cut.
    const values = [
      this.ended.map((ended) => ended.key),
      this.ended.map((ended) => ended.from),
      this.ended.map((ended) => ended.recordedFrom),
      this.ended.map((ended) => ended.recordedTo),
    ];
    const these = 'unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[])';
    const where = `t.${key} = u.key and t.valid_from = u.valid_from and t.recorded_from = u.recorded_from`;
    await client.query({
      name: `${this.schema}.${this.name} end`,
      text: `update ${at} t set recorded_to = u.recorded_to
             from ${these} u (key, valid_from, recorded_from, recorded_to) where ${where}`,
      values,
    });
    if (this.ended.every(({ recordedFrom, recordedTo }) => recordedTo > recordedFrom)) return;
    await client.query({
      name: `${this.schema}.${this.name} unsay`,
      text: `delete from ${at} t using ${these} u (key, valid_from, recorded_from, recorded_to)
             where ${where} and t.recorded_to <= t.recorded_from`,
      values,
    });
  }

  private apply(key: string, event: RecordedEvent): void {
    const line = this.lineOf(key);
    const recorded = later(line.recorded, event.recordedAt);
    const isLate = event.occurredAt < line.occurred;
    this.keep(key, event, recorded);
    const following = isLate ? this.refold(key, line, event) : this.fold(key, line, event);
    line.inputs = line.inputs && (isLate ? line.inputs : [...line.inputs, inputOf(event)]);
    line.recorded = recorded;
    line.occurred = later(line.occurred, event.occurredAt);
    line.position = event.position;
    if (following === undefined) return;
    const { ended, begun, kept } = replaceFrom(line.believed, event.occurredAt, following);
    for (const known of ended) {
      known.recordedTo = recorded;
      const { from, recordedFrom } = known;
      if (known.stored) this.ended.push({ key, from, recordedFrom, recordedTo: recorded });
    }
    const opened = begun.map((stretch): Known => ({
      ...stretch,
      recordedFrom: recorded,
      recordedTo: forever,
      stored: false,
    }));
    for (const known of opened) this.opened.push([key, known]);
    line.believed = [...kept, ...opened].sort((a, b) => (a.from < b.from ? -1 : 1));
  }

  /** What follows from an event that happened after all others; `undefined`: nothing changes. */
  private fold(key: string, line: Line, event: Input): readonly Stretch[] | undefined {
    const state = this.evolved(line.state, event, key);
    if (state === line.state) return undefined;
    line.state = state;
    return this.unrolled(state, key, event, forever);
  }

  /** What follows from an event that is learnt after others which happened later. */
  private refold(key: string, line: Line, event: RecordedEvent): readonly Stretch[] {
    const inputs = line.inputs ?? [];
    const place = inputs.findIndex(({ occurredAt }) => occurredAt > event.occurredAt);
    inputs.splice(place < 0 ? inputs.length : place, 0, inputOf(event));
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

  private evolved(state: unknown, event: Input, key: string): unknown {
    const handler = this.table.handlers.get(event.type);
    return handler ? handler(state, event as RecordedEvent, key) : state;
  }

  /** The stretches from an event on, with the changes that come by themselves. */
  private unrolled(state: unknown, key: string, event: Input, end: Instant): readonly Stretch[] {
    const cause: Cause = {
      position: event.position,
      type: event.type,
      actorId: event.actor.id,
      actorRole: event.actor.role,
    };
    const found: Stretch[] = [];
    let from = event.occurredAt;
    for (let changes = 0; from < end; changes++) {
      const { row, until } = this.table.rowAt(state, from, key);
      if (until !== undefined && until <= from) throw new Error(`A row of ${this.name} holds until before it begins.`);
      if (changes > mostChanges) throw new Error(`A row of ${this.name} changes without end.`);
      const to = until !== undefined && until < end ? until : end;
      const named = row && complete(this.rowColumns, { ...row, [this.table.key]: key });
      if (named) found.push({ from, to, row: named, cause });
      from = to;
    }
    return found;
  }

  private keep(key: string, event: RecordedEvent, recorded: Instant): void {
    const { position, id, stream, revision, type, data, occurredAt, actor } = event;
    const fields = [key, position, id, stream, revision, type, JSON.stringify(data), occurredAt, recorded];
    this.inputLines += `${[...fields, actor.id, actor.role].map((field) => escapeText(String(field))).join('\t')}\n`;
  }

  private lineOf(key: string): Line {
    const known = this.working.get(key);
    if (known) return known;
    const line = { ...(this.cache.get(key) ?? this.nothingYet()) };
    this.working.set(key, line);
    return line;
  }

  private nothingYet(): Line {
    return { state: this.table.initial, occurred: '', recorded: '', position: -1n, believed: [], inputs: undefined };
  }

  private async loadLines(client: pg.ClientBase, keys: ReadonlySet<string>): Promise<void> {
    const missing = [...keys].filter((key) => !this.cache.has(key));
    if (missing.length === 0) return;
    const heads = quoted(this.schema, headsOf(this.name));
    const { rows } = await client.query<Head>({
      name: `${this.schema}.${this.name} lines`,
      text: `select key, state, occurred_at, recorded_at, position from ${heads} where key = any($1)`,
      values: [missing],
    });
    if (rows.length === 0) return;
    const stored = await client.query<Row>({
      name: `${this.schema}.${this.name} believed`,
      text: `select t.* from ${quoted(this.schema, this.name)} t join ${heads} h on h.key = t.${quoted(this.table.key)}
             where h.key = any($1) and t.recorded_to = 'infinity' and t.valid_to > h.occurred_at`,
      values: [rows.map(({ key }) => key)],
    });
    const believed = this.byKey(stored.rows);
    for (const { key, state, occurred_at, recorded_at, position } of rows) {
      const line = { state, occurred: occurred_at, recorded: recorded_at, position, inputs: undefined };
      this.cache.set(key, { ...line, believed: believed.get(key) ?? [] });
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
    const stored = await client.query<Row>({
      name: `${this.schema}.${this.name} all believed`,
      text: `select * from ${quoted(this.schema, this.name)}
             where ${quoted(this.table.key)} = any($1) and recorded_to = 'infinity'`,
      values: [keys],
    });
    const believed = this.byKey(stored.rows);
    const { rows } = await client.query<StoredInput>({
      name: `${this.schema}.${this.name} inputs`,
      text: `select * from ${quoted(this.schema, inputsOf(this.name))} where key = any($1) order by occurred_at, position`,
      values: [keys],
    });
    for (const key of keys) {
      const line = this.lineOf(key);
      line.believed = believed.get(key) ?? [];
      line.inputs = [];
    }
    for (const row of rows) this.lineOf(row.key).inputs?.push(fromStored(row));
  }

  private byKey(stored: readonly Row[]): ReadonlyMap<string, Known[]> {
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

interface Head {
  readonly key: string;
  readonly state: unknown;
  readonly occurred_at: Instant;
  readonly recorded_at: Instant;
  readonly position: bigint;
}

interface StoredInput {
  readonly key: string;
  readonly position: bigint;
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly data: object;
  readonly occurred_at: Instant;
  readonly actor_id: string;
  readonly actor_role: RecordedEvent['actor']['role'];
}

const inputOf = ({ position, id, stream, revision, type, data, occurredAt, actor }: Input): Input => ({
  position,
  id,
  stream,
  revision,
  type,
  data,
  occurredAt,
  actor,
});

const fromStored = (row: StoredInput): Input => ({
  position: row.position,
  id: row.id,
  stream: row.stream,
  revision: row.revision,
  type: row.type,
  data: row.data,
  occurredAt: row.occurred_at,
  actor: { id: row.actor_id, role: row.actor_role },
});
