import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProduct, type Product } from '../../libs/testing/product.js';
import { eur, Life, on } from './life.js';

let product: Product;
let life: Life;

beforeAll(async () => {
  product = await startProduct();
  life = new Life(product);
});

afterAll(async () => {
  await product.stop();
});

const [personId, campaignId, caseId] = [randomUUID(), randomUUID(), randomUUID()];
const [list, survey] = ['offshore-days', 'how-we-work'];
const person = { personId };
let accountId: string;
let opportunityId: string;

/** A call to the person, as it went. */
const call = (at: string, outcome: string) =>
  life.done(
    at,
    'LogActivity',
    { ...person, opportunityId, kind: 'phone-call', direction: 'outbound', outcome },
    'ActivityLogged',
  );

const order = (reference: string, pieces: number) => ({
  accountId,
  source: { system: 'erp', reference },
  kind: 'order',
  lines: [{ product: 'Blade inspection', quantity: String(pieces), unitPrice: eur(100_000) }],
  amount: eur(pieces * 100_000),
});

/** Everything that happened to the account, its people and its opportunity, by day. */
const whole = [
  '2021-03-01 NameRegistered',
  '2021-03-09 ConsentGiven',
  '2021-03-10 CampaignSent',
  '2021-03-12 CampaignResponded',
  '2021-03-12 LeadRegistered',
  '2021-03-13 ActivityLogged',
  '2021-03-15 LeadQualified',
  '2021-03-17 LeadDisqualified',
  '2021-06-01 LeadRecycled',
  '2021-06-03 LeadQualified',
  '2021-06-07 LeadQualified',
  '2021-06-10 LeadConverted',
  '2021-06-10 AccountOpened',
  '2021-06-10 OpportunityOpened',
  '2021-06-14 OpportunityRescheduled',
  '2021-06-15 ActivityLogged',
  '2021-06-16 ActivityLogged',
  '2021-06-18 ActivityLogged',
  '2021-06-21 OpportunityAdvanced',
  '2021-07-05 OpportunityAdvanced',
  '2021-07-06 QuoteSent',
  '2021-07-20 QuoteAccepted',
  '2021-08-02 OpportunityWon',
  '2021-08-09 PurchaseRecorded',
  '2021-09-20 SurveyResponseRecorded',
  '2021-10-04 CaseOpened',
  '2021-10-04 CaseReplied',
  '2021-10-05 CaseResolved',
  '2022-09-05 ActivityLogged',
  '2022-09-06 ActivityLogged',
  '2022-09-19 PurchaseRecorded',
];

