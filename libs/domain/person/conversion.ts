import { v5 } from 'uuid';
import { factsOf, type Given, invalid, type Lookup, refused } from '../../kernel/index.js';
import { defaultPipelineId, existing, inCurrency, pipeline, type PipelineState } from '../pipeline/pipeline.js';
import { type PolicyInForce, policyLookup, underPolicy } from '../policy/policy.js';
import { plain, same } from '../values.js';
import { hadFormalContact, wasSentQuote } from './formal-contact.js';
import { type ConversionOpportunityField, ConvertLead } from './person.commands.js';
import { personEvents } from './person.events.js';
import { type PersonData, type PersonState, workedOn } from './state.js';

export interface ConversionLookups {
  /** The pipeline of the opportunity that a conversion asks for. */
  readonly pipeline: PipelineState;
  readonly conversion: PolicyInForce<'conversion.requires'>;
  readonly opening: PolicyInForce<'opportunity.opensAt'>;
}

const fact = factsOf(personEvents);

const askedPipeline: Lookup<PersonState, PipelineState> = {
  from: pipeline,
  id: (command) =>
    command instanceof ConvertLead && command.opportunity
      ? (command.opportunity.pipelineId ?? defaultPipelineId)
      : undefined,
};

export const conversionLookups = {
  pipeline: askedPipeline,
  conversion: policyLookup('conversion.requires', (command) => command instanceof ConvertLead),
  opening: policyLookup(
    'opportunity.opensAt',
    (command) => command instanceof ConvertLead && command.opportunity !== undefined,
  ),
};

/**
 * Conversion (S0): a sales-qualified lead becomes a contact of a new or an existing account. The ids of what it opens
 * are derived from the command, so that the process that opens them arrives at the same ones however often it runs.
 */
export function convert(command: ConvertLead, state: PersonState, given: Given<ConversionLookups>) {
  const { account, opportunity } = command;
  if ((account.accountId === undefined) === (account.name === undefined)) {
    throw invalid('CONVERSION_ACCOUNT_AMBIGUOUS', 'A conversion names either an existing account or a new one.', [
      { path: 'account', message: 'account must have either accountId or name.' },
    ]);
  }
  if (account.accountId !== undefined && account.industry !== undefined) {
    throw invalid('CONVERSION_ACCOUNT_AMBIGUOUS', 'An existing account keeps its industry.', [
      { path: 'account.industry', message: 'account.industry belongs to a new account only.' },
    ]);
  }
  if (state.conversion) {
    if (saysTheSame(command, state.conversion)) return [];
    throw refused('LEAD_ALREADY_CONVERTED', 'The lead is a contact already.');
  }
  const { potential } = workedOn(state);
  if (state.level !== 'sales-qualified') {
    throw refused(
      'LEAD_NOT_SALES_QUALIFIED',
      `The lead is ${state.level}; it is converted once it is sales-qualified.`,
    );
  }
  const { requires } = given.lookups.conversion.value;
  if (requires === 'formal-contact' && !hadFormalContact(state)) {
    throw refused('LEAD_WITHOUT_FORMAL_CONTACT', 'A quote is sent or a contract signed before a lead is converted.');
  }
  if (opportunity) {
    if (potential === 'supplier') {
      throw refused('SUPPLIER_WITHOUT_OPPORTUNITY', 'A potential supplier is not sold to.');
    }
    inCurrency(existing(given.lookups.pipeline, asked(opportunity).pipelineId), opportunity.amount);
    if (given.lookups.opening.value.opensAt === 'quote-sent' && !wasSentQuote(state)) {
      throw refused('OPPORTUNITY_WITHOUT_QUOTE', 'An opportunity is opened once a quote was sent to a contact of it.');
    }
  }
  return [
    fact(
      'LeadConverted',
      plain({
        accountId: account.accountId ?? v5('account', given.commandId),
        newAccount:
          account.name === undefined
            ? undefined
            : { name: account.name, industry: account.industry, roles: [potential] },
        opportunity: opportunity && {
          opportunityId: v5('opportunity', given.commandId),
          ...asked(opportunity),
          policy: underPolicy('opportunity.opensAt', given.lookups.opening),
        },
        owner: command.owner ?? state.owner ?? given.issuer,
        requirement: requires,
        policy: underPolicy('conversion.requires', given.lookups.conversion),
      }),
    ),
  ];
}

const asked = ({ title, amount, pipelineId = defaultPipelineId, expectedClose }: ConversionOpportunityField) => ({
  pipelineId,
  title,
  amount,
  expectedClose,
});

/** Whether a conversion is asked for that has been made, whatever ids it was given. */
function saysTheSame({ account, opportunity, owner }: ConvertLead, made: PersonData<'LeadConverted'>): boolean {
  const sameAccount =
    account.accountId === undefined
      ? same({ name: account.name, industry: account.industry }, { ...made.newAccount, roles: undefined })
      : account.accountId === made.accountId;
  const opened = made.opportunity && { ...made.opportunity, opportunityId: undefined, policy: undefined };
  return (
    sameAccount && same(opportunity && asked(opportunity), opened) && (owner === undefined || owner === made.owner)
  );
}
