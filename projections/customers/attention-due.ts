import { sql } from 'kysely';
import type { CustomerGroup } from '../../libs/domain/account/customer-group.rules.js';
import type { RelationshipPhase } from '../../libs/domain/account/phase.rules.js';
import { dayMs, type Instant, plusDays } from '../../libs/kernel/index.js';
import {
  beside,
  Cursors,
  type Database,
  limitOf,
  type Moment,
  type Page,
  type Paging,
  type Reading,
  readSteadily,
  rows,
} from '../../libs/read-model/index.js';
import { segmentsModel } from '../segments/index.js';
import {
  attentionAt,
  type AttentionRow,
  type Belonging,
  belongingTo,
  type Cadence,
  cadenceAt,
  dueWithin,
  toNone,
} from './attention.js';
import type { Asked } from './bought.js';
import { bySilence, bySilenceOf, firstInLine, inOrderOf } from './in-order.js';
import { customers } from './index.js';
import { askedOf, withWindows } from './queries.js';
import type { CustomersTables } from './tables.js';

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

/** What the list is answered from. */
interface Prepared {
  readonly reading: Reading<CustomersTables>;
  readonly asked: Asked;
  readonly cadence: Cadence | undefined;
  readonly belonging: Belonging;
}

/** Where the policy has rules for segments, their read model is asked beside that of customers. */
async function prepared(steady: Reading<CustomersTables>, given: AttentionAsked): Promise<Prepared> {
  const at = async (reading: Reading<CustomersTables>, moment: Moment) => {
    const asked = await withWindows(reading, askedOf(reading, moment, given.names));
    return { reading, asked, cadence: await cadenceAt(reading, asked) };
  };
  const alone = await at(steady, given);
  if (!alone.cadence || alone.cadence.segments.length === 0) return { ...alone, belonging: toNone };
  const { own, other, moment } = await beside(steady, segmentsModel, { asOf: given.asOf, knownAt: given.knownAt });
  const together = await at(own, moment);
  return { ...together, belonging: await belongingTo(other, together.cadence?.segments ?? []) };
}

const compare = (a: AttentionRow, b: AttentionRow): number => inOrderOf(a.due_at, b.due_at) || inOrderOf(a.id, b.id);

/** Begun ones are whole. */
const daysBetween = (from: Instant, to: Instant): number => Math.ceil((Date.parse(to) - Date.parse(from)) / dayMs);

/** A page of customers to be reached, those first that have waited longest. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const attentionDue = (database: Database, given: AttentionAsked): Promise<Page<AttentionDue>> =>
  readSteadily(database, customers, given, async (steady) => {
    const { limit: _limit, cursor, ...query } = given;
    const { owner, phase, group } = query;
    const limit = limitOf(given);
    const cursors = new Cursors({ list: 'attention', ...query });
    const after = cursors.read(cursor, ['string', 'string']);
    const { reading, asked, cadence, belonging } = await prepared(steady, given);
    // Who is due waits since before the shortest interval; whom no rule applies to is never due.
    if (cadence === undefined) return { items: [], next: null };
    const only = [
      sql`true`,
      ...(phase === undefined ? [] : [sql`phase = ${phase}`]),
      ...(group === undefined ? [] : [sql`customer_group = ${group}`]),
      ...(after ? [sql`(due_at, id) > (${after[0]}::timestamptz, ${after[1]})`] : []),
    ];
    const from = after && plusDays(String(after[0]), -cadence.longest);
    const found = await firstInLine<AttentionRow>(reading, asked, {
      line:
        owner === undefined
          ? bySilence(asked, { until: sql`${asked.t} - make_interval(hours => 24 * ${cadence.shortest}::integer)` })
          : bySilenceOf(asked, owner, from),
      from,
      count: limit + 1,
      // Nearly all who are silent for so long are due.
      times: 1.2,
      among: (ids, { found: before, left }) => {
        const last = before.toSorted(compare)[limit];
        return last && left !== undefined ? dueWithin(asked, cadence, daysBetween(left, last.due_at), ids) : undefined;
      },
      judge: (members) =>
        rows(
          reading,
          sql<AttentionRow>`select * from ${attentionAt({ ...asked, only: members }, belonging(members))} a
              where ${sql.join(only, sql` and `)}`,
        ),
      compare,
      isSettled: (row, reached) => row.due_at < plusDays(reached, cadence.shortest),
    });
    return cursors.page(found, limit, dueOf, (row) => [row.due_at, row.id]);
  });
