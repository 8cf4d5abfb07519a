import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../libs/kernel/index.js';

/** Of something with what processes found out about it. */
export interface Judged {
  /** From when on it is so. */
  readonly since: Instant;
  /** Of its last event of all, a verdict or not. */
  readonly last_revision: number;
  readonly last_position: bigint;
}

/**
 * Versions at the moment, with what was found out about each. A verdict lies at its own instant, whatever was reported
 * meanwhile, and is a row of its own.
 *
 * @param about column of the verdicts with the id of what they are about
 * @param found aggregates over the verdicts on one, by the names that they get
 */
export function withVerdicts<Row>(
  versions: RawBuilder<unknown>,
  verdicts: RawBuilder<unknown>,
  about: string,
  found: Readonly<Record<string, RawBuilder<unknown>>>,
): RawBuilder<Row & Judged> {
  const names = Object.keys(found).map((name) => sql.ref(`j.${name}`));
  const columns = Object.entries(found).map(([name, aggregate]) => sql`${aggregate} as ${sql.ref(name)}`);
  return sql<Row & Judged>`(
    select v.*, ${sql.join(names)}, greatest(v.valid_from, j.judged_at) as since,
      greatest(v.revision, j.last) as last_revision, greatest(v.position, j.last_at) as last_position
    from ${versions} v cross join lateral (
      select ${sql.join(columns)}, max(occurred_at) as judged_at, max(revision) as last, max(position) as last_at
      from ${verdicts} found where found.${sql.ref(about)} = v.id
    ) j
  )`;
}
