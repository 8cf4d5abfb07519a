import { sql } from 'kysely';
import type { Instant, LocalDate } from '../../libs/kernel/index.js';
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
import { pipeline } from './index.js';
import { definitions, stagesOf, type StageRow } from './stages.js';
import type { Move, OpportunityRow, OpportunityStatus } from './tables.js';

export interface PipelineListed {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
}

/** Every pipeline by its definition at the moment, in the order of their ids. */
export const pipelinesList = (database: Database, moment: Moment): Promise<readonly PipelineListed[]> =>
  read(database, pipeline, moment, (reading) =>
    rows(reading, sql<PipelineListed>`select id, name, currency from ${definitions(reading)} d order by id`),
  );

/** One stage of a pipeline. Amounts are minor units of the pipeline's currency, the probability is per cent. */
export interface StageSummary {
  readonly stage: string;
  readonly kind: 'open' | 'won' | 'lost';
  readonly probability: number;
  readonly count: number;
  readonly amount: number;
  /** Exact for the stage, rounded half up once. */
  readonly weighted: number;
}

export interface PipelineSummary {
  readonly pipeline: string;
  readonly asOf: Instant;
  readonly currency: string;
  readonly stages: readonly StageSummary[];
}

/** What stands in the stages of a pipeline: in order, then won and lost. `null` for a pipeline that was never defined. */
export const pipelineSummary = (
  database: Database,
  { id, ...moment }: Moment & { readonly id: string },
): Promise<PipelineSummary | null> =>
  read(database, pipeline, moment, async (reading) => {
    const found = await rows(
      reading,
      sql<
        StageRow & { as_of: Instant }
      >`select s.*, now() as as_of from (${stagesOf(reading, id)}) s order by stage_order`,
    );
    const [first] = found;
    if (!first) return null;
    return {
      pipeline: id,
      asOf: moment.asOf ?? first.as_of,
      currency: first.currency,
      stages: found.map(({ stage, kind, probability, count, amount, weighted }) => ({
        stage,
        kind,
        probability,
        count,
        amount,
        weighted,
      })),
    };
  });

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

const opportunityOf = (row: OpportunityRow): Opportunity => ({
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

/** A page of opportunities. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const opportunitiesList = (database: Database, asked: OpportunitiesAsked): Promise<Page<Opportunity>> =>
  read(database, pipeline, asked, async ({ db, at }) => {
    const { limit: _limit, cursor, sort = 'openedAt', order = 'asc', ...filters } = asked;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'opportunities', ...filters, sort, order });
    const after = cursors.read(cursor, [sort === 'amount' ? 'number' : 'string', 'string']);
    const column = sort === 'amount' ? 'o.amount' : 'o.opened_at';
    const { pipelineId, stage, status, owner, accountId, minAmount, maxAmount } = filters;
    const found = await db
      .selectFrom(at('opportunities').as('o'))
      .selectAll()
      .$if(pipelineId !== undefined, (query) => query.where('o.pipeline_id', '=', pipelineId ?? ''))
      .$if(stage !== undefined, (query) => query.where('o.stage', '=', stage ?? ''))
      .$if(status !== undefined, (query) => query.where('o.status', '=', status ?? 'open'))
      .$if(owner !== undefined, (query) => query.where('o.owner', '=', owner ?? ''))
      .$if(accountId !== undefined, (query) => query.where('o.account_id', '=', accountId ?? ''))
      .$if(minAmount !== undefined, (query) => query.where('o.amount', '>=', minAmount ?? 0))
      .$if(maxAmount !== undefined, (query) => query.where('o.amount', '<=', maxAmount ?? 0))
      .$if(after !== undefined, (query) =>
        query.where(
          sql<boolean>`(${sql.ref(column)}, o.id) ${order === 'asc' ? sql`>` : sql`<`} (${after?.[0]}, ${after?.[1]})`,
        ),
      )
      .orderBy(column, order)
      .orderBy('o.id', order)
      .limit(limit + 1)
      .execute();
    return cursors.page(found, limit, opportunityOf, (row) => [sort === 'amount' ? row.amount : row.opened_at, row.id]);
  });

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

export interface OpportunityDetail extends Opportunity {
  readonly history: readonly StageStay[];
}

/** One opportunity with its stage history up to the moment. `null` if there was none of this id at the moment. */
export const opportunityDetail = (
  database: Database,
  { id, ...moment }: Moment & { readonly id: string },
): Promise<OpportunityDetail | null> =>
  read(database, pipeline, moment, async ({ db, at }) => {
    const row = await db.selectFrom(at('opportunities').as('o')).selectAll().where('o.id', '=', id).executeTakeFirst();
    if (!row) return null;
    const stays = await db
      .selectFrom(at('moves').as('m'))
      .selectAll()
      .select([
        sql<Instant | null>`lead(occurred_at) over (order by revision)`.as('left_at'),
        sql<number>`floor(extract(epoch from
          coalesce(lead(occurred_at) over (order by revision), ${moment.asOf ?? sql`now()`}::timestamptz) - occurred_at
        ))`.as('seconds'),
      ])
      .where('m.opportunity_id', '=', id)
      .orderBy('m.revision')
      .execute();
    return {
      ...opportunityOf(row),
      history: stays.map((stay) => ({
        stage: stay.stage,
        status: stay.status,
        move: stay.move,
        enteredAt: stay.occurred_at,
        leftAt: stay.left_at,
        seconds: stay.status === 'open' ? stay.seconds : null,
        skipped: stay.skipped,
        reason: stay.reason,
        by: { id: stay.actor_id, role: stay.actor_role },
        recordedAt: stay.recorded_at,
        position: String(stay.position),
      })),
    };
  });
