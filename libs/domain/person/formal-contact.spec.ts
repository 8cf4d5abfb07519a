import { describe, it } from '@jest/globals';
import { v5 } from 'uuid';
import { type CommandClass, factsOf } from '../../kernel/index.js';
import { command, given, type StatedFact } from '../../testing/decider.js';
import { pipelineEvents } from '../pipeline/pipeline.events.js';
import { defaultPipeline } from '../pipeline/pipeline.js';
import { policyEvents } from '../policy/policy.events.js';
import { AcceptLeadQuote, DeclineLeadQuote, SendLeadQuote, SignLeadContract } from './formal-contact.commands.js';
import { ConvertLead } from './person.commands.js';
import { personEvents } from './person.events.js';
import { person } from './person.js';

const fact = factsOf(personEvents);
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const commandId = '9b2f6a10-4d3c-4e8f-a1b2-c3d4e5f60718';
const quoteId = 'Q-1';
const eur = (amount: number) => ({ amount, currency: 'EUR' });

const lead = fact('LeadRegistered', { name: 'Ilse', source: 'web', potential: 'customer', owner: 'sam' });
const salesQualified = [
  lead,
  fact('LeadQualified', { level: 'marketing-qualified' }),
  fact('LeadQualified', { level: 'sales-qualified' }),
];
const contact = fact('LeadConverted', { accountId, owner: 'sam', requirement: 'sales-qualified' });
const disqualified = fact('LeadDisqualified', { reason: 'no budget' });
const sent = fact('LeadQuoteSent', { quoteId, amount: eur(100), validUntil: '2024-01-31' });
const declined = fact('LeadQuoteDeclined', { quoteId, reason: 'price' });
const signed = fact('LeadContractSigned', { contractId: 'C-1', amount: eur(100) });

const issue = <C extends object>(type: CommandClass<C>, body: object = {}) => command(type, { personId, ...body });
const send = (more: object = { amount: eur(100), validUntil: '2024-01-31' }) =>
  issue(SendLeadQuote, { quoteId, ...more });
const accept = issue(AcceptLeadQuote, { quoteId });
const decline = issue(DeclineLeadQuote, { quoteId, reason: 'price' });
const sign = (more: object = { amount: eur(100) }) => issue(SignLeadContract, { contractId: 'C-1', ...more });

describe('A quote', () => {
  it('can be sent to a lead, in any currency, and to a contact', () => {
    given(person, lead).when(send()).then(sent);
    given(person, ...salesQualified, contact)
      .when(send())
      .then(sent);
    given(person, lead)
      .when(send({ lines: [{ product: 'Visit', quantity: '2', unitPrice: { amount: 5, currency: 'JPY' } }] }))
      .then(
        fact('LeadQuoteSent', {
          quoteId,
          amount: { amount: 10, currency: 'JPY' },
          lines: [
            {
              product: 'Visit',
              quantity: '2',
              unitPrice: { amount: 5, currency: 'JPY' },
              amount: { amount: 10, currency: 'JPY' },
            },
          ],
        }),
      );
  });

  it('is accepted or declined by the lead', () => {
    given(person, lead, sent).when(accept).then(fact('LeadQuoteAccepted', { quoteId }));
    given(person, lead, sent).when(decline).then(declined);
    given(person, lead, sent, disqualified).when(decline).then(declined);
    given(person, lead, sent, declined).when(accept).thenRefused('QUOTE_DECLINED');
    given(person, lead).when(accept).thenRefused('QUOTE_NOT_FOUND');
  });

  it('names a price', () => {
    given(person, lead).when(send({})).thenRefused('QUOTE_WITHOUT_AMOUNT');
    given(person, lead, sent)
      .when(send({ validUntil: '2024-01-31' }))
      .thenNothing();
  });

  it('is sent neither to a name, nor to other people, nor to a lead that was set aside', () => {
    const name = fact('NameRegistered', { name: 'Ilse', source: { kind: 'bought-list', name: 'Fairs' } });
    const other = fact('OtherPersonRegistered', { name: 'Tomas', relation: 'press' });
    for (const issued of [send(), accept, decline, sign()]) {
      given(person, name).when(issued).thenRefused('PERSON_NOT_A_LEAD');
      given(person, other).when(issued).thenRefused('PERSON_NOT_A_LEAD');
      given(person).when(issued).thenRefused('PERSON_NOT_FOUND');
    }
    for (const issued of [send(), accept, sign()]) {
      given(person, lead, sent, disqualified).when(issued).thenRefused('LEAD_DISQUALIFIED');
    }
  });
});

