import { Command } from '../../kernel/index.js';
import { Day, Id, Ids, IsMoney, type MoneyField, Optional, OptionalId, PartsOf, Slug, Text } from '../fields.js';
import { LineField } from '../quote/lines.commands.js';

const opportunity = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';
const account = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';

export const opportunityClosed = { OPPORTUNITY_CLOSED: 'The opportunity is won or lost and has to be reopened first.' };

export const stageNotEntered = {
  STAGE_UNKNOWN: 'The pipeline has no such stage.',
  STAGE_RETIRED: 'The stage is retired; nothing enters it any more.',
};

export const otherCurrency = {
  OPPORTUNITY_CURRENCY_NOT_OF_PIPELINE: 'The amount is in another currency than the pipeline.',
};

export const linesNotSummed = {
  LINES_OF_DIFFERENT_CURRENCIES: 'The lines are in more than one currency.',
  AMOUNT_TOO_LARGE: 'A line or the sum does not fit in exact minor units.',
};

const amountOfLines = {
  OPPORTUNITY_AMOUNT_NOT_OF_LINES: 'There are lines, and the amount is not their sum: change the lines.',
};

export const contactNotSoldTo = {
  OTHER_NEVER_IN_PIPELINE: 'A contact is a partner, an employee, the press or a supplier.',
  NAME_WITHOUT_INTEREST: 'A contact is only a name from a list; register the lead first.',
};

@Command({
  says: 'Opens a concrete chance of a sale; the account may still be unknown.',
  by: ['sales', 'sales-manager'],
  opens: true,
  refuses: {
    OPPORTUNITY_EXISTS: 'There is an opportunity with this id and other details.',
    OPPORTUNITY_WITHOUT_AMOUNT: 'There is neither an amount nor a line.',
    ...amountOfLines,
    ...linesNotSummed,
    ...stageNotEntered,
    ...otherCurrency,
    ...contactNotSoldTo,
    OPPORTUNITY_WITHOUT_QUOTE: 'The policy opens opportunities once a quote is sent, and no contact was sent one.',
  },
  example: {
    opportunityId: opportunity,
    title: 'Service contract for forty turbines',
    pipelineId: 'default',
    stage: 'prospecting',
    amount: { amount: 4_800_000, currency: 'EUR' },
    accountId: account,
    contactIds: ['5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11'],
    expectedClose: '2026-09-30',
    owner: 'sam',
    product: 'Turbine care',
  },
})
export class OpenOpportunity {
  @OptionalId()
  readonly opportunityId?: string;

  @Text(200)
  readonly title!: string;

  /** The default pipeline when left out. */
  @Optional()
  @Slug()
  readonly pipelineId?: string;

  /** The pipeline's first stage when left out. */
  @Optional()
  @Slug()
  readonly stage?: string;

  /** The sum of the lines when left out. */
  @Optional()
  @IsMoney()
  readonly amount?: MoneyField;

  /** What is to be sold. */
  @Optional()
  @PartsOf(LineField, 1, 200)
  readonly lines?: readonly LineField[];

  @OptionalId('account')
  readonly accountId?: string;

  /** The contacts through whom it was found. */
  @Optional()
  @Ids('person', 100)
  readonly contactIds?: readonly string[];

  @Optional()
  @Day()
  readonly expectedClose?: string;

  @Optional()
  @Text(100)
  readonly owner?: string;

  @Optional()
  @Text(200)
  readonly product?: string;

  /** The campaign that caused it. */
  @OptionalId('campaign')
  readonly campaignId?: string;
}

@Command({
  says: 'Moves an opportunity to any later stage; what is skipped is recorded.',
  by: ['sales', 'sales-manager'],
  refuses: {
    ...opportunityClosed,
    ...stageNotEntered,
    STAGE_NOT_LATER: 'The stage comes before the present one.',
  },
  example: { opportunityId: opportunity, to: 'proposal' },
})
export class AdvanceOpportunity {
  @Id()
  readonly opportunityId!: string;

