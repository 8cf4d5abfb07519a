import { Command } from '../../kernel/index.js';
import { Id, OneOf, Optional, PartsOf, Slug, Text } from '../fields.js';
import { LineField } from '../quote/lines.commands.js';
import { linesNotSummed, opportunityClosed, otherCurrency, stageNotEntered } from './opportunity.commands.js';
import {
  type BuyingRole,
  buyingRoles,
  openForecastCategories,
  type OpenForecastCategory,
} from './opportunity.events.js';

const opportunity = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';
const person = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';

@Command({
  says: 'Puts other products, quantities or prices at stake; the amount is their sum from here on.',
  by: ['sales', 'sales-manager'],
  refuses: { ...opportunityClosed, ...linesNotSummed, ...otherCurrency },
  example: {
    opportunityId: opportunity,
    lines: [
      { product: 'Turbine care', quantity: '40', unitPrice: { amount: 120_000, currency: 'EUR' } },
      { product: 'Blade inspection', quantity: '2.5', unitPrice: { amount: 99_900, currency: 'EUR' } },
    ],
  },
})
export class ChangeOpportunityLines {
  @Id()
  readonly opportunityId!: string;

  /** All of them. An empty list takes the lines away, and the amount stays. */
  @PartsOf(LineField, 0, 200)
  readonly lines!: readonly LineField[];
}

@Command({
  says: 'Says how sure an open opportunity is in the forecast; it stands until it is changed.',
  by: ['sales', 'sales-manager'],
  refuses: opportunityClosed,
  example: { opportunityId: opportunity, category: 'commit' },
})
export class SetForecastCategory {
  @Id()
  readonly opportunityId!: string;

  /** Derived from the stage's probability again when left out. */
  @Optional()
  @OneOf(openForecastCategories)
  readonly category?: OpenForecastCategory;
}

@Command({
  says: 'Gives a person a part in the purchase; everybody has one role in an opportunity, and another takes its place.',
  by: ['sales', 'sales-manager'],
  refuses: {
    ...opportunityClosed,
    NAME_WITHOUT_INTEREST: 'The person is only a name from a list; register the lead first.',
  },
  example: { opportunityId: opportunity, personId: person, role: 'decision-maker' },
})
export class AssignBuyingRole {
  @Id()
  readonly opportunityId!: string;

  @Id('person')
  readonly personId!: string;

  @OneOf(buyingRoles)
  readonly role!: BuyingRole;
}

@Command({
  says: 'Takes a person out of the purchase.',
  by: ['sales', 'sales-manager'],
  refuses: opportunityClosed,
  example: { opportunityId: opportunity, personId: person },
  after: ['AssignBuyingRole'],
})
export class RemoveBuyingRole {
  @Id()
  readonly opportunityId!: string;

  @Id('person')
  readonly personId!: string;
}

@Command({
  says: 'Gives an opportunity to somebody else, open or closed.',
  by: ['sales', 'sales-manager'],
  refuses: {},
  example: { opportunityId: opportunity, owner: 'kim' },
})
export class ReassignOpportunity {
  @Id()
  readonly opportunityId!: string;

  @Text(100)
  readonly owner!: string;
}

@Command({
  says: 'Moves an open opportunity to another pipeline of the same currency, with the reason.',
  by: ['sales', 'sales-manager'],
  refuses: {
    ...opportunityClosed,
    ...stageNotEntered,
    ...otherCurrency,
    STAGE_OF_SAME_PIPELINE: 'It runs through this pipeline already: advance it, or move it back.',
  },
  example: { opportunityId: opportunity, pipelineId: 'renewals', stage: 'reminder', reason: 'It is a renewal' },
  after: ['DefinePipeline'],
})
export class MoveOpportunityToPipeline {
  @Id()
  readonly opportunityId!: string;

  @Slug()
  readonly pipelineId!: string;

  /** The pipeline's first stage when left out. */
  @Optional()
  @Slug()
  readonly stage?: string;

  @Text(500)
  readonly reason!: string;
}
