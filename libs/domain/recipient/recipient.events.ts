import { declareEvents, type EventShape, type Instant } from '../../kernel/index.js';
import type { Channel } from '../person/person.events.js';

/** How somebody answers to a campaign. */
export const responseKinds = [
  'opened',
  'clicked',
  'visited',
  'downloaded',
  'registered',
  'attended',
  'replied',
  'unsubscribed',
  'complained',
  'bounced',
] as const;
export type ResponseKind = (typeof responseKinds)[number];

/** These names and shapes are on disk: compensate, never change. */
export interface RecipientEvents {
  CampaignSent: EventShape<{
    readonly campaignId: string;
    readonly personId: string;
    /** The member that the person belongs to, where the campaign is aimed at accounts. */
    readonly accountId?: string;
    readonly channel: Channel;
    readonly content?: string;
    /** The consent that it was sent under. */
    readonly consent: { readonly source: string; readonly since: Instant };
  }>;
  CampaignResponded: EventShape<{
    readonly campaignId: string;
    readonly personId: string;
    readonly kind: ResponseKind;
    readonly channel?: Channel;
    readonly content?: string;
    /** Where they came from: a search engine, a newsletter (S4). */
    readonly source?: string;
  }>;
}

export const recipientEvents = declareEvents<RecipientEvents>('recipient', {
  CampaignSent: { says: 'Something of a campaign was sent to a person, under their consent for the channel.' },
  CampaignResponded: { says: 'A person answered to a campaign.' },
});
