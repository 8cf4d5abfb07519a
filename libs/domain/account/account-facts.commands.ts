import { Command } from '../../kernel/index.js';
import { attributeRefusals } from '../attributes.js';
import { type AttributeField, Attributes } from '../attributes.commands.js';
import { Day, Id, Optional, PartsOf, Slug, Slugs, Text, Whole } from '../fields.js';

const account = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';

@Command({
  says: 'An account works with a product, of ours or of a competitor.',
  by: ['sales', 'sales-manager', 'marketing', 'support'],
  refuses: { TOO_MANY_PRODUCTS: 'There would be more than 500 products in use.' },
  example: { accountId: account, product: 'Blade monitor', supplier: 'Baltic Rotor Service', since: '2023-04-01' },
})
export class AddProductInUse {
  @Id()
  readonly accountId!: string;

  @Text(200)
  readonly product!: string;

  /** The competitor who supplied it; left out: we did. */
  @Optional()
  @Text(200)
  readonly supplier?: string;

  @Optional()
  @Day()
  readonly since?: string;
}

@Command({
  says: 'An account does not work with a product any more.',
  by: ['sales', 'sales-manager', 'marketing', 'support'],
  example: { accountId: account, product: 'Blade monitor', supplier: 'Baltic Rotor Service', until: '2026-03-31' },
  after: ['AddProductInUse'],
})
export class RemoveProductInUse {
  @Id()
  readonly accountId!: string;

  @Text(200)
  readonly product!: string;

  /** The competitor who supplied it; left out: we did. */
  @Optional()
  @Text(200)
  readonly supplier?: string;

  /** The last day of its use. */
  @Optional()
  @Day()
  readonly until?: string;
}

@Command({
  says: 'Sets custom attributes of an account; others stay as they are.',
  by: ['sales', 'sales-manager', 'marketing'],
  refuses: attributeRefusals,
  example: {
    accountId: account,
    attributes: [
      { name: 'turbines', type: 'whole-number', value: 40 },
      { name: 'offshore', type: 'boolean', value: true },
      { name: 'contract-ends', type: 'date', value: '2027-12-31' },
    ],
  },
})
export class SetAccountAttributes {
  @Id()
  readonly accountId!: string;

  @Attributes()
  readonly attributes!: readonly AttributeField[];
}

@Command({
  says: 'Removes custom attributes of an account.',
  by: ['sales', 'sales-manager', 'marketing'],
  example: { accountId: account, names: ['contract-ends'] },
  after: ['SetAccountAttributes'],
})
export class RemoveAccountAttributes {
  @Id()
  readonly accountId!: string;

  @Slugs(1, 100)
  readonly names!: readonly string[];
}

@Command({
  says: 'Estimates how much of what an account spends on products like ours it spends with us, and how we know.',
  by: ['sales', 'sales-manager', 'marketing'],
  example: { accountId: account, perCent: 60, source: 'annual report and the buyer’s own words' },
})
export class EstimateShareOfWallet {
  @Id()
  readonly accountId!: string;

  /** In whole per cents. */
  @Whole(0, 100)
  readonly perCent!: number;

  @Text(200)
  readonly source!: string;
}

/** A score on a criterion of the scheme, on its scale. */
export class ScoreField {
  @Slug()
  readonly criterion!: string;

  @Whole(0, 100)
  readonly score!: number;
}

@Command({
  says: 'Rates an account on every criterion of a scheme; the rating names the version of the scheme and of the cut-off.',
  by: ['sales', 'sales-manager', 'marketing'],
  refuses: {
    RATING_SCHEME_NOT_FOUND: 'There is no such rating scheme.',
    CRITERION_UNKNOWN: 'The scheme has no such criterion.',
    SCORES_INCOMPLETE: 'A criterion of the scheme has no score.',
    SCORE_OFF_SCALE: 'A score lies outside the scale of the scheme.',
  },
  example: {
    accountId: account,
    schemeId: 'abc',
    scores: [
      { criterion: 'turnover', score: 5 },
      { criterion: 'growth', score: 3 },
      { criterion: 'fit', score: 4 },
      { criterion: 'payment', score: 1 },
    ],
  },
  after: ['DefineRatingScheme'],
})
export class RateAccount {
  @Id()
  readonly accountId!: string;

  @Slug()
  readonly schemeId!: string;

  @PartsOf(ScoreField, 1, 50, 'criterion')
  readonly scores!: readonly ScoreField[];
}
