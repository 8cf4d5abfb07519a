import { describe, it } from '@jest/globals';
import { type CommandClass, factsOf } from '../../kernel/index.js';
import { command, given as givenFacts, type StatedFact } from '../../testing/decider.js';
import { defaultPipeline } from '../pipeline/pipeline.js';
import { pipelineEvents } from '../pipeline/pipeline.events.js';
import {
  AdvanceOpportunity,
  AssignOpportunityAccount,
  ChangeOpportunityAmount,
  LoseOpportunity,
  MoveOpportunityBack,
  OpenOpportunity,
  ReopenOpportunity,
  RescheduleOpportunity,
  WinOpportunity,
} from './opportunity.commands.js';
import { opportunity } from './opportunity.js';
import { opportunityEvents } from './opportunity.events.js';

const fact = factsOf(opportunityEvents);
const defined = factsOf(pipelineEvents);
const opportunityId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const otherAccountId = 'f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3';
const contactIds = ['5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11'];

const maven = {
  name: 'Maven',
  currency: 'USD',
  stages: [
    { stage: 'prospecting', probability: 10 },
    { stage: 'engaging', probability: 50 },
  ],
};
const lookups = {
  'pipeline-default': [defined('PipelineDefined', { ...defaultPipeline, retired: [] })],
  'pipeline-maven': [defined('PipelineDefined', { ...maven, retired: [] })],
};
/** The default pipeline after needs-analysis (40 %) was retired. */
const stages = defaultPipeline.stages.filter(({ stage }) => stage !== 'needs-analysis');
const retired = [{ stage: 'needs-analysis', probability: 40 }];
const withRetired = { 'pipeline-default': [defined('PipelineDefined', { ...defaultPipeline, stages, retired })] };

const eur = (amount: number) => ({ amount, currency: 'EUR' });
/** Nobody changed it. */
const policy = { name: 'opportunity.opensAt', version: 0 } as const;
const details = { title: 'Turbine service', pipelineId: 'default', contactIds };
const opened = fact('OpportunityOpened', { ...details, stage: 'prospecting', amount: eur(100), accountId });
const homeless = fact('OpportunityOpened', { ...details, stage: 'prospecting', amount: eur(100) });
const inStage = (stage: string) => fact('OpportunityOpened', { ...details, stage, amount: eur(100), accountId });
const won = fact('OpportunityWon', { from: 'prospecting', amount: eur(100) });
const lost = fact('OpportunityLost', { from: 'prospecting', reason: 'price' });

const issue = <C extends object>(type: CommandClass<C>, body: object = {}) => command(type, { opportunityId, ...body });
const open = (change: object = {}) => issue(OpenOpportunity, { title: 'Turbine service', amount: eur(100), ...change });
const advance = (to: string) => issue(AdvanceOpportunity, { to });
const back = (to: string) => issue(MoveOpportunityBack, { to, reason: 'new buyer' });
const change = (amount: object) => issue(ChangeOpportunityAmount, { amount });
const reschedule = issue(RescheduleOpportunity, { expectedClose: '2026-09-30' });
const assign = issue(AssignOpportunityAccount, { accountId });
const win = (amount?: object) => issue(WinOpportunity, { amount });
const lose = (competitor?: string) => issue(LoseOpportunity, { reason: 'price', competitor });
const reopen = (to?: string) => issue(ReopenOpportunity, { reason: 'they failed', to });

/** With the pipelines in place. */
const given = (...facts: readonly StatedFact[]) => ({
  when: (issued: object, pipelines = lookups as Readonly<Record<string, readonly StatedFact[]>>) =>
    givenFacts(opportunity, ...facts).when(issued, { lookups: pipelines }),
});

