import { Command } from '../../kernel/index.js';
import { Id, InPeriod, IsMoney, type MoneyField, Optional, OptionalId, Slug, Text } from '../fields.js';
import { refusesOtherId } from '../natural-id.js';

@Command({
  says: 'Agrees what a salesperson or a team is to win in a month or quarter, or agrees another amount.',
  by: ['sales-manager'],
  opens: true,
  refuses: {
    ...refusesOtherId,
    TARGET_OWNER_AMBIGUOUS: 'Neither or both of a salesperson and a team are named.',
    PIPELINE_NOT_FOUND: 'The pipeline does not exist.',
    TARGET_CURRENCY_NOT_OF_PIPELINE: 'The pipeline that it is for has another currency.',
  },
  example: { owner: 'sam', period: '2026-Q3', amount: { amount: 25_000_000, currency: 'EUR' } },
})
export class AgreeTarget {
  /** Follows from whose target it is, the period and the pipeline. */
  @OptionalId()
  readonly targetId?: string;

  /** The salesperson; or else the team. */
  @Optional()
  @Text(100)
  readonly owner?: string;

  @Optional()
  @Slug('team')
  readonly teamId?: string;

  @InPeriod()
  readonly period!: string;

  /** All pipelines together when left out. */
  @Optional()
  @Slug()
  readonly pipelineId?: string;

  @IsMoney()
  readonly amount!: MoneyField;
}

@Command({
  says: 'Withdraws a target, with the reason.',
  by: ['sales-manager'],
  refuses: {
    TARGET_NOT_FOUND: 'No target has this id.',
    TARGET_WITHDRAWN: 'It was withdrawn already, for another reason.',
  },
  example: { targetId: '3b241101-e2bb-5255-8caf-4136c566a962', reason: 'On leave for the quarter' },
})
export class WithdrawTarget {
  @Id()
  readonly targetId!: string;

  @Text(500)
  readonly reason!: string;
}
