import type pg from 'pg';
import { type Instant, later, type RecordedEvent } from '../kernel/index.js';
import { escapeText, type Row } from './columns.js';
import { copyInto, type Rows } from './copy.js';
import { Unprojectable } from './errors.js';
import { type KnownStay, type Piece, restay } from './membership.js';
import { linksOf, type MembershipsTable } from './memberships.js';
import {
  causeOf,
  inOrder,
  type Input,
  lastOccurred,
  lastRecorded,
  type Line,
  lineOf,
  retold,
  StoredLines,
  Story,
} from './memberships-lines.js';
import { replayed } from './memberships-replay.js';
import { type KeptRule, KeptRules, nameOf } from './memberships-rules.js';
import { columnNames, quoted } from './schema.js';
import type { Cause } from './timeline.js';
import { headsOf, inputsOf, type OwnRow } from './timelines.js';

const cached = 20_000;

/** So many keys are looked at in one transaction for rules that are new. */
const aPage = 1_000;

const inputColumns = [
  ...['key', 'position', 'id', 'stream', 'revision', 'type', 'data', 'occurred_at', 'recorded_at'],
  ...['actor_id', 'actor_role'],
];

interface Ended {
  readonly rule: KeptRule;
  readonly key: string;
  readonly stay: KnownStay;
}

/** Folds a batch of events over one memberships table. */
export class MembershipsFold {
  private readonly columns: readonly string[];
  private readonly stored: StoredLines;
  private readonly rules: KeptRules;
  /** Least recently used first. What stands in it was committed, or is being folded. */
  private readonly lines = new Map<string, Line>();
  private taken: { readonly key: string; readonly event: RecordedEvent }[] = [];
  private ruleEvents: RecordedEvent[] = [];
  private dirty = new Set<Line>();
  private newLinks: { readonly key: string; readonly source: string }[] = [];
  private opened: { readonly rule: KeptRule; readonly key: string; readonly stay: KnownStay }[] = [];
  private ended: Ended[] = [];
  private inputLines = '';

  constructor(
    private readonly schema: string,
    private readonly name: string,
    private readonly table: MembershipsTable,
    private readonly ownRow: (table: string, event: RecordedEvent) => Row | undefined,
  ) {
    this.columns = columnNames(table);
    this.stored = new StoredLines(schema, name, table);
    this.rules = new KeptRules(schema, name, table);
  }

  /** Nothing is known of the keys before their events are routed; see `settle`. */
  load(client: pg.ClientBase): Promise<void> {
    return this.rules.load(client);
  }

  /** A rule holds of what comes behind it: a batch ends with it, so that the same rows come out however it is cut. */
  endsBatch(event: RecordedEvent): boolean {
    return this.table.rules.has(event.type);
  }

  /** Routes an event. @throws Unprojectable */
  take(event: RecordedEvent): void {
    if (this.table.rules.has(event.type)) this.ruleEvents.push(event);
    if (!this.table.states.has(event.type)) return;
    const own: OwnRow = (table) => this.ownRow(table, event);
    try {
      for (const key of new Set(this.table.keysOf(event, own))) this.taken.push({ key, event });
    } catch (error) {
      throw new Unprojectable(event, error);
    }
  }

  /** Folds what was taken. @throws Unprojectable naming the first event that cannot be taken */
  async settle(client: pg.ClientBase): Promise<void> {
    if (this.taken.length > 0) {
      await this.prepare(client);
      for (const { key, event } of this.taken) this.attempt(event, () => this.apply(key, event));
    }
    for (const event of this.ruleEvents) this.attempt(event, () => this.rules.take(event));
  }

  rows(): readonly Rows[] {
    const lines = this.opened.map(({ rule, key, stay }) => lineOfStay(rule, key, stay)).join('');
    return [
      { table: this.name, columns: this.columns, lines },
      { table: inputsOf(this.name), columns: inputColumns, lines: this.inputLines },
    ];
  }

  /** Ends what is no longer believed and keeps the states. */
  async close(client: pg.ClientBase): Promise<void> {
    await this.end(client);
    await this.keepHeads(client);
    if (this.newLinks.length === 0) return;
    await client.query({
      name: `${this.schema}.${this.name} link`,
      text: `insert into ${quoted(this.schema, linksOf(this.name))} (key, source)
             select * from unnest($1::text[], $2::text[]) on conflict do nothing`,
      values: [this.newLinks.map(({ key }) => key), this.newLinks.map(({ source }) => source)],
    });
  }

