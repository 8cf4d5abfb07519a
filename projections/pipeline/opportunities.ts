import { type RawBuilder, sql } from 'kysely';
import type { ForecastCategory } from '../../libs/domain/opportunity/opportunity.events.js';
import type { Instant, LocalDate } from '../../libs/kernel/index.js';
import {
  Cursors,
  limitOf,
  read,
  type Database,
  type Moment,
  type Page,
  type Paging,
  type Reading,
} from '../../libs/read-model/index.js';
import { pipeline } from './index.js';
import { categorised, type CategorisedRow, type PipelineTables } from './stages.js';
import type { OpportunityStatus } from './tables.js';

/** An opportunity as it stands at the moment. */
export interface Opportunity {
  readonly id: string;
  readonly title: string;
  readonly pipelineId: string;
  readonly stage: string;
  readonly status: OpportunityStatus;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly accountId: string | null;
  readonly contactIds: readonly string[];
  readonly owner: string | null;
  readonly product: string | null;
  readonly campaignId: string | null;
  readonly expectedClose: LocalDate | null;
  /** Whole per cents. */
  readonly probability: number;
  readonly forecastCategory: ForecastCategory;
  /** Whether somebody set the category; else it follows from the probability. */
  readonly forecastCategorySet: boolean;
  readonly quotesSent: number;
  readonly quotesAccepted: number;
  readonly contractSignedAt: Instant | null;
  readonly lossReason: string | null;
  readonly competitor: string | null;
  readonly openedAt: Instant;
  readonly closedAt: Instant | null;
  /** When it became as it is. */
  readonly since: Instant;
  readonly revision: number;
  /** Of its last event; a decimal string. */
  readonly position: string;
}

export const opportunityOf = (row: CategorisedRow): Opportunity => ({
  id: row.id,
  title: row.title,
  pipelineId: row.pipeline_id,
  stage: row.stage,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  accountId: row.account_id,
  contactIds: row.contact_ids,
  owner: row.owner,
  product: row.product,
  campaignId: row.campaign_id,
  expectedClose: row.expected_close,
  probability: row.probability,
  forecastCategory: row.forecast_category,
  forecastCategorySet: row.set_category !== null && row.status === 'open',
  quotesSent: row.quotes_sent,
  quotesAccepted: row.quotes_accepted,
  contractSignedAt: row.contract_signed_at,
  lossReason: row.loss_reason,
  competitor: row.competitor,
  openedAt: row.opened_at,
  closedAt: row.closed_at,
  since: row.valid_from,
  revision: row.revision,
  position: String(row.position),
});

export const opportunitySorts = ['openedAt', 'amount'] as const;
export type OpportunitySort = (typeof opportunitySorts)[number];

/** Which opportunities; what is left out does not matter. */
export interface OpportunityFilters {
  readonly pipelineId?: string | undefined;
  readonly stage?: string | undefined;
  readonly status?: OpportunityStatus | undefined;
  readonly owner?: string | undefined;
  readonly accountId?: string | undefined;
  /** As it was set, or as it follows from the stage. */
  readonly category?: ForecastCategory | undefined;
  /** Minor units, inclusive. */
  readonly minAmount?: number | undefined;
  /** Minor units, inclusive. */
  readonly maxAmount?: number | undefined;
}

export interface OpportunitiesAsked extends Moment, Paging, OpportunityFilters {
  /** Default `openedAt`. */
  readonly sort?: OpportunitySort | undefined;
  /** Default `asc`. */
  readonly order?: 'asc' | 'desc' | undefined;
}

const statuses = ['open', 'won', 'lost', 'withdrawn'] as const satisfies readonly OpportunityStatus[];

/** Of which statuses they can be: everything but what is open is of category closed. Left out: it is not told apart. */
function statusesOf({ status, category }: OpportunityFilters): readonly OpportunityStatus[] | undefined {
  if (status !== undefined) return [status];
  return category && statuses.filter((one) => (one === 'open') !== (category === 'closed'));
}

/**
 * The first opportunities of a status by their amounts, as of an instant. The index tells all that it takes to find them,
 * so the rows themselves are only read of those that are found.
 */
