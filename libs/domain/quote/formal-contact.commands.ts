import { Day, IsMoney, type MoneyField, Optional, PartsOf, Text } from '../fields.js';
import { LineField } from './lines.commands.js';

/** Which quote; its number is unique for the opportunity or the person. */
export class WhichQuote {
  /** The quote's number, unique for the opportunity or the person. */
  @Text(100)
  readonly quoteId!: string;
}

/** What a quote says. */
export class QuoteFields extends WhichQuote {
  /** The sum of the lines when left out; of an opportunity with neither, what is at stake. */
  @Optional()
  @IsMoney()
  readonly amount?: MoneyField;

  /** Of an opportunity, its own when neither lines nor an amount are given. */
  @Optional()
  @PartsOf(LineField, 1, 200)
  readonly lines?: readonly LineField[];

  /** The last day on which it can be accepted. */
  @Optional()
  @Day()
  readonly validUntil?: string;
}

/** Why a quote was declined. */
export class DeclinedFields extends WhichQuote {
  @Text(500)
  readonly reason!: string;
}

/** What a contract says. */
export class ContractFields {
  /** The contract's number, unique for the opportunity or the person. */
  @Text(100)
  readonly contractId!: string;

  /** The quote that it rests on. */
  @Optional()
  @Text(100)
  readonly quoteId?: string;

  /** The quote's when left out; of an opportunity without a quote, what is at stake. */
  @Optional()
  @IsMoney()
  readonly amount?: MoneyField;
}
