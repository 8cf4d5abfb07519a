import { factsOf, refused } from '../../kernel/index.js';
import { plain } from '../values.js';
import type { AddProductInUse, RemoveProductInUse } from './account-facts.commands.js';
import { accountEvents, type ProductInUse } from './account.events.js';
import type { Account } from './state.js';

const fact = factsOf(accountEvents);

const most = 500;

export function productAdded({ accountId: _, ...asked }: AddProductInUse, { products }: Pick<Account, 'products'>) {
  const before = products.find(samePlace(asked));
  // Without a day it says nothing about when its use began.
  if (before && (asked.since === undefined || asked.since === before.since)) return [];
  if (!before && products.length === most) {
    throw refused('TOO_MANY_PRODUCTS', `There can be ${most} products in use at most.`);
  }
  return [fact('ProductInUseAdded', plain(asked))];
}

export const productRemoved = (
  { accountId: _, ...asked }: RemoveProductInUse,
  { products }: Pick<Account, 'products'>,
) => (products.some(samePlace(asked)) ? [fact('ProductInUseRemoved', plain(asked))] : []);

type Place = Pick<ProductInUse, 'product' | 'supplier'>;

/** The same product of two suppliers is in use twice. */
const samePlace =
  ({ product, supplier }: Place) =>
  (known: Place): boolean =>
    known.product === product && known.supplier === supplier;

export const otherThan =
  (place: Place) =>
  (known: Place): boolean =>
    !samePlace(place)(known);
