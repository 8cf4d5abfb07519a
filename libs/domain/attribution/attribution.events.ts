import { declareEvents, type EventShape } from '../../kernel/index.js';

/** These names and shapes are on disk: compensate, never change. */
export interface AttributionEvents {
  /** Of a lead (by the person's id) or of an opportunity, and with it of its revenue; the last one counts. */
  AttributedToCampaign: EventShape<{
    readonly campaignId: string;
    readonly personId?: string;
    readonly opportunityId?: string;
    readonly content?: string;
    /** The campaign that it was attributed to before. */
    readonly from?: string;
  }>;
}

export const attributionEvents = declareEvents<AttributionEvents>('attribution', {
  AttributedToCampaign: { says: 'A campaign caused this lead or this opportunity, and so its revenue.' },
});
