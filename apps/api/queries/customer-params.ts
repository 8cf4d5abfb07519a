import { OneOf, Optional, Text } from '../../../libs/domain/fields.js';
import { AsOfParams } from './asking.js';
import { Says } from '../http/params.js';

const kinds = ['account', 'person'] as const;

/** Which accounts, or customers, by who they are. */
export class PlacedParams extends AsOfParams {
  @Says('Only what this salesperson owns.')
  @Optional()
  @Text(100)
  owner?: string;

  @Says('Only in this country.')
  @Optional()
  @Text(100)
  country?: string;

  @Says('Only of this industry.')
  @Optional()
  @Text(100)
  industry?: string;
}

/** Which customers by who they are. */
export class WhichCustomersParams extends PlacedParams {
  @Says('Only of this kind.')
  @Optional()
  @OneOf(kinds)
  kind?: (typeof kinds)[number];
}

/** Which way a list goes. */
export const orders = ['asc', 'desc'] as const;
export type Order = (typeof orders)[number];