describe('An opportunity', () => {
  it('opens in the first stage of the default pipeline, before its account is known', () => {
    given()
      .when(open())
      .then(
        fact('OpportunityOpened', {
          title: 'Turbine service',
          amount: eur(100),
          pipelineId: 'default',
          contactIds: [],
          stage: 'prospecting',
          policy,
        }),
      );
  });

  it('opens in any stage of any pipeline, with all that is known', () => {
    const known = {
      title: 'GTX Pro for Isdom',
      pipelineId: 'maven',
      stage: 'engaging',
      amount: { amount: 482_100, currency: 'USD' },
      accountId,
      contactIds,
      expectedClose: '2017-03-11',
      owner: 'Darcel Schlecht',
      product: 'GTX Pro',
      campaignId: 'a4c1d2e3-0f5b-4c6d-8e7f-9a0b1c2d3e4f',
    };
    given()
      .when(open(known))
      .then(fact('OpportunityOpened', { ...known, policy }));
  });

  it('opens only in a pipeline and a stage that exist, in the pipeline’s currency', () => {
    given()
      .when(open({ pipelineId: 'partners' }))
      .thenRefused('PIPELINE_NOT_FOUND');
    given()
      .when(open({ stage: 'engaging' }))
      .thenRefused('STAGE_UNKNOWN');
    given()
      .when(open({ stage: 'won' }))
      .thenRefused('STAGE_UNKNOWN');
    given()
      .when(open({ stage: 'needs-analysis' }), withRetired)
      .thenRefused('STAGE_RETIRED');
    given()
      .when(open({ amount: { amount: 1, currency: 'USD' } }))
      .thenRefused('OPPORTUNITY_CURRENCY_NOT_OF_PIPELINE');
  });

  it('changes nothing when it is opened again as it was, wherever it stands now', () => {
    const again = open({ accountId, contactIds });
    given(opened).when(again).thenNothing();
    given(opened, won).when(again).thenNothing();
    given(opened, fact('OpportunityAdvanced', { from: 'prospecting', to: 'qualification', skipped: [] }))
      .when(again)
      .thenNothing();
    given(inStage('needs-analysis')).when(again, withRetired).thenNothing();
    given(opened)
      .when(open({ accountId, contactIds, title: 'Blades' }))
      .thenRefused('OPPORTUNITY_EXISTS');
  });

  it('is found before anything is done with it', () => {
    for (const issued of [
      advance('proposal'),
      back('proposal'),
      change(eur(1)),
      reschedule,
      assign,
      win(),
      lose(),
      reopen(),
    ]) {
      given().when(issued).thenRefused('OPPORTUNITY_NOT_FOUND');
    }
  });
});

describe('Its stages', () => {
  it('are advanced to any later one, and what was skipped is recorded', () => {
    given(opened)
      .when(advance('qualification'))
      .then(fact('OpportunityAdvanced', { from: 'prospecting', to: 'qualification', skipped: [] }));
    given(opened)
      .when(advance('proposal'))
      .then(
        fact('OpportunityAdvanced', {
          from: 'prospecting',
          to: 'proposal',
          skipped: ['qualification', 'needs-analysis'],
        }),
      );
  });

  it('change nothing when it stands there already', () => {
    given(inStage('proposal')).when(advance('proposal')).thenNothing();
    given(inStage('proposal')).when(back('proposal')).thenNothing();
  });

  it('are moved back to an earlier one, with the reason', () => {
    given(inStage('proposal'))
      .when(back('qualification'))
      .then(fact('OpportunityMovedBack', { from: 'proposal', to: 'qualification', reason: 'new buyer' }));
  });

  it('advance forwards and move back backwards', () => {
    given(inStage('proposal')).when(advance('qualification')).thenRefused('STAGE_NOT_LATER');
    given(inStage('proposal')).when(back('negotiation')).thenRefused('STAGE_NOT_EARLIER');
  });

  it('are those of its own pipeline; won and lost are none', () => {
    for (const stage of ['engaging', 'won', 'lost']) {
      given(opened).when(advance(stage)).thenRefused('STAGE_UNKNOWN');
      given(opened).when(back(stage)).thenRefused('STAGE_UNKNOWN');
    }
  });

  it('are not entered once they are retired', () => {
    given(opened).when(advance('needs-analysis'), withRetired).thenRefused('STAGE_RETIRED');
    given(inStage('proposal')).when(back('needs-analysis'), withRetired).thenRefused('STAGE_RETIRED');
  });

  it('are left in both directions where they were retired, by their last probability', () => {
    const stranded = given(inStage('needs-analysis'));
    stranded
      .when(advance('proposal'), withRetired)
      .then(fact('OpportunityAdvanced', { from: 'needs-analysis', to: 'proposal', skipped: [] }));
    stranded
      .when(advance('negotiation'), withRetired)
      .then(fact('OpportunityAdvanced', { from: 'needs-analysis', to: 'negotiation', skipped: ['proposal'] }));
    stranded
      .when(back('qualification'), withRetired)
      .then(fact('OpportunityMovedBack', { from: 'needs-analysis', to: 'qualification', reason: 'new buyer' }));
    stranded.when(advance('qualification'), withRetired).thenRefused('STAGE_NOT_LATER');
    stranded.when(back('proposal'), withRetired).thenRefused('STAGE_NOT_EARLIER');
  });
});

