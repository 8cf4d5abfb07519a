import { type RawBuilder, sql } from 'kysely';
import type { Source } from '../../libs/read-model/index.js';
import { derivedForecastCategories, type ForecastCategory } from '../../libs/domain/opportunity/opportunity.events.js';
import type { policies } from '../policies/tables.js';
import type { buyingRoles, contracts, quotes } from './formal-contact.js';
import type { moves, opportunities, OpportunityRow, pipelines, touches, velocity } from './tables.js';

export type PipelineTables = {
  readonly opportunities: typeof opportunities;
  readonly moves: typeof moves;
  readonly velocity: typeof velocity;
  readonly pipelines: typeof pipelines;
  readonly touches: typeof touches;
  readonly policies: typeof policies;
  readonly buying_roles: typeof buyingRoles;
  readonly quotes: typeof quotes;
  readonly contracts: typeof contracts;
};

export interface StageRow {
  readonly pipeline: string;
  readonly pipeline_name: string;
  readonly stage: string;
  readonly stage_order: number;
  readonly kind: 'open' | 'won' | 'lost';
  readonly probability: number;
  readonly count: number;
  readonly amount: number;
  readonly weighted: number;
  readonly currency: string;
}

/** The definition of each pipeline at the moment; before its first one, the first one. */
export const definitions = (
  source: Source<PipelineTables>,
): RawBuilder<{ id: string; name: string; currency: string }> =>
  sql`(
    select distinct on (id) id, name, currency, stages, retired from ${source.all('pipelines')}
    order by id, ${source.holds} desc, revision
  )`;

/**
 * What stands in each stage of the pipelines at the moment: the stages in use in order, then those in which something
 * stands although they are retired (or, by a late report, not in use yet: with the probability of their first
 * definition), then won and lost. `weighted` is exact for the stage and rounded once, half up, to minor units. An
 * opportunity is in its pipeline's currency.
 */
export const stagesOf = (source: Source<PipelineTables>, pipeline?: string): RawBuilder<StageRow> => sql<StageRow>`
  with definition as (select * from ${definitions(source)} d ${pipeline === undefined ? sql`` : sql`where id = ${pipeline}`}),
  standing as (
    select pipeline_id, status as kind, case when status = 'open' then stage end as stage,
      count(*)::integer as count, sum(amount) as amount
    from ${source.inParts('opportunities')} o ${pipeline === undefined ? sql`` : sql`where pipeline_id = ${pipeline}`}
    group by 1, 2, 3
  ),
  stage as (
    select d.id, s.place, 'open' as kind, s.stage ->> 'stage' as stage, (s.stage ->> 'probability')::integer as probability
    from definition d, jsonb_array_elements(d.stages) with ordinality s (stage, place)
    union all
    select d.id, 1000, 'open', o.stage, coalesce(
      (select (s ->> 'probability')::integer from jsonb_array_elements(d.retired) s where s ->> 'stage' = o.stage),
      (select (s ->> 'probability')::integer from ${source.all('pipelines')} p, jsonb_array_elements(p.stages) s
       where p.id = d.id and s ->> 'stage' = o.stage order by p.revision limit 1),
      0)
    from definition d join standing o on o.pipeline_id = d.id and o.kind = 'open'
    where not exists (select from jsonb_array_elements(d.stages) s where s ->> 'stage' = o.stage)
    union all
    select d.id, c.place, c.kind, c.kind, c.probability
    from definition d, (values (1001, 'won', 100), (1002, 'lost', 0)) c (place, kind, probability)
  )
  select d.id as pipeline, d.name as pipeline_name, s.stage,
    row_number() over (partition by d.id order by s.place, s.stage)::integer as stage_order,
    s.kind, s.probability, coalesce(o.count, 0) as count, coalesce(o.amount, 0) as amount,
    floor((coalesce(o.amount, 0) * s.probability + 50) / 100) as weighted, d.currency
  from definition d join stage s on s.id = d.id
    left join standing o on o.pipeline_id = s.id and o.kind = s.kind and (o.stage = s.stage or s.kind <> 'open')
  order by d.id, s.place, s.stage`;

/**
 * The probability of each stage that a pipeline ever had, by its definition at the moment; where that does not know the
 * stage, by the first one that does.
 */
const probabilities = (source: Source<PipelineTables>): RawBuilder<unknown> =>
  sql`(
    select distinct on (id, stage ->> 'stage') id as pipeline_id, stage ->> 'stage' as stage,
      (stage ->> 'probability')::integer as probability
    from ${source.all('pipelines')} p, jsonb_array_elements(stages || retired) s (stage)
    order by id, stage ->> 'stage', ${source.holds} desc, revision
  )`;

const derived = sql.join(
  derivedForecastCategories.map(
    ({ from, category }) => sql`when coalesce(p.probability, 0) >= ${sql.lit(from)} then ${sql.lit(category)}`,
  ),
  sql` `,
);

/** An opportunity with what follows from its stage at the moment. */
export interface CategorisedRow extends OpportunityRow {
  /** Whole per cents. */
  readonly probability: number;
  readonly forecast_category: ForecastCategory;
}

/**
 * The opportunities at the moment with their probability and forecast category: `closed` by winning or losing, else as
 * somebody set it, else derived from the probability of the stage (domain.md §4).
 *
 * @param rows which of the opportunities; left out: all of the moment
 */
export const categorised = (
  source: Source<PipelineTables>,
  rows: RawBuilder<unknown> = source.at('opportunities'),
): RawBuilder<CategorisedRow> => sql<CategorisedRow>`(
  select o.*,
    case o.status when 'won' then 100 when 'lost' then 0 else coalesce(p.probability, 0) end as probability,
    case when o.status <> 'open' then 'closed' when o.set_category is not null then o.set_category ${derived}
    end as forecast_category
  from ${rows} o
    left join ${probabilities(source)} p on p.pipeline_id = o.pipeline_id and p.stage = o.stage
)`;
