import { defaultPipeline } from '../../../libs/domain/pipeline/pipeline.js';

/** So many whole units of a currency that has cents. */
export const money = (worth: number, currency: string = defaultPipeline.currency) => ({
  amount: worth * 100,
  currency,
});

/** What is sold: so many of a product at a price each, in whole units. */
export interface SoldLine {
  readonly product: string;
  readonly quantity: number;
  readonly price: number;
}

export const worthOf = (lines: readonly SoldLine[]): number =>
  lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);

/** Lines as commands take them. */
export const asLines = (lines: readonly SoldLine[], currency?: string) =>
  lines.map(({ product, quantity, price }) => ({
    product,
    quantity: String(quantity),
    unitPrice: money(price, currency),
  }));
