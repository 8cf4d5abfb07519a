import { Command } from '../../kernel/index.js';
import { Id, IsMoney, type MoneyField, Optional, OptionalId, PartOf, SomeOf, Text, Whole } from '../fields.js';
import { type AccountRole, accountRoles, type ClearableDetail, clearableDetails } from './account.events.js';

const account = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';

export class LocationField {
  @Text(100)
  readonly country!: string;

  @Optional()
  @Text(100)
  readonly region?: string;

  @Optional()
  @Text(100)
  readonly city?: string;
}

@Command({
  says: 'Makes an organisation known by its name.',
  by: ['sales', 'sales-manager'],
  opens: true,
  refuses: {
    ACCOUNT_EXISTS: 'There is an account with this id and other details.',
    ACCOUNT_OWN_PARENT: 'It would be its own parent.',
  },
  example: {
    accountId: account,
    name: 'Noordzee Windbouw',
    industry: 'energy',
    location: { country: 'Netherlands', region: 'Zuid-Holland', city: 'Rotterdam' },
    employees: 340,
    annualRevenue: { amount: 9_100_000_000, currency: 'EUR' },
    founded: 1998,
    owner: 'sam',
    roles: ['customer'],
  },
})
export class OpenAccount {
  @OptionalId()
  readonly accountId?: string;

  @Text(200)
  readonly name!: string;

  @Optional()
  @Text(100)
  readonly industry?: string;

  @Optional()
  @PartOf(LocationField)
  readonly location?: LocationField;

  /** Number of employees. */
  @Optional()
  @Whole(0, 100_000_000)
  readonly employees?: number;

  @Optional()
  @IsMoney()
  readonly annualRevenue?: MoneyField;

  /** Year of foundation. */
  @Optional()
  @Whole(1, 9999)
  readonly founded?: number;

  @OptionalId('account')
  readonly parentId?: string;

  @Optional()
  @Text(100)
  readonly owner?: string;

  /** What it is to us; a customer when left out. */
  @Optional()
  @SomeOf(accountRoles)
  readonly roles?: readonly AccountRole[];
}

@Command({
  says: 'Changes what is known of an organisation; details that are left out stay.',
  by: ['sales', 'sales-manager', 'marketing'],
  refuses: { DETAIL_SET_AND_CLEARED: 'A detail is given a value and cleared at once.' },
  example: {
    accountId: account,
    name: 'Noordzee Windpark',
    location: { country: 'Netherlands', region: 'Noord-Holland', city: 'Den Helder' },
    employees: 365,
    clear: ['founded'],
  },
})
export class ChangeAccountDetails {
  @Id()
  readonly accountId!: string;

  @Optional()
  @Text(200)
  readonly name?: string;

  @Optional()
  @Text(100)
  readonly industry?: string;

  @Optional()
  @PartOf(LocationField)
  readonly location?: LocationField;

  /** Number of employees. */
  @Optional()
  @Whole(0, 100_000_000)
  readonly employees?: number;

  @Optional()
  @IsMoney()
  readonly annualRevenue?: MoneyField;

  /** Year of foundation. */
  @Optional()
  @Whole(1, 9999)
  readonly founded?: number;

  /** What is not known any more. */
  @Optional()
  @SomeOf(clearableDetails)
  readonly clear?: readonly ClearableDetail[];
}

@Command({
  says: 'Gives an account to another owner.',
  by: ['sales', 'sales-manager'],
  example: { accountId: account, owner: 'kim', reason: 'Kim takes over the north' },
})
export class TransferAccount {
  @Id()
  readonly accountId!: string;

  @Text(100)
  readonly owner!: string;

  @Optional()
  @Text(500)
  readonly reason?: string;
}

@Command({
  says: 'Places an account under its parent; never in a circle.',
  by: ['sales', 'sales-manager'],
  refuses: {
    ACCOUNT_OWN_PARENT: 'It would be its own parent.',
    ACCOUNT_PARENT_CIRCLE: 'The parent lies below the account itself.',
    ACCOUNT_TOO_DEEP: 'There would be too many accounts above it to see that there is no circle.',
  },
  example: { accountId: account, parentId: 'f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3' },
})
export class AssignParentAccount {
  @Id()
  readonly accountId!: string;

  @Id('account')
  readonly parentId!: string;
}

@Command({
  says: 'Takes an account out from under its parent.',
  by: ['sales', 'sales-manager'],
  example: { accountId: account },
  after: ['AssignParentAccount'],
})
export class RemoveParentAccount {
  @Id()
  readonly accountId!: string;
}

@Command({
  says: 'Takes an account out from under its parent if assignments made at the same time closed a circle.',
  by: [],
  internal: true,
  example: { accountId: account },
})
export class BreakCircleOfParents {
  @Id()
  readonly accountId!: string;
}

@Command({
  says: 'Says what an account is to us: all of its roles, in place of those it had.',
  by: ['sales', 'sales-manager'],
  example: { accountId: account, roles: ['customer', 'partner'] },
})
export class AssignAccountRoles {
  @Id()
  readonly accountId!: string;

  @SomeOf(accountRoles)
  readonly roles!: readonly AccountRole[];
}
