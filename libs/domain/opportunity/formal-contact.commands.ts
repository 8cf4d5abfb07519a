import { Command } from '../../kernel/index.js';
import { Id } from '../fields.js';
import { ContractFields, DeclinedFields, QuoteFields, WhichQuote } from '../quote/formal-contact.commands.js';
import { contractNotSigned, quoteNotAccepted, quoteNotDeclined, quoteNotSent } from '../quote/quotes.js';
import { opportunityClosed, otherCurrency } from './opportunity.commands.js';

const opportunity = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';

@Command({
  says: 'Sends the customer an offer with a price: what is at stake, or other lines or another amount.',
  by: ['sales', 'sales-manager'],
  refuses: { ...opportunityClosed, ...otherCurrency, ...quoteNotSent },
  example: {
    opportunityId: opportunity,
    quoteId: 'Q-2026-0117',
    lines: [{ product: 'Turbine care', quantity: '40', unitPrice: { amount: 115_000, currency: 'EUR' } }],
    validUntil: '2026-06-30',
  },
})
export class SendQuote extends QuoteFields {
  @Id()
  readonly opportunityId!: string;
}

@Command({
  says: 'The customer accepted a quote. What is at stake stays as it is.',
  by: ['sales', 'sales-manager'],
  refuses: { ...opportunityClosed, ...quoteNotAccepted },
  example: { opportunityId: opportunity, quoteId: 'Q-2026-0117' },
  after: ['SendQuote'],
})
export class AcceptQuote extends WhichQuote {
  @Id()
  readonly opportunityId!: string;
}

@Command({
  says: 'The customer declined a quote, with the reason.',
  by: ['sales', 'sales-manager'],
  refuses: { ...opportunityClosed, ...quoteNotDeclined },
  example: { opportunityId: opportunity, quoteId: 'Q-2026-0117', reason: 'Too long until delivery' },
  after: ['SendQuote'],
})
export class DeclineQuote extends DeclinedFields {
  @Id()
  readonly opportunityId!: string;
}

@Command({
  says: 'A contract was signed, before or after the opportunity was won.',
  by: ['sales', 'sales-manager'],
  refuses: {
    OPPORTUNITY_LOST: 'The opportunity is lost; reopen it first.',
    ...opportunityClosed,
    ...otherCurrency,
    ...contractNotSigned,
  },
  example: { opportunityId: opportunity, contractId: 'C-2026-0031', quoteId: 'Q-2026-0117' },
  after: ['SendQuote'],
})
export class SignContract extends ContractFields {
  @Id()
  readonly opportunityId!: string;
}
