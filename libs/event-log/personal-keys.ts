import type { KeyObject } from 'node:crypto';
import type DataLoader from 'dataloader';
import { type QueryExecutorProvider, sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import { type Sealed, refused } from '../kernel/index.js';
import { gathering } from './gathering.js';
import { close, disclose, freshBytes, secretKey } from './sealing.js';

/** An event, or whatever else carries sealed personal fields. */
export interface Closed {
  readonly data: object;
  readonly sealed?: Sealed | undefined;
}

interface Row {
  readonly subject: string;
  /** `null` once it is destroyed. */
  readonly wrapped_key: Buffer | null;
}

/** `null`: the key is destroyed, the person erased. */
type Key = KeyObject | null;

/** How long a process may go on with a key that another one has destroyed. */
const cachedFor = 60_000;

/**
 * The keys that personal fields are encrypted under: one a person, wrapped by the master key, in PostgreSQL
 * (`kroniek.personal_keys`). Destroying a key makes all that was sealed under it unreadable, wherever it lies.
 */
export class PersonalKeys {
  private readonly cache = new LRUCache<string, { key: Key }>({ max: 20_000, ttl: cachedFor });
  private readonly kept: DataLoader<string, Key>;
  private readonly made: DataLoader<string, Key>;

  private constructor(
    private readonly db: QueryExecutorProvider,
    private readonly master: KeyObject,
  ) {
    this.kept = gathering((subjects) => this.find(subjects));
    this.made = gathering((subjects) => this.findOrMake(subjects));
  }

  /**
   * Makes its table where there is none.
   *
   * @param db any kysely instance on the database of the keys
   * @param masterKey 32 bytes; another one than the keys were wrapped with is refused
   */
  static async open(db: QueryExecutorProvider, masterKey: Buffer): Promise<PersonalKeys> {
    const keys = new PersonalKeys(db, secretKey(masterKey));
    // One statement, so that the lock is held until what it made is committed.
    await sql`
      do $$ begin
        perform pg_advisory_xact_lock(hashtextextended('kroniek.personal_keys', 0));
        create schema if not exists kroniek;
        create table if not exists kroniek.personal_keys (
          subject text primary key,
          wrapped_key bytea,
          created_at timestamptz not null default now(),
          destroyed_at timestamptz,
          check ((wrapped_key is null) = (destroyed_at is not null))
        );
      end $$`.execute(db);
    await keys.assertMasterKey();
    return keys;
  }

  /** Closes all personal fields of one event. An erased person gets no new ones (refusal `PERSON_ERASED`). */
  async seal(subject: string, fields: object): Promise<Sealed> {
    const key = this.cache.get(subject)?.key ?? (await this.made.load(subject));
    if (key === null) throw refused('PERSON_ERASED', 'The person has been erased; nothing personal can be recorded.');
    return { subject, box: close(key, subject, Buffer.from(JSON.stringify(fields))).toString('base64') };
  }

  /** The data with the personal fields merged in, in the same order; those of erased persons are absent. */
  async open(items: readonly Closed[]): Promise<object[]> {
    const keys = await this.keysOf(items);
    return items.map(({ data, sealed }) => {
      const key = sealed && keys.get(sealed.subject);
      return key ? { ...data, ...this.unseal(key, sealed) } : data;
    });
  }

  private async keysOf(items: readonly Closed[]): Promise<ReadonlyMap<string, Key>> {
    const keys = new Map<string, Key>();
    const missing = new Set<string>();
    for (const { sealed } of items) {
      if (!sealed) continue;
      const cached = this.cache.get(sealed.subject);
      if (cached) keys.set(sealed.subject, cached.key);
      else missing.add(sealed.subject);
    }
    if (missing.size > 0) {
      const subjects = [...missing];
      const found = await Promise.all(subjects.map((subject) => this.kept.load(subject)));
      subjects.forEach((subject, index) => keys.set(subject, found[index] ?? null));
    }
    return keys;
  }

  private unseal(key: KeyObject, { subject, box }: Sealed): object {
    try {
      return JSON.parse(disclose(key, subject, Buffer.from(box, 'base64')).toString()) as object;
    } catch {
      throw new Error(`Personal fields sealed for ${subject} do not open under its key: they have been tampered with.`);
    }
  }

  private async find(subjects: readonly string[]): Promise<(Key | Error)[]> {
    const found = await this.select(subjects);
    return subjects.map((subject) => found.get(subject) ?? this.orMissing(found, subject));
  }

  /** A key that never was is not an erased person: somebody reads the log with the wrong database beside it. */
  private orMissing(found: ReadonlyMap<string, Key>, subject: string): null | Error {
    return found.has(subject) ? null : new Error(`The key of ${subject} is not in kroniek.personal_keys.`);
  }

  private async findOrMake(subjects: readonly string[]): Promise<Key[]> {
    // In order, so that two processes that make the same keys never wait for each other.
    const sorted = [...new Set(subjects)].sort();
    const made = new Map(sorted.map((subject) => [subject, freshBytes(32)]));
    const wrapped = [...made].map(([subject, bytes]) => close(this.master, subject, bytes));
    const { rows } = await sql<Pick<Row, 'subject'>>`
      insert into kroniek.personal_keys (subject, wrapped_key)
      select * from unnest(${sorted}::text[], ${wrapped}::bytea[])
      on conflict (subject) do nothing
      returning subject`.execute(this.db);
    const keys = new Map<string, Key>();
    for (const { subject } of rows) {
      const bytes = made.get(subject);
      if (bytes) keys.set(subject, this.remember(subject, secretKey(bytes)));
    }
    const others = sorted.filter((subject) => !keys.has(subject));
    if (others.length > 0) for (const [subject, key] of await this.select(others)) keys.set(subject, key);
    return subjects.map((subject) => keys.get(subject) ?? null);
  }

  private async select(subjects: readonly string[]): Promise<Map<string, Key>> {
    const { rows } = await sql<Row>`
      select subject, wrapped_key from kroniek.personal_keys where subject = any(${subjects}::text[])`.execute(this.db);
    return new Map(rows.map((row) => [row.subject, this.unwrap(row)]));
  }

  private unwrap({ subject, wrapped_key }: Row): Key {
    return this.remember(subject, wrapped_key && secretKey(disclose(this.master, subject, wrapped_key)));
  }

  private remember(subject: string, key: Key): Key {
    this.cache.set(subject, { key });
    return key;
  }

  private async assertMasterKey(): Promise<void> {
    const { rows } = await sql<Row>`
      select subject, wrapped_key from kroniek.personal_keys where wrapped_key is not null limit 1`.execute(this.db);
    try {
      rows.forEach((row) => this.unwrap(row));
    } catch {
      throw new Error('The master key is not the one that the personal keys in this database are wrapped with.');
    }
  }
}
