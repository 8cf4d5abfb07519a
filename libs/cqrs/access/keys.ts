import { hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { sql, type Kysely } from 'kysely';
import { v5 as deriveId } from 'uuid';
import { conflict, invalid, notFound, type Actor, type Instant, type Role } from '../../kernel/index.js';

/** A key as it is listed: what it is for, never the secret. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** The salesperson that it acts for; `null`: nobody in particular. */
  readonly salesperson: string | null;
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
}

/** A key that is to be made. */
export interface NewKey {
  readonly name: string;
  readonly role: Role;
  readonly salesperson?: string | undefined;
}

/** Who sends a key. */
export interface KeyHolder {
  /** As events tell of it. */
  readonly actor: Actor;
  /** The salesperson that the key acts for (docs/decisions/0030); left out: nobody in particular. */
  readonly salesperson?: string | undefined;
}

interface KeyTables {
  'kroniek.api_keys': {
    id: string;
    name: string;
    role: Role;
    salesperson: string | null;
    secret_hash: string;
    created_at: string;
    revoked_at: string | null;
  };
}

/** Salespeople own things, and managers have teams; nobody else does (domain.md §9). */
export const actsForSalespeople: readonly Role[] = ['sales', 'sales-manager'];

const firstAdmin: NewKey = { name: 'first admin key', role: 'admin' };

/** A revoked key may still be taken for this long. */
const rememberedMs = 2_000;

/** Bearer keys: `kroniek_<id>_<secret>`. Only a hash of the secret is stored. */
export class ApiKeys {
  private readonly db: Kysely<KeyTables>;
  private readonly known = new LRUCache<string, KeyHolder>({ max: 10_000, ttl: rememberedMs });

  private constructor(db: Kysely<unknown>) {
    this.db = db as Kysely<KeyTables>;
  }

  static async open(db: Kysely<unknown>): Promise<ApiKeys> {
    await db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtext('kroniek.api_keys'))`.execute(tx);
      await sql`create schema if not exists kroniek`.execute(tx);
      await sql`create table if not exists kroniek.api_keys (
        id uuid primary key,
        name text not null,
        role text not null,
        secret_hash text not null,
        created_at timestamptz not null default now(),
        revoked_at timestamptz
      )`.execute(tx);
      await sql`alter table kroniek.api_keys add column if not exists salesperson text`.execute(tx);
    });
    return new ApiKeys(db);
  }

  /**
   * Makes a key; the answer is the only time that it is seen whole.
   *
   * @throws Refusal `ROLE_WITHOUT_SALESPERSON`
   */
  async create({ name, role, salesperson }: NewKey, key = newKey()): Promise<{ id: string; key: string }> {
    if (salesperson !== undefined && !actsForSalespeople.includes(role)) {
      throw invalid('ROLE_WITHOUT_SALESPERSON', 'Only keys of sales act for a salesperson.', [
        { path: 'salesperson', message: `salesperson may be given where role is ${actsForSalespeople.join(' or ')}.` },
      ]);
    }
    const { id, secret } = partsOf(key) ?? { id: randomUUID(), secret: key };
    await this.db
      .insertInto('kroniek.api_keys')
      .values({ id, name, role, salesperson: salesperson ?? null, secret_hash: hashOf(secret) } as never)
      .execute();
    return { id, key };
  }

  /**
   * The first admin key, once: the one that is given, else a new one. `undefined` when there is one already.
   *
   * @param given `KRONIEK_ADMIN_KEY`; it is accepted in any form
   */
  async ensureAdmin(given: string | undefined): Promise<string | undefined> {
    return this.db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtext('kroniek.api_keys'))`.execute(tx);
      const keys = new ApiKeys(tx as unknown as Kysely<unknown>);
      if (given) {
        if (!(await keys.holderOf(given))) await keys.create(firstAdmin, asKey(given));
        return undefined;
      }
      const admin = await tx
        .selectFrom('kroniek.api_keys')
        .select('id')
        .where('role', '=', 'admin')
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return admin ? undefined : (await keys.create(firstAdmin)).key;
    });
  }

  async list(): Promise<readonly ApiKey[]> {
    const rows = await this.db.selectFrom('kroniek.api_keys').selectAll().orderBy('created_at').orderBy('id').execute();
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      role: row.role,
      salesperson: row.salesperson,
      createdAt: row.created_at,
      revokedAt: row.revoked_at,
    }));
  }

  /** Revoking twice changes nothing. The last admin key stays: nobody could make another one. */
  async revoke(id: string): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtext('kroniek.api_keys'))`.execute(tx);
      const rows = await tx.selectFrom('kroniek.api_keys').selectAll().where('revoked_at', 'is', null).execute();
      const key = rows.find((row) => row.id === id);
      const admins = rows.filter((row) => row.role === 'admin');
      if (key?.role === 'admin' && admins.length === 1) {
        throw conflict('LAST_ADMIN_KEY', 'This is the last admin key; make another one before it is revoked.');
      }
      const { numUpdatedRows } = await tx
        .updateTable('kroniek.api_keys')
        .set({ revoked_at: sql<string>`coalesce(revoked_at, now())` })
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) throw notFound('KEY_NOT_FOUND', 'There is no key with this id.');
    });
    this.known.clear();
  }

  /** Whose key it is; `undefined` for one that is unknown or revoked. */
  async holderOf(key: string): Promise<KeyHolder | undefined> {
    const cached = this.known.get(hashOf(key));
    if (cached) return cached;
    const { id, secret } = partsOf(key) ?? partsOf(asKey(key)) ?? {};
    if (!id || !secret) return undefined;
    const row = await this.db
      .selectFrom('kroniek.api_keys')
      .select(['role', 'salesperson', 'secret_hash'])
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    if (!row || !timingSafeEqual(Buffer.from(row.secret_hash), Buffer.from(hashOf(secret)))) return undefined;
    const { role, salesperson } = row;
    const holder = { actor: { id, role }, ...(salesperson !== null && { salesperson }) };
    this.known.set(hashOf(key), holder);
    return holder;
  }
}

const prefix = 'kroniek';
const namespaceOfChosenKeys = '8d4c1f0e-5b0a-4c39-9a57-0f3f8b1c2d6e';

const newKey = (): string => `${prefix}_${randomUUID()}_${randomBytes(32).toString('base64url')}`;

const hashOf = (text: string): string => hash('sha256', text);

function partsOf(key: string): { id: string; secret: string } | undefined {
  const match = /^kroniek_([0-9a-f-]{36})_(.+)$/.exec(key);
  return match?.[1] && match[2] ? { id: match[1], secret: match[2] } : undefined;
}

/** A key that somebody else chose: its id follows from it, so that it is found by itself. */
function asKey(chosen: string): string {
  if (partsOf(chosen)) return chosen;
  const id = deriveId(hashOf(`id of ${chosen}`), namespaceOfChosenKeys);
  return `${prefix}_${id}_${chosen}`;
}
