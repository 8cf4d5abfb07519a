import { add, invalid, type Money, Refusal, refused } from '../../kernel/index.js';
import type { Line } from '../opportunity/opportunity.events.js';
import { plain } from '../values.js';
import type { LineField } from './lines.commands.js';

/** A decimal without needless zeros, so that the same quantity is always the same text. */
const withoutZeros = (decimal: string): string => {
  const [whole = '', fraction = ''] = decimal.split('.');
  const places = fraction.replace(/0+$/, '');
  return `${whole.replace(/^0+(?=\d)/, '')}${places === '' ? '' : `.${places}`}`;
};

/** `quantity × price`, rounded half up to the minor unit. Exact: no float is involved. @throws Refusal `AMOUNT_TOO_LARGE` */
export function priced(quantity: string, { amount, currency }: Money): Money {
  const [whole = '', fraction = ''] = quantity.split('.');
  const scale = 10n ** BigInt(fraction.length);
  const product = BigInt(`${whole}${fraction}`) * BigInt(amount);
  // Adding nothing checks that it fits.
  return add({ amount: Number((product * 2n + scale) / (scale * 2n)), currency }, { amount: 0, currency });
}

/** The lines as they are recorded, each with its amount. @throws Refusal `AMOUNT_TOO_LARGE` */
export const linesOf = (asked: readonly LineField[]): readonly Line[] =>
  asked.map(({ product, productId, quantity, unitPrice }, place) =>
    plain({
      product,
      productId,
      quantity: withoutZeros(quantity),
      unitPrice,
      amount: fitting(`lines[${place}].unitPrice.amount`, () => priced(quantity, unitPrice)),
    }),
  );

/** An amount, or the refusal that it is too large with the field that makes it so. */
function fitting<T>(path: string, amount: () => T): T {
  try {
    return amount();
  } catch (problem) {
    if (!(problem instanceof Refusal) || problem.kind !== 'invalid') throw problem;
    throw invalid(problem.code, problem.message, [{ path, message: problem.message }]);
  }
}

/** The exact sum of lines; `undefined` where there are none. @throws Refusal `LINES_OF_DIFFERENT_CURRENCIES` */
export function sumOf(lines: readonly Line[]): Money | undefined {
  const [first, ...others] = lines.map(({ amount }) => amount);
  if (others.some(({ currency }) => currency !== first?.currency)) {
    throw refused('LINES_OF_DIFFERENT_CURRENCIES', 'Lines are added up, so all of them are in one currency.');
  }
  return first && fitting('lines', () => others.reduce(add, first));
}
