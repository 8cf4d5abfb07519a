import { declareEvents, type EventShape, type Instant, type LocalDate, type Money } from '../../kernel/index.js';
import type { PolicyReference } from '../policy/policy.events.js';

/** What is to be sold: domain.md §3. */
export interface Line {
  readonly product: string;
  /** Id of the product where it is kept. */
  readonly productId?: string;
  /** A decimal without needless zeros: `40`, `2.5`. */
  readonly quantity: string;
  readonly unitPrice: Money;
  /** Quantity × unit price, rounded half up to the minor unit. */
  readonly amount: Money;
}

/** An offer with a price, as it was sent. */
export interface SentQuote {
  /** The quote's number: unique for the opportunity or the person. */
  readonly quoteId: string;
  /** The exact sum of the lines where there are lines. */
  readonly amount: Money;
  readonly lines?: readonly Line[];
  /** The last day on which it can be accepted. */
  readonly validUntil?: LocalDate;
}

export interface SignedContract {
  /** The contract's number: unique for the opportunity or the person. */
  readonly contractId: string;
  readonly amount: Money;
  /** The quote that it rests on. */
  readonly quoteId?: string;
}

/** What part somebody has in the purchase (S1; domain.md §1). */
export const buyingRoles = ['decision-maker', 'influencer', 'user', 'buyer', 'champion', 'gatekeeper'] as const;
export type BuyingRole = (typeof buyingRoles)[number];

/** What a salesperson can say of an open opportunity; winning or losing makes it `closed` (domain.md §4). */
export const openForecastCategories = ['pipeline', 'best-case', 'commit', 'omitted'] as const;
export type OpenForecastCategory = (typeof openForecastCategories)[number];
export type ForecastCategory = OpenForecastCategory | 'closed';

/** Where nobody set a category: from this probability (whole per cents) on it is that one, the first that fits. */
export const derivedForecastCategories = [
  { from: 80, category: 'commit' },
  { from: 50, category: 'best-case' },
  { from: 0, category: 'pipeline' },
] as const satisfies readonly { readonly from: number; readonly category: OpenForecastCategory }[];

/** These names and shapes are on disk: compensate, never change. */
export interface OpportunityEvents {
  OpportunityOpened: EventShape<{
    readonly title: string;
    readonly pipelineId: string;
    readonly stage: string;
    /** The exact sum of the lines where there are lines. */
    readonly amount: Money;
    readonly lines?: readonly Line[];
    /** Unknown at first is allowed; it must be known to be won (domain.md §3). */
    readonly accountId?: string;
    /** The contacts through whom it was found. */
    readonly contactIds: readonly string[];
    readonly expectedClose?: LocalDate;
    readonly owner?: string;
    readonly product?: string;
    readonly campaignId?: string;
    /** Why it could be opened; left out of the oldest. */
    readonly policy?: PolicyReference;
  }>;
  OpportunityAdvanced: EventShape<{
    readonly from: string;
    readonly to: string;
    /** The stages in between, in order. */
    readonly skipped: readonly string[];
  }>;
  OpportunityMovedBack: EventShape<{ readonly from: string; readonly to: string; readonly reason: string }>;
  OpportunityMovedToPipeline: EventShape<{
    readonly fromPipelineId: string;
    /** Stage of the pipeline that it left. */
    readonly from: string;
    readonly pipelineId: string;
    /** Stage of the pipeline that it entered. */
    readonly to: string;
    readonly reason: string;
  }>;
  OpportunityAmountChanged: EventShape<{ readonly amount: Money }>;
  OpportunityLinesChanged: EventShape<{
    /** All of them; none: there are no lines any more, and the amount stays. */
    readonly lines: readonly Line[];
    /** The amount at stake from here on. */
    readonly amount: Money;
  }>;
  OpportunityRescheduled: EventShape<{ readonly expectedClose: LocalDate }>;
  OpportunityAccountAssigned: EventShape<{ readonly accountId: string }>;
  OpportunityReassigned: EventShape<{ readonly from?: string; readonly to: string }>;
  ForecastCategorySet: EventShape<{
    /** Left out: derived from the stage's probability again. */
    readonly category?: OpenForecastCategory;
  }>;
  /** A person has one role in a purchase; another one takes its place. */
  BuyingRoleAssigned: EventShape<{ readonly personId: string; readonly role: BuyingRole }>;
  BuyingRoleRemoved: EventShape<{ readonly personId: string; readonly role: BuyingRole }>;
  QuoteSent: EventShape<SentQuote>;
  QuoteAccepted: EventShape<{ readonly quoteId: string }>;
  QuoteDeclined: EventShape<{ readonly quoteId: string; readonly reason: string }>;
  ContractSigned: EventShape<SignedContract>;
  OpportunityWon: EventShape<{ readonly from: string; readonly amount: Money }>;
  OpportunityLost: EventShape<{ readonly from: string; readonly reason: string; readonly competitor?: string }>;
  /** It counts nowhere: not as open, not as lost. */
  OpportunityWithdrawn: EventShape<{ readonly from: string; readonly because: 'conversion-reverted' }>;
  /** Back in an open stage after having been won or lost. */
  OpportunityReopened: EventShape<{ readonly to: string; readonly reason: string }>;
  OpportunityWentStale: EventShape<{
    /** The last move or activity. */
    readonly since: Instant;
    /** When the time was up; the event itself may stand later, behind facts that were reported before. */
    readonly deadline: Instant;
    readonly policy: PolicyReference;
  }>;
  OpportunityRevived: EventShape<{
    /** Since when; not before the deadline. Equal to it: it was never stale, which was reported late. */
    readonly at: Instant;
  }>;
}

export const opportunityEvents = declareEvents<OpportunityEvents>('opportunity', {
  OpportunityOpened: { says: 'There is a concrete chance of a sale.' },
  OpportunityAdvanced: { says: 'It moved to a later stage; what was skipped is recorded.' },
  OpportunityMovedBack: { says: 'It fell back to an earlier stage, with the reason.' },
  OpportunityMovedToPipeline: { says: 'It runs through another pipeline from here on, with the reason.' },
  OpportunityAmountChanged: { says: 'The amount at stake is another one.' },
  OpportunityLinesChanged: { says: 'Other products, quantities or prices are at stake; the amount is their sum.' },
  OpportunityRescheduled: { says: 'It is expected to close on another day.' },
  OpportunityAccountAssigned: { says: 'The account that it belongs to is known.' },
  OpportunityReassigned: { says: 'Somebody else owns it.' },
  ForecastCategorySet: { says: 'Its owner or their manager said how sure it is in the forecast.' },
  BuyingRoleAssigned: { says: 'A person has this part in the purchase.' },
  BuyingRoleRemoved: { says: 'A person has no part in the purchase any more.' },
  QuoteSent: { says: 'The customer was sent an offer with a price.' },
  QuoteAccepted: { says: 'The customer accepted a quote.' },
  QuoteDeclined: { says: 'The customer declined a quote, with the reason.' },
  ContractSigned: { says: 'A contract was signed.' },
  OpportunityWon: { says: 'The customer bought, for this amount.' },
  OpportunityLost: { says: 'The customer did not buy, with the reason and the competitor who did better.' },
  OpportunityWithdrawn: { says: 'It never was a chance: the conversion that opened it was taken back.' },
  OpportunityReopened: { says: 'A closed opportunity is open again, with the reason.' },
  OpportunityWentStale: {
    verdict: true,
    says: 'Nothing happened to it for too long; the policy says how long that is.',
  },
  OpportunityRevived: { verdict: true, says: 'Stale, it moved, or there was an activity about it.' },
});
