import { sql } from 'kysely';
import type { CustomerGroup } from '../../libs/domain/account/customer-group.rules.js';
import type { RelationshipPhase } from '../../libs/domain/account/phase.rules.js';
import type { Instant } from '../../libs/kernel/index.js';
import {
  Cursors,
  type Database,
  limitOf,
  type Moment,
  type Page,
  type Paging,
  read,
  rows,
} from '../../libs/read-model/index.js';
import { attentionAt, type AttentionRow } from './attention.js';
import { customers } from './index.js';
import { askedOf } from './queries.js';

/** A customer that is to be reached. People are told by their ids alone. */
export interface AttentionDue {
  readonly customerId: string;
  readonly kind: 'account' | 'person';
  /** Of an account. */
  readonly name: string | null;
  readonly owner: string | null;
  readonly phase: RelationshipPhase;
  /** `null`: who never bought and is no friend is in none. */
  readonly group: CustomerGroup | null;
  /** When they were reached last, in either direction; `null`: never, and they are known since `knownSince`. */
  readonly lastInteraction: Instant | null;
  readonly knownSince: Instant;
  /** When they were last tried and not reached, and how often since they were reached. */
  readonly lastAttempt: Instant | null;
  readonly failedAttempts: number;
  /** By when they should have been reached. */
  readonly dueAt: Instant;
  /** Whole days of 24 hours. */
  readonly daysOverdue: number;
  /** By which rule, from 1, of which version of the policy `attention.cadence`: once in so many days. */
  readonly everyDays: number;
  readonly rule: number;
  readonly policyVersion: number;
}

const dueOf = (row: AttentionRow): AttentionDue => ({
  customerId: row.id,
  kind: row.kind,
  name: row.name,
  owner: row.owner,
  phase: row.phase,
  group: row.customer_group,
  lastInteraction: row.last_interaction,
  knownSince: row.known_since,
  lastAttempt: row.last_attempt,
  failedAttempts: row.failed_attempts,
  dueAt: row.due_at,
  daysOverdue: row.days_overdue,
  everyDays: row.every_days,
  rule: row.rule,
  policyVersion: row.policy_version,
});

/** Which customers; what is left out does not matter. */
export interface AttentionAsked extends Moment, Paging {
  readonly owner?: string | undefined;
  readonly phase?: RelationshipPhase | undefined;
  readonly group?: CustomerGroup | undefined;
  /** With people who are no more than names (S0). Default: without. */
  readonly names?: boolean | undefined;
}

/** A page of customers to be reached, those first that have waited longest. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const attentionDue = (database: Database, asked: AttentionAsked): Promise<Page<AttentionDue>> =>
  read(database, customers, asked, async (reading) => {
    const { limit: _limit, cursor, ...query } = asked;
    const { owner, phase, group, names } = query;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'attention', ...query });
    const after = cursors.read(cursor, ['string', 'string']);
    const only = [
      sql`true`,
      ...(owner === undefined ? [] : [sql`owner = ${owner}`]),
      ...(phase === undefined ? [] : [sql`phase = ${phase}`]),
      ...(group === undefined ? [] : [sql`customer_group = ${group}`]),
      ...(after ? [sql`(due_at, id) > (${after[0]}::timestamptz, ${after[1]})`] : []),
    ];
    const found = await rows(
      reading,
      sql<AttentionRow>`select * from ${attentionAt(askedOf(reading, asked, names))} a
        where ${sql.join(only, sql` and `)} order by due_at, id limit ${limit + 1}`,
    );
    return cursors.page(found, limit, dueOf, (row) => [row.due_at, row.id]);
  });
