import { declareEvents, type EventShape } from '../../kernel/index.js';

/** These names and shapes are on disk: compensate, never change. */
export interface AudienceEvents {
  CampaignMembersRecorded: EventShape<{
    readonly campaignId: string;
    /** Ids of people or of accounts, as the campaign is aimed at the ones or the others. */
    readonly members: readonly string[];
  }>;
}

export const audienceEvents = declareEvents<AudienceEvents>('audience', {
  CampaignMembersRecorded: { says: 'These belong to the campaign since its launch.' },
});