describe('A life that marketing begins (S0, S3)', () => {
  it('is a name from a bought list, who gets a newsletter and stays a name', async () => {
    const source = { kind: 'bought-list', name: 'Wind parks of the north' };
    const ilse = { ...person, name: 'Ilse Verbruggen', email: 'ilse.verbruggen@example.com' };
    await life.done(on('2021-03-01'), 'RegisterName', { ...ilse, source }, 'NameRegistered');
    await life.done(
      on('2021-03-02'),
      'CreateStaticList',
      { segmentId: list, name: 'Offshore', of: 'people' },
      'StaticListCreated',
    );
    await life.done(
      on('2021-03-02'),
      'AddToStaticList',
      { segmentId: list, personIds: [personId] },
      'StaticListMembersAdded',
    );
    const campaign = { campaignId, name: 'Inspection guide', aim: 'pre-sale', segmentId: list, channels: ['e-mail'] };
    await life.done(on('2021-03-03'), 'PlanCampaign', campaign, 'CampaignPlanned');
    const send = { campaignId, ...person, channel: 'e-mail' };
    await life.refused(on('2021-03-03'), 'RecordSend', send, 'CAMPAIGN_NOT_LAUNCHED');
    await life.done(on('2021-03-08'), 'LaunchCampaign', { campaignId }, 'CampaignLaunched');
    await life.done(on('2021-03-09'), 'GiveConsent', { ...person, channel: 'e-mail', source: 'stand' }, 'ConsentGiven');
    await life.soon(on('2021-03-10'), 'RecordSend', send, 'CampaignSent');
    await life.refused(on('2021-03-11'), 'QualifyLead', { ...person, to: 'marketing-qualified' }, 'PERSON_NOT_A_LEAD');
    await life.refused(
      on('2021-03-11'),
      'ConvertLead',
      { ...person, account: { name: 'Noordzee' } },
      'PERSON_NOT_A_LEAD',
    );
  });

  it('is a lead once they show interest, and climbs without skipping a level', async () => {
    const response = { campaignId, ...person, kind: 'clicked', channel: 'e-mail' };
    await life.done(on('2021-03-12'), 'RecordResponse', response, 'CampaignResponded');
    await life.done(
      on('2021-03-12', 10),
      'RegisterLead',
      { ...person, source: 'newsletter', owner: 'sam' },
      'LeadRegistered',
    );
    await life.done(on('2021-03-12', 11), 'AttributeToCampaign', { campaignId, ...person }, 'AttributedToCampaign');
    const visit = { ...person, kind: 'web-visit', direction: 'inbound', outcome: 'reached', content: '/pricing' };
    await life.done(on('2021-03-13'), 'LogActivity', visit, 'ActivityLogged');
    const convert = { ...person, account: { name: 'Noordzee Windbouw', industry: 'energy' } };
    await life.refused(on('2021-03-14'), 'QualifyLead', { ...person, to: 'sales-qualified' }, 'LEAD_LEVEL_SKIPPED');
    await life.done(on('2021-03-15'), 'QualifyLead', { ...person, to: 'marketing-qualified' }, 'LeadQualified');
    await life.refused(on('2021-03-16'), 'ConvertLead', convert, 'LEAD_NOT_SALES_QUALIFIED');
    await life.done(on('2021-03-17'), 'DisqualifyLead', { ...person, reason: 'No budget' }, 'LeadDisqualified');
    await life.refused(on('2021-03-18'), 'QualifyLead', { ...person, to: 'sales-qualified' }, 'LEAD_DISQUALIFIED');
    await life.done(on('2021-06-01'), 'RecycleLead', person, 'LeadRecycled');
    await life.refused(on('2021-06-02'), 'QualifyLead', { ...person, to: 'sales-qualified' }, 'LEAD_LEVEL_SKIPPED');
    await life.done(on('2021-06-03'), 'QualifyLead', { ...person, to: 'marketing-qualified' }, 'LeadQualified');
    await life.done(on('2021-06-07'), 'QualifyLead', { ...person, to: 'sales-qualified' }, 'LeadQualified');
    await life.refused(on('2021-06-06'), 'ConvertLead', convert, 'OCCURRED_BEFORE_LAST_FACT');
    const opportunity = { title: 'Inspection of forty turbines', amount: eur(4_000_000) };
    await life.done(on('2021-06-10'), 'ConvertLead', { ...convert, opportunity }, 'LeadConverted');
    await life.refused(on('2021-06-11'), 'QualifyLead', { ...person, to: 'sales-qualified' }, 'LEAD_ALREADY_CONVERTED');
    const converted = (await life.history(personId)).find(({ type }) => type === 'LeadConverted');
    accountId = String(converted?.data['accountId']);
    opportunityId = (converted?.data['opportunity'] as { opportunityId: string }).opportunityId;
  });

  it('has an opportunity that goes through the stages, failed calls and all, and is won', async () => {
    await life.soon(
      on('2021-06-14'),
      'RescheduleOpportunity',
      { opportunityId, expectedClose: '2021-10-01' },
      'OpportunityRescheduled',
    );
    await call(on('2021-06-15'), 'no-answer');
    await call(on('2021-06-16'), 'left-message');
    await call(on('2021-06-18'), 'reached');
    await life.done(
      on('2021-06-21'),
      'AdvanceOpportunity',
      { opportunityId, to: 'needs-analysis' },
      'OpportunityAdvanced',
    );
    await life.refused(
      on('2021-06-22'),
      'AdvanceOpportunity',
      { opportunityId, to: 'qualification' },
      'STAGE_NOT_LATER',
    );
    await life.done(on('2021-07-05'), 'AdvanceOpportunity', { opportunityId, to: 'proposal' }, 'OpportunityAdvanced');
    await life.done(on('2021-07-06'), 'SendQuote', { opportunityId, quoteId: 'Q-1' }, 'QuoteSent');
    await life.refused(on('2021-07-07'), 'AcceptQuote', { opportunityId, quoteId: 'Q-2' }, 'QUOTE_NOT_FOUND');
    await life.done(on('2021-07-20'), 'AcceptQuote', { opportunityId, quoteId: 'Q-1' }, 'QuoteAccepted');
    await life.done(on('2021-08-02'), 'WinOpportunity', { opportunityId }, 'OpportunityWon');
    await life.refused(
      on('2021-08-03'),
      'AdvanceOpportunity',
      { opportunityId, to: 'negotiation' },
      'OPPORTUNITY_CLOSED',
    );
  });

  it('buys, is asked how satisfied they are, and is helped', async () => {
    const first = { ...order('SO-1', 40), opportunityId };
    await life.refused(on('2021-08-09'), 'RecordPurchase', { ...first, amount: eur(1) }, 'LINES_NOT_AMOUNT');
    await life.done(on('2021-08-09'), 'RecordPurchase', first, 'PurchaseRecorded');
    await life.done(on('2021-08-10'), 'RecordPurchase', first);
    const asked = { surveyId: survey, name: 'How we work', kind: 'nps', questions: [] };
    await life.done(on('2021-09-01'), 'DefineSurvey', asked, 'SurveyDefined');
    const answer = { surveyId: survey, ...person, accountId, sending: '2021-autumn' };
    await life.refused(on('2021-09-20'), 'RecordSurveyResponse', { ...answer, score: 11 }, 'INVALID_COMMAND');
    await life.done(on('2021-09-20'), 'RecordSurveyResponse', { ...answer, score: 9 }, 'SurveyResponseRecorded');
    await life.refused(on('2021-09-21'), 'RecordSurveyResponse', { ...answer, score: 3 }, 'SURVEY_ALREADY_ANSWERED');
    const opened = { caseId, ...person, accountId, subject: 'Oil alarm', priority: 'high', channel: 'phone' };
    await life.done(on('2021-10-04'), 'OpenCase', opened, 'CaseOpened');
    await life.done(on('2021-10-04', 10), 'ReplyToCase', { caseId, text: 'On our way.' }, 'CaseReplied');
    await life.done(on('2021-10-05'), 'ResolveCase', { caseId, resolution: 'Sensor replaced.' }, 'CaseResolved');
    await life.refused(on('2021-10-06'), 'ReplyToCase', { caseId, text: 'Is it well?' }, 'CASE_RESOLVED');
  });

  it('falls silent for longer than the inactivity window, and is won back by the next purchase', async () => {
    await call(on('2022-09-05'), 'no-answer');
    await call(on('2022-09-06'), 'reached');
    await life.done(on('2022-09-19'), 'RecordPurchase', order('SO-2', 3), 'PurchaseRecorded');
    expect(await life.phases(personId, 6)).toEqual([
      '2021-03-01 suspect',
      '2021-03-12 prospect',
      '2021-03-17 suspect',
      '2021-06-01 prospect',
      '2021-06-07 potential',
      '2021-06-10 none',
    ]);
    expect((await life.phases(accountId, 4)).slice(0, 4)).toEqual([
      '2021-06-10 potential',
      '2021-08-02 active',
      '2022-02-05 inactive',
      '2022-09-19 active won back',
    ]);
  });

  it('is told whole, in the order in which it happened', async () => {
    const told = await life.history(accountId);
    expect(told.map(({ type, occurredAt }) => `${occurredAt.slice(0, 10)} ${type}`)).toEqual(whole);
    const instants = told.map(({ occurredAt }) => occurredAt);
    expect(instants).toEqual(instants.toSorted());
    const skipped = told.filter(({ type }) => type === 'OpportunityAdvanced').map(({ data }) => data['skipped']);
    expect(skipped).toEqual([['qualification'], []]);
  });

  it('is answered as of any instant on the way', async () => {
    expect((await life.answer(`/v1/customers/${personId}/history?asOf=2021-02-28T00:00:00Z`)).status).toBe(404);
    expect(await life.history(personId, '2021-03-01T23:00:00Z')).toMatchObject([{ type: 'NameRegistered' }]);
    expect(await life.pipeline('2021-06-01T00:00:00Z')).toEqual({});
    expect(await life.pipeline('2021-06-12T00:00:00Z')).toEqual({ prospecting: [1, 4_000_000] });
    expect(await life.pipeline('2021-07-01T00:00:00Z')).toEqual({ 'needs-analysis': [1, 4_000_000] });
    expect(await life.pipeline('2021-12-31T00:00:00Z')).toEqual({ won: [1, 4_000_000] });
    const open = async (asOf: string) => (await life.asked(`/v1/cases?status=open&asOf=${asOf}`))['items'];
    expect(await open('2021-10-04T12:00:00Z')).toMatchObject([{ accountId, priority: 'high' }]);
    expect(await open('2021-10-06T12:00:00Z')).toEqual([]);
    const { items } = await life.asked(`/v1/reports/satisfaction?surveyId=${survey}`);
    expect(items).toHaveLength(1);
  });
});
