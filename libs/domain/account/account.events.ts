import { declareEvents, type EventShape, type Money } from '../../kernel/index.js';

/** What an organisation is to us (domain.md §2). */
export const accountRoles = ['customer', 'supplier', 'partner'] as const;
export type AccountRole = (typeof accountRoles)[number];

/** Where an organisation sits. */
export interface Location {
  readonly country: string;
  readonly region?: string;
  readonly city?: string;
}

/** These names and shapes are on disk: compensate, never change. */
export interface AccountEvents {
  AccountOpened: EventShape<{
    readonly name: string;
    readonly industry?: string;
    readonly location?: Location;
    /** Number of employees. */
    readonly employees?: number;
    readonly annualRevenue?: Money;
    /** Year of foundation. */
    readonly founded?: number;
    readonly parentId?: string;
    readonly owner?: string;
    readonly roles: readonly AccountRole[];
  }>;
}

export const accountEvents = declareEvents<AccountEvents>('account', {
  AccountOpened: { says: 'An organisation is known by its name.' },
});
