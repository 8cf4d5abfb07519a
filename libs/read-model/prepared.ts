import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';

/** So many different statements are kept prepared on each connection: their plans take up to some megabytes each. */
const mostNamed = 100;

/** So many more may be on a connection before it drops them, all at once. */
const mostStale = 10;

/** Names by which statements are prepared; those that were asked last. */
export class StatementNames {
  private readonly names = new Map<string, string>();
  private readonly once = new Set<string>();
  private made = 0;

  constructor(private readonly most = mostNamed) {}

  /** `undefined`: it is asked for the first time, which few are twice. */
  of(text: string): string | undefined {
    const known = this.names.get(text);
    if (known === undefined && !this.once.delete(text)) {
      if (this.once.size >= 1_000) this.once.clear();
      this.once.add(text);
      return undefined;
    }
    this.made += known === undefined ? 1 : 0;
    const name = known ?? `kysely ${String(this.made)}`;
    // The one that was asked last stands last.
    this.names.delete(text);
    this.names.set(text, name);
    const [oldest] = this.names.keys();
    if (this.names.size > this.most && oldest !== undefined) this.names.delete(oldest);
    return name;
  }

  /** Which of these names are not in use any more, once they have become many. */
  stale(prepared: readonly string[]): readonly string[] {
    if (prepared.length <= this.most + mostStale) return [];
    const current = new Set(this.names.values());
    return prepared.filter((name) => name.startsWith('kysely ') && !current.has(name));
  }
}

/** What a client of pg keeps of the statements that it has prepared: name → text. */
interface Preparing {
  readonly connection: { readonly parsedStatements: Record<string, string> };
}

/**
 * A pool for kysely in which a statement that comes again is sent under a name. PostgreSQL then parses and plans it once a
 * connection, which for a short query costs several times as much as running it, and for a list of customers as much. Those
 * that were not asked for longest make room for others.
 */
export function namingStatements(pool: pg.Pool, names = new StatementNames()): PostgresPool {
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  const naming = (client: pg.PoolClient): PostgresPoolClient =>
    ({
      query: (text: string, given: readonly unknown[]) => {
        const values = [...given];
        // Without parameters it may be several statements in one, which cannot be prepared.
        const name = values.length > 0 ? names.of(text) : undefined;
        return client.query(name === undefined ? { text, values } : { name, text, values });
      },
      release: () => {
        const { parsedStatements } = (client as unknown as Preparing).connection;
        const stale = names.stale(Object.keys(parsedStatements));
        if (stale.length === 0) {
          client.release();
          return;
        }
        client
          .query(stale.map((name) => `deallocate "${name}"`).join('; '))
          .then(() => {
            for (const name of stale) Reflect.deleteProperty(parsedStatements, name);
          })
          // A connection that is lost has none; the pool replaces it.
          .catch(() => undefined)
          .finally(() => {
            client.release();
          });
      },
    }) as unknown as PostgresPoolClient;
  return {
    connect: async () => {
      const client = await pool.connect();
      const found = known.get(client) ?? naming(client);
      known.set(client, found);
      return found;
    },
    end: () => pool.end(),
  };
}
