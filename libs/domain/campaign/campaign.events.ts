import { declareEvents, type EventShape, type LocalDate, type Money } from '../../kernel/index.js';
import type { Channel } from '../person/person.events.js';
import type { SegmentAudience } from '../segment/segment.rules.js';

/** Before they buy, or after (S3). */
export const campaignAims = ['pre-sale', 'post-sale'] as const;
export type CampaignAim = (typeof campaignAims)[number];

/** These names and shapes are on disk: compensate, never change. */
export interface CampaignEvents {
  /** The whole plan; the last one before the launch is carried out. */
  CampaignPlanned: EventShape<{
    readonly name: string;
    readonly aim: CampaignAim;
    readonly segmentId: string;
    readonly channels: readonly Channel[];
    readonly budget?: Money;
    /** What is sent or shown: a mailing, a page, an event. */
    readonly content?: string;
    readonly plannedStart?: LocalDate;
    readonly plannedEnd?: LocalDate;
    readonly owner: string;
    /** Accounts of the group dog are invested in as well (S4). */
    readonly includeDogs: boolean;
  }>;
  /** Who is a member at this instant stays one, whoever enters or leaves the segment later. */
  CampaignLaunched: EventShape<{
    readonly segmentId: string;
    readonly of: SegmentAudience;
    /** Of the segment's rule; absent: a static list. */
    readonly segmentVersion?: number;
    readonly includeDogs: boolean;
  }>;
  /** Their ids stand in the campaign's audiences. */
  CampaignMembersFixed: EventShape<{ readonly members: number }>;
  CampaignCostRecorded: EventShape<{
    /** Names the cost in the books: an invoice. */
    readonly reference: string;
    readonly amount: Money;
    readonly what: string;
  }>;
  CampaignEnded: EventShape<{ readonly reason?: string }>;
}

export const campaignEvents = declareEvents<CampaignEvents>('campaign', {
  CampaignPlanned: { says: 'A campaign is planned, aimed at a segment.' },
  CampaignLaunched: { says: 'The campaign runs; its members are those of the segment at this instant.' },
  CampaignMembersFixed: { says: 'Every member of the launched campaign is recorded; there are so many.' },
  CampaignCostRecorded: { says: 'The campaign cost this, under the name that the cost has in the books.' },
  CampaignEnded: { says: 'Nothing more is sent for the campaign; late costs and responses still count.' },
});
