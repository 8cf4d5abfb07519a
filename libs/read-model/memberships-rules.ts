import type pg from 'pg';
import type { Instant, RecordedEvent } from '../kernel/index.js';
import type { MembershipsTable, RuleVersion } from './memberships.js';
import { causeOf } from './kept-keys.js';
import { rulesOf, termsOf } from './memberships.js';
import { quoted } from './schema.js';
import { type Cause, forever } from './timeline.js';

/** A version of a rule as the runtime keeps it. */
export interface KeptRule {
  readonly place: number;
  readonly rule: string;
  readonly version: string;
  readonly definition: unknown;
  readonly from: Instant;
  readonly to: Instant;
  readonly knownFrom: Instant;
  readonly cause: Cause;
  /** It rests on all that its key has a whole in common with. */
  readonly wide: boolean;
  /** All keys up to this one were looked at. */
  cursor: string;
  evaluated: boolean;
}

export const nameOf = ({ rule, version }: Pick<KeptRule, 'rule' | 'version'>): string => `${rule}\n${version}`;

/** The versions of all rules: which ones an event concerns, and how far those are that are new. */
export class KeptRules {
  private known: unknown;
  private kept = new Map<string, KeptRule>();
  private ends = new Map<string, Instant>();
  private restingOn = new Map<string, Set<KeptRule>>();
  private anyWide = false;
  private followed: ReadonlySet<string> = new Set();
  private loaded = false;
  private changed = false;

  constructor(
    private readonly schema: string,
    private readonly name: string,
    private readonly table: MembershipsTable,
  ) {}

  async load(client: pg.ClientBase): Promise<void> {
    if (this.loaded) return;
    const terms = await client.query<{ known: unknown }>(
      `select known from ${quoted(this.schema, termsOf(this.name))}`,
    );
    this.known = terms.rows[0]?.known ?? this.table.noRules;
    const { rows } = await client.query<StoredRule>(
      `select * from ${quoted(this.schema, rulesOf(this.name))} order by place`,
    );
    this.kept = new Map(rows.map((row) => [nameOf(row), fromStored(row, this.table.isWide(row.definition))]));
    this.index();
    this.loaded = true;
  }

  all(): readonly KeptRule[] {
    return [...this.kept.values()];
  }

  /** Those that can differ where one of these differs. */
  touchedBy(names: readonly string[]): readonly KeptRule[] {
    return [...new Set(names.flatMap((name) => [...(this.restingOn.get(name) ?? [])]))];
  }

  /** Whether any of them is wide. */
  get areWide(): boolean {
    return this.anyWide;
  }

  /** Whether somebody follows whose stays change under it. */
  isFollowed({ rule }: KeptRule): boolean {
    return this.followed.has(rule);
  }

  /** Until when verdicts are kept: the version that follows has to be through first. */
  endOf(rule: KeptRule): Instant {
    return this.ends.get(nameOf(rule)) ?? forever;
  }

  waiting(): KeptRule | undefined {
    return this.all().find(({ evaluated }) => !evaluated);
  }

  take(event: RecordedEvent): void {
    const evolve = this.table.rules.get(event.type);
    if (!evolve) return;
    const before = this.known;
    this.known = evolve(before, event);
    if (this.known === before) return;
    const versions = this.table.versionsOf(this.known);
    for (const version of versions) this.keep(version, event);
    const held = new Set(versions.map(nameOf));
    // A fact that came late may say that it never held.
    for (const [name, kept] of this.kept) if (!held.has(name)) this.kept.set(name, { ...kept, to: kept.from });
    this.changed = true;
    this.index();
  }

  /** A rule is through, or further than it was. */
  advance(rule: KeptRule, cursor: string, evaluated: boolean): void {
    rule.cursor = cursor;
    rule.evaluated = evaluated;
    this.changed = true;
    if (evaluated) this.index();
  }

  async write(client: pg.ClientBase): Promise<void> {
    if (!this.changed) return;
    await client.query(
      `insert into ${quoted(this.schema, termsOf(this.name))} (known) values ($1)
       on conflict ("only") do update set known = excluded.known`,
      [JSON.stringify(this.known)],
    );
    await client.query(
      `insert into ${quoted(this.schema, rulesOf(this.name))}
         (place, rule, version, definition, "from", "to", known_from, position, cause, actor_id, actor_role, "cursor", evaluated)
       select * from jsonb_to_recordset($1) as r (place integer, rule text, version text, definition jsonb,
         "from" timestamptz, "to" timestamptz, known_from timestamptz, position bigint, cause text, actor_id text,
         actor_role text, "cursor" text, evaluated boolean)
       on conflict (rule, version) do update
         set "to" = excluded."to", "cursor" = excluded."cursor", evaluated = excluded.evaluated`,
      [JSON.stringify(this.all().map(toStored))],
    );
    this.changed = false;
  }

  reset(): void {
    this.loaded = false;
    this.changed = false;
  }

  private keep(
    { rule, version, definition, from, to = forever, because, startsEmpty }: RuleVersion,
    event: RecordedEvent,
  ): void {
    const name = nameOf({ rule, version });
    const before = this.kept.get(name);
    if (before) {
      if (before.to !== to) this.kept.set(name, { ...before, to });
      return;
    }
    this.kept.set(name, {
      ...{ place: this.kept.size, rule, version, definition, from, to, knownFrom: event.recordedAt },
      cause: because ? { ...because, position: BigInt(because.position) } : causeOf(event),
      wide: this.table.isWide(definition),
      cursor: '',
      evaluated: startsEmpty === true,
    });
  }

  private index(): void {
    const behind = new Set(this.all().flatMap(({ rule, evaluated }) => (evaluated ? [] : [rule])));
    this.ends = new Map(this.all().map((kept) => [nameOf(kept), behind.has(kept.rule) ? forever : kept.to]));
    this.anyWide = this.all().some(({ wide }) => wide);
    this.followed = new Set(this.table.followedOf(this.known));
    this.restingOn = new Map();
    for (const kept of this.kept.values()) {
      for (const name of this.table.restsOn(kept.definition)) {
        const others = this.restingOn.get(name);
        if (others) others.add(kept);
        else this.restingOn.set(name, new Set([kept]));
      }
    }
  }
}

interface StoredRule {
  readonly place: number;
  readonly rule: string;
  readonly version: string;
  readonly definition: unknown;
  readonly from: Instant;
  readonly to: Instant;
  readonly known_from: Instant;
  readonly position: bigint;
  readonly cause: string;
  readonly actor_id: string;
  readonly actor_role: string;
  readonly cursor: string;
  readonly evaluated: boolean;
}

const fromStored = (
  { known_from, position, cause, actor_id, actor_role, ...row }: StoredRule,
  wide: boolean,
): KeptRule => ({
  ...row,
  wide,
  knownFrom: known_from,
  cause: { position, type: cause, actorId: actor_id, actorRole: actor_role },
});

const toStored = ({ knownFrom, cause, wide: _, ...rule }: KeptRule): object => ({
  ...rule,
  known_from: knownFrom,
  position: String(cause.position),
  cause: cause.type,
  actor_id: cause.actorId,
  actor_role: cause.actorRole,
});
