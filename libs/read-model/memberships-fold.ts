import type pg from 'pg';
import { type Instant, later, type RecordedEvent } from '../kernel/index.js';
import type { Row } from './columns.js';
import type { Rows } from './copy.js';
import { Unprojectable } from './errors.js';
import { causeOf, type Input, KeptKeys } from './kept-keys.js';
import { type KnownStay, type Piece, restay } from './membership.js';
import type { MembershipsTable } from './memberships.js';
import { lastRecorded, type Line, Lines } from './memberships-lines.js';
import { lateIn, Reaches, type Taken } from './memberships-reach.js';
import { replayed } from './memberships-replay.js';
import { type KeptRule, KeptRules, nameOf } from './memberships-rules.js';
import { Stays } from './memberships-stays.js';
import { Turns } from './memberships-turns.js';
import { inOrder, retold, Story } from './memberships-story.js';
import { NotedRows } from './noted-rows.js';
import type { OwnRow } from './timelines.js';

/** So many keys are looked at in one transaction for rules that are new. */
const aPage = 1_000;

/** Folds a batch of events over one memberships table. */
export class MembershipsFold {
  private readonly keys: KeptKeys;
  private readonly stays: Stays;
  private readonly lines: Lines;
  private readonly rules: KeptRules;
  private readonly noted: NotedRows | undefined;
  private readonly reaches: Reaches;
  private readonly turns: Turns;
  private taken: Taken[] = [];
  private ruleEvents: RecordedEvent[] = [];
  private dirty = new Set<Line>();

  constructor(
    schema: string,
    name: string,
    private readonly table: MembershipsTable,
    private readonly ownRow: (table: string, event: RecordedEvent) => Row | undefined,
  ) {
    this.keys = new KeptKeys(schema, name);
    this.stays = new Stays(schema, name, table);
    this.lines = new Lines(schema, name, table.initial, this.keys, this.stays);
    this.rules = new KeptRules(schema, name, table);
    this.noted = table.noted && new NotedRows(schema, table.noted, ownRow);
    this.reaches = new Reaches(this.lines, table);
    this.turns = new Turns(schema, name);
  }

  /** Nothing is known of the keys before their events are routed; see `settle`. */
  async load(client: pg.ClientBase): Promise<void> {
    await this.rules.load(client);
    await this.noted?.load(client);
  }

  /** A rule holds of what comes behind it: a batch ends with it, so that the same rows come out however it is cut. */
  endsBatch(event: RecordedEvent): boolean {
    return this.table.rules.has(event.type);
  }

  /** Routes an event. @throws Unprojectable */
  take(event: RecordedEvent): void {
    if (this.table.rules.has(event.type)) this.ruleEvents.push(event);
    const own: OwnRow = (table) => this.ownRow(table, event);
    try {
      this.noted?.take(event);
      if (!this.table.states.has(event.type)) return;
      for (const key of new Set(this.table.keysOf(event, own))) {
        this.taken.push({ key, event, data: this.table.keptOf(event, key, this.noted?.notes) });
      }
    } catch (error) {
      throw new Unprojectable(event, error);
    }
  }

  /** Folds what was taken. @throws Unprojectable naming the first event that cannot be taken */
  async settle(client: pg.ClientBase): Promise<void> {
    if (this.taken.length > 0) {
      await this.prepare(client);
      for (const taken of this.taken) this.attempt(taken.event, () => this.apply(taken));
    }
    for (const event of this.ruleEvents) this.attempt(event, () => this.rules.take(event));
  }

  rows(): readonly Rows[] {
    return [this.stays.rows(), this.keys.rows()];
  }

  /** Ends what is no longer believed and keeps the states. */
  async close(client: pg.ClientBase): Promise<void> {
    await this.stays.close(client);
    await this.turns.write(client);
    await this.lines.close(
      client,
      [...this.dirty].filter(({ occurred }) => occurred !== ''),
    );
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
      const keys = await this.keys.keysAfter(client, rule.cursor, left);
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
    this.stays.commit();
    for (const line of this.dirty) {
      for (const [rule, stays] of line.believed) {
        line.believed.set(
          rule,
          stays.filter(({ to }) => to >= line.occurred),
        );
      }
    }
    this.lines.commit();
    this.clear();
  }

  /** Nothing of it was written. */
  reset(): void {
    this.lines.reset();
    this.rules.reset();
    this.noted?.reset();
    this.clear();
  }

  private clear(): void {
    this.taken = [];
    this.ruleEvents = [];
    this.dirty = new Set();
    this.stays.clear();
    this.keys.clear();
    this.turns.clear();
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
    await this.lines.bring(client, [...routed, ...links.map(({ source }) => source)]);
    // Who will rest on whom by the end of the batch: more than is needed at each of its events, and never less.
    const resting = new Map<string, Set<string>>();
    const rests = (source: string, key: string): unknown =>
      (resting.get(source) ?? resting.set(source, new Set()).get(source))?.add(key);
    for (const key of routed) for (const dependent of this.lines.of(key).dependents) rests(key, dependent);
    for (const { key, source } of links) rests(source, key);
    const all = [...routed, ...[...resting.values()].flatMap((dependents) => [...dependents])];
    await this.lines.bring(client, all);
    const sources = new Map(all.map((key) => [key, new Set(this.lines.of(key).sources)]));
    for (const { key, source } of links) sources.get(key)?.add(source);
    await this.lines.bring(
      client,
      [...sources.values()].flatMap((ofKey) => [...ofKey]),
    );
    const late = this.late(resting, sources);
    const widely = this.rules.areWide ? await this.reaches.prepare(client, this.taken, links) : [];
    await this.lines.bringHistories(client, [...new Set([...late, ...widely])]);
  }

