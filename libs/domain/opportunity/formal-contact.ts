import { factsOf, type Given, refused } from '../../kernel/index.js';
import { inCurrency } from '../pipeline/pipeline.js';
import { accepts, answered, contractToSign, declines, quoteToSend, sent, signed } from '../quote/quotes.js';
import type { AcceptQuote, DeclineQuote, SendQuote, SignContract } from './formal-contact.commands.js';
import { opportunityEvents } from './opportunity.events.js';
import { changed, found, open, type OpportunityData, type OpportunityState } from './state.js';

const fact = factsOf(opportunityEvents);

/** Quotes and contracts on an opportunity (domain.md §3). */
export const formalContactDecisions = {
  SendQuote: (asked: SendQuote, state: OpportunityState, { occurredAt }: Given) => {
    const { amount, lines, formalContact } = open(state);
    const atStake = { amount, lines: lines.length > 0 ? lines : undefined };
    const quote = quoteToSend(formalContact, asked, atStake, occurredAt);
    return quote ? [fact('QuoteSent', { ...quote, amount: inCurrency(amount, quote.amount) })] : [];
  },

  AcceptQuote: ({ quoteId }: AcceptQuote, state: OpportunityState, { occurredAt }: Given) =>
    accepts(open(state).formalContact, quoteId, occurredAt) ? [fact('QuoteAccepted', { quoteId })] : [],

  DeclineQuote: ({ quoteId, reason }: DeclineQuote, state: OpportunityState) =>
    declines(open(state).formalContact, quoteId, reason) ? [fact('QuoteDeclined', { quoteId, reason })] : [],

  SignContract: (asked: SignContract, state: OpportunityState) => {
    const { status, amount, formalContact } = found(state);
    if (status === 'lost') throw refused('OPPORTUNITY_LOST', 'The opportunity is lost; reopen it first.');
    if (status === 'withdrawn') open(state);
    const contract = contractToSign(formalContact, asked, amount);
    return contract ? [fact('ContractSigned', { ...contract, amount: inCurrency(amount, contract.amount) })] : [];
  },
};

export const formalContactFolds = {
  QuoteSent: (state: OpportunityState, quote: OpportunityData<'QuoteSent'>) =>
    changed(state, { formalContact: sent(found(state).formalContact, quote) }),
  QuoteAccepted: (state: OpportunityState, { quoteId }: OpportunityData<'QuoteAccepted'>) =>
    changed(state, { formalContact: answered(found(state).formalContact, quoteId, 'accepted') }),
  QuoteDeclined: (state: OpportunityState, { quoteId, reason }: OpportunityData<'QuoteDeclined'>) =>
    changed(state, { formalContact: answered(found(state).formalContact, quoteId, 'declined', reason) }),
  ContractSigned: (state: OpportunityState, contract: OpportunityData<'ContractSigned'>) =>
    changed(state, { formalContact: signed(found(state).formalContact, contract) }),
};
