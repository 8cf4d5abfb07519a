import type pg from 'pg';
import type { Instant } from '../kernel/index.js';
import type { Input, KeptKeys } from './kept-keys.js';
import { type KnownStay, latest } from './membership.js';
import { linksOf } from './memberships.js';
import type { Believed, Stays } from './memberships-stays.js';
import { inOrder } from './memberships-story.js';
import { forgetOldest } from './memory.js';
import { quoted } from './schema.js';

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
  /** All stays that are believed now, or those that reach to `occurred`. */
  believed: Believed;
  /** All events of the key, in the order in which they happened; only where one came late. */
  inputs: Input[] | undefined;
}

/** That a key rests on another. */
export interface Link {
  readonly key: string;
  readonly source: string;
}

/** The keys of a memberships table that are in memory, with those that they rest on. */
export class Lines {
  /** Least recently used first. What stands in it was committed, or is being folded. */
  private readonly known = new Map<string, Line>();
  private newLinks: Link[] = [];
  private withHistory: Line[] = [];

  constructor(
    private readonly schema: string,
    private readonly name: string,
    private readonly initial: unknown,
    private readonly keys: KeptKeys,
    private readonly stays: Stays,
  ) {}

  of(key: string): Line {
    const line = this.known.get(key) ?? this.nothingYet(key);
    // The one asked for last is forgotten last.
    this.known.delete(key);
    this.known.set(key, line);
    return line;
  }

  /** Whether it is in memory. */
  has(key: string): boolean {
    return this.known.has(key);
  }

  sourcesOf({ sources }: Line): readonly Line[] {
    return [...sources].map((key) => this.of(key));
  }

  link(key: string, source: string): void {
    const [from, to] = [this.of(key), this.of(source)];
    if (from.sources.has(source)) return;
    from.sources.add(source);
    to.dependents.add(key);
    this.newLinks.push({ key, source });
  }

  /** It is read again when it is asked for. */
  forget(key: string): void {
    this.known.delete(key);
  }

  /** Brings the keys into memory that are not there. */
  async bring(client: pg.ClientBase, keys: readonly string[]): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.known.has(key));
    if (missing.length === 0) return;
    const lines = new Map(missing.map((key) => [key, this.nothingYet(key)]));
    for (const head of await this.keys.headsOf(client, missing)) Object.assign(lines.get(head.key) ?? {}, head);
    for (const { key, source } of await this.linksOf(client, missing)) {
      lines.get(key)?.sources.add(source);
      lines.get(source)?.dependents.add(key);
    }
    for (const [key, believed] of await this.stays.ahead(client, missing)) {
      Object.assign(lines.get(key) ?? {}, { believed });
    }
    for (const [key, line] of lines) this.known.set(key, line);
  }

  /** Brings the whole history of keys into memory. */
  async bringHistories(client: pg.ClientBase, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const believed = await this.stays.believed(client, keys);
    for (const [key, inputs] of await this.keys.inputsOf(client, keys, 'learnt')) {
      const line = this.of(key);
      line.inputs = inputs.sort(inOrder);
      this.withHistory.push(line);
      line.believed = believed.get(key) ?? new Map<string, readonly KnownStay[]>();
    }
  }

  /** Links from and to these keys. */
  async linksOf(client: pg.ClientBase, keys: readonly string[]): Promise<readonly Link[]> {
    const links = quoted(this.schema, linksOf(this.name));
    const { rows } = await client.query<Link>({
      name: `${this.schema}.${this.name} links`,
      text: `select key, source from ${links} where key = any($1)
             union select key, source from ${links} where source = any($1)`,
      values: [keys],
    });
    return rows;
  }

  /** Keeps the lines that were folded, and what they have come to rest on. */
  async close(client: pg.ClientBase, folded: readonly Line[]): Promise<void> {
    await this.keys.setHeads(client, folded);
    if (this.newLinks.length === 0) return;
    await client.query({
      name: `${this.schema}.${this.name} link`,
      text: `insert into ${quoted(this.schema, linksOf(this.name))} (key, source)
             select * from unnest($1::text[], $2::text[]) on conflict do nothing`,
      values: [this.newLinks.map(({ key }) => key), this.newLinks.map(({ source }) => source)],
    });
  }

  commit(): void {
    for (const line of this.withHistory) line.inputs = undefined;
    this.withHistory = [];
    forgetOldest(this.known);
    this.newLinks = [];
  }

  reset(): void {
    this.known.clear();
    this.withHistory = [];
    this.newLinks = [];
  }

  private nothingYet(key: string): Line {
    return {
      key,
      state: this.initial,
      occurred: '',
      recorded: '',
      position: -1n,
      sources: new Set(),
      dependents: new Set(),
      believed: new Map(),
      inputs: undefined,
    };
  }
}

/** When the last event happened of a key or of one that it rests on. */
export const lastOccurred = (line: Line, sources: readonly Line[]): Instant =>
  latest([line.occurred, ...sources.map(({ occurred }) => occurred)]);

export const lastRecorded = (line: Line, sources: readonly Line[]): Instant =>
  latest([line.recorded, ...sources.map(({ recorded }) => recorded)]);