function byAmount(
  { all, holds }: Reading<PipelineTables>,
  status: OpportunityStatus,
  { order = 'asc', minAmount, maxAmount }: OpportunitiesAsked,
  after: readonly unknown[] | undefined,
  most: number,
): RawBuilder<unknown> {
  const [beyond, towards] = order === 'asc' ? [sql`>`, sql`asc`] : [sql`<`, sql`desc`];
  const only = [
    holds,
    ...(minAmount === undefined ? [] : [sql`amount >= ${minAmount}`]),
    ...(maxAmount === undefined ? [] : [sql`amount <= ${maxAmount}`]),
    ...(after === undefined ? [] : [sql`(amount, id) ${beyond} (${after[0]}, ${after[1]})`]),
  ];
  return sql`(
    select o.* from (
      select id, position from ${all('opportunities')} o where status = ${status} and ${sql.join(only, sql` and `)}
      order by amount ${towards}, id ${towards} limit ${most}
    ) first join ${all('opportunities')} o on o.id = first.id and o.position = first.position)`;
}

/** A page of opportunities. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const opportunitiesList = (database: Database, given: OpportunitiesAsked): Promise<Page<Opportunity>> =>
  read(database, pipeline, given, async (reading) => {
    const { limit: _limit, cursor, sort = 'openedAt', order = 'asc', ...filters } = given;
    const limit = limitOf(given);
    const cursors = new Cursors({ list: 'opportunities', ...filters, sort, order });
    const after = cursors.read(cursor, [sort === 'amount' ? 'number' : 'string', 'string']);
    const column = sort === 'amount' ? 'o.amount' : 'o.opened_at';
    const { pipelineId, stage, owner, accountId, category, minAmount, maxAmount, asOf } = filters;
    const isPast = given.asOf !== undefined || given.knownAt !== undefined;
    const isNarrow = sort === 'amount' || [stage, category, minAmount, maxAmount].some((only) => only !== undefined);
    // Of what was open once, little was at the moment: a walk in order would pass by all of it where little is asked for.
    const open = sql`(select * from ${reading.inParts('opportunities')} o where status = 'open' offset 0)`;
    const isFew = [pipelineId, stage, owner, accountId, category].some((only) => only !== undefined);
    const rowsOf = (status: OpportunityStatus | undefined): RawBuilder<unknown> | undefined => {
      if (!isPast) return undefined;
      if (sort === 'amount' && !isFew && status !== undefined)
        return byAmount(reading, status, given, after, limit + 1);
      return isNarrow && status === 'open' ? open : undefined;
    };
    const ofStatus = (status: OpportunityStatus | undefined) =>
      reading.db
        .selectFrom(categorised(reading, rowsOf(status)).as('o'))
        .selectAll()
        .$if(status !== undefined, (query) => query.where('o.status', '=', status ?? 'open'))
        .$if(pipelineId !== undefined, (query) => query.where('o.pipeline_id', '=', pipelineId ?? ''))
        .$if(stage !== undefined, (query) => query.where('o.stage', '=', stage ?? ''))
        .$if(owner !== undefined, (query) => query.where('o.owner', '=', owner ?? ''))
        .$if(accountId !== undefined, (query) => query.where('o.account_id', '=', accountId ?? ''))
        .$if(category !== undefined, (query) => query.where('o.forecast_category', '=', category ?? 'pipeline'))
        .$if(minAmount !== undefined, (query) => query.where('o.amount', '>=', minAmount ?? 0))
        .$if(maxAmount !== undefined, (query) => query.where('o.amount', '<=', maxAmount ?? 0))
        // What was opened later did not hold: a walk in order ends there, however little it has found.
        .$if(sort === 'openedAt' && asOf !== undefined, (query) => query.where('o.opened_at', '<=', asOf ?? ''))
        .$if(after !== undefined, (query) =>
          query.where(
            sql<boolean>`(${sql.ref(column)}, o.id) ${order === 'asc' ? sql`>` : sql`<`} (${after?.[0]}, ${after?.[1]})`,
          ),
        )
        .orderBy(column, order)
        .orderBy('o.id', order)
        .limit(limit + 1);
    const asked = statusesOf(filters) ?? (sort === 'amount' ? statuses : [undefined]);
    // The index by amounts is told apart by status: the first of each are read along it, and the first of these stand.
    const firsts = sql.join(
      asked.map((status) => sql`(${ofStatus(status)})`),
      sql` union all `,
    );
    const found = await reading.db
      .selectFrom(sql<CategorisedRow>`(${firsts})`.as('o'))
      .selectAll()
      .orderBy(column, order)
      .orderBy('o.id', order)
      .limit(limit + 1)
      .execute();
    return cursors.page(found, limit, opportunityOf, (row) => [sort === 'amount' ? row.amount : row.opened_at, row.id]);
  });