describe('A contract', () => {
  it('can be signed with a lead, for what was quoted or for an amount', () => {
    given(person, lead).when(sign()).then(signed);
    given(person, lead, sent)
      .when(sign({ quoteId }))
      .then(fact('LeadContractSigned', { contractId: 'C-1', amount: eur(100), quoteId }));
    given(person, lead).when(sign({})).thenRefused('CONTRACT_WITHOUT_AMOUNT');
    given(person, lead, signed)
      .when(sign({ amount: eur(1) }))
      .thenRefused('CONTRACT_EXISTS');
  });
});

describe('Conversion', () => {
  const policy = factsOf(policyEvents);
  const lookups: Readonly<Record<string, readonly StatedFact[]>> = {
    'pipeline-default': [factsOf(pipelineEvents)('PipelineDefined', { ...defaultPipeline, retired: [] })],
    'policy-conversion.requires': [
      policy('PolicyChanged', { policy: 'conversion.requires', version: 2, value: { requires: 'formal-contact' } }),
    ],
  };
  const convert = issue(ConvertLead, { account: { accountId } });

  it('can require a formal contact too: a quote sent or a contract signed', () => {
    const converted = fact('LeadConverted', {
      accountId,
      owner: 'sam',
      requirement: 'formal-contact',
      policy: { name: 'conversion.requires', version: 2 },
    });
    given(person, ...salesQualified)
      .when(convert, { lookups })
      .thenRefused('LEAD_WITHOUT_FORMAL_CONTACT');
    given(person, ...salesQualified, sent)
      .when(convert, { lookups })
      .then(converted);
    given(person, ...salesQualified, sent, declined)
      .when(convert, { lookups })
      .then(converted);
    given(person, ...salesQualified, signed)
      .when(convert, { lookups })
      .then(converted);
  });

  it('requires the level all the same', () => {
    given(person, lead, sent).when(convert, { lookups }).thenRefused('LEAD_NOT_SALES_QUALIFIED');
  });

  it('opens an opportunity only after a quote, where that is the policy', () => {
    const opensAt = {
      ...lookups,
      'policy-conversion.requires': [],
      'policy-opportunity.opensAt': [
        policy('PolicyChanged', { policy: 'opportunity.opensAt', version: 1, value: { opensAt: 'quote-sent' } }),
      ],
    };
    const conversion = issue(ConvertLead, {
      account: { accountId },
      opportunity: { title: 'Blades', amount: eur(100) },
    });
    given(person, ...salesQualified, signed)
      .when(conversion, { lookups: opensAt, commandId })
      .thenRefused('OPPORTUNITY_WITHOUT_QUOTE');
    given(person, ...salesQualified, sent)
      .when(conversion, { lookups: opensAt, commandId })
      .then(
        fact('LeadConverted', {
          accountId,
          opportunity: {
            opportunityId: v5('opportunity', commandId),
            pipelineId: 'default',
            title: 'Blades',
            amount: eur(100),
            policy: { name: 'opportunity.opensAt', version: 1 },
          },
          owner: 'sam',
          requirement: 'sales-qualified',
          policy: { name: 'conversion.requires', version: 0 },
        }),
      );
  });
});
