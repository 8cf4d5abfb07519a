import { Command } from '../../kernel/index.js';
import { Currency, PartsOf, Slug, Text, Whole } from '../fields.js';

/** A stage with the probability, in whole per cents, that an opportunity in it is won (S1). */
export class StageField {
  @Slug()
  readonly stage!: string;

  @Whole(10, 90)
  readonly probability!: number;
}

@Command({
  says: 'Defines the ordered stages of a pipeline and their probabilities; a stage that is left out is retired.',
  by: ['sales-manager'],
  opens: true,
  refuses: {
    PIPELINE_CURRENCY_FIXED: 'The pipeline has another currency, which its opportunities are in.',
    STAGE_NAMES_INVALID: 'Two stages have the same name, or one is named won or lost.',
  },
  example: {
    pipelineId: 'renewals',
    name: 'Renewals',
    currency: 'EUR',
    stages: [
      { stage: 'reminder', probability: 50 },
      { stage: 'agreed', probability: 90 },
    ],
  },
})
export class DefinePipeline {
  @Slug()
  readonly pipelineId!: string;

  @Text(100)
  readonly name!: string;

  @Currency()
  readonly currency!: string;

  @PartsOf(StageField, 1, 40)
  readonly stages!: readonly StageField[];
}
