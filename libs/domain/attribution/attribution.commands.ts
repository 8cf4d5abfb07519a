import { Command } from '../../kernel/index.js';
import { Id, Optional, OptionalId, Text } from '../fields.js';
import { refusesOtherId } from '../natural-id.js';

@Command({
  says: 'A campaign caused a lead or an opportunity, and so its revenue; said again, the last campaign counts.',
  by: ['marketing', 'sales', 'sales-manager'],
  opens: true,
  refuses: {
    ...refusesOtherId,
    ATTRIBUTION_AMBIGUOUS: 'It names both a person and an opportunity, or neither.',
    CAMPAIGN_NOT_LAUNCHED: 'The campaign is only planned, so it caused nothing.',
    PERSON_NOT_A_LEAD: 'The person is neither a lead nor a contact.',
  },
  example: {
    campaignId: '3f4e5d6c-7b8a-4c9d-8e1f-2a3b4c5d6e7f',
    personId: '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11',
    content: 'inspection-guide',
  },
  after: ['LaunchCampaign'],
})
export class AttributeToCampaign {
  /** Follows from what is attributed; left out. */
  @OptionalId()
  readonly attributionId?: string;

  @Id('campaign')
  readonly campaignId!: string;

  /** The lead, also if it is a contact by now. */
  @OptionalId('person')
  readonly personId?: string;

  @OptionalId('opportunity')
  readonly opportunityId?: string;

  /** Which mailing, page or event. */
  @Optional()
  @Text(200)
  readonly content?: string;
}
