import { sql } from 'kysely';
import { categoryOf, idOf, type Actor, type Instant, type Role, type Sealed } from '../../libs/kernel/index.js';
import {
  Cursors,
  limitOf,
  read,
  type Reading,
  rows,
  type Database,
  type Moment,
  type Page,
  type Paging,
} from '../../libs/read-model/index.js';
import { customerHistory } from './index.js';
import { familyOf, type Relative } from '../merges.js';
import { kinOf, streamsOf, type CustomerStreams } from './streams.js';
import type { HistoryTables } from './tables.js';

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
  /** Whether the asker may see who is no more than a name (S0; `maySeeNames`); left out: not. */
  readonly seesNames?: boolean | undefined;
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

/** A page of a history. */
export interface History extends Page<HistoryItem> {
  /** The person or account whose history it is: of a merged duplicate, the survivor. */
  readonly customerId: string;
}

/**
 * A page of everything that happened to a customer: see `historyOf` for what belongs to whom. Both instants cut events
 * and what belongs together. `null` if there was no person or account of this id at the moment whom the asker may see.
 *
 * @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR`
 */
export const historyOfCustomer = (database: Database, asked: HistoryAsked): Promise<History | null> =>
  read(database, customerHistory, asked, async (reading) => {
    const { id, asOf, knownAt, cursor, order = 'asc' } = asked;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'customer-history', id, asOf, knownAt, order });
    const after = cursors.read(cursor, ['string', 'string']);
    const customer = await customerOf(reading, asked);
    if (!customer) return null;
    const { direction, beyond } =
      order === 'asc' ? { direction: sql`asc`, beyond: sql`>` } : { direction: sql`desc`, beyond: sql`<` };
    const found = await rows(
      reading,
      sql<EntryRow>`
        select e.* from ${reading.at('entries')} e
        where e.stream in (select m.stream from ${streamsOf(reading, customer)} m)
        ${after ? sql`and (e.occurred_at, e.position) ${beyond} (${after[0]}::timestamptz, ${after[1]}::bigint)` : sql``}
        order by e.occurred_at ${direction}, e.position ${direction} limit ${limit + 1}`,
    );
    const page = cursors.page(found, limit, itemOf, (row) => [row.occurred_at, String(row.position)]);
    return { customerId: customer.id, ...page };
  });

/** Who has the id at the moment, with all that are one with them. */
async function customerOf(
  reading: Reading<HistoryTables>,
  { id, seesNames }: HistoryAsked,
): Promise<(CustomerStreams & { readonly id: string }) | null> {
  const streams = [`person-${id}`, `account-${id}`];
  const entries = reading.at('entries');
  const known = await rows(
    reading,
    sql<{ stream: string }>`select stream from ${entries} e where stream = any(${streams}) and revision = 0`,
  );
  if (known.length === 0) return null;
  const everybody = await rows(
    reading,
    familyOf(
      reading.at('merges'),
      known.map(({ stream }) => stream),
    ),
  );
  const names = seesNames === true ? [] : await namesAmong(reading, everybody);
  const seen = everybody.filter(({ stream }) => !names.includes(categoryOf(stream)));
  const survivor = seen.find(({ survives }) => survives);
  if (!survivor) return null;
  const family = seen.map(({ stream }) => stream);
  const kin = await rows(reading, kinOf(reading, family));
  return { id: idOf(survivor.stream), family, kin: kin.map(({ stream }) => stream) };
}

/** `person`, if the person never was more than a name by then. Who a name is merged into decides. */
async function namesAmong(reading: Reading<HistoryTables>, family: readonly Relative[]): Promise<readonly string[]> {
  const survivors = family.filter(({ survives }) => survives).map(({ stream }) => stream);
  const found = await rows(
    reading,
    sql<{ stream: string }>`
      select stream from ${reading.at('entries')} e where stream = any(${survivors})
      group by stream having bool_or(type = 'NameRegistered') and not bool_or(type = 'LeadRegistered')`,
  );
  return found.map(({ stream }) => categoryOf(stream));
}
