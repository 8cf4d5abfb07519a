import { describe, it } from '@jest/globals';
import { type CommandClass, factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { AcceptQuote, DeclineQuote, SendQuote, SignContract } from './formal-contact.commands.js';
import { opportunityEvents } from './opportunity.events.js';
import { opportunity } from './opportunity.js';

const fact = factsOf(opportunityEvents);
const opportunityId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';
const quoteId = 'Q-1';
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const usd = (amount: number) => ({ amount, currency: 'USD' });

const opened = fact('OpportunityOpened', {
  title: 'Turbine service',
  pipelineId: 'default',
  stage: 'proposal',
  amount: eur(100),
  contactIds: [],
});
const line = { product: 'Visit', quantity: '3', unitPrice: eur(50) };
const recordedLine = { ...line, amount: eur(150) };
const lined = fact('OpportunityLinesChanged', { lines: [recordedLine], amount: eur(150) });
const sent = fact('QuoteSent', { quoteId, amount: eur(100), validUntil: '2024-01-31' });
const accepted = fact('QuoteAccepted', { quoteId });
const declined = fact('QuoteDeclined', { quoteId, reason: 'price' });
const won = fact('OpportunityWon', { from: 'proposal', amount: eur(100) });
const lost = fact('OpportunityLost', { from: 'proposal', reason: 'price' });

const issue = <C extends object>(type: CommandClass<C>, body: object = {}) => command(type, { opportunityId, ...body });
const send = (more: object = {}) => issue(SendQuote, { quoteId, ...more });
const accept = issue(AcceptQuote, { quoteId });
const decline = issue(DeclineQuote, { quoteId, reason: 'price' });
const sign = (more: object = {}) => issue(SignContract, { contractId: 'C-1', ...more });

describe('A quote', () => {
  it('is sent for what is at stake', () => {
    given(opportunity, opened)
      .when(send())
      .then(fact('QuoteSent', { quoteId, amount: eur(100) }));
    given(opportunity, opened, lined)
      .when(send())
      .then(fact('QuoteSent', { quoteId, amount: eur(150), lines: [recordedLine] }));
  });

  it('is sent for another amount or other lines, until a day', () => {
    given(opportunity, opened)
      .when(send({ amount: eur(90), validUntil: '2024-01-15' }))
      .then(fact('QuoteSent', { quoteId, amount: eur(90), validUntil: '2024-01-15' }));
    given(opportunity, opened)
      .when(send({ lines: [line] }))
      .then(fact('QuoteSent', { quoteId, amount: eur(150), lines: [recordedLine] }));
  });

  it('changes nothing when it was sent, whatever is at stake now', () => {
    given(opportunity, opened, fact('QuoteSent', { quoteId, amount: eur(100) }), lined)
      .when(send())
      .thenNothing();
    given(opportunity, opened, sent)
      .when(send({ amount: eur(99) }))
      .thenRefused('QUOTE_EXISTS');
  });

  it('says one price, of the pipeline’s currency', () => {
    given(opportunity, opened)
      .when(send({ lines: [line], amount: eur(149) }))
      .thenRefused('QUOTE_AMOUNT_NOT_OF_LINES');
    given(opportunity, opened)
      .when(send({ amount: usd(100) }))
      .thenRefused('OPPORTUNITY_CURRENCY_NOT_OF_PIPELINE');
    given(opportunity, opened)
      .when(send({ lines: [line, { ...line, unitPrice: usd(50) }] }))
      .thenRefused('LINES_OF_DIFFERENT_CURRENCIES');
    given(opportunity, opened)
      .when(send({ lines: [{ ...line, quantity: '999999999', unitPrice: eur(Number.MAX_SAFE_INTEGER) }] }))
      .thenRefused('AMOUNT_TOO_LARGE');
  });

  it('is accepted or declined, once', () => {
    given(opportunity, opened, sent).when(accept).then(accepted);
    given(opportunity, opened, sent).when(decline).then(declined);
    given(opportunity, opened, sent, accepted).when(decline).thenRefused('QUOTE_ACCEPTED');
    given(opportunity, opened, sent, declined).when(accept).thenRefused('QUOTE_DECLINED');
    given(opportunity, opened, sent, declined)
      .when(issue(DeclineQuote, { quoteId, reason: 'too late' }))
      .thenRefused('QUOTE_DECLINED');
  });

  it('is sent before it is answered', () => {
    given(opportunity, opened).when(accept).thenRefused('QUOTE_NOT_FOUND');
    given(opportunity, opened).when(decline).thenRefused('QUOTE_NOT_FOUND');
  });

  it('is sent and accepted as long as its last day is not over everywhere', () => {
    given(opportunity, opened, sent).when(accept, { occurredAt: '2024-02-01T11:59:59.999Z' }).then(accepted);
    given(opportunity, opened, sent)
      .when(accept, { occurredAt: '2024-02-01T12:00:00.000Z' })
      .thenRefused('QUOTE_EXPIRED');
    given(opportunity, opened)
      .when(send({ validUntil: '2024-01-13' }))
      .thenRefused('QUOTE_EXPIRED');
    given(opportunity, opened, fact('QuoteSent', { quoteId, amount: eur(100), validUntil: '9999-12-31' }))
      .when(accept)
      .then(accepted);
  });

  it('goes with an open opportunity', () => {
    for (const issued of [send(), accept, decline]) {
      given(opportunity, opened, sent, lost).when(issued).thenRefused('OPPORTUNITY_CLOSED');
      given(opportunity).when(issued).thenRefused('OPPORTUNITY_NOT_FOUND');
    }
  });
});

describe('A contract', () => {
  const contract = (amount: number, more: object = {}) =>
    fact('ContractSigned', { contractId: 'C-1', amount: eur(amount), ...more });

  it('is signed for what is at stake, for what was quoted, or for another amount', () => {
    given(opportunity, opened).when(sign()).then(contract(100));
    given(opportunity, opened, fact('QuoteSent', { quoteId, amount: eur(90) }))
      .when(sign({ quoteId }))
      .then(contract(90, { quoteId }));
    given(opportunity, opened, sent)
      .when(sign({ quoteId, amount: eur(80) }))
      .then(contract(80, { quoteId }));
  });

  it('is signed before or after it was won, and not when it is lost', () => {
    given(opportunity, opened, won).when(sign()).then(contract(100));
    given(opportunity, opened, lost).when(sign()).thenRefused('OPPORTUNITY_LOST');
    given(opportunity).when(sign()).thenRefused('OPPORTUNITY_NOT_FOUND');
  });

  it('changes nothing when it was signed, whatever is at stake now', () => {
    given(opportunity, opened, contract(100), lined).when(sign()).thenNothing();
    given(opportunity, opened, contract(100))
      .when(sign({ amount: eur(1) }))
      .thenRefused('CONTRACT_EXISTS');
  });

  it('rests on a quote that was sent and not declined, and is in the pipeline’s currency', () => {
    given(opportunity, opened).when(sign({ quoteId })).thenRefused('QUOTE_NOT_FOUND');
    given(opportunity, opened, sent, declined).when(sign({ quoteId })).thenRefused('QUOTE_DECLINED');
    given(opportunity, opened)
      .when(sign({ amount: usd(1) }))
      .thenRefused('OPPORTUNITY_CURRENCY_NOT_OF_PIPELINE');
  });
});
