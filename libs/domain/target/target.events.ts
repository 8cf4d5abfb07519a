import { declareEvents, type EventShape, type Money, type Period } from '../../kernel/index.js';

/** Whose target it is, for which period, and for what: one pipeline, or all that they sell. */
export interface TargetOf {
  /** A salesperson; or else the team. */
  readonly owner?: string;
  readonly teamId?: string;
  readonly period: Period;
  readonly pipelineId?: string;
}

/** These names and shapes are on disk: compensate, never change. */
export interface TargetEvents {
  TargetAgreed: EventShape<TargetOf & { readonly amount: Money }>;
  TargetWithdrawn: EventShape<TargetOf & { readonly reason: string }>;
}

export const targetEvents = declareEvents<TargetEvents>('target', {
  TargetAgreed: {
    says: 'What a salesperson or a team is to win in a period, from here on; an earlier amount is history.',
  },
  TargetWithdrawn: { says: 'A target does not hold any more, with the reason.' },
});