describe('A retired stage', () => {
  const retire = (name: string, change: object = {}) => ({
    'pipeline-default': [
      defined('PipelineDefined', {
        ...defaultPipeline,
        stages: defaultPipeline.stages.filter(({ stage }) => stage !== name),
        retired: defaultPipeline.stages.filter(({ stage }) => stage === name).map((stage) => ({ ...stage, ...change })),
      }),
    ],
  });

  it('stands before a stage that is as probable', () => {
    const asProbable = retire('needs-analysis', { probability: 60 });
    given(inStage('needs-analysis'))
      .when(advance('proposal'), asProbable)
      .then(fact('OpportunityAdvanced', { from: 'needs-analysis', to: 'proposal', skipped: [] }));
    given(inStage('needs-analysis')).when(back('proposal'), asProbable).thenRefused('STAGE_NOT_EARLIER');
  });

  it('stands at the end where no stage is as probable', () => {
    given(inStage('verbal-agreement'))
      .when(back('negotiation'), retire('verbal-agreement'))
      .then(fact('OpportunityMovedBack', { from: 'verbal-agreement', to: 'negotiation', reason: 'new buyer' }));
    given(inStage('verbal-agreement'))
      .when(advance('negotiation'), retire('verbal-agreement'))
      .thenRefused('STAGE_NOT_LATER');
  });
});

describe('Its amount, day and account', () => {
  it('can change while it is open', () => {
    given(opened)
      .when(change(eur(250)))
      .then(fact('OpportunityAmountChanged', { amount: eur(250) }));
    given(opened)
      .when(reschedule)
      .then(fact('OpportunityRescheduled', { expectedClose: '2026-09-30' }));
    given(homeless).when(assign).then(fact('OpportunityAccountAssigned', { accountId }));
    given(opened)
      .when(issue(AssignOpportunityAccount, { accountId: otherAccountId }))
      .then(fact('OpportunityAccountAssigned', { accountId: otherAccountId }));
  });

  it('change nothing when they are so already', () => {
    given(opened)
      .when(change(eur(100)))
      .thenNothing();
    given(opened).when(assign).thenNothing();
  });

  it('stay in the currency of the pipeline', () => {
    given(opened)
      .when(change({ amount: 100, currency: 'USD' }))
      .thenRefused('OPPORTUNITY_CURRENCY_NOT_OF_PIPELINE');
    given(opened)
      .when(win({ amount: 100, currency: 'USD' }))
      .thenRefused('OPPORTUNITY_CURRENCY_NOT_OF_PIPELINE');
  });
});

