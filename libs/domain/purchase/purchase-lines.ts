import { invalid, type Money, refused } from '../../kernel/index.js';
import { linesOf, sumOf } from '../quote/lines.js';
import { plain } from '../values.js';
import type { PurchaseLineField } from './purchase.commands.js';
import type { PurchaseLine } from './purchase.events.js';

/** What is bought, line by line, and what it adds up to. */
export interface Priced {
  readonly lines: readonly PurchaseLine[];
  readonly amount: Money;
}

/**
 * The lines as they are recorded, each with its amount. They add up to the amount to the cent.
 *
 * @throws Refusal `LINES_NOT_AMOUNT`, `LINES_OF_DIFFERENT_CURRENCIES`, `DISCOUNT_ABOVE_PRICE`, `AMOUNT_TOO_LARGE`
 */
export function pricedLines(asked: readonly PurchaseLineField[], amount: Money): Priced {
  const lines = linesOf(asked).map((line, place) => discounted(line, asked[place]?.discount, place));
  const sum = sumOf(lines);
  if (sum?.currency !== amount.currency) throw currencies();
  if (sum.amount !== amount.amount) {
    const errors = [{ path: 'amount.amount', message: `The lines add up to ${sum.amount}.` }];
    throw invalid('LINES_NOT_AMOUNT', 'The lines must add up to the amount.', errors);
  }
  return plain({ lines, amount });
}

function discounted(line: PurchaseLine, discount: Money | undefined, place: number): PurchaseLine {
  if (!discount) return line;
  if (discount.currency !== line.amount.currency) throw currencies();
  const amount = { amount: line.amount.amount - discount.amount, currency: discount.currency };
  if (amount.amount < 0) {
    const errors = [{ path: `lines[${place}].discount.amount`, message: `The line costs ${line.amount.amount}.` }];
    throw invalid('DISCOUNT_ABOVE_PRICE', 'No more can be taken off a line than it costs.', errors);
  }
  return { ...line, discount, amount };
}

const currencies = () =>
  refused('LINES_OF_DIFFERENT_CURRENCIES', 'Lines, discounts and the amount have to be in one currency.');
