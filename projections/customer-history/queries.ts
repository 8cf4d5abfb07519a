import { sql } from 'kysely';
import type { Actor, Instant, Role, Sealed } from '../../libs/kernel/index.js';
import {
  Cursors,
  limitOf,
  read,
  rows,
  type Database,
  type Moment,
  type Page,
  type Paging,
} from '../../libs/read-model/index.js';
import { customerHistory } from './index.js';
import { historyOf } from './streams.js';

/** One event of a customer's history. Personal data are in `sealed`, closed. */
export interface HistoryItem {
  /** Decimal string. */
  readonly position: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly causationId: string;
  readonly data: object;
  readonly sealed: Sealed | null;
}

export interface HistoryAsked extends Moment, Paging {
  /** Of a person or an account. */
  readonly id: string;
  /** By occurredAt, then position. Default `asc`. */
  readonly order?: 'asc' | 'desc' | undefined;
}

interface EntryRow {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly occurred_at: Instant;
  readonly recorded_at: Instant;
  readonly actor_id: string;
  readonly actor_role: Role;
  readonly correlation_id: string;
  readonly causation_id: string;
  readonly data: object;
  readonly sealed: Sealed | null;
}

const itemOf = (row: EntryRow): HistoryItem => ({
  position: String(row.position),
  stream: row.stream,
  revision: row.revision,
  type: row.type,
  occurredAt: row.occurred_at,
  recordedAt: row.recorded_at,
  actor: { id: row.actor_id, role: row.actor_role },
  correlationId: row.correlation_id,
  causationId: row.causation_id,
  data: row.data,
  sealed: row.sealed,
});

/**
 * A page of everything that happened to a customer: see `historyOf` for what belongs to whom. Both instants cut events
 * and what belongs together. `null` if there was no person or account of this id at the moment.
 *
 * @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR`
 */
export const historyOfCustomer = (database: Database, asked: HistoryAsked): Promise<Page<HistoryItem> | null> =>
  read(database, customerHistory, asked, async (reading) => {
    const { id, asOf, knownAt, cursor, order = 'asc' } = asked;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'customer-history', id, asOf, knownAt, order });
    const after = cursors.read(cursor, ['string', 'string']);
    const customers = [`person-${id}`, `account-${id}`];
    const known = await rows(
      reading,
      sql`select from ${reading.at('entries')} e where stream = any(${customers}) and revision = 0`,
    );
    if (known.length === 0) return null;
    const { direction, beyond } =
      order === 'asc' ? { direction: sql`asc`, beyond: sql`>` } : { direction: sql`desc`, beyond: sql`<` };
    const found = await rows(
      reading,
      sql<EntryRow>`
        select e.* from ${reading.at('entries')} e
        where e.stream in (select m.stream from ${historyOf(reading, customers)} m)
        ${after ? sql`and (e.occurred_at, e.position) ${beyond} (${after[0]}::timestamptz, ${after[1]}::bigint)` : sql``}
        order by e.occurred_at ${direction}, e.position ${direction} limit ${limit + 1}`,
    );
    return cursors.page(found, limit, itemOf, (row) => [row.occurred_at, String(row.position)]);
  });
