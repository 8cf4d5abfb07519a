import type pg from 'pg';
import { type Instant, later, type RecordedEvent } from '../kernel/index.js';
import { latest, type KnownStay, type Piece } from './membership.js';
import { linksOf, type MembershipsTable } from './memberships.js';
import { type KeptRule, nameOf } from './memberships-rules.js';
import { quoted } from './schema.js';
import { type Cause, forever } from './timeline.js';
import { headsOf, inputsOf } from './timelines.js';

/** An event of a key as it is kept. */
export interface Input {
  readonly key: string;
  readonly event: Pick<
    RecordedEvent,
    'position' | 'id' | 'stream' | 'revision' | 'type' | 'data' | 'occurredAt' | 'actor'
  >;
  /** When it was learnt, never running backwards within a key. */
  readonly recorded: Instant;
}

/** What is in memory of one key. */
export interface Line {
  readonly key: string;
  state: unknown;
  /** When the last event happened; empty: there was none. */
  occurred: Instant;
  recorded: Instant;
  position: bigint;
  /** Keys that it rests on, ever. */
  readonly sources: Set<string>;
  /** Keys that rest on it, ever. */
  readonly dependents: Set<string>;
  /** By rule: all stays that are believed now, or those that reach to `occurred`. */
  believed: Map<string, readonly KnownStay[]>;
  /** All events of the key, in the order in which they happened; only where one came late. */
  inputs: Input[] | undefined;
}

export const lineOf = (key: string, initial: unknown): Line => ({
  key,
  state: initial,
  occurred: '',
  recorded: '',
  position: -1n,
  sources: new Set(),
  dependents: new Set(),
  believed: new Map(),
  inputs: undefined,
});

export const causeOf = ({ position, type, actor }: Input['event']): Cause => ({
  position,
  type,
  actorId: actor.id,
  actorRole: actor.role,
});

export const inOrder = (a: Input, b: Input): number =>
  a.event.occurredAt !== b.event.occurredAt
    ? a.event.occurredAt < b.event.occurredAt
      ? -1
      : 1
    : Number(a.event.position - b.event.position);

/** A key with those that it rests on, as far as some events have told of them. */
export class Story {
  private readonly states = new Map<string, unknown>();

  constructor(
    private readonly table: MembershipsTable,
    private readonly key: string,
    states: Iterable<readonly [string, unknown]> = [],
  ) {
    this.states = new Map(states);
  }

  /** @returns names of what differs since */
  tell({ key, event }: Pick<Input, 'key' | 'event'>): readonly string[] {
    const evolve = this.table.states.get(event.type);
    if (!evolve) return [];
    const before = this.states.get(key) ?? this.table.initial;
    const after = evolve(before, event as RecordedEvent, key);
    this.states.set(key, after);
    return after === before ? [] : this.table.touched(before, after);
  }

  stateOf(key: string): unknown {
    return this.states.get(key);
  }

  /** What a rule says of the key from one instant to another if nothing else happens. */
  pieces(rule: KeptRule, from: Instant, to: Instant, cause: Cause): readonly Piece[] {
    const state = this.states.get(this.key);
    if (state === undefined) return [];
    const found: Piece[] = [];
    let at = later(from, rule.from);
    for (let changes = 0; at < to; changes++) {
      const { holds, until } = this.table.verdict(rule.definition, state, (key) => this.states.get(key), at, this.key);
      if (until !== undefined && until <= at)
        throw new Error(`A verdict on ${nameOf(rule)} holds until before it begins.`);
      if (changes > mostChanges) throw new Error(`A verdict on ${nameOf(rule)} changes without end.`);
      const end = until !== undefined && until < to ? until : to;
      // Who fits a rule when it begins enters because of the rule.
      found.push({ from: at, to: end, holds, cause: from < rule.from && at === rule.from ? rule.cause : cause });
      at = end;
    }
    return found;
  }
}

const mostChanges = 10_000;

/**
 * What a rule says of a key from an instant on, by all its events and those of the keys that it rests on.
 *
 * @param inputs in the order in which they happened
 */
export function retold(
  table: MembershipsTable,
  key: string,
  inputs: readonly Input[],
  rules: readonly (readonly [rule: KeptRule, end: Instant])[],
  since: Instant,
): ReadonlyMap<KeptRule, readonly Piece[]> {
  const story = new Story(table, key);
  const asked = rules.map(([rule, end]) => ({
    rule,
    end,
    names: new Set(table.restsOn(rule.definition)),
    cause: undefined as Cause | undefined,
    pieces: [] as Piece[],
  }));
  const told = new Set<string>();
  for (const [place, input] of inputs.entries()) {
    for (const name of story.tell(input)) told.add(name);
    const next = inputs[place + 1]?.event;
    if (next?.position === input.event.position) continue;
    const to = next?.occurredAt ?? forever;
    for (const one of asked) {
      // Events that a rule does not rest on are behind nothing.
      if (one.cause === undefined || [...told].some((name) => one.names.has(name))) one.cause = causeOf(input.event);
      const end = to < one.end ? to : one.end;
      if (end > since) one.pieces.push(...story.pieces(one.rule, later(input.event.occurredAt, since), end, one.cause));
    }
    told.clear();
  }
  return new Map(asked.map(({ rule, pieces }) => [rule, pieces]));
}

/** Lines out of the database. */
export class StoredLines {
  constructor(
    private readonly schema: string,
    private readonly name: string,
    private readonly table: MembershipsTable,
  ) {}

