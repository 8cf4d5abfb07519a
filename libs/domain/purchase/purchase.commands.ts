import { Command } from '../../kernel/index.js';
import { Day, Id, IsMoney, type MoneyField, OneOf, Optional, OptionalId, PartOf, PartsOf, Text } from '../fields.js';
import { LineField } from '../quote/lines.commands.js';
import { type CorrectionKind, correctionKinds, type PurchaseKind, purchaseKinds } from './purchase.events.js';
import { purchaseIdOf } from './purchase.rules.js';

const source = { system: 'erp-north', reference: 'SO-2026-00417' };
const purchase = purchaseIdOf(source);
const account = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const opportunity = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';

const amountRefusals = {
  LINES_NOT_AMOUNT: 'The lines do not add up to the amount.',
  LINES_OF_DIFFERENT_CURRENCIES: 'Lines, discounts and amount are not all in one currency.',
  DISCOUNT_ABOVE_PRICE: 'More is taken off a line than it costs.',
  AMOUNT_TOO_LARGE: 'An amount does not fit in exact minor units.',
};

/** The system that a purchase comes from, and its number there. */
export class PurchaseSourceField {
  @Text(100)
  readonly system!: string;

  @Text(200)
  readonly reference!: string;
}

export class PurchaseLineField extends LineField {
  /** What is taken off quantity × unit price. */
  @Optional()
  @IsMoney()
  readonly discount?: MoneyField;
}

@Command({
  says: 'Records an order or an invoice from the ERP; what identifies it is the system and its number there.',
  by: ['sales-manager'],
  opens: true,
  refuses: {
    ...amountRefusals,
    PURCHASE_EXISTS: 'The same number of the same system was recorded with other content.',
    PURCHASE_ID_NOT_OF_SOURCE: 'The id is not the one that follows from the source.',
    PURCHASE_CUSTOMER_UNCLEAR: 'It names neither an account nor a person, or both.',
    PURCHASE_IN_FUTURE: 'Its day lies after the day on which it happened.',
    ORDER_NOT_FOUND: 'The order that it bills was not recorded.',
    ORDER_NOT_ITS_OWN: 'Only an invoice bills an order, and one of the same customer and currency.',
    OPPORTUNITY_OF_OTHER_ACCOUNT: 'The opportunity belongs to another account.',
  },
  example: {
    accountId: account,
    source,
    kind: 'order',
    date: '2026-03-02',
    lines: [
      { product: 'Turbine care', quantity: '40', unitPrice: { amount: 110_000, currency: 'EUR' } },
      {
        product: 'Blade inspection',
        quantity: '12.5',
        unitPrice: { amount: 9_600, currency: 'EUR' },
        discount: { amount: 20_000, currency: 'EUR' },
      },
    ],
    amount: { amount: 4_500_000, currency: 'EUR' },
  },
})
export class RecordPurchase {
  /** Follows from the source; may be left out. */
  @OptionalId()
  readonly purchaseId?: string;

  @OptionalId('account')
  readonly accountId?: string;

  /** A person without an account can be a customer, too. */
  @OptionalId('person')
  readonly personId?: string;

  @PartOf(PurchaseSourceField)
  readonly source!: PurchaseSourceField;

  @OneOf(purchaseKinds)
  readonly kind!: PurchaseKind;

  /** The day that the order or invoice bears; left out: the day on which it happened, in UTC. */
  @Optional()
  @Day()
  readonly date?: string;

  @PartsOf(PurchaseLineField, 1, 1_000)
  readonly lines!: readonly PurchaseLineField[];

  /** The exact sum of the lines, without tax. */
  @IsMoney()
  readonly amount!: MoneyField;

  /** Of an invoice: number, in the same system, of the order that it bills; the two count once. */
  @Optional()
  @Text(200)
  readonly order?: string;

  /** The won opportunity that it came from; the two count once. */
  @OptionalId('opportunity')
  readonly opportunityId?: string;
}

@Command({
  says: 'States what a purchase is worth after a correction, a return or a credit note: all lines that are left.',
  by: ['sales-manager'],
  refuses: {
    ...amountRefusals,
    PURCHASE_CANCELLED: 'It was cancelled.',
    PURCHASE_CURRENCY_CHANGED: 'It was recorded in another currency.',
  },
  example: {
    purchaseId: purchase,
    kind: 'return',
    lines: [{ product: 'Turbine care', quantity: '38', unitPrice: { amount: 110_000, currency: 'EUR' } }],
    amount: { amount: 4_180_000, currency: 'EUR' },
    reason: 'Two turbines were sold',
    reference: 'CN-2026-00031',
  },
  after: ['RecordPurchase'],
})
export class CorrectPurchase {
  @Id()
  readonly purchaseId!: string;

  @OneOf(correctionKinds)
  readonly kind!: CorrectionKind;

  @PartsOf(PurchaseLineField, 1, 1_000)
  readonly lines!: readonly PurchaseLineField[];

  /** The exact sum of the lines, without tax. */
  @IsMoney()
  readonly amount!: MoneyField;

  @Text(500)
  readonly reason!: string;

  /** Number of the credit note or correction in the system that the purchase came from. */
  @Optional()
  @Text(200)
  readonly reference?: string;
}

@Command({
  says: 'Takes a whole purchase back, with the reason; that it was recorded stays known.',
  by: ['sales-manager'],
  example: { purchaseId: purchase, reason: 'Everything was sent back' },
  after: ['RecordPurchase'],
})
export class CancelPurchase {
  @Id()
  readonly purchaseId!: string;

  @Text(500)
  readonly reason!: string;
}

@Command({
  says: 'Names the won opportunity that a purchase came from, so that the two count once.',
  by: ['sales', 'sales-manager'],
  refuses: { OPPORTUNITY_OF_OTHER_ACCOUNT: 'The opportunity belongs to another account.' },
  example: { purchaseId: purchase, opportunityId: opportunity },
  after: ['RecordPurchase'],
})
export class AssignPurchaseOpportunity {
  @Id()
  readonly purchaseId!: string;

  @Id('opportunity')
  readonly opportunityId!: string;
}
