import { Command } from '../../kernel/index.js';
import { Day, Id, IsMoney, type MoneyField, Optional, PartsOf, Text } from '../fields.js';
import { LineField } from '../quote/lines.commands.js';
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
export class SendQuote {
  @Id()
  readonly opportunityId!: string;

  /** The quote's number, unique for the opportunity. */
  @Text(100)
  readonly quoteId!: string;

  /** The sum of the lines, or what is at stake, when left out. */
  @Optional()
  @IsMoney()
  readonly amount?: MoneyField;

  /** The opportunity's own when neither lines nor an amount are given. */
  @Optional()
  @PartsOf(LineField, 1, 200)
  readonly lines?: readonly LineField[];

  /** The last day on which it can be accepted. */
  @Optional()
  @Day()
  readonly validUntil?: string;
}

@Command({
  says: 'The customer accepted a quote. What is at stake stays as it is.',
  by: ['sales', 'sales-manager'],
  refuses: { ...opportunityClosed, ...quoteNotAccepted },
  example: { opportunityId: opportunity, quoteId: 'Q-2026-0117' },
  after: ['SendQuote'],
})
export class AcceptQuote {
  @Id()
  readonly opportunityId!: string;

  @Text(100)
  readonly quoteId!: string;
}

@Command({
  says: 'The customer declined a quote, with the reason.',
  by: ['sales', 'sales-manager'],
  refuses: { ...opportunityClosed, ...quoteNotDeclined },
  example: { opportunityId: opportunity, quoteId: 'Q-2026-0117', reason: 'Too long until delivery' },
  after: ['SendQuote'],
})
export class DeclineQuote {
  @Id()
  readonly opportunityId!: string;

  @Text(100)
  readonly quoteId!: string;

  @Text(500)
  readonly reason!: string;
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
export class SignContract {
  @Id()
  readonly opportunityId!: string;

  /** The contract's number, unique for the opportunity. */
  @Text(100)
  readonly contractId!: string;

  /** The quote that it rests on. */
  @Optional()
  @Text(100)
  readonly quoteId?: string;

  /** The quote's, or the opportunity's, when left out. */
  @Optional()
  @IsMoney()
  readonly amount?: MoneyField;
}
