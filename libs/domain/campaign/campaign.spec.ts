import { describe, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { segmentEvents } from '../segment/segment.events.js';
import {
  CompleteCampaignLaunch,
  EndCampaign,
  LaunchCampaign,
  PlanCampaign,
  RecordCampaignCost,
} from './campaign.commands.js';
import { campaignEvents } from './campaign.events.js';
import { campaign } from './campaign.js';

const fact = factsOf(campaignEvents);
const campaignId = '3f4e5d6c-7b8a-4c9d-8e1f-2a3b4c5d6e7f';
const eur = (amount: number) => ({ amount, currency: 'EUR' });

const list = factsOf(segmentEvents)('StaticListCreated', { name: 'Visitors', of: 'people' });
const dynamic = factsOf(segmentEvents)('SegmentDefined', {
  name: 'Silent',
  of: 'accounts',
  rule: { field: 'rating', operator: 'known' },
  version: 3,
});
const retired = factsOf(segmentEvents)('SegmentRetired', { reason: 'Over' });
const onList = { lookups: { 'segment-fair': [list] } };

const details = { name: 'Inspection', aim: 'post-sale', segmentId: 'fair', channels: ['e-mail'] } as const;
const planned = fact('CampaignPlanned', { ...details, owner: 'sam', includeDogs: false });
const launched = fact('CampaignLaunched', { segmentId: 'fair', of: 'people', includeDogs: false });
const ended = fact('CampaignEnded', { reason: 'Over' });
const printing = { reference: 'INV-1', amount: eur(500), what: 'Printing' };
const cost = fact('CampaignCostRecorded', printing);

const plan = (change: object = {}) => command(PlanCampaign, { campaignId, ...details, ...change });
const launch = command(LaunchCampaign, { campaignId });
const spend = (change: object = {}) => command(RecordCampaignCost, { campaignId, ...printing, ...change });
const end = (reason?: string) => command(EndCampaign, { campaignId, ...(reason === undefined ? {} : { reason }) });

describe('A campaign', () => {
  it('is planned before or after the sale, aimed at a segment, with a budget', () => {
    given(campaign).when(plan(), onList).then(planned);
    const more = { budget: eur(1_000), content: 'guide', plannedStart: '2026-09-01', owner: 'kim', includeDogs: true };
    given(campaign)
      .when(plan(more), onList)
      .then(fact('CampaignPlanned', { ...details, ...more, owner: 'kim', includeDogs: true }));
  });

  it('can be planned anew until it is launched, and stays its planner’s', () => {
    given(campaign, planned)
      .when(plan({ aim: 'pre-sale' }), { ...onList, actor: { id: 'kim', role: 'marketing' } })
      .then(fact('CampaignPlanned', { ...details, aim: 'pre-sale', owner: 'sam', includeDogs: false }));
    given(campaign, planned, launched).when(plan(), onList).thenNothing();
    given(campaign, planned, launched)
      .when(plan({ aim: 'pre-sale' }), onList)
      .thenRefused('CAMPAIGN_ALREADY_LAUNCHED');
    given(campaign, planned, ended)
      .when(plan({ aim: 'pre-sale' }), onList)
      .thenRefused('CAMPAIGN_ENDED');
  });

  it('is aimed at a segment that is in use, and ends after it starts', () => {
    given(campaign).when(plan()).thenRefused('SEGMENT_NOT_FOUND');
    given(campaign)
      .when(plan(), { lookups: { 'segment-fair': [list, retired] } })
      .thenRefused('SEGMENT_RETIRED');
    given(campaign)
      .when(plan({ plannedStart: '2026-09-02', plannedEnd: '2026-09-01' }), onList)
      .thenRefused('CAMPAIGN_ENDS_BEFORE_START');
  });

  it('is launched once; its members are those of the segment at that instant', () => {
    given(campaign, planned).when(launch, onList).then(launched);
    given(campaign, planned, launched).when(launch, onList).thenNothing();
    given(campaign, planned, ended).when(launch, onList).thenRefused('CAMPAIGN_ENDED');
    given(campaign, planned)
      .when(launch, { lookups: { 'segment-fair': [list, retired] } })
      .thenRefused('SEGMENT_RETIRED');
    given(campaign, planned).when(launch).thenRefused('SEGMENT_NOT_FOUND');
    given(campaign).when(launch, onList).thenRefused('CAMPAIGN_NOT_FOUND');
  });

  it('names the version of the rule that tells its members', () => {
    given(campaign, planned)
      .when(launch, { lookups: { 'segment-fair': [dynamic] } })
      .then(fact('CampaignLaunched', { segmentId: 'fair', of: 'accounts', segmentVersion: 3, includeDogs: false }));
  });

  it('knows how many members it has once all are recorded', () => {
    const complete = command(CompleteCampaignLaunch, { campaignId, members: 412 });
    given(campaign, planned, launched)
      .when(complete)
      .then(fact('CampaignMembersFixed', { members: 412 }));
    given(campaign, planned).when(complete).thenRefused('CAMPAIGN_NOT_LAUNCHED');
  });

  it('costs what is in the books, each cost once, before its launch and after its end too', () => {
    given(campaign, planned).when(spend()).then(cost);
    given(campaign, planned, launched, ended).when(spend()).then(cost);
    given(campaign, planned, cost)
      .when(spend({ amount: eur(600) }))
      .thenRefused('CAMPAIGN_COST_EXISTS');
    given(campaign).when(spend()).thenRefused('CAMPAIGN_NOT_FOUND');
  });

  it('is reckoned in one currency', () => {
    const yen = { amount: 1, currency: 'JPY' };
    given(campaign, planned, cost)
      .when(spend({ reference: 'INV-2', amount: yen }))
      .thenRefused('CAMPAIGN_CURRENCY_FIXED');
    given(campaign, planned, cost)
      .when(plan({ budget: yen }), onList)
      .thenRefused('CAMPAIGN_CURRENCY_FIXED');
    given(campaign, fact('CampaignPlanned', { ...planned.data, budget: eur(1) }))
      .when(spend({ amount: yen }))
      .thenRefused('CAMPAIGN_CURRENCY_FIXED');
  });

  it('has a thousand costs at most', () => {
    const many = Array.from({ length: 1_000 }, (_, n) =>
      fact('CampaignCostRecorded', { ...printing, reference: `${n}` }),
    );
    given(campaign, planned, ...many)
      .when(spend())
      .thenRefused('CAMPAIGN_COSTS_TOO_MANY');
  });

  it('ends, launched or not, for one reason', () => {
    given(campaign, planned, launched).when(end('Over')).then(ended);
    given(campaign, planned).when(end()).then(fact('CampaignEnded', {}));
    given(campaign, planned, ended).when(end('Another')).thenRefused('CAMPAIGN_ENDED');
  });
});
