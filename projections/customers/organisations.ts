import type { AccountEvents, AccountRole, Attribute, ProductInUse } from '../../libs/domain/account/account.events.js';
import type { Instant, Money } from '../../libs/kernel/index.js';
import {
  instant,
  integer,
  json,
  money,
  optional,
  text,
  texts,
  versions,
  type StoredRow,
} from '../../libs/read-model/index.js';

/** The latest rating of a scheme. */
export interface RatingMade {
  readonly schemeId: string;
  readonly schemeVersion: number;
  readonly rating: number;
  readonly maximum: number;
  /** Of the cut-off. */
  readonly verdict: 'above' | 'below';
  /** Of `rating.cut-off`. */
  readonly policyVersion: number;
  readonly at: Instant;
  /** Of its event; a decimal string. */
  readonly position: string;
}

/** The latest estimate of how much of its spending an account spends with us. */
export interface ShareEstimated {
  readonly perCent: number;
  readonly source: string;
  readonly at: Instant;
  /** Of its event; a decimal string. */
  readonly position: string;
}

const samePlace = (a: Pick<ProductInUse, 'product' | 'supplier'>, b: typeof a): boolean =>
  a.product === b.product && a.supplier === b.supplier;

const unchanged = () => ({});

/** Every version of every account. Each event of an account makes one: a withdrawn one is told by its last event. */
export const accounts = versions<AccountEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the account.'),
    name: text('Name of the organisation.'),
    industry: optional(text('Industry.')),
    country: optional(text('Country.')),
    region: optional(text('Region.')),
    city: optional(text('City.')),
    employees: optional(integer('Number of employees.')),
    annual_revenue: optional(money('Annual revenue in minor units of its currency.')),
    annual_revenue_currency: optional(text('ISO 4217 currency of the annual revenue.')),
    founded: optional(integer('Year of foundation.')),
    owner: optional(text('Salesperson who owns it.')),
    parent_id: optional(text('Account that it belongs to.')),
    roles: texts('What it is to us: customer, supplier, partner.'),
    products: json<readonly ProductInUse[]>('Products that it works with: product, supplier, since.'),
    attributes: json<readonly Attribute[]>('Custom attributes: name, type, value.'),
    ratings: json<readonly RatingMade[]>('The latest rating of each scheme.'),
    share: optional(json<ShareEstimated>('The latest estimate of its share of wallet, in per cent.')),
    up: optional(text('Account that it continues as, merged.')),
    opened_at: instant('When it was opened.'),
    opened_position: text('Position of that event.'),
  },
  opens: {
    AccountOpened: ({ data, occurredAt, position }) => ({
      name: data.name,
      industry: data.industry,
      ...located(data.location),
      employees: data.employees,
      ...revenueOf(data.annualRevenue),
      founded: data.founded,
      owner: data.owner,
      parent_id: data.parentId,
      roles: data.roles,
      products: [],
      attributes: [],
      ratings: [],
      opened_at: occurredAt,
      opened_position: String(position),
    }),
  },
  changes: {
    AccountDetailsChanged: ({ data: { cleared, ...data } }, row) => ({
      name: data.name ?? row.name,
      industry: cleared.includes('industry') ? null : (data.industry ?? row.industry),
      ...(data.location || cleared.includes('location') ? located(data.location) : {}),
      employees: cleared.includes('employees') ? null : (data.employees ?? row.employees),
      ...(data.annualRevenue || cleared.includes('annualRevenue') ? revenueOf(data.annualRevenue) : {}),
      founded: cleared.includes('founded') ? null : (data.founded ?? row.founded),
    }),
    AccountTransferred: ({ data }) => ({ owner: data.to }),
    AccountParentAssigned: ({ data }) => ({ parent_id: data.parentId }),
    AccountParentRemoved: () => ({ parent_id: null }),
    AccountRolesAssigned: ({ data }) => ({ roles: data.roles }),
    ProductInUseAdded: ({ data }, { products }) => ({
      products: [...products.filter((known) => !samePlace(known, data)), data],
    }),
    ProductInUseRemoved: ({ data }, { products }) => ({
      products: products.filter((known) => !samePlace(known, data)),
    }),
    AccountAttributesSet: ({ data }, { attributes }) => ({
      attributes: [
        ...attributes.filter((known) => !data.attributes.some(({ name }) => name === known.name)),
        ...data.attributes,
      ],
    }),
    AccountAttributesRemoved: ({ data }, { attributes }) => ({
      attributes: attributes.filter(({ name }) => !data.names.includes(name)),
    }),
    AccountRated: ({ data, occurredAt, position }, { ratings }) => {
      const { schemeId, schemeVersion, rating, maximum, verdict, policy } = data;
      const cited = { policyVersion: policy.version, at: occurredAt, position: String(position) };
      const made: RatingMade = { schemeId, schemeVersion, rating, maximum, verdict, ...cited };
      return { ratings: [...ratings.filter((known) => known.schemeId !== schemeId), made] };
    },
    ShareOfWalletEstimated: ({ data, occurredAt, position }) => ({
      share: { ...data, at: occurredAt, position: String(position) },
    }),
    AccountMergedInto: ({ data }) => ({ up: data.survivorId }),
    AccountSeparated: () => ({ up: null }),
    AccountOpeningReverted: unchanged,
    AccountUseNoted: unchanged,
    AccountsMerged: unchanged,
    AccountMergeDeclined: unchanged,
    AccountMergeConfirmed: unchanged,
    AccountMergeDropped: unchanged,
    AccountsUnmerged: unchanged,
  },
  indexes: [
    { on: ['up'] },
    { on: ['owner', 'id'] },
    { on: ['name', 'id'], current: true },
    { on: ['name', 'id'] },
    { on: ['parent_id'] },
    { on: ['opened_at', 'id'] },
    // With what tells that a version had not begun, so that lists by id pass by those who came later without a look at them.
    { on: ['id', 'valid_from', 'recorded_from'] },
  ],
});

function located(location?: AccountEvents['AccountOpened']['open']['location']) {
  return { country: location?.country ?? null, region: location?.region ?? null, city: location?.city ?? null };
}

function revenueOf(revenue?: Money) {
  return { annual_revenue: revenue?.amount ?? null, annual_revenue_currency: revenue?.currency ?? null };
}

export type AccountRow = StoredRow<typeof accounts>;
export type Roles = readonly AccountRole[];
