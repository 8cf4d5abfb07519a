import { declareProcess } from '../../kernel/index.js';
import { WithdrawConsent } from '../person/consent.commands.js';
import { recipientEvents } from '../recipient/recipient.events.js';

/** Who unsubscribes from a campaign, or complains of it, is reached over that channel no more (domain.md §1). */
export const heedUnsubscribing = declareProcess(recipientEvents)('heed-unsubscribing', {
  CampaignResponded: ({ data: { personId, campaignId, kind, channel } }) =>
    (kind === 'unsubscribed' || kind === 'complained') && channel !== undefined
      ? [Object.assign(new WithdrawConsent(), { personId, channel, source: `${kind}: campaign ${campaignId}` })]
      : [],
});
