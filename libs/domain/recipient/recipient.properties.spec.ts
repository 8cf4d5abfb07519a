import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../kernel/index.js';
import { type Bodies, holds, id as personId, of, perhaps, type Trail } from '../../testing/properties.js';
import { audienceEvents } from '../audience/audience.events.js';
import { audienceIdOf } from '../audience/audience.js';
import { campaignEvents } from '../campaign/campaign.events.js';
import { personEvents } from '../person/person.events.js';
import { responseKinds } from './recipient.events.js';
import { recipient, type RecipientState } from './recipient.js';

const campaignId = '3f4e5d6c-7b8a-4c9d-8e1f-2a3b4c5d6e7f';
const ofCampaign = factsOf(campaignEvents);
const ofPerson = factsOf(personEvents);
const planned = ofCampaign('CampaignPlanned', {
  name: 'Spring',
  aim: 'pre-sale',
  segmentId: 'fair',
  channels: ['e-mail', 'phone'],
  owner: 'sam',
  includeDogs: false,
});
const launched = ofCampaign('CampaignLaunched', { segmentId: 'fair', of: 'people', includeDogs: false });
const fixed = ofCampaign('CampaignMembersFixed', { members: 1 });
const lead = ofPerson('LeadRegistered', { source: 'fair', potential: 'customer' });
const press = ofPerson('OtherPersonRegistered', { name: 'Ilse', relation: 'press' });
const agreed = ofPerson('ConsentGiven', { channel: 'e-mail', source: 'form' });
const withdrawn = ofPerson('ConsentWithdrawn', { channel: 'e-mail', source: 'link' });
const member = factsOf(audienceEvents)('CampaignMembersRecorded', { campaignId, members: [personId] });

const circumstances = fc
  .record({
    [`campaign-${campaignId}`]: of([planned, launched, fixed], [planned, launched], [planned]),
    [`person-${personId}`]: of([lead, agreed], [lead, agreed, withdrawn], [lead], [press]),
    [`audience-${audienceIdOf(campaignId, personId)}`]: of([member], [member], []),
  })
  .map((lookups) => ({ lookups }));

const about = { campaignId: of(campaignId), personId: of(personId), content: perhaps('guide', 'reminder') };
const channel = of('e-mail', 'e-mail', 'phone', 'post');
const bodies: Bodies = {
  RecordSend: fc.record({ ...about, channel }),
  RecordResponse: fc.record({ ...about, kind: of(...responseKinds), channel: fc.option(channel, { nil: undefined }) }),
};

describe('In whatever order it is asked', () => {
  it('a campaign sends each content once over a channel, and only to members who agree to it', () => {
    holds(
      recipient,
      { bodies, circumstances, named: true },
      ({ before, after, facts, circumstances: { lookups = {} } }: Trail<RecipientState>) => {
        const all = after.sent.map((one) => JSON.stringify(one));
        expect(new Set(all).size).toBe(all.length);
        if (after.sent.length === before.sent.length) return;
        expect(facts.map(({ data }) => data)).toMatchObject([{ channel: 'e-mail', consent: { source: 'form' } }]);
        expect(lookups[`person-${personId}`]).toEqual([lead, agreed]);
        expect(lookups[`audience-${audienceIdOf(campaignId, personId)}`]).toEqual([member]);
      },
    );
  });
});
