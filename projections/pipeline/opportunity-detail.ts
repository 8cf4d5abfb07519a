import { sql } from 'kysely';
import type { BuyingRole, Line } from '../../libs/domain/opportunity/opportunity.events.js';
import type { Instant, LocalDate } from '../../libs/kernel/index.js';
import { read, type Database, type Moment } from '../../libs/read-model/index.js';
import type { QuoteStatus } from './formal-contact.js';
import { pipeline } from './index.js';
import { type Opportunity, opportunityOf } from './opportunities.js';
import { categorised } from './stages.js';
import type { Move, OpportunityStatus } from './tables.js';

/** Where an opportunity stood, from when to when, and who brought it there. */
export interface StageStay {
  readonly stage: string;
  readonly status: OpportunityStatus;
  readonly move: Move;
  readonly enteredAt: Instant;
  /** `null` while it stands there. */
  readonly leftAt: Instant | null;
  /** Until it left, or until the moment asked for; `null` once won or lost. */
  readonly seconds: number | null;
  readonly skipped: readonly string[];
  readonly reason: string | null;
  readonly by: { readonly id: string; readonly role: string };
  readonly recordedAt: Instant;
  readonly position: string;
}

/** Somebody's part in the purchase. */
export interface Buyer {
  readonly personId: string;
  readonly role: BuyingRole;
  readonly since: Instant;
}

export interface QuoteListed {
  readonly quoteId: string;
  readonly status: QuoteStatus;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly lines: readonly Line[];
  readonly validUntil: LocalDate | null;
  readonly reason: string | null;
  readonly sentAt: Instant;
  readonly answeredAt: Instant | null;
}

export interface ContractListed {
  readonly contractId: string;
  readonly quoteId: string | null;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly signedAt: Instant;
}

export interface OpportunityDetail extends Opportunity {
  readonly lines: readonly Line[];
  readonly buyingRoles: readonly Buyer[];
  readonly quotes: readonly QuoteListed[];
  readonly contracts: readonly ContractListed[];
  readonly history: readonly StageStay[];
}

/** One opportunity with its lines, buyers, quotes and contracts, and its stage history up to the moment. `null` if there was none of this id at the moment. */
export const opportunityDetail = (
  database: Database,
  { id, ...moment }: Moment & { readonly id: string },
): Promise<OpportunityDetail | null> =>
  read(database, pipeline, moment, async (reading) => {
    const { db, at, begun, instant } = reading;
    const row = await db.selectFrom(categorised(reading).as('o')).selectAll().where('o.id', '=', id).executeTakeFirst();
    if (!row) return null;
    const stays = await db
      .selectFrom(begun('moves').as('m'))
      .selectAll()
      .select([
        sql<Instant | null>`lead(entered_at) over (order by revision)`.as('left_at'),
        sql<number>`floor(extract(epoch from coalesce(lead(entered_at) over (order by revision), ${instant}) - entered_at))`.as(
          'seconds',
        ),
      ])
      .where('m.opportunity_id', '=', id)
      .orderBy('m.revision')
      .execute();
    const of = sql<boolean>`opportunity_id = ${id}`;
    const buyers = await db
      .selectFrom(at('buying_roles').as('r'))
      .selectAll()
      .where(of)
      .orderBy('r.valid_from')
      .execute();
    const offers = await db.selectFrom(at('quotes').as('q')).selectAll().where(of).orderBy('q.sent_at').execute();
    const signed = await db.selectFrom(at('contracts').as('c')).selectAll().where(of).orderBy('c.position').execute();
    return {
      ...opportunityOf(row),
      lines: row.lines,
      buyingRoles: buyers.flatMap(({ person_id, role, valid_from }) =>
        role === null ? [] : [{ personId: person_id, role, since: valid_from }],
      ),
      quotes: offers.map((quote) => ({
        quoteId: quote.quote_id,
        status: quote.status,
        amount: quote.amount,
        currency: quote.currency,
        lines: quote.lines,
        validUntil: quote.valid_until,
        reason: quote.reason,
        sentAt: quote.sent_at,
        answeredAt: quote.answered_at,
      })),
      contracts: signed.map((contract) => ({
        contractId: contract.contract_id,
        quoteId: contract.quote_id,
        amount: contract.amount,
        currency: contract.currency,
        signedAt: contract.occurred_at,
      })),
      history: stays.map((stay) => ({
        stage: stay.stage,
        status: stay.status,
        move: stay.move,
        enteredAt: stay.entered_at,
        leftAt: stay.left_at,
        seconds: stay.status === 'open' ? stay.seconds : null,
        skipped: stay.skipped,
        reason: stay.reason,
        by: { id: stay.actor_id, role: stay.actor_role },
        recordedAt: stay.recorded_from,
        position: String(stay.position),
      })),
    };
  });
