import { type DataOf, factsOf, type Given, notFound, refused } from '../../kernel/index.js';
import { accepts, answered, contractToSign, declines, quoteToSend, sent, signed } from '../quote/quotes.js';
import type { AcceptLeadQuote, DeclineLeadQuote, SendLeadQuote, SignLeadContract } from './formal-contact.commands.js';
import { type PersonEvents, personEvents } from './person.events.js';
import type { PersonState } from './state.js';

const fact = factsOf(personEvents);

type Data<T extends keyof PersonEvents> = DataOf<PersonEvents[T]>;

/** Quotes and contracts can also be recorded on a lead (domain.md §3), and on a contact before an opportunity is open. */
export const formalContactDecisions = {
  SendLeadQuote: (asked: SendLeadQuote, state: PersonState, { occurredAt }: Given) => {
    const quote = quoteToSend(soldTo(state).formalContact, asked, undefined, occurredAt);
    return quote ? [fact('LeadQuoteSent', quote)] : [];
  },

  AcceptLeadQuote: ({ quoteId }: AcceptLeadQuote, state: PersonState, { occurredAt }: Given) =>
    accepts(soldTo(state).formalContact, quoteId, occurredAt) ? [fact('LeadQuoteAccepted', { quoteId })] : [],

  /** Also of a lead that was set aside: that may be the answer to it. */
  DeclineLeadQuote: ({ quoteId, reason }: DeclineLeadQuote, state: PersonState) =>
    declines(interested(state).formalContact, quoteId, reason) ? [fact('LeadQuoteDeclined', { quoteId, reason })] : [],

  SignLeadContract: (asked: SignLeadContract, state: PersonState) => {
    const contract = contractToSign(soldTo(state).formalContact, asked, undefined);
    return contract ? [fact('LeadContractSigned', contract)] : [];
  },
};

export const formalContactFolds = {
  LeadQuoteSent: (state: PersonState, quote: Data<'LeadQuoteSent'>): PersonState => ({
    ...state,
    formalContact: sent(state.formalContact, quote),
  }),
  LeadQuoteAccepted: (state: PersonState, { quoteId }: Data<'LeadQuoteAccepted'>): PersonState => ({
    ...state,
    formalContact: answered(state.formalContact, quoteId, 'accepted'),
  }),
  LeadQuoteDeclined: (state: PersonState, { quoteId, reason }: Data<'LeadQuoteDeclined'>): PersonState => ({
    ...state,
    formalContact: answered(state.formalContact, quoteId, 'declined', reason),
  }),
  LeadContractSigned: (state: PersonState, contract: Data<'LeadContractSigned'>): PersonState => ({
    ...state,
    formalContact: signed(state.formalContact, contract),
  }),
};

/** Whether the person was sent a quote, whatever became of it. */
export const wasSentQuote = ({ formalContact }: PersonState): boolean => formalContact.quotes.size > 0;

/** Whether there was a formal contact: at least one quote sent or contract signed (S1). */
export const hadFormalContact = (state: PersonState): boolean =>
  wasSentQuote(state) || state.formalContact.contracts.size > 0;

/** A lead, set aside or not, or a contact. */
function interested(state: PersonState): PersonState {
  if (state.kind === 'unknown') throw notFound('PERSON_NOT_FOUND', 'There is no such person.');
  if (state.kind === 'lead' || state.kind === 'contact') return state;
  throw refused('PERSON_NOT_A_LEAD', 'This person has shown no interest, or is no customer.');
}

/** A lead that is not set aside, or a contact. */
function soldTo(state: PersonState): PersonState {
  const known = interested(state);
  if (known.kind === 'lead' && known.disqualified !== undefined) {
    throw refused('LEAD_DISQUALIFIED', 'The lead is disqualified; recycle it first.');
  }
  return known;
}