  /** Lines to which something comes that happened before what they know already, with all that they rest on. */
  private late(
    dependents: ReadonlyMap<string, ReadonlySet<string>>,
    sources: ReadonlyMap<string, ReadonlySet<string>>,
  ): readonly string[] {
    const occurred = new Map<string, Instant>();
    const reached = (key: string): Instant => occurred.get(key) ?? this.lines.of(key).occurred;
    const late = new Set<string>();
    for (const { key, event } of this.taken) {
      for (const resting of [key, ...(dependents.get(key) ?? [])]) {
        const all = [resting, ...(sources.get(resting) ?? [])];
        if (all.some((one) => event.occurredAt < reached(one))) for (const one of all) late.add(one);
      }
      occurred.set(key, later(reached(key), event.occurredAt));
    }
    return [...late];
  }

  private apply({ key, event, data }: Taken): void {
    const line = this.lines.of(key);
    for (const source of this.table.linksOf(event, key)) this.lines.link(key, source);
    const input: Input = { key, event: { ...event, data }, recorded: later(line.recorded, event.recordedAt) };
    const reaches = this.reaches
      .of(line, this.rules.areWide)
      .map((reach) => ({ ...reach, late: lateIn(reach, event.occurredAt) }));
    const isLate = event.occurredAt < line.occurred;
    if (line.inputs) {
      line.inputs.push(input);
      if (isLate) line.inputs.sort(inOrder);
    }
    this.keys.keep(key, input.event, input.recorded);
    const touched = isLate ? this.refold(line) : this.fold(line, input);
    line.occurred = later(line.occurred, event.occurredAt);
    line.recorded = input.recorded;
    line.position = event.position;
    this.dirty.add(line);
    const concerned = this.rules.touchedBy(touched);
    for (const reach of reaches) {
      const ofReach = concerned.filter(({ wide }) => wide === reach.wide);
      for (const one of reach.resting) {
        const sources = (): readonly Line[] => reach.sourcesOf(one);
        if (reach.late.has(one)) this.retell(one, sources(), event, reach.wide);
        else if (ofReach.length > 0) this.tell(one, sources, event, ofReach);
      }
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
  private tell(
    line: Line,
    sourcesOf: () => readonly Line[],
    event: RecordedEvent,
    concerned: readonly KeptRule[],
  ): void {
    const asked = this.asked(line.key, event.occurredAt, concerned);
    if (asked.length === 0) return;
    const sources = sourcesOf();
    const told = [line, ...sources].filter(({ occurred }) => occurred !== '');
    const story = new Story(
      this.table,
      line.key,
      told.map(({ key, state }) => [key, state]),
    );
    for (const [rule, end] of asked) {
      this.change(line, sources, rule, event, story.pieces(rule, event.occurredAt, end, causeOf(event)));
    }
  }

  /** Something is learnt that happened before what was known. */
  private retell(line: Line, sources: readonly Line[], event: RecordedEvent, wide: boolean): void {
    const ofReach = this.rules.all().filter((rule) => rule.wide === wide);
    const asked = this.asked(line.key, event.occurredAt, ofReach);
    if (asked.length === 0) return;
    const inputs = [line, ...sources].flatMap((one) => one.inputs ?? []).sort(inOrder);
    for (const [rule, pieces] of retold(this.table, line.key, inputs, asked, event.occurredAt)) {
      this.change(line, sources, rule, event, pieces);
    }
  }

  /** The rules that the key has been put to, each with its end. */
  private asked(key: string, since: Instant, rules: readonly KeptRule[]): readonly (readonly [KeptRule, Instant])[] {
    return rules
      .filter((rule) => (rule.evaluated || key <= rule.cursor) && this.table.concerns(rule.definition, key))
      .map((rule) => [rule, this.rules.endOf(rule)] as const)
      .filter(([, end]) => end > since);
  }

  private change(
    line: Line,
    sources: readonly Line[],
    rule: KeptRule,
    event: RecordedEvent,
    following: readonly Piece[],
  ): void {
    const name = nameOf(rule);
    const recorded = later(rule.knownFrom, later(lastRecorded(line, sources), event.recordedAt));
    const { ended, begun, believed } = restay(line.believed.get(name) ?? [], event.occurredAt, following, recorded);
    for (const stay of ended) this.stays.end(rule, line.key, stay);
    for (const stay of begun) this.stays.begin(rule, line.key, stay);
    if (believed.length > 0) line.believed.set(name, believed);
    else line.believed.delete(name);
    if (ended.length === 0 && begun.length === 0) return;
    this.dirty.add(line);
    if (this.rules.isFollowed(rule)) this.turns.note(rule.rule, line.key, event.position);
  }

  /** Puts one rule to some keys. */
  private async ask(client: pg.ClientBase, rule: KeptRule, keys: readonly string[]): Promise<void> {
    const concerned = keys.filter((key) => this.table.concerns(rule.definition, key));
    if (concerned.length === 0) return;
    const sources = await this.reaches.ever(client, rule.wide, concerned);
    const inputs = await this.keys.inputsOf(client, [...new Set([...sources.values()].flat())], 'learnt');
    const stays = new Map<string, readonly KnownStay[]>();
    for (const [key, own] of sources) {
      const told = own.flatMap((one) => inputs.get(one) ?? []);
      if (own.length > 1) told.sort((a, b) => Number(a.event.position - b.event.position));
      stays.set(key, replayed(this.table, key, told, rule, this.rules.endOf(rule)));
      // What is believed of it is to be read again.
      this.lines.forget(key);
    }
    await this.stays.write(client, rule, stays);
  }
}
