/** Whose something is in sales: a salesperson's, a team's and so its manager's, or that of all of sales together. */
export type Owner = { readonly salesperson: string } | { readonly teamId: string } | { readonly allOfSales: true };

/** Each of these salespeople; `undefined`: nobody owns that part of it, and it is there to be taken. */
export const ofSalespeople = (...names: readonly (string | undefined)[]): readonly Owner[] =>
  names.flatMap((salesperson) => (salesperson === undefined ? [] : [{ salesperson }]));
