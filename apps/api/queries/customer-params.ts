import { OneOf, Optional, Text } from '../../../libs/domain/fields.js';
import { AsOfParams } from './asking.js';

const kinds = ['account', 'person'] as const;

/** Which accounts, or customers, by who they are. */
export class PlacedParams extends AsOfParams {
  @Optional()
  @Text(100)
  owner?: string;

  @Optional()
  @Text(100)
  country?: string;

  @Optional()
  @Text(100)
  industry?: string;
}

/** Which customers by who they are. */
export class WhichCustomersParams extends PlacedParams {
  @Optional()
  @OneOf(kinds)
  kind?: (typeof kinds)[number];
}

/** Which way a list goes. */
export const orders = ['asc', 'desc'] as const;
export type Order = (typeof orders)[number];