  /** Behind the rows of a batch, in its transaction: what is new among the rules is put to the first keys. */
  async finish(client: pg.ClientBase): Promise<void> {
    if (this.ruleEvents.length === 0) return;
    await this.advance(client);
  }

  /** Puts the rules that are new to a page of keys, in a transaction of the caller's. @returns whether more are left */
  async advance(client: pg.ClientBase): Promise<boolean> {
    await this.rules.load(client);
    let left = aPage;
    for (let rule = this.rules.waiting(); rule && left > 0; rule = this.rules.waiting()) {
      const keys = await this.stored.keysAfter(client, rule.cursor, left);
      await this.ask(client, rule, keys);
      this.rules.advance(rule, keys.at(-1) ?? rule.cursor, keys.length < left);
      left -= keys.length;
      if (left > 0 && !rule.evaluated) break;
    }
    await this.rules.write(client);
    return this.rules.waiting() !== undefined;
  }

  get isBehind(): boolean {
    return this.rules.waiting() !== undefined;
  }

  /** The transaction is through: what was folded is what the next batch builds on. */
  commit(): void {
    for (const { stay } of this.opened) stay.stored = true;
    for (const line of this.dirty) {
      line.inputs = undefined;
      for (const [rule, stays] of line.believed) {
        line.believed.set(
          rule,
          stays.filter(({ to }) => to >= line.occurred),
        );
      }
    }
    for (const key of this.lines.keys()) {
      if (this.lines.size <= cached) break;
      this.lines.delete(key);
    }
    this.clear();
  }

  /** Nothing of it was written. */
  reset(): void {
    this.lines.clear();
    this.rules.reset();
    this.clear();
  }

  private clear(): void {
    this.taken = [];
    this.ruleEvents = [];
    this.dirty = new Set();
    this.newLinks = [];
    this.opened = [];
    this.ended = [];
    this.inputLines = '';
  }

  private attempt(event: RecordedEvent, act: () => void): void {
    try {
      act();
    } catch (error) {
      throw new Unprojectable(event, error);
    }
  }

  /** Brings everything into memory that the events are about. */
  private async prepare(client: pg.ClientBase): Promise<void> {
    const routed = new Set(this.taken.map(({ key }) => key));
    const links = this.taken.flatMap(({ key, event }) =>
      this.table.linksOf(event, key).map((source) => ({ key, source })),
    );
    await this.bring(client, [...routed, ...links.map(({ source }) => source)]);
    // Who will rest on whom by the end of the batch: more than is needed at each of its events, and never less.
    const resting = new Map<string, Set<string>>();
    const rests = (source: string, key: string): unknown =>
      (resting.get(source) ?? resting.set(source, new Set()).get(source))?.add(key);
    for (const key of routed) for (const dependent of this.line(key).dependents) rests(key, dependent);
    for (const { key, source } of links) rests(source, key);
    const all = [...routed, ...[...resting.values()].flatMap((dependents) => [...dependents])];
    await this.bring(client, all);
    const sources = new Map(all.map((key) => [key, new Set(this.line(key).sources)]));
    for (const { key, source } of links) sources.get(key)?.add(source);
    await this.bring(
      client,
      [...sources.values()].flatMap((ofKey) => [...ofKey]),
    );
    await this.bringHistories(client, resting, sources);
  }