describe('A closed opportunity', () => {
  it('is won for the amount at stake, or for the final one, which may be nothing', () => {
    given(opened).when(win()).then(won);
    given(opened)
      .when(win(eur(0)))
      .then(fact('OpportunityWon', { from: 'prospecting', amount: eur(0) }));
  });

  it('needs an account to be won', () => {
    given(homeless).when(win()).thenRefused('OPPORTUNITY_WITHOUT_ACCOUNT');
    given(homeless, fact('OpportunityAccountAssigned', { accountId })).when(win()).then(won);
  });

  it('is lost with the reason and, if known, the competitor; an account is not needed', () => {
    given(homeless).when(lose()).then(lost);
    given(opened)
      .when(lose('Baltic Rotor'))
      .then(fact('OpportunityLost', { from: 'prospecting', reason: 'price', competitor: 'Baltic Rotor' }));
  });

  it('changes nothing when it is closed again the same way, and is not closed otherwise', () => {
    given(opened, won).when(win()).thenNothing();
    given(opened, won)
      .when(win(eur(100)))
      .thenNothing();
    given(opened, won)
      .when(win(eur(90)))
      .thenRefused('OPPORTUNITY_CLOSED');
    given(opened, won).when(lose()).thenRefused('OPPORTUNITY_CLOSED');
    given(opened, lost).when(lose()).thenNothing();
    given(opened, lost).when(lose('Baltic Rotor')).thenRefused('OPPORTUNITY_CLOSED');
    given(opened, lost).when(win()).thenRefused('OPPORTUNITY_CLOSED');
  });

  it('refuses every other change', () => {
    for (const closed of [won, lost]) {
      for (const issued of [advance('proposal'), back('proposal'), change(eur(1)), reschedule, assign]) {
        given(opened, closed).when(issued).thenRefused('OPPORTUNITY_CLOSED');
      }
    }
  });

  it('reopens, with the reason, in the stage where it was closed or in another one', () => {
    const inProposal = fact('OpportunityAdvanced', { from: 'prospecting', to: 'proposal', skipped: [] });
    given(opened, inProposal, fact('OpportunityLost', { from: 'proposal', reason: 'price' }))
      .when(reopen())
      .then(fact('OpportunityReopened', { to: 'proposal', reason: 'they failed' }));
    given(opened, won)
      .when(reopen('negotiation'))
      .then(fact('OpportunityReopened', { to: 'negotiation', reason: 'they failed' }));
  });

  it('reopens in the stage where it was closed even if that is retired, but enters no retired or unknown one', () => {
    const closed = given(
      inStage('needs-analysis'),
      fact('OpportunityLost', { from: 'needs-analysis', reason: 'price' }),
    );
    const reopened = fact('OpportunityReopened', { to: 'needs-analysis', reason: 'they failed' });
    closed.when(reopen(), withRetired).then(reopened);
    closed.when(reopen('needs-analysis'), withRetired).then(reopened);
    given(opened, lost).when(reopen('needs-analysis'), withRetired).thenRefused('STAGE_RETIRED');
    given(opened, lost).when(reopen('won')).thenRefused('STAGE_UNKNOWN');
  });

  it('is open after that: it can be changed and closed again', () => {
    const reopened = fact('OpportunityReopened', { to: 'proposal', reason: 'they failed' });
    given(opened, lost, reopened).when(reopen()).thenNothing();
    given(opened, lost, reopened)
      .when(change(eur(250)))
      .then(fact('OpportunityAmountChanged', { amount: eur(250) }));
    given(opened, lost, reopened)
      .when(lose())
      .then(fact('OpportunityLost', { from: 'proposal', reason: 'price' }));
    given(opened, lost, fact('OpportunityReopened', { to: 'prospecting', reason: 'they failed' }))
      .when(lose())
      .then(lost);
    given(opened, lost, reopened)
      .when(win())
      .then(fact('OpportunityWon', { from: 'proposal', amount: eur(100) }));
  });

  it('is closed before it is reopened', () => {
    given(opened).when(reopen()).thenRefused('OPPORTUNITY_NOT_CLOSED');
    given(opened, lost, fact('OpportunityReopened', { to: 'proposal', reason: 'a mistake' }))
      .when(reopen())
      .thenRefused('OPPORTUNITY_NOT_CLOSED');
  });
});
