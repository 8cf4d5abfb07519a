import { sql } from 'kysely';
import type { Stage } from '../../libs/domain/pipeline/pipeline.events.js';
import { type ExchangeRate, type FieldError, invalid } from '../../libs/kernel/index.js';
import { rows } from '../../libs/read-model/index.js';
import type { Asked, ForecastReading } from './frame.js';
import type { Supposed } from './valued.js';

/** What a forecast is asked under instead of what is so; what is left out is as it is. */
export interface ForecastAssumption {
  /** Each pipeline and each stage once. A stage that is not named keeps its probability. */
  readonly pipelines?: readonly { readonly pipelineId: string; readonly stages: readonly Stage[] }[] | undefined;
  /** Between the reporting currency and another one, from the day asked for on; each other one once. */
  readonly rates?: readonly ExchangeRate[] | undefined;
}

/** @throws Refusal `INVALID_ASSUMPTION` naming each pipeline, stage and rate that there is not */
export async function supposedBy(
  reading: ForecastReading,
  frame: Pick<Asked, 'reporting'>,
  { pipelines = [], rates = [] }: ForecastAssumption,
): Promise<Supposed> {
  const known = await stagesOf(
    reading,
    pipelines.map(({ pipelineId }) => pipelineId),
  );
  const errors = [
    ...pipelines.flatMap(({ pipelineId, stages }, place) =>
      wrongStages(stages, known.get(pipelineId), `pipelines[${place}]`),
    ),
    ...wrongRates(rates, frame.reporting),
  ];
  if (errors.length > 0) throw invalid('INVALID_ASSUMPTION', 'The assumption names what there is not.', errors);
  return {
    probabilities: pipelines.flatMap(({ pipelineId, stages }) =>
      stages.map(({ stage, probability }) => ({ pipelineId, stage, probability })),
    ),
    rates: rates.map(({ from, to, rate }) => {
      const direct = to === frame.reporting;
      return { currency: direct ? from : to, rate, direct };
    }),
  };
}

/** The stages of some pipelines by any of their definitions: opportunities may stand in each of them. */
async function stagesOf(
  reading: ForecastReading,
  pipelineIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const known = new Map<string, Set<string>>();
  if (pipelineIds.length === 0) return known;
  const found = await rows(
    reading,
    sql<{ id: string; stage: string }>`select distinct id, s ->> 'stage' as stage
      from ${reading.all('pipelines')} p, jsonb_array_elements(stages || retired) s where id = any(${pipelineIds}::text[])`,
  );
  for (const { id, stage } of found) known.set(id, (known.get(id) ?? new Set()).add(stage));
  return known;
}

function wrongStages(
  stages: readonly Stage[],
  known: ReadonlySet<string> | undefined,
  path: string,
): readonly FieldError[] {
  if (!known) return [{ path: `${path}.pipelineId`, message: 'pipelineId must be that of a pipeline.' }];
  return stages.flatMap(({ stage }, place) =>
    known.has(stage)
      ? []
      : [{ path: `${path}.stages[${place}].stage`, message: 'stage must be one that the pipeline has or had.' }],
  );
}

function wrongRates(rates: readonly ExchangeRate[], reporting: string): readonly FieldError[] {
  const seen = new Set<string>();
  return rates.flatMap(({ from, to }, place): readonly FieldError[] => {
    const path = `rates[${place}]`;
    if ((from === reporting) === (to === reporting)) {
      return [{ path: `${path}.to`, message: `to must be the reporting currency, ${reporting}, unless from is.` }];
    }
    const other = from === reporting ? to : from;
    if (seen.has(other)) return [{ path, message: `rates must name ${other} once, in either direction.` }];
    seen.add(other);
    return [];
  });
}
