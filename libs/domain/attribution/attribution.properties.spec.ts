import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../kernel/index.js';
import { type Bodies, holds, id as personId, of, perhaps, type Trail } from '../../testing/properties.js';
import { campaignEvents } from '../campaign/campaign.events.js';
import { personEvents } from '../person/person.events.js';
import { attribution, type AttributionState } from './attribution.js';

const campaigns = ['3f4e5d6c-7b8a-4c9d-8e1f-2a3b4c5d6e7f', '9e8d7c6b-5a49-4382-9170-a1b2c3d4e5f6'] as const;
const ofCampaign = factsOf(campaignEvents);
const planned = ofCampaign('CampaignPlanned', {
  name: 'Spring',
  aim: 'pre-sale',
  segmentId: 'fair',
  channels: ['e-mail'],
  owner: 'sam',
  includeDogs: false,
});
const launched = ofCampaign('CampaignLaunched', { segmentId: 'fair', of: 'people', includeDogs: false });
const lead = factsOf(personEvents)('LeadRegistered', { source: 'fair', potential: 'customer' });
const name = factsOf(personEvents)('NameRegistered', {
  name: 'Ilse',
  source: { kind: 'bought-list', name: 'A' },
});

const circumstances = fc
  .record({
    [`campaign-${campaigns[0]}`]: of([planned, launched], [planned]),
    [`campaign-${campaigns[1]}`]: of([planned, launched], []),
    [`person-${personId}`]: of([lead], [lead], [name]),
  })
  .map((lookups) => ({ lookups }));
const bodies: Bodies = {
  AttributeToCampaign: fc.record({
    campaignId: of(...campaigns),
    personId: of(personId),
    content: perhaps('guide', 'reminder'),
  }),
};

describe('In whatever order it is asked', () => {
  it('the last campaign counts, names the one before, and was launched', () => {
    holds(
      attribution,
      { bodies, circumstances, named: true },
      ({ before, after: { last }, facts, circumstances: { lookups = {} } }: Trail<AttributionState>) => {
        expect(facts.length).toBeLessThanOrEqual(1);
        if (facts.length === 0) return;
        expect(last?.from).toBe(before.last?.campaignId);
        expect(lookups[`campaign-${last?.campaignId ?? ''}`]).toEqual([planned, launched]);
        expect(lookups[`person-${personId}`]).toEqual([lead]);
      },
    );
  });
});
