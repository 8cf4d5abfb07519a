import { Matches } from 'class-validator';
import { IsMoney, type MoneyField, Optional, Text } from '../fields.js';

/** A positive decimal of at most 9 digits and 6 places, as text, so that nothing is lost: `40`, `2.5`. */
export const Quantity = (): PropertyDecorator =>
  Matches(/^(?=.*[1-9])\d{1,9}(\.\d{1,6})?$/, {
    message: '$property must be a positive decimal as text, of at most 9 digits and 6 places, for instance "2.5".',
  });

/** What is to be sold. */
export class LineField {
  @Text(200)
  readonly product!: string;

  /** Id of the product where it is kept. */
  @Optional()
  @Text(100)
  readonly productId?: string;

  @Quantity()
  readonly quantity!: string;

  @IsMoney()
  readonly unitPrice!: MoneyField;
}
