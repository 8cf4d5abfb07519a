import { describe, it } from '@jest/globals';
import { type CommandClass, factsOf } from '../../kernel/index.js';
import { command, given as givenFacts, type StatedFact } from '../../testing/decider.js';
import { personEvents } from '../person/person.events.js';
import { pipelineEvents } from '../pipeline/pipeline.events.js';
import { defaultPipeline } from '../pipeline/pipeline.js';
import { ChangeOpportunityAmount, OpenOpportunity, WinOpportunity } from './opportunity.commands.js';
import { opportunityEvents } from './opportunity.events.js';
import { opportunity } from './opportunity.js';
import {
  AssignBuyingRole,
  ChangeOpportunityLines,
  MoveOpportunityToPipeline,
  ReassignOpportunity,
  RemoveBuyingRole,
  SetForecastCategory,
} from './terms.commands.js';

const fact = factsOf(opportunityEvents);
const human = factsOf(personEvents);
const defined = factsOf(pipelineEvents);
const opportunityId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const ofPerson = `person-${personId}`;

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const usd = (amount: number) => ({ amount, currency: 'USD' });
const pipelineOf = (name: string, currency: string, ...stages: readonly string[]) =>
  defined('PipelineDefined', {
    name,
    currency,
    stages: stages.map((stage) => ({ stage, probability: 50 })),
    retired: [{ stage: 'demo', probability: 30 }],
  });
const pipelines = {
  'pipeline-default': [defined('PipelineDefined', { ...defaultPipeline, retired: [] })],
  'pipeline-renewals': [pipelineOf('Renewals', 'EUR', 'reminder', 'agreed')],
  'pipeline-maven': [pipelineOf('Maven', 'USD', 'engaging')],
};

const opened = fact('OpportunityOpened', {
  title: 'Turbine service',
  pipelineId: 'default',
  stage: 'prospecting',
  amount: eur(100),
  accountId,
  contactIds: [],
  owner: 'sam',
});
const won = fact('OpportunityWon', { from: 'prospecting', amount: eur(100) });
const lost = fact('OpportunityLost', { from: 'prospecting', reason: 'price' });

const issue = <C extends object>(type: CommandClass<C>, body: object = {}) => command(type, { opportunityId, ...body });
const change = (...lines: readonly object[]) => issue(ChangeOpportunityLines, { lines });
const assign = (role: string) => issue(AssignBuyingRole, { personId, role });
const categorise = (category?: string) => issue(SetForecastCategory, { category });
const move = (pipelineId: string, stage?: string) =>
  issue(MoveOpportunityToPipeline, { pipelineId, stage, reason: 'a renewal' });

const given = (...facts: readonly StatedFact[]) => ({
  when: (issued: object, others: Readonly<Record<string, readonly StatedFact[]>> = {}) =>
    givenFacts(opportunity, ...facts).when(issued, { lookups: { ...pipelines, ...others } }),
});

const care = { product: 'Turbine care', quantity: '40', unitPrice: eur(1_005) };
const visit = { product: 'Visit', productId: 'V-7', quantity: '2.5', unitPrice: eur(99) };
const careLine = { ...care, amount: eur(40_200) };
/** 2.5 × 0.99 = 2.475, rounded half up. */
const visitLine = { ...visit, amount: eur(248) };
const lined = fact('OpportunityLinesChanged', { lines: [careLine, visitLine], amount: eur(40_448) });

describe('Its lines', () => {
  it('are a product, a quantity and a price each, and the amount is their exact sum', () => {
    given(opened).when(change(care, visit)).then(lined);
    given(opened, lined)
      .when(change(care))
      .then(fact('OpportunityLinesChanged', { lines: [careLine], amount: eur(40_200) }));
  });

  it('can be there when it is opened', () => {
    const opening = { title: 'Turbine service', lines: [visit] };
    const withLines = fact('OpportunityOpened', {
      title: 'Turbine service',
      lines: [visitLine],
      pipelineId: 'default',
      amount: eur(248),
      contactIds: [],
      stage: 'prospecting',
      policy: { name: 'opportunity.opensAt', version: 0 },
    });
    given().when(issue(OpenOpportunity, opening)).then(withLines);
    given(withLines)
      .when(issue(OpenOpportunity, { ...opening, amount: eur(248) }))
      .thenNothing();
    given()
      .when(issue(OpenOpportunity, { ...opening, amount: eur(247) }))
      .thenRefused('OPPORTUNITY_AMOUNT_NOT_OF_LINES');
    given()
      .when(issue(OpenOpportunity, { title: 'Turbine service' }))
      .thenRefused('OPPORTUNITY_WITHOUT_AMOUNT');
  });

  it('change nothing when they say the same in other digits', () => {
    given(opened, lined)
      .when(change({ ...care, quantity: '040.00' }, visit))
      .thenNothing();
  });

  it('can be taken away, and then the amount stays', () => {
    const without = fact('OpportunityLinesChanged', { lines: [], amount: eur(40_448) });
    given(opened, lined).when(change()).then(without);
    given(opened).when(change()).thenNothing();
    given(opened, lined, without)
      .when(issue(ChangeOpportunityAmount, { amount: eur(5) }))
      .then(fact('OpportunityAmountChanged', { amount: eur(5) }));
  });

  it('are what changes the amount while there are any, also when it is won', () => {
    given(opened, lined)
      .when(issue(ChangeOpportunityAmount, { amount: eur(5) }))
      .thenRefused('OPPORTUNITY_AMOUNT_NOT_OF_LINES');
    given(opened, lined)
      .when(issue(ChangeOpportunityAmount, { amount: eur(40_448) }))
      .thenNothing();
    given(opened, lined)
      .when(issue(WinOpportunity, { amount: eur(5) }))
      .thenRefused('OPPORTUNITY_AMOUNT_NOT_OF_LINES');
    given(opened, lined)
      .when(issue(WinOpportunity))
      .then(fact('OpportunityWon', { from: 'prospecting', amount: eur(40_448) }));
  });

  it('are in the currency of the pipeline, and fit', () => {
    const dollars = { ...care, unitPrice: usd(1) };
    given(opened).when(change(dollars)).thenRefused('OPPORTUNITY_CURRENCY_NOT_OF_PIPELINE');
    given(opened).when(change(care, dollars)).thenRefused('LINES_OF_DIFFERENT_CURRENCIES');
    given(opened)
      .when(change({ ...care, unitPrice: eur(Number.MAX_SAFE_INTEGER) }))
      .thenRefused('AMOUNT_TOO_LARGE');
  });

  it('change while it is open', () => {
    given(opened, won).when(change(care)).thenRefused('OPPORTUNITY_CLOSED');
  });
});

