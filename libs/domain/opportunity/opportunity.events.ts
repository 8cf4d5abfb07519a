import { declareEvents, type EventShape, type LocalDate, type Money } from '../../kernel/index.js';

/** These names and shapes are on disk: compensate, never change. */
export interface OpportunityEvents {
  OpportunityOpened: EventShape<{
    readonly title: string;
    readonly pipelineId: string;
    readonly stage: string;
    readonly amount: Money;
    /** Unknown at first is allowed; it must be known to be won (domain.md §3). */
    readonly accountId?: string;
    /** The contacts through whom it was found. */
    readonly contactIds: readonly string[];
    readonly expectedClose?: LocalDate;
    readonly owner?: string;
    readonly product?: string;
    readonly campaignId?: string;
  }>;
  OpportunityAdvanced: EventShape<{
    readonly from: string;
    readonly to: string;
    /** The stages in between, in order. */
    readonly skipped: readonly string[];
  }>;
  OpportunityMovedBack: EventShape<{ readonly from: string; readonly to: string; readonly reason: string }>;
  OpportunityAmountChanged: EventShape<{ readonly amount: Money }>;
  OpportunityRescheduled: EventShape<{ readonly expectedClose: LocalDate }>;
  OpportunityAccountAssigned: EventShape<{ readonly accountId: string }>;
  OpportunityWon: EventShape<{ readonly from: string; readonly amount: Money }>;
  OpportunityLost: EventShape<{ readonly from: string; readonly reason: string; readonly competitor?: string }>;
  /** Back in an open stage after having been won or lost. */
  OpportunityReopened: EventShape<{ readonly to: string; readonly reason: string }>;
}

export const opportunityEvents = declareEvents<OpportunityEvents>('opportunity', {
  OpportunityOpened: { says: 'There is a concrete chance of a sale.' },
  OpportunityAdvanced: { says: 'It moved to a later stage; what was skipped is recorded.' },
  OpportunityMovedBack: { says: 'It fell back to an earlier stage, with the reason.' },
  OpportunityAmountChanged: { says: 'The amount at stake is another one.' },
  OpportunityRescheduled: { says: 'It is expected to close on another day.' },
  OpportunityAccountAssigned: { says: 'The account that it belongs to is known.' },
  OpportunityWon: { says: 'The customer bought, for this amount.' },
  OpportunityLost: { says: 'The customer did not buy, with the reason and the competitor who did better.' },
  OpportunityReopened: { says: 'A closed opportunity is open again, with the reason.' },
});