  private async bring(client: pg.ClientBase, keys: readonly string[]): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.lines.has(key));
    for (const line of await this.stored.lines(client, missing)) this.lines.set(line.key, line);
  }

  private link(key: string, source: string): void {
    const [from, to] = [this.line(key), this.line(source)];
    if (from.sources.has(source)) return;
    from.sources.add(source);
    to.dependents.add(key);
    this.newLinks.push({ key, source });
  }

  /** Of lines to which something comes that happened before what they know already, the whole history. */
  private async bringHistories(
    client: pg.ClientBase,
    dependents: ReadonlyMap<string, ReadonlySet<string>>,
    sources: ReadonlyMap<string, ReadonlySet<string>>,
  ): Promise<void> {
    const occurred = new Map<string, Instant>();
    const reached = (key: string): Instant => occurred.get(key) ?? this.line(key).occurred;
    const late = new Set<string>();
    for (const { key, event } of this.taken) {
      for (const resting of [key, ...(dependents.get(key) ?? [])]) {
        const all = [resting, ...(sources.get(resting) ?? [])];
        if (all.some((one) => event.occurredAt < reached(one))) for (const one of all) late.add(one);
      }
      occurred.set(key, later(reached(key), event.occurredAt));
    }
    const keys = [...late];
    if (keys.length === 0) return;
    const believed = await this.stored.believed(client, keys);
    for (const [key, inputs] of await this.stored.inputs(client, keys)) {
      const line = this.line(key);
      line.inputs = inputs.sort(inOrder);
      line.believed = believed.get(key) ?? new Map<string, readonly KnownStay[]>();
    }
  }

  private apply(key: string, event: RecordedEvent): void {
    const line = this.line(key);
    for (const source of this.table.linksOf(event, key)) this.link(key, source);
    const input: Input = {
      key,
      event: { ...event, data: this.table.keptOf(event, key) },
      recorded: later(line.recorded, event.recordedAt),
    };
    const resting = [line, ...[...line.dependents].map((dependent) => this.line(dependent))];
    const late = resting.filter((one) => event.occurredAt < lastOccurred(one, this.sourcesOf(one)));
    const isLate = event.occurredAt < line.occurred;
    if (line.inputs) {
      line.inputs.push(input);
      if (isLate) line.inputs.sort(inOrder);
    }
    this.keep(input);
    const touched = isLate ? this.refold(line) : this.fold(line, input);
    line.occurred = later(line.occurred, event.occurredAt);
    line.recorded = input.recorded;
    line.position = event.position;
    this.dirty.add(line);
    const concerned = this.rules.touchedBy(touched);
    for (const one of resting) {
      if (late.includes(one)) this.retell(one, event);
      else if (concerned.length > 0) this.tell(one, event, concerned);
    }
  }

  private fold(line: Line, input: Input): readonly string[] {
    const story = new Story(this.table, line.key, [[line.key, line.state]]);
    const touched = story.tell(input);
    line.state = story.stateOf(line.key);
    return touched;
  }

  private refold(line: Line): readonly string[] {
    const story = new Story(this.table, line.key);
    for (const input of line.inputs ?? []) story.tell(input);
    const before = line.state;
    line.state = story.stateOf(line.key) ?? this.table.initial;
    return this.table.touched(before, line.state);
  }

  /** Something happened after all that was known. */
  private tell(line: Line, event: RecordedEvent, concerned: readonly KeptRule[]): void {
    const lines = [line, ...this.sourcesOf(line)];
    const story = new Story(
      this.table,
      line.key,
      lines.filter(({ occurred }) => occurred !== '').map(({ key, state }) => [key, state]),
    );
    for (const [rule, end] of this.asked(line.key, event.occurredAt, concerned)) {
      this.change(line, rule, event, story.pieces(rule, event.occurredAt, end, causeOf(event)));
    }
  }

  /** Something is learnt that happened before what was known. */
  private retell(line: Line, event: RecordedEvent): void {
    const inputs = [line, ...this.sourcesOf(line)].flatMap((one) => one.inputs ?? []).sort(inOrder);
    const asked = this.asked(line.key, event.occurredAt, this.rules.all());
    for (const [rule, pieces] of retold(this.table, line.key, inputs, asked, event.occurredAt)) {
      this.change(line, rule, event, pieces);
    }
  }

  /** The rules that the key has been put to, each with its end. */
  private asked(key: string, since: Instant, rules: readonly KeptRule[]): readonly (readonly [KeptRule, Instant])[] {
    return rules
      .filter((rule) => (rule.evaluated || key <= rule.cursor) && this.table.concerns(rule.definition, key))
      .map((rule) => [rule, this.rules.endOf(rule)] as const)
      .filter(([, end]) => end > since);
  }

  private change(line: Line, rule: KeptRule, event: RecordedEvent, following: readonly Piece[]): void {
    const name = nameOf(rule);
    const recorded = later(rule.knownFrom, later(lastRecorded(line, this.sourcesOf(line)), event.recordedAt));
    const { ended, begun, believed } = restay(line.believed.get(name) ?? [], event.occurredAt, following, recorded);
    for (const stay of ended) if (stay.stored) this.ended.push({ rule, key: line.key, stay });
    for (const stay of begun) this.opened.push({ rule, key: line.key, stay });
    if (believed.length > 0) line.believed.set(name, believed);
    else line.believed.delete(name);
    this.dirty.add(line);
  }

  private line(key: string): Line {
    const known = this.lines.get(key) ?? lineOf(key, this.table.initial);
    // The one asked for last is forgotten last.
    this.lines.delete(key);
    this.lines.set(key, known);
    return known;
  }

  private sourcesOf({ sources }: Line): readonly Line[] {
    return [...sources].map((key) => this.line(key));
  }

  /** Puts one rule to some keys. */
  private async ask(client: pg.ClientBase, rule: KeptRule, keys: readonly string[]): Promise<void> {
    const concerned = keys.filter((key) => this.table.concerns(rule.definition, key));
    if (concerned.length === 0) return;
    const sources = new Map<string, string[]>(concerned.map((key) => [key, [key]]));
    for (const { key, source } of await this.stored.links(client, concerned)) sources.get(key)?.push(source);
    const inputs = await this.stored.inputs(client, [...new Set([...sources.values()].flat())]);
    let lines = '';
    for (const [key, own] of sources) {
      const told = own.flatMap((one) => inputs.get(one) ?? []);
      if (own.length > 1) told.sort((a, b) => Number(a.event.position - b.event.position));
      for (const stay of replayed(this.table, key, told, rule, this.rules.endOf(rule))) {
        lines += lineOfStay(rule, key, stay);
      }
      // What is believed of it is to be read again.
      this.lines.delete(key);
    }
    if (lines.length > 0) await copyInto(client, this.schema, { table: this.name, columns: this.columns, lines });
  }

  private async end(client: pg.ClientBase): Promise<void> {
    if (this.ended.length === 0) return;
    const at = quoted(this.schema, this.name);
    const values = [
      this.ended.map(({ rule }) => rule.rule),
      this.ended.map(({ rule }) => rule.version),
      this.ended.map(({ key }) => key),
      this.ended.map(({ stay }) => stay.from),
      this.ended.map(({ stay }) => stay.recordedFrom),
      this.ended.map(({ stay }) => stay.recordedTo),
    ];
    const these = `unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
      u (rule, version, key, valid_from, recorded_from, recorded_to)`;
    const where = `m.rule = u.rule and m.version = u.version and m.key = u.key and m.valid_from = u.valid_from
      and m.recorded_from = u.recorded_from`;
    await client.query({
      name: `${this.schema}.${this.name} end`,
      text: `update ${at} m set recorded_to = u.recorded_to from ${these} where ${where}`,
      values,
    });
    if (this.ended.every(({ stay }) => stay.recordedTo > stay.recordedFrom)) return;
    await client.query({
      name: `${this.schema}.${this.name} unsay`,
      text: `delete from ${at} m using ${these} where ${where} and m.recorded_to <= m.recorded_from`,
      values,
    });
  }

  private async keepHeads(client: pg.ClientBase): Promise<void> {
    const lines = [...this.dirty].filter(({ occurred }) => occurred !== '');
    if (lines.length === 0) return;
    await client.query({
      name: `${this.schema}.${this.name} heads`,
      text: `insert into ${quoted(this.schema, headsOf(this.name))} as h (key, state, occurred_at, recorded_at, position)
             select * from unnest($1::text[], $2::jsonb[], $3::timestamptz[], $4::timestamptz[], $5::bigint[])
             on conflict (key) do update set state = excluded.state, occurred_at = excluded.occurred_at,
               recorded_at = excluded.recorded_at, position = excluded.position`,
      values: [
        lines.map(({ key }) => key),
        lines.map(({ state }) => JSON.stringify(state)),
        lines.map(({ occurred }) => occurred),
        lines.map(({ recorded }) => recorded),
        lines.map(({ position }) => position),
      ],
    });
  }

  private keep({ key, event, recorded }: Input): void {
    const { position, id, stream, revision, type, data, occurredAt, actor } = event;
    const fields = [key, position, id, stream, revision, type, JSON.stringify(data), occurredAt, recorded];
    this.inputLines += `${[...fields, actor.id, actor.role].map((field) => escapeText(String(field))).join('\t')}\n`;
  }
}

const causeFields = ({ position, type, actorId, actorRole }: Cause): readonly string[] => [
  String(position),
  type,
  escapeText(actorId),
  actorRole,
];

/** As COPY wants it; nothing for what was believed for no time at all. */
function lineOfStay({ rule, version }: KeptRule, key: string, stay: KnownStay): string {
  const { from, to, recordedFrom, recordedTo, cause, left } = stay;
  if (recordedTo <= recordedFrom) return '';
  const own = [rule, version, key].map(escapeText);
  const leaving = left ? causeFields(left) : ['\\N', '\\N', '\\N', '\\N'];
  return `${[...own, from, to, recordedFrom, recordedTo, ...causeFields(cause), ...leaving].join('\t')}\n`;
}