describe('Its forecast category', () => {
  it('is what somebody set, until it is set again', () => {
    given(opened)
      .when(categorise('commit'))
      .then(fact('ForecastCategorySet', { category: 'commit' }));
    given(opened, fact('ForecastCategorySet', { category: 'commit' }))
      .when(categorise('omitted'))
      .then(fact('ForecastCategorySet', { category: 'omitted' }));
  });

  it('follows from the stage again when nobody means to set it', () => {
    given(opened).when(categorise()).thenNothing();
    given(opened, fact('ForecastCategorySet', { category: 'commit' }))
      .when(categorise())
      .then(fact('ForecastCategorySet', {}));
  });

  it('is closed by winning or losing alone', () => {
    given(opened, won).when(categorise('commit')).thenRefused('OPPORTUNITY_CLOSED');
  });
});

describe('Everybody in the purchase', () => {
  const buyer = fact('BuyingRoleAssigned', { personId, role: 'buyer' });

  it('has one buying role, and another one takes its place', () => {
    given(opened).when(assign('buyer')).then(buyer);
    given(opened, buyer)
      .when(assign('champion'))
      .then(fact('BuyingRoleAssigned', { personId, role: 'champion' }));
  });

  it('may be somebody who is no customer, and is not only a name from a list', () => {
    const partner = human('OtherPersonRegistered', { name: 'Tomas', relation: 'partner-representative' });
    const name = human('NameRegistered', { name: 'Ilse', source: { kind: 'bought-list', name: 'Fairs' } });
    given(opened)
      .when(assign('influencer'), { [ofPerson]: [partner] })
      .then(fact('BuyingRoleAssigned', { personId, role: 'influencer' }));
    given(opened)
      .when(assign('buyer'), { [ofPerson]: [name] })
      .thenRefused('NAME_WITHOUT_INTEREST');
  });

  it('can leave it', () => {
    const remove = issue(RemoveBuyingRole, { personId });
    given(opened, buyer)
      .when(remove)
      .then(fact('BuyingRoleRemoved', { personId, role: 'buyer' }));
    given(opened).when(remove).thenNothing();
  });

  it('is registered while it is open', () => {
    given(opened, lost).when(assign('buyer')).thenRefused('OPPORTUNITY_CLOSED');
    given(opened, buyer, lost).when(issue(RemoveBuyingRole, { personId })).thenRefused('OPPORTUNITY_CLOSED');
  });
});

describe('Its owner', () => {
  it('can be somebody else from one day on, also of what is closed', () => {
    const kim = issue(ReassignOpportunity, { owner: 'kim' });
    given(opened)
      .when(kim)
      .then(fact('OpportunityReassigned', { from: 'sam', to: 'kim' }));
    given(opened, won)
      .when(kim)
      .then(fact('OpportunityReassigned', { from: 'sam', to: 'kim' }));
    given(opened)
      .when(issue(ReassignOpportunity, { owner: 'sam' }))
      .thenNothing();
  });

  it('may have been unknown', () => {
    const { owner: _, ...ownerless } = opened.data;
    given(fact('OpportunityOpened', ownerless))
      .when(issue(ReassignOpportunity, { owner: 'kim' }))
      .then(fact('OpportunityReassigned', { to: 'kim' }));
  });
});

describe('Its pipeline', () => {
  const moved = (to: string) =>
    fact('OpportunityMovedToPipeline', {
      fromPipelineId: 'default',
      from: 'prospecting',
      pipelineId: 'renewals',
      to,
      reason: 'a renewal',
    });

  it('can be another one, from its first stage on or from any', () => {
    given(opened).when(move('renewals')).then(moved('reminder'));
    given(opened).when(move('renewals', 'agreed')).then(moved('agreed'));
  });

  it('has the same currency, and the stage', () => {
    given(opened).when(move('maven')).thenRefused('OPPORTUNITY_CURRENCY_NOT_OF_PIPELINE');
    given(opened).when(move('unheard-of')).thenRefused('PIPELINE_NOT_FOUND');
    given(opened).when(move('renewals', 'proposal')).thenRefused('STAGE_UNKNOWN');
    given(opened).when(move('renewals', 'demo')).thenRefused('STAGE_RETIRED');
  });

  it('is not moved to where it is', () => {
    given(opened).when(move('default')).thenNothing();
    given(opened).when(move('default', 'prospecting')).thenNothing();
    given(opened).when(move('default', 'proposal')).thenRefused('STAGE_OF_SAME_PIPELINE');
  });

  it('stays once it is closed', () => {
    given(opened, won).when(move('renewals')).thenRefused('OPPORTUNITY_CLOSED');
  });
});