  async lines(client: pg.ClientBase, keys: readonly string[]): Promise<readonly Line[]> {
    if (keys.length === 0) return [];
    const heads = quoted(this.schema, headsOf(this.name));
    const lines = new Map(keys.map((key) => [key, lineOf(key, this.table.initial)]));
    const { rows } = await client.query<Head>({
      name: `${this.schema}.${this.name} lines`,
      text: `select key, state, occurred_at, recorded_at, position from ${heads} where key = any($1)`,
      values: [keys],
    });
    for (const { key, state, occurred_at, recorded_at, position } of rows) {
      const line = lines.get(key);
      if (line) Object.assign(line, { state, occurred: occurred_at, recorded: recorded_at, position });
    }
    for (const { key, source } of await this.links(client, keys)) {
      lines.get(key)?.sources.add(source);
      lines.get(source)?.dependents.add(key);
    }
    const stays = await client.query<StoredStay>({
      name: `${this.schema}.${this.name} believed`,
      text: `select m.* from ${quoted(this.schema, this.name)} m join ${heads} h on h.key = m.key
             where m.key = any($1) and m.recorded_to = 'infinity' and m.valid_to >= h.occurred_at`,
      values: [keys],
    });
    for (const [key, believed] of byKey(stays.rows)) Object.assign(lines.get(key) ?? {}, { believed });
    return [...lines.values()];
  }

  /** Every stay of these keys that is believed now. */
  async believed(
    client: pg.ClientBase,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, Map<string, readonly KnownStay[]>>> {
    const { rows } = await client.query<StoredStay>({
      name: `${this.schema}.${this.name} all believed`,
      text: `select * from ${quoted(this.schema, this.name)} where key = any($1) and recorded_to = 'infinity'`,
      values: [keys],
    });
    return byKey(rows);
  }

  /** By key, as they came to be known. */
  async inputs(client: pg.ClientBase, keys: readonly string[]): Promise<ReadonlyMap<string, Input[]>> {
    const found = new Map<string, Input[]>(keys.map((key) => [key, []]));
    const { rows } = await client.query<StoredInput>({
      name: `${this.schema}.${this.name} inputs`,
      text: `select * from ${quoted(this.schema, inputsOf(this.name))} where key = any($1) order by position`,
      values: [keys],
    });
    for (const row of rows) found.get(row.key)?.push(fromStored(row));
    return found;
  }

  async links(
    client: pg.ClientBase,
    keys: readonly string[],
  ): Promise<readonly { readonly key: string; readonly source: string }[]> {
    const links = quoted(this.schema, linksOf(this.name));
    const { rows } = await client.query<{ key: string; source: string }>({
      name: `${this.schema}.${this.name} links`,
      text: `select key, source from ${links} where key = any($1)
             union select key, source from ${links} where source = any($1)`,
      values: [keys],
    });
    return rows;
  }

  /** The next keys, in order. */
  async keysAfter(client: pg.ClientBase, cursor: string, most: number): Promise<readonly string[]> {
    const { rows } = await client.query<{ key: string }>({
      name: `${this.schema}.${this.name} keys`,
      text: `select key from ${quoted(this.schema, headsOf(this.name))} where key > $1 order by key limit $2`,
      values: [cursor, most],
    });
    return rows.map(({ key }) => key);
  }
}

/** When the last event happened of a key or of one that it rests on. */
export const lastOccurred = (line: Line, sources: readonly Line[]): Instant =>
  latest([line.occurred, ...sources.map(({ occurred }) => occurred)]);

export const lastRecorded = (line: Line, sources: readonly Line[]): Instant =>
  latest([line.recorded, ...sources.map(({ recorded }) => recorded)]);

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
  readonly recorded_at: Instant;
  readonly actor_id: string;
  readonly actor_role: RecordedEvent['actor']['role'];
}

const fromStored = (row: StoredInput): Input => ({
  key: row.key,
  event: {
    position: row.position,
    id: row.id,
    stream: row.stream,
    revision: row.revision,
    type: row.type,
    data: row.data,
    occurredAt: row.occurred_at,
    actor: { id: row.actor_id, role: row.actor_role },
  },
  recorded: row.recorded_at,
});

interface StoredStay {
  readonly rule: string;
  readonly version: string;
  readonly key: string;
  readonly valid_from: Instant;
  readonly valid_to: Instant;
  readonly recorded_from: Instant;
  readonly position: bigint;
  readonly cause: string;
  readonly actor_id: string;
  readonly actor_role: string;
  readonly left_position: bigint | null;
  readonly left_cause: string | null;
  readonly left_actor_id: string | null;
  readonly left_actor_role: string | null;
}

function byKey(rows: readonly StoredStay[]): Map<string, Map<string, readonly KnownStay[]>> {
  const found = new Map<string, Map<string, KnownStay[]>>();
  for (const row of rows) {
    const ofKey = found.get(row.key) ?? new Map<string, KnownStay[]>();
    found.set(row.key, ofKey);
    const stays = ofKey.get(nameOf(row)) ?? [];
    ofKey.set(nameOf(row), stays);
    stays.push(stayOf(row));
  }
  for (const ofKey of found.values()) {
    for (const stays of ofKey.values()) stays.sort((a, b) => (a.from < b.from ? -1 : 1));
  }
  return found;
}

const stayOf = (row: StoredStay): KnownStay => ({
  from: row.valid_from,
  to: row.valid_to,
  recordedFrom: row.recorded_from,
  recordedTo: forever,
  cause: { position: row.position, type: row.cause, actorId: row.actor_id, actorRole: row.actor_role },
  left:
    row.left_position === null
      ? null
      : {
          position: row.left_position,
          type: row.left_cause ?? '',
          actorId: row.left_actor_id ?? '',
          actorRole: row.left_actor_role ?? '',
        },
  stored: true,
});
