import { describe, expect, it } from '@jest/globals';
import { factsOf, type RecordedEvent } from '../../kernel/index.js';
import { decide, fold } from '../../testing/decider.js';
import { account } from '../account/account.js';
import { filled, OpenAccount, OpenOpportunity } from '../index.js';
import { opportunity } from '../opportunity/opportunity.js';
import { personEvents, type PersonEvents } from '../person/person.events.js';
import { defaultPipeline } from '../pipeline/pipeline.js';
import { pipelineEvents } from '../pipeline/pipeline.events.js';
import { convertLead } from './convert-lead.js';

const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const opportunityId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';

type Converted = PersonEvents['LeadConverted']['open'];

const heard = (data: Converted): RecordedEvent => ({
  ...factsOf(personEvents)('LeadConverted', data),
  id: '11111111-2222-4333-8444-555555555555',
  stream: `person-${personId}`,
  revision: 3,
  position: 99n,
  occurredAt: '2024-01-15T09:00:00.000Z',
  recordedAt: '2024-01-15T09:00:01.000Z',
  actor: { id: 'sam', role: 'sales' },
  correlationId: 'c',
  causationId: 'd',
});

const converted: Converted = {
  accountId,
  newAccount: { name: 'Noordzee', industry: 'energy', roles: ['customer'] },
  opportunity: {
    opportunityId,
    pipelineId: 'default',
    title: 'Turbine service',
    amount: { amount: 4_800_000, currency: 'EUR' },
    expectedClose: '2026-09-30',
  },
  owner: 'sam',
  requirement: 'sales-qualified',
};

const lookups = {
  'pipeline-default': [factsOf(pipelineEvents)('PipelineDefined', { ...defaultPipeline, retired: [] })],
};

describe('A converted lead', () => {
  it('becomes a contact of a new account with an opportunity, by the ids that stand in the conversion', () => {
    const issued = convertLead.react(heard(converted));
    expect(issued).toEqual([
      { accountId, name: 'Noordzee', industry: 'energy', roles: ['customer'], owner: 'sam' },
      {
        opportunityId,
        pipelineId: 'default',
        title: 'Turbine service',
        amount: { amount: 4_800_000, currency: 'EUR' },
        expectedClose: '2026-09-30',
        accountId,
        contactIds: [personId],
        owner: 'sam',
      },
    ]);
    expect(issued.map(({ constructor }) => constructor)).toEqual([OpenAccount, OpenOpportunity]);
  });

  it('issues commands that are valid, are accepted, and change nothing when issued once more', () => {
    const [openAccount, openOpportunity] = convertLead.react(heard(converted));
    for (const [aggregate, issued] of [
      [account, openAccount],
      [opportunity, openOpportunity],
    ] as const) {
      if (!issued) throw new Error('A command is missing.');
      expect(filled(issued.constructor as new () => object, issued).errors).toEqual([]);
      const answer = (state: never) => decide(aggregate as typeof account, state, issued, { lookups });
      const facts = answer(aggregate.initial as never);
      expect(facts).toHaveLength(1);
      expect(answer(fold(aggregate as typeof account, facts) as never)).toEqual([]);
    }
  });

  it('opens nothing that was not asked for', () => {
    expect(convertLead.react(heard({ ...converted, newAccount: undefined, opportunity: undefined }))).toEqual([]);
    expect(convertLead.react({ ...heard(converted), type: 'LeadRecycled', data: {} })).toEqual([]);
  });
});
