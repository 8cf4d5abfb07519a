import { declareEvents, type EventShape, type LocalDate, type Money } from '../../kernel/index.js';
import type { Attribute } from '../attributes.js';
import type { PolicyReference } from '../policy/policy.events.js';

export type { Attribute } from '../attributes.js';

/** What an organisation is to us (domain.md §2). */
export const accountRoles = ['customer', 'supplier', 'partner'] as const;
export type AccountRole = (typeof accountRoles)[number];

/** Details that can be unknown. */
export const clearableDetails = ['industry', 'location', 'employees', 'annualRevenue', 'founded'] as const;
export type ClearableDetail = (typeof clearableDetails)[number];

/** Where an organisation sits. */
export interface Location {
  readonly country: string;
  readonly region?: string;
  readonly city?: string;
}

/** What an organisation is like. */
export interface AccountDetails {
  readonly name: string;
  readonly industry?: string;
  readonly location?: Location;
  /** Number of employees. */
  readonly employees?: number;
  readonly annualRevenue?: Money;
  /** Year of foundation. */
  readonly founded?: number;
}

/** A product that an account works with, from us or from somebody else. */
export interface ProductInUse {
  readonly product: string;
  /** The competitor who supplied it; left out: we did. */
  readonly supplier?: string;
  readonly since?: LocalDate;
}

/** How an account does on one criterion of a rating scheme. */
export interface CriterionScore {
  readonly criterion: string;
  readonly score: number;
}

/** A rating as it was made: of one scheme version, judged by one version of the cut-off. */
export interface Rating {
  readonly schemeId: string;
  readonly schemeVersion: number;
  /** One for each criterion of the scheme, in its order. */
  readonly scores: readonly CriterionScore[];
  /** Σ weight × score (S4). */
  readonly rating: number;
  /** The highest rating that the scheme allows. */
  readonly maximum: number;
  /** At the cut-off counts as above it. */
  readonly verdict: 'above' | 'below';
  readonly policy: PolicyReference;
}

/** These names and shapes are on disk: compensate, never change. */
export interface AccountEvents {
  AccountOpened: EventShape<
    AccountDetails & {
      readonly parentId?: string;
      readonly owner?: string;
      readonly roles: readonly AccountRole[];
    }
  >;
  AccountDetailsChanged: EventShape<
    Partial<AccountDetails> & {
      /** What is not known any more. */
      readonly cleared: readonly ClearableDetail[];
    }
  >;
  AccountTransferred: EventShape<{ readonly from?: string; readonly to: string; readonly reason?: string }>;
  AccountParentAssigned: EventShape<{ readonly parentId: string; readonly before?: string }>;
  AccountParentRemoved: EventShape<{
    readonly parentId: string;
    /** `circle`: it had become its own ancestor by assignments made at the same time. */
    readonly because: 'asked' | 'circle';
  }>;
  AccountRolesAssigned: EventShape<{ readonly roles: readonly AccountRole[] }>;
  ProductInUseAdded: EventShape<ProductInUse>;
  ProductInUseRemoved: EventShape<Omit<ProductInUse, 'since'> & { readonly until?: LocalDate }>;
  AccountAttributesSet: EventShape<{ readonly attributes: readonly Attribute[] }>;
  AccountAttributesRemoved: EventShape<{ readonly names: readonly string[] }>;
  AccountRated: EventShape<Rating>;
  /** How much of what the account spends on products like ours it spends with us, in whole per cents. */
  ShareOfWalletEstimated: EventShape<{ readonly perCent: number; readonly source: string }>;
  /** It counts nowhere, until anything else is known of it. */
  AccountOpeningReverted: EventShape<{ readonly because: 'conversion-reverted' }>;
  /** Another contact or opportunity than the first ones belongs to it. */
  AccountUseNoted: EventShape;
  /** Of the survivor. */
  AccountsMerged: EventShape<{ readonly duplicateId: string }>;
  /** Of the duplicate: nothing but its separation follows. */
  AccountMergedInto: EventShape<{ readonly survivorId: string }>;
  AccountMergeDeclined: EventShape<{ readonly survivorId: string }>;
  AccountMergeConfirmed: EventShape<{ readonly duplicateId: string }>;
  AccountMergeDropped: EventShape<{ readonly duplicateId: string }>;
  AccountsUnmerged: EventShape<{ readonly duplicateId: string }>;
  AccountSeparated: EventShape<{ readonly survivorId: string }>;
}

export const accountEvents = declareEvents<AccountEvents>('account', {
  AccountOpened: { says: 'An organisation is known by its name.' },
  AccountDetailsChanged: { says: 'The organisation is another one in these details.' },
  AccountTransferred: { says: 'Somebody else owns it.' },
  AccountParentAssigned: { says: 'It belongs to another organisation.' },
  AccountParentRemoved: { says: 'It belongs to no other organisation any more.' },
  AccountRolesAssigned: { says: 'What it is to us: customer, supplier, partner.' },
  ProductInUseAdded: { says: 'It works with a product, of ours or of a competitor.' },
  ProductInUseRemoved: { says: 'It does not work with a product any more.' },
  AccountAttributesSet: { says: 'These custom attributes hold from here on.' },
  AccountAttributesRemoved: { says: 'These custom attributes are not known any more.' },
  AccountRated: { says: 'It was rated by a version of a scheme, and stands above or below the cut-off.' },
  ShareOfWalletEstimated: { says: 'Somebody estimated how much of its spending it spends with us.' },
  AccountOpeningReverted: {
    says: 'It was opened by a conversion that was taken back, and nothing else is known of it.',
  },
  AccountUseNoted: { says: 'Somebody else or another opportunity belongs to it too.' },
  AccountsMerged: { says: 'Another one is the same organisation, and is to continue as this one.' },
  AccountMergedInto: { says: 'This one continues as another one; whatever is asked of it is asked of that one.' },
  AccountMergeDeclined: { says: 'This one cannot continue as that one: it took part in another merge at that moment.' },
  AccountMergeConfirmed: { says: 'The other one continues as this one.' },
  AccountMergeDropped: { says: 'The other one does not continue as this one: it took part in another merge.' },
  AccountsUnmerged: { says: 'Another one that was merged into this one is another organisation.' },
  AccountSeparated: { says: 'This one stands for itself again.' },
});
