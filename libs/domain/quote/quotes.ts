import { conflict, type Instant, invalid, type LocalDate, type Money, notFound, refused } from '../../kernel/index.js';
import type { SentQuote, SignedContract } from '../opportunity/opportunity.events.js';
import { plain, same } from '../values.js';
import type { LineField } from './lines.commands.js';
import { linesOf, sumOf } from './lines.js';

/*
 * Quotes and contracts: on an opportunity, and on a lead (domain.md §3). What is decided is the same; each records it in
 * events of its own.
 */

export type QuoteStatus = 'sent' | 'accepted' | 'declined';

export interface Quote {
  readonly sent: SentQuote;
  readonly status: QuoteStatus;
  /** Why it was declined. */
  readonly reason?: string;
}

/** What was formally exchanged with the customer. */
export interface FormalContact {
  readonly quotes: ReadonlyMap<string, Quote>;
  readonly contracts: ReadonlyMap<string, SignedContract>;
}

export const noFormalContact: FormalContact = { quotes: new Map(), contracts: new Map() };

export const sent = (known: FormalContact, quote: SentQuote): FormalContact => ({
  ...known,
  quotes: new Map(known.quotes).set(quote.quoteId, { sent: quote, status: 'sent' }),
});

export const answered = (
  known: FormalContact,
  quoteId: string,
  status: QuoteStatus,
  reason?: string,
): FormalContact => {
  const quote = known.quotes.get(quoteId);
  if (!quote) return known;
  return { ...known, quotes: new Map(known.quotes).set(quoteId, plain({ sent: quote.sent, status, reason })) };
};

export const signed = (known: FormalContact, contract: SignedContract): FormalContact => ({
  ...known,
  contracts: new Map(known.contracts).set(contract.contractId, contract),
});

export interface AskedQuote {
  readonly quoteId: string;
  readonly amount?: Money;
  readonly lines?: readonly LineField[];
  readonly validUntil?: LocalDate;
}

/** What sending a quote is turned down for. */
export const quoteNotSent = {
  QUOTE_EXISTS: 'There is a quote with this number and other details.',
  QUOTE_EXPIRED: 'The last day on which it can be accepted is over.',
  QUOTE_AMOUNT_NOT_OF_LINES: 'The amount is not the sum of the lines.',
  LINES_OF_DIFFERENT_CURRENCIES: 'The lines are in more than one currency.',
  AMOUNT_TOO_LARGE: 'A line or the sum does not fit in exact minor units.',
} as const;

/**
 * The quote to record; `undefined`: it was sent already.
 *
 * @param otherwise what is quoted where neither an amount nor lines are given
 */
export function quoteToSend(
  known: FormalContact,
  { quoteId, amount, lines: asked, validUntil }: AskedQuote,
  otherwise: Pick<SentQuote, 'amount' | 'lines'> | undefined,
  at: Instant,
): SentQuote | undefined {
  const before = known.quotes.get(quoteId)?.sent;
  const lines = asked && linesOf(asked);
  const sum = lines && sumOf(lines);
  if (sum && amount && !same(sum, amount)) {
    throw invalid('QUOTE_AMOUNT_NOT_OF_LINES', 'The amount of a quote is the sum of its lines.', [
      { path: 'amount', message: `amount must be ${sum.amount}, or be left out.` },
    ]);
  }
  const priced = (amount ?? sum) ? { amount: amount ?? sum, lines } : (before ?? otherwise);
  if (priced?.amount === undefined) {
    throw invalid('QUOTE_WITHOUT_AMOUNT', 'A quote names a price.', [
      { path: 'amount', message: 'amount or lines must be given.' },
    ]);
  }
  const quote = plain({ quoteId, amount: { ...priced.amount }, lines: priced.lines, validUntil });
  if (before) {
    if (same(quote, before)) return undefined;
    throw conflict('QUOTE_EXISTS', 'A quote with this number was sent, with other details.');
  }
  if (validUntil !== undefined) checkValid(validUntil, at);
  return quote;
}

/** What accepting a quote is turned down for. */
export const quoteNotAccepted = {
  QUOTE_NOT_FOUND: 'No quote with this number was sent.',
  QUOTE_DECLINED: 'The quote was declined; send another one.',
  QUOTE_EXPIRED: 'The last day on which it can be accepted is over; send another one.',
} as const;

/** Whether it is to be recorded that a quote was accepted; `false`: it was so already. */
export function accepts({ quotes }: FormalContact, quoteId: string, at: Instant): boolean {
  const { status, sent: quote } = found(quotes, quoteId);
  if (status === 'accepted') return false;
  if (status === 'declined') throw declined();
  if (quote.validUntil !== undefined) checkValid(quote.validUntil, at);
  return true;
}

/** What declining a quote is turned down for. */
export const quoteNotDeclined = {
  QUOTE_NOT_FOUND: 'No quote with this number was sent.',
  QUOTE_ACCEPTED: 'The quote was accepted.',
  QUOTE_DECLINED: 'The quote was declined for another reason.',
} as const;

/** Whether it is to be recorded that a quote was declined; `false`: it was so already. */
export function declines({ quotes }: FormalContact, quoteId: string, reason: string): boolean {
  const quote = found(quotes, quoteId);
  if (quote.status === 'accepted') throw refused('QUOTE_ACCEPTED', 'The quote was accepted.');
  if (quote.status === 'sent') return true;
  if (quote.reason === reason) return false;
  throw declined();
}

/** What signing a contract is turned down for. */
export const contractNotSigned = {
  CONTRACT_EXISTS: 'There is a contract with this number and other details.',
  QUOTE_NOT_FOUND: 'No quote with this number was sent.',
  QUOTE_DECLINED: 'The quote that it rests on was declined.',
} as const;

export interface AskedContract {
  readonly contractId: string;
  readonly quoteId?: string;
  readonly amount?: Money;
}

/**
 * The contract to record; `undefined`: it was signed already.
 *
 * @param otherwise the amount of a contract that names neither an amount nor a quote
 */
export function contractToSign(
  { quotes, contracts }: FormalContact,
  { contractId, quoteId, amount: asked }: AskedContract,
  otherwise: Money | undefined,
): SignedContract | undefined {
  const before = contracts.get(contractId);
  const quote = quoteId === undefined ? undefined : found(quotes, quoteId);
  const amount = asked ?? quote?.sent.amount ?? before?.amount ?? otherwise;
  if (amount === undefined) {
    throw invalid('CONTRACT_WITHOUT_AMOUNT', 'A contract is worth something.', [
      { path: 'amount', message: 'amount or quoteId must be given.' },
    ]);
  }
  const contract = plain({ contractId, amount: { ...amount }, quoteId });
  if (before) {
    if (same(contract, before)) return undefined;
    throw conflict('CONTRACT_EXISTS', 'A contract with this number was signed, with other details.');
  }
  if (quote?.status === 'declined') throw declined();
  return contract;
}

function found(quotes: ReadonlyMap<string, Quote>, quoteId: string): Quote {
  const quote = quotes.get(quoteId);
  if (!quote) throw notFound('QUOTE_NOT_FOUND', 'No quote with this number was sent.');
  return quote;
}

const declined = () => refused('QUOTE_DECLINED', 'The quote was declined; send another one.');

/** A day is over once it is over everywhere: the customer's time zone is not known. */
function checkValid(validUntil: LocalDate, at: Instant): void {
  if (Date.parse(at) > Date.parse(`${validUntil}T23:59:59.999-12:00`)) {
    throw refused('QUOTE_EXPIRED', `The quote could be accepted until ${validUntil}.`);
  }
}
