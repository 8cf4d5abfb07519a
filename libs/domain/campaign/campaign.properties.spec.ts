import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../kernel/index.js';
import { type Bodies, holds, money, of, perhaps, perhapsMoney, reason, type Trail } from '../../testing/properties.js';
import { segmentEvents } from '../segment/segment.events.js';
import { campaign, type CampaignState } from './campaign.js';

const list = factsOf(segmentEvents)('StaticListCreated', { name: 'Fair', of: 'people' });
const retired = factsOf(segmentEvents)('SegmentRetired', { reason: 'Over' });
const circumstances = fc
  .oneof({ weight: 4, arbitrary: of([list]) }, of([list, retired], []))
  .map((facts) => ({ lookups: { 'segment-fair': facts } }));

const bodies: Bodies = {
  PlanCampaign: fc.record({
    name: of('Spring', 'Autumn'),
    aim: of('pre-sale', 'post-sale'),
    segmentId: of('fair'),
    channels: of(['e-mail'], ['e-mail', 'post']),
    budget: perhapsMoney,
    plannedStart: perhaps('2024-03-01', '2024-05-01'),
    plannedEnd: perhaps('2024-04-01'),
  }),
  LaunchCampaign: fc.record({}),
  CompleteCampaignLaunch: fc.record({ members: of(3) }),
  RecordCampaignCost: fc.record({ reference: of('INV-1', 'INV-2'), amount: money, what: of('Printing') }),
  EndCampaign: fc.record({ reason: fc.option(reason, { nil: undefined }) }),
};
const often = ['PlanCampaign', 'PlanCampaign', 'LaunchCampaign', 'CompleteCampaignLaunch', 'RecordCampaignCost'];

describe('In whatever order it is asked', () => {
  it('a campaign keeps its plan once it is launched, has each cost once and one currency, and ends once', () => {
    holds(campaign, { bodies, circumstances, often }, ({ before, after, facts }: Trail<CampaignState>) => {
      const references = after.costs.map(({ reference }) => reference);
      expect(new Set(references).size).toBe(references.length);
      const amounts = [after.plan?.budget, ...after.costs.map(({ amount }) => amount)].filter(Boolean);
      expect(new Set(amounts.map((amount) => amount?.currency)).size).toBeLessThanOrEqual(1);
      if (before.launched) expect(after.plan).toEqual(before.plan);
      if (before.launched) expect(after.launched).toEqual(before.launched);
      if (before.members !== undefined) expect(after.members).toBe(before.members);
      if (before.ended) expect(facts.map(({ type }) => type)).not.toContain('CampaignLaunched');
      if (before.ended) expect(after.ended).toEqual(before.ended);
    });
  });
});
