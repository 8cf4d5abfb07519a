import { Command } from '../../kernel/index.js';
import { PartsOf, Slug, Text, Whole } from '../fields.js';

/** What customers are rated on, and how much it weighs (S4). */
export class CriterionField {
  @Slug()
  readonly criterion!: string;

  @Whole(1, 100)
  readonly weight!: number;
}

@Command({
  says: 'Defines the criteria that customers are rated on, their weights and the scale of scores, as the next version.',
  by: ['sales-manager'],
  opens: true,
  refuses: { SCALE_EMPTY: 'The highest score is not above the lowest.' },
  example: {
    schemeId: 'abc',
    name: 'ABC',
    lowestScore: 1,
    highestScore: 5,
    criteria: [
      { criterion: 'turnover', weight: 4 },
      { criterion: 'growth', weight: 3 },
      { criterion: 'fit', weight: 2 },
      { criterion: 'payment', weight: 1 },
    ],
  },
})
export class DefineRatingScheme {
  @Slug()
  readonly schemeId!: string;

  @Text(100)
  readonly name!: string;

  @Whole(0, 99)
  readonly lowestScore!: number;

  @Whole(1, 100)
  readonly highestScore!: number;

  @PartsOf(CriterionField, 1, 50, 'criterion')
  readonly criteria!: readonly CriterionField[];
}
