import { describe, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, given as givenFacts, type StatedFact } from '../../testing/decider.js';
import { personEvents } from '../person/person.events.js';
import { pipelineEvents } from '../pipeline/pipeline.events.js';
import { defaultPipeline } from '../pipeline/pipeline.js';
import { policyEvents } from '../policy/policy.events.js';
import { OpenOpportunity } from './opportunity.commands.js';
import { opportunityEvents } from './opportunity.events.js';
import { opportunity } from './opportunity.js';

const fact = factsOf(opportunityEvents);
const human = factsOf(personEvents);
const opportunityId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const ilse = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const tomas = 'f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3';
const eur = (amount: number) => ({ amount, currency: 'EUR' });

const pipeline = factsOf(pipelineEvents)('PipelineDefined', { ...defaultPipeline, retired: [] });
const quoteSent = factsOf(policyEvents)('PolicyChanged', {
  policy: 'opportunity.opensAt',
  version: 1,
  value: { opensAt: 'quote-sent' },
});
const lead = human('LeadRegistered', { name: 'Ilse', source: 'fair', potential: 'customer' });
const quote = human('LeadQuoteSent', { quoteId: 'Q-1', amount: eur(1) });
const name = human('NameRegistered', { name: 'Ilse', source: { kind: 'bought-list', name: 'Fairs' } });
const press = human('OtherPersonRegistered', { name: 'Tomas', relation: 'press' });

const open = (...contactIds: readonly string[]) =>
  command(OpenOpportunity, { opportunityId, title: 'Turbine service', amount: eur(1), contactIds });
const opened = (version: number | undefined, ...contactIds: readonly string[]) =>
  fact('OpportunityOpened', {
    title: 'Turbine service',
    amount: eur(1),
    contactIds,
    pipelineId: 'default',
    stage: 'prospecting',
    ...(version === undefined ? {} : { policy: { name: 'opportunity.opensAt', version } }),
  });

type Streams = Readonly<Record<string, readonly StatedFact[]>>;

const given = (people: Streams, policy: readonly StatedFact[] = []) => ({
  when: (issued: object) =>
    givenFacts(opportunity).when(issued, {
      lookups: { 'pipeline-default': [pipeline], 'policy-opportunity.opensAt': policy, ...people },
    }),
});

describe('The contacts of an opportunity', () => {
  it('are never other people, nor names that showed no interest', () => {
    given({ [`person-${ilse}`]: [lead], [`person-${tomas}`]: [press] })
      .when(open(ilse, tomas))
      .thenRefused('OTHER_NEVER_IN_PIPELINE');
    given({ [`person-${ilse}`]: [name] })
      .when(open(ilse))
      .thenRefused('NAME_WITHOUT_INTEREST');
  });

  it('may still be leads', () => {
    given({ [`person-${ilse}`]: [name, lead] })
      .when(open(ilse))
      .then(opened(0, ilse));
  });
});

describe('An opportunity', () => {
  it('opens at the first contact, or once a quote was sent to one of its contacts, as the policy says', () => {
    given({ [`person-${ilse}`]: [lead] })
      .when(open(ilse))
      .then(opened(0, ilse));
    given({ [`person-${ilse}`]: [lead] }, [quoteSent])
      .when(open(ilse))
      .thenRefused('OPPORTUNITY_WITHOUT_QUOTE');
    given({}, [quoteSent]).when(open()).thenRefused('OPPORTUNITY_WITHOUT_QUOTE');
    given({ [`person-${ilse}`]: [lead, quote], [`person-${tomas}`]: [lead] }, [quoteSent])
      .when(open(tomas, ilse))
      .then(opened(1, tomas, ilse));
  });

  it('that a conversion asked for opens under the policy of the conversion', () => {
    const converted = (policy: object) =>
      human('LeadConverted', {
        accountId,
        opportunity: { opportunityId, pipelineId: 'default', title: 'Turbine service', amount: eur(1), ...policy },
        owner: 'sam',
        requirement: 'sales-qualified',
      });
    const underFirst = { policy: { name: 'opportunity.opensAt', version: 0 } };
    given({ [`person-${ilse}`]: [lead, converted(underFirst)] }, [quoteSent])
      .when(open(ilse))
      .then(opened(0, ilse));
    given({ [`person-${ilse}`]: [lead, converted({})] }, [quoteSent])
      .when(open(ilse))
      .then(opened(undefined, ilse));
  });
});
