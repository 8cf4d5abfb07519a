import { Command } from '../../kernel/index.js';
import { IsMoney, type MoneyField, Optional, OptionalId, PartOf, SomeOf, Text, Whole } from '../fields.js';
import { type AccountRole, accountRoles } from './account.events.js';

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
    ACCOUNT_OWN_PARENT: 'It names itself as its parent.',
  },
  example: {
    accountId: '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10',
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
