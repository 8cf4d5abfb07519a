import { describe, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { campaignEvents } from '../campaign/campaign.events.js';
import { personEvents } from '../person/person.events.js';
import { AttributeToCampaign } from './attribution.commands.js';
import { attributionEvents } from './attribution.events.js';
import { attribution, attributionIdOf } from './attribution.js';

const fact = factsOf(attributionEvents);
const campaignId = '3f4e5d6c-7b8a-4c9d-8e1f-2a3b4c5d6e7f';
const earlier = '8e1f3f4e-7b8a-4c9d-8e1f-2a3b4c5d6e70';
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const opportunityId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';

const planned = factsOf(campaignEvents)('CampaignPlanned', {
  name: 'Inspection',
  aim: 'pre-sale',
  segmentId: 'fair',
  channels: ['e-mail'],
  owner: 'sam',
  includeDogs: false,
});
const launched = factsOf(campaignEvents)('CampaignLaunched', { segmentId: 'fair', of: 'people', includeDogs: false });
const lead = factsOf(personEvents)('LeadRegistered', { name: 'Ilse', source: 'web', potential: 'customer' });
const name = factsOf(personEvents)('NameRegistered', { name: 'Ilse', source: { kind: 'bought-list', name: 'A' } });
const known = { [`campaign-${campaignId}`]: [planned, launched], [`person-${personId}`]: [lead] };

const attribute = (change: object) => command(AttributeToCampaign, { campaignId, ...change });

describe('A lead or an opportunity', () => {
  it('is attributed to the campaign that caused it, and its revenue with it', () => {
    given(attribution)
      .when(attribute({ personId, content: 'guide' }), { lookups: known })
      .then(fact('AttributedToCampaign', { campaignId, personId, content: 'guide' }));
    given(attribution)
      .when(attribute({ opportunityId }), { lookups: known })
      .then(fact('AttributedToCampaign', { campaignId, opportunityId }));
  });

  it('is attributed to one campaign; the last word counts, and the first one is kept', () => {
    given(attribution, fact('AttributedToCampaign', { campaignId: earlier, opportunityId }))
      .when(attribute({ opportunityId }), { lookups: known })
      .then(fact('AttributedToCampaign', { campaignId, opportunityId, from: earlier }));
  });

  it('was caused by a campaign that ran, and is the one or the other', () => {
    given(attribution)
      .when(attribute({ opportunityId }), { lookups: { ...known, [`campaign-${campaignId}`]: [planned] } })
      .thenRefused('CAMPAIGN_NOT_LAUNCHED');
    given(attribution)
      .when(attribute({ opportunityId, personId }), { lookups: known })
      .thenRefused('ATTRIBUTION_AMBIGUOUS');
    given(attribution).when(attribute({}), { lookups: known }).thenRefused('ATTRIBUTION_AMBIGUOUS');
  });

  it('is no name: who has shown no interest was not caused to', () => {
    given(attribution)
      .when(attribute({ personId }), { lookups: { ...known, [`person-${personId}`]: [name] } })
      .thenRefused('PERSON_NOT_A_LEAD');
  });

  it('has one stream', () => {
    given(attribution)
      .when(attribute({ personId, attributionId: attributionIdOf({ personId }) }), { lookups: known })
      .then(fact('AttributedToCampaign', { campaignId, personId }));
    given(attribution)
      .when(attribute({ personId, attributionId: earlier }), { lookups: known })
      .thenRefused('ID_NOT_ITS_OWN');
  });
});
