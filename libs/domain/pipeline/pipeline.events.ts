import { declareEvents, type EventShape } from '../../kernel/index.js';

/** A stage of a pipeline with the probability, in whole per cents, that an opportunity in it is won (S1). */
export interface Stage {
  readonly stage: string;
  readonly probability: number;
}

/** These names and shapes are on disk: compensate, never change. */
export interface PipelineEvents {
  PipelineDefined: EventShape<{
    readonly name: string;
    /** ISO 4217 currency of its opportunities. */
    readonly currency: string;
    /** The stages in use, in order. */
    readonly stages: readonly Stage[];
    /** Stages of earlier definitions that are no longer entered; opportunities may still stand in them. */
    readonly retired: readonly Stage[];
  }>;
}

export const pipelineEvents = declareEvents<PipelineEvents>('pipeline', {
  PipelineDefined: { says: 'The stages of a pipeline and their probabilities hold from here on.' },
});