  @Slug()
  readonly to!: string;
}

@Command({
  says: 'Moves an opportunity back to an earlier stage, with the reason.',
  by: ['sales', 'sales-manager'],
  refuses: {
    ...opportunityClosed,
    ...stageNotEntered,
    STAGE_NOT_EARLIER: 'The stage comes after the present one.',
  },
  example: { opportunityId: opportunity, to: 'qualification', reason: 'A new buyer took over' },
  after: ['AdvanceOpportunity'],
})
export class MoveOpportunityBack {
  @Id()
  readonly opportunityId!: string;

  @Slug()
  readonly to!: string;

  @Text(500)
  readonly reason!: string;
}

@Command({
  says: 'Changes the amount at stake, where it is not the sum of lines.',
  by: ['sales', 'sales-manager'],
  refuses: {
    ...amountOfLines,
    ...opportunityClosed,
    ...otherCurrency,
  },
  example: { opportunityId: opportunity, amount: { amount: 5_200_000, currency: 'EUR' } },
})
export class ChangeOpportunityAmount {
  @Id()
  readonly opportunityId!: string;

  @IsMoney()
  readonly amount!: MoneyField;
}

@Command({
  says: 'Expects the opportunity to close on another day.',
  by: ['sales', 'sales-manager'],
  refuses: {
    ...opportunityClosed,
  },
  example: { opportunityId: opportunity, expectedClose: '2026-12-15' },
})
export class RescheduleOpportunity {
  @Id()
  readonly opportunityId!: string;

  @Day()
  readonly expectedClose!: string;
}

@Command({
  says: 'Names the account that an opportunity belongs to.',
  by: ['sales', 'sales-manager'],
  refuses: {
    ...opportunityClosed,
  },
  example: { opportunityId: opportunity, accountId: account },
  after: [['OpenOpportunity', { accountId: undefined }]],
})
export class AssignOpportunityAccount {
  @Id()
  readonly opportunityId!: string;

  @Id('account')
  readonly accountId!: string;
}

@Command({
  says: 'The customer bought; the final amount may differ from the one at stake, where that is not the sum of lines.',
  by: ['sales', 'sales-manager'],
  refuses: {
    ...opportunityClosed,
    ...otherCurrency,
    ...amountOfLines,
    OPPORTUNITY_WITHOUT_ACCOUNT: 'The account that buys is not known yet.',
  },
  example: { opportunityId: opportunity, amount: { amount: 5_000_000, currency: 'EUR' } },
})
export class WinOpportunity {
  @Id()
  readonly opportunityId!: string;

  /** The amount at stake when left out. */
  @Optional()
  @IsMoney()
  readonly amount?: MoneyField;
}

@Command({
  says: 'The customer did not buy, with the reason and, if known, the competitor who did better.',
  by: ['sales', 'sales-manager'],
  refuses: {
    OPPORTUNITY_CLOSED: 'The opportunity is won, or was lost with another reason or competitor.',
  },
  example: { opportunityId: opportunity, reason: 'Price', competitor: 'Baltic Rotor Service' },
})
export class LoseOpportunity {
  @Id()
  readonly opportunityId!: string;

  @Text(500)
  readonly reason!: string;

  @Optional()
  @Text(200)
  readonly competitor?: string;
}

@Command({
  says: 'Opens a closed opportunity again, with the reason.',
  by: ['sales', 'sales-manager'],
  refuses: {
    ...stageNotEntered,
    OPPORTUNITY_NOT_CLOSED: 'The opportunity is open.',
  },
  example: { opportunityId: opportunity, reason: 'The competitor could not deliver', to: 'negotiation' },
  after: ['LoseOpportunity'],
})
export class ReopenOpportunity {
  @Id()
  readonly opportunityId!: string;

  @Text(500)
  readonly reason!: string;

  /** The stage that it was closed in when left out. */
  @Optional()
  @Slug()
  readonly to?: string;
}
