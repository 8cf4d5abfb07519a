import {
  aggregate,
  type DataOf,
  type FieldError,
  factsOf,
  invalid,
  type Money,
  notFound,
  refused,
} from '../../kernel/index.js';
import { plain, same } from '../values.js';
import { DefinePipeline } from './pipeline.commands.js';
import { type PipelineEvents, pipelineEvents, type Stage } from './pipeline.events.js';

/** A pipeline as it was defined last. */
export type DefinedPipeline = DataOf<PipelineEvents['PipelineDefined']>;

export interface PipelineState {
  readonly defined?: DefinedPipeline;
}

export const defaultPipelineId = 'default';

/** The pipeline that stands ready from the first start (domain.md §3). A body of `DefinePipeline`. */
export const defaultPipeline = {
  pipelineId: defaultPipelineId,
  name: 'Default',
  currency: 'EUR',
  stages: [
    { stage: 'prospecting', probability: 10 },
    { stage: 'qualification', probability: 20 },
    { stage: 'needs-analysis', probability: 40 },
    { stage: 'proposal', probability: 60 },
    { stage: 'negotiation', probability: 80 },
    { stage: 'verbal-agreement', probability: 90 },
  ],
} as const;

/** Won is 100 % and lost 0 %: they end every pipeline and are nobody's stages (S1). */
const reserved: readonly string[] = ['won', 'lost'];

const fact = factsOf(pipelineEvents);

/**
 * Pipelines are configurable: ordered stages, each with a probability from 10 % to 90 % (S1). A stage is retired, never
 * deleted: opportunities may still stand in it, and it can come back (domain.md §3).
 */
export const pipeline = aggregate<PipelineState>()({
  events: pipelineEvents,
  commands: { DefinePipeline },
  id: 'pipelineId',
  initial: {},
  lookups: {},
  decide: {
    DefinePipeline: ({ name, currency, stages }, { defined }) => {
      checkStageNames(stages);
      if (defined && defined.currency !== currency) {
        throw refused(
          'PIPELINE_CURRENCY_FIXED',
          `The pipeline is in ${defined.currency}; define another in ${currency}.`,
        );
      }
      if (defined && same({ name, stages }, { name: defined.name, stages: defined.stages })) return [];
      const known = [...(defined?.stages ?? []), ...(defined?.retired ?? [])];
      const retired = known.filter(({ stage }) => !stages.some((used) => used.stage === stage));
      return [fact('PipelineDefined', plain({ name, currency, stages, retired }))];
    },
  },
  evolve: {
    PipelineDefined: (_, defined) => ({ defined }),
  },
});

function checkStageNames(stages: readonly Stage[]): void {
  const errors = stages.flatMap(({ stage }, place): FieldError[] => {
    const path = `stages[${place}].stage`;
    if (reserved.includes(stage)) return [{ path, message: `stage must not be ${stage}: every pipeline ends in it.` }];
    const twice = stages.findIndex((other) => other.stage === stage) < place;
    return twice ? [{ path, message: 'stage must differ from the stages before it.' }] : [];
  });
  if (errors.length > 0) throw invalid('STAGE_NAMES_INVALID', 'Stages need names of their own.', errors);
}

/** The pipeline that a decision rests on. */
export function existing({ defined }: PipelineState, pipelineId: string): DefinedPipeline {
  if (!defined) throw notFound('PIPELINE_NOT_FOUND', `There is no pipeline "${pipelineId}".`);
  return defined;
}

/** Amounts of a pipeline are added up, so all are in its currency. */
export function inCurrency({ currency }: Pick<Money, 'currency'>, amount: Money): Money {
  if (amount.currency !== currency) {
    throw refused('OPPORTUNITY_CURRENCY_NOT_OF_PIPELINE', `Amounts of this pipeline are in ${currency}.`);
  }
  return plain({ amount: amount.amount, currency });
}

/** Place of a stage in use. */
export function placeOf(stage: string, { stages, retired }: DefinedPipeline): number {
  const place = stages.findIndex((used) => used.stage === stage);
  if (place >= 0) return place;
  if (retired.some((known) => known.stage === stage)) {
    throw refused('STAGE_RETIRED', `The stage "${stage}" is retired; nothing enters it any more.`);
  }
  throw refused('STAGE_UNKNOWN', `The stages of this pipeline are: ${stages.map((used) => used.stage).join(', ')}.`);
}

/** Where the stages that are later than `stage` begin. A retired stage stands before the first one that is as probable. */
export function placeAfter(stage: string, { stages, retired }: DefinedPipeline): number {
  const place = stages.findIndex((used) => used.stage === stage);
  if (place >= 0) return place + 1;
  const probability = retired.find((known) => known.stage === stage)?.probability ?? 0;
  const next = stages.findIndex((used) => used.probability >= probability);
  return next >= 0 ? next : stages.length;
}
