import { sql } from 'kysely';
import type { Instant } from '../../libs/kernel/index.js';
import { read, rows, type Database, type Moment } from '../../libs/read-model/index.js';
import { pipeline } from './index.js';
import { definitions, stagesOf, type StageRow } from './stages.js';

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
