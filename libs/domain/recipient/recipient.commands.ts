import { Command } from '../../kernel/index.js';
import { Id, OneOf, Optional, OptionalId, Text } from '../fields.js';
import { refusesOtherId } from '../natural-id.js';
import { type Channel, channels } from '../person/person.events.js';
import { type ResponseKind, responseKinds } from './recipient.events.js';

const campaign = '3f4e5d6c-7b8a-4c9d-8e1f-2a3b4c5d6e7f';
const person = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';

const either = {
  ...refusesOtherId,
  CAMPAIGN_NOT_LAUNCHED: 'The campaign is only planned.',
  OTHER_NEVER_IN_CAMPAIGN: 'The person is registered as no customer.',
};

/** What passes between a campaign and a person. */
class BetweenFields {
  /** Follows from the campaign and the person; left out. */
  @OptionalId()
  readonly recipientId?: string;

  @Id('campaign')
  readonly campaignId!: string;

  @Id('person')
  readonly personId!: string;

  /** Which mailing, page or event; the campaign's when left out. */
  @Optional()
  @Text(200)
  readonly content?: string;
}

@Command({
  says: 'Something of a campaign was sent to a member; a name that gets a newsletter stays a name.',
  by: ['marketing'],
  opens: true,
  refuses: {
    ...either,
    CAMPAIGN_ENDED: 'The campaign is over.',
    CAMPAIGN_CHANNEL_NOT_PLANNED: 'The campaign does not send over this channel.',
    CAMPAIGN_MEMBERS_NOT_FIXED: 'The campaign was launched just now, and not all of its members are recorded yet.',
    NOT_A_CAMPAIGN_MEMBER: 'The person, or their account, was not in the segment when the campaign was launched.',
    CAMPAIGN_ACCOUNT_MISSING: 'The campaign is aimed at accounts, and the person’s is not given.',
    PERSON_NOT_OF_ACCOUNT: 'The person is no contact of the account that is given.',
    CONSENT_MISSING: 'The person has not agreed to be reached over this channel, or no longer does.',
  },
  example: { campaignId: campaign, personId: person, channel: 'e-mail', content: 'inspection-guide' },
  after: ['LaunchCampaign', 'GiveConsent'],
})
export class RecordSend extends BetweenFields {
  @OneOf(channels)
  readonly channel!: Channel;

  /** The member that the person is a contact of, where the campaign is aimed at accounts. */
  @OptionalId('account')
  readonly accountId?: string;
}

@Command({
  says: 'Somebody answered to a campaign; also late, and also who got it from somebody else.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  opens: true,
  refuses: {
    ...either,
    RESPONSE_CHANNEL_MISSING: 'Unsubscribing and bouncing are about a channel, which is not given.',
  },
  twice: 'Each answer counts: the same one at another instant is another answer.',
  example: { campaignId: campaign, personId: person, kind: 'clicked', channel: 'e-mail', content: 'inspection-guide' },
  after: ['RecordSend'],
})
export class RecordResponse extends BetweenFields {
  @OneOf(responseKinds)
  readonly kind!: ResponseKind;

  @Optional()
  @OneOf(channels)
  readonly channel?: Channel;

  /** Where they came from: a search engine, a newsletter (S4). */
  @Optional()
  @Text(200)
  readonly source?: string;
}
