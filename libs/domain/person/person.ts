import { v5 } from 'uuid';
import {
  aggregate,
  type Aggregate,
  asItStands,
  conflict,
  type DataOf,
  factsOf,
  type Given,
  invalid,
  type Lookup,
  notFound,
  refused,
} from '../../kernel/index.js';
import { defaultPipelineId, existing, inCurrency, pipeline, type PipelineState } from '../pipeline/pipeline.js';
import { type PolicyInForce, policyLookup, underPolicy } from '../policy/policy.js';
import { type FormalContact, noFormalContact } from '../quote/quotes.js';
import { afterMerge, type Merging, notMerged } from '../merging.js';
import { plain, same } from '../values.js';
import {
  type ConversionOpportunityField,
  ConvertLead,
  DisqualifyLead,
  QualifyLead,
  RecycleLead,
  RegisterLead,
  RegisterName,
  RegisterOther,
} from './person.commands.js';
import { GiveConsent, WithdrawConsent } from './consent.commands.js';
import { consentGiven, type Consents, consentsIn, consentWithdrawn, withConsent } from './consent.js';
import {
  AssignContactAccount,
  ChangePersonDetails,
  RemovePersonAttributes,
  SetPersonAttributes,
  TransferPerson,
} from './details.commands.js';
import {
  accountAssigned,
  attributesRemoved,
  attributesSet,
  detailsChanged,
  type PersonAttributes,
  reachedBy,
  transferred,
  withAttributesRemoved,
  withAttributesSet,
  withDetails,
  withOwner,
} from './details.js';
import { merged, mergeAnswered, mergeConfirmed, mergeDropped, separated, unmerged } from './merge.js';
import {
  AcceptPersonMerge,
  ConfirmPersonMerge,
  DropPersonMerge,
  MergePersons,
  SeparatePerson,
  UnmergePersons,
} from './merge.commands.js';
import { leadLevels, type LeadLevel, type PersonEvents, personEvents, type Reachable } from './person.events.js';
import { AcceptLeadQuote, DeclineLeadQuote, SendLeadQuote, SignLeadContract } from './formal-contact.commands.js';
import { formalContactDecisions, formalContactFolds, hadFormalContact, wasSentQuote } from './formal-contact.js';
import { RevertConversion } from './revert.commands.js';
import { asNeverConverted, reverted } from './revert.js';
import { ClearStalledContact, MarkContactStalled } from './stalled.commands.js';
import { clearStalled, markStalled } from './stalled.js';

type Data<T extends keyof PersonEvents> = DataOf<PersonEvents[T]>;

/** One stream from the first name to the customer: what was known at each step stays known (domain.md §1). */
export interface PersonState {
  readonly kind: 'unknown' | 'name' | 'lead' | 'contact' | 'other';
  readonly name?: Data<'NameRegistered'>;
  readonly lead?: Data<'LeadRegistered'>;
  readonly other?: Data<'OtherPersonRegistered'>;
  readonly level: LeadLevel;
  /** Why the lead was set aside; absent while it is worked on. */
  readonly disqualified?: string;
  readonly conversion?: Data<'LeadConverted'>;
  /** Why the last conversion was taken back; absent since the next one. */
  readonly reverted?: string;
  /** As a contact: whose, and of which account. */
  readonly contact?: { readonly accountId: string; readonly owner: string };
  /** Who owns the person apart from a conversion. */
  readonly owner?: string;
  readonly details: Partial<Reachable>;
  readonly attributes: PersonAttributes;
  /** The contact has had no opportunity for too long. */
  readonly stalled?: Data<'ContactStalled'>;
  readonly consents: Consents;
  readonly formalContact: FormalContact;
  /** Of those merged into this one, by their id. */
  readonly consentsOfDuplicates: Readonly<Record<string, Consents>>;
  readonly merging: Merging;
}

interface Lookups {
  /** The stream of somebody who is to be merged, also where it continues as another one. */
  readonly duplicate: PersonState;
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

const itsDuplicate: Lookup<PersonState, PersonState> = {
  get from() {
    return asItStands(person);
  },
  id: (command) => (command instanceof MergePersons ? command.duplicateId : undefined),
};

/**
 * Name → lead → contact, or other (S0). A lead goes `unqualified → marketing-qualified → sales-qualified`, no step
 * skipped (S0), can be disqualified and recycled, and may be a potential customer or supplier (S1).
 */
export const person: Aggregate<PersonState> = aggregate<PersonState, Lookups>()({
  events: personEvents,
  commands: {
    RegisterName,
    RegisterLead,
    RegisterOther,
    QualifyLead,
    DisqualifyLead,
    RecycleLead,
    ConvertLead,
    MarkContactStalled,
    ClearStalledContact,
    GiveConsent,
    WithdrawConsent,
    ChangePersonDetails,
    TransferPerson,
    AssignContactAccount,
    SetPersonAttributes,
    RemovePersonAttributes,
    SendLeadQuote,
    AcceptLeadQuote,
    DeclineLeadQuote,
    SignLeadContract,
    MergePersons,
    UnmergePersons,
    AcceptPersonMerge,
    ConfirmPersonMerge,
    DropPersonMerge,
    SeparatePerson,
    RevertConversion,
  },
  id: 'personId',
  initial: {
    kind: 'unknown',
    level: 'unqualified',
    details: {},
    attributes: { open: [], personal: [] },
    consents: {},
    consentsOfDuplicates: {},
    formalContact: noFormalContact,
    merging: notMerged,
  },
  continuesAs: ({ merging }) => merging.survivorId,
  lookups: {
    duplicate: itsDuplicate,
    pipeline: askedPipeline,
    conversion: policyLookup('conversion.requires', (command) => command instanceof ConvertLead),
    opening: policyLookup(
      'opportunity.opensAt',
      (command) => command instanceof ConvertLead && command.opportunity !== undefined,
    ),
  },
  decide: {
    RegisterName: ({ name, email, phone, source }, state) => {
      const asked = plain({ name, email, phone, source });
      if (state.kind === 'unknown') return [fact('NameRegistered', asked)];
      if (same(asked, state.name)) return [];
      throw alreadyRegistered();
    },

    RegisterLead: ({ name, email, phone, source, potential, owner }, state) => {
      const asked = plain({ name, email, phone, source, potential: potential ?? ('customer' as const), owner });
      if (state.lead && same(asked, state.lead)) return [];
      if (state.kind === 'other') throw refused('OTHER_NEVER_LEAD', 'This person is registered as no customer.');
      if (state.kind === 'lead' || state.kind === 'contact') {
        throw refused(
          'LEAD_ALREADY_REGISTERED',
          'This person showed interest before; record new interest as an activity.',
        );
      }
      if (state.kind === 'unknown' && name === undefined) {
        throw invalid('PERSON_NAME_MISSING', 'A person who is not known yet needs a name.', [
          { path: 'name', message: 'name must be given for a person who is not known yet.' },
        ]);
      }
      return [fact('LeadRegistered', asked)];
    },

    RegisterOther: ({ name, email, phone, relation }, state) => {
      const asked = plain({ name, email, phone, relation });
      if (state.kind === 'unknown') return [fact('OtherPersonRegistered', asked)];
      if (same(asked, state.other)) return [];
      throw alreadyRegistered();
    },

    QualifyLead: ({ to }, state) => {
      workedOn(state);
      const step = leadLevels.indexOf(to) - leadLevels.indexOf(state.level);
      if (step === 0) return [];
      if (step > 1) throw refused('LEAD_LEVEL_SKIPPED', `The lead is ${state.level}; no level is skipped.`);
      if (step < 0) throw refused('LEAD_LEVEL_PASSED', `The lead is ${state.level} already.`);
      return [fact('LeadQualified', { level: to })];
    },

    DisqualifyLead: ({ reason }, state) => {
      if (aLead(state).disqualified === reason) return [];
      workedOn(state);
      return [fact('LeadDisqualified', { reason })];
    },

    RecycleLead: (_, state) => {
      if (aLead(state).disqualified !== undefined) return [fact('LeadRecycled', {})];
      if (state.level === 'unqualified') return [];
      throw refused('LEAD_NOT_DISQUALIFIED', 'Only a disqualified lead is recycled.');
    },

    ConvertLead: convert,
    MarkContactStalled: markStalled,
    ClearStalledContact: clearStalled,

    RevertConversion: (command, state) => reverted(command, aPerson(state)),

    GiveConsent: (command, state) => consentGiven(command, aPerson(state)),

    WithdrawConsent: (command, state) => consentWithdrawn(command, aPerson(state)),

    ChangePersonDetails: (command, state) => detailsChanged(command, aPerson(state)),

    TransferPerson: (command, state) => transferred(command, aPerson(state)),

    AssignContactAccount: (command, state) => accountAssigned(command, aPerson(state)),

    SetPersonAttributes: (command, state) => attributesSet(command, aPerson(state)),

    RemovePersonAttributes: (command, state) => attributesRemoved(command, aPerson(state)),

    ...formalContactDecisions,

    MergePersons: (command, state, { lookups }) => merged(command, aPerson(state), lookups.duplicate),

    UnmergePersons: (command, state) => unmerged(command, aPerson(state)),

    AcceptPersonMerge: (command, state) => mergeAnswered(command, aPerson(state)),

    ConfirmPersonMerge: (command, state) => mergeConfirmed(command, aPerson(state)),

    DropPersonMerge: (command, state) => mergeDropped(command, aPerson(state)),

    SeparatePerson: (command, state) => separated(command, aPerson(state)),
  },
  evolve: {
    NameRegistered: (state, name) => reachedBy({ ...state, kind: 'name', name }, name),
    LeadRegistered: (state, lead) => reachedBy({ ...state, kind: 'lead', lead, owner: lead.owner }, lead),
    OtherPersonRegistered: (state, other) => reachedBy({ ...state, kind: 'other', other }, other),
    LeadQualified: (state, { level }) => ({ ...state, level }),
    LeadDisqualified: (state, { reason }) => ({ ...state, disqualified: reason }),
    LeadRecycled: (state) => ({ ...state, level: 'unqualified', disqualified: undefined }),
    LeadConverted: (state, conversion) => {
      const { accountId, owner } = conversion;
      return { ...state, kind: 'contact', conversion, contact: { accountId, owner }, reverted: undefined };
    },
    ConversionReverted: (state, { reason }) => asNeverConverted(state, reason),
    PersonDetailsChanged: withDetails,
    PersonTransferred: (state, { to }) => withOwner(state, to),
    ContactAccountAssigned: (state, { accountId }) => ({
      ...state,
      contact: state.contact && { ...state.contact, accountId },
    }),
    PersonAttributesSet: withAttributesSet,
    PersonAttributesRemoved: (state, { names }) => withAttributesRemoved(state, names),
    ConsentGiven: (state, { channel, source }, since) => withConsent(state, channel, { word: 'given', source, since }),
    ContactStalled: (state, stalled) => ({ ...state, stalled }),
    StalledContactCleared: (state) => ({ ...state, stalled: undefined }),
    ConsentWithdrawn: (state, { channel, source }, since) =>
      withConsent(state, channel, { word: 'withdrawn', source, since }),
    ...formalContactFolds,
    PersonsMerged: (state, { duplicateId }) => withMerging(state, afterMerge.merged(state.merging, duplicateId)),
    PersonMergedInto: (state, { survivorId }) => withMerging(state, afterMerge.mergedInto(state.merging, survivorId)),
    PersonMergeDeclined: (state) => state,
    PersonMergeConfirmed: (state, { duplicateId, consents }) => ({
      ...withMerging(state, afterMerge.confirmed(state.merging, duplicateId)),
      consentsOfDuplicates: { ...state.consentsOfDuplicates, [duplicateId]: consentsIn(consents) },
    }),
    PersonMergeDropped: (state, { duplicateId }) => withMerging(state, afterMerge.dropped(state.merging, duplicateId)),
    PersonsUnmerged: (state, { duplicateId }) => {
      const others = Object.entries(state.consentsOfDuplicates).filter(([id]) => id !== duplicateId);
      return {
        ...withMerging(state, afterMerge.unmerged(state.merging, duplicateId)),
        consentsOfDuplicates: Object.fromEntries(others),
      };
    },
    PersonSeparated: (state) => withMerging(state, afterMerge.separated(state.merging)),
  },
});

/**
 * Conversion (S0): a sales-qualified lead becomes a contact of a new or an existing account. The ids of what it opens
 * are derived from the command, so that the process that opens them arrives at the same ones however often it runs.
 */
function convert(command: ConvertLead, state: PersonState, given: Given<Lookups>) {
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
        owner: command.owner ?? state.owner ?? given.actor.id,
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
function saysTheSame({ account, opportunity, owner }: ConvertLead, made: Data<'LeadConverted'>): boolean {
  const sameAccount =
    account.accountId === undefined
      ? same({ name: account.name, industry: account.industry }, { ...made.newAccount, roles: undefined })
      : account.accountId === made.accountId;
  const opened = made.opportunity && { ...made.opportunity, opportunityId: undefined, policy: undefined };
  return (
    sameAccount && same(opportunity && asked(opportunity), opened) && (owner === undefined || owner === made.owner)
  );
}

const withMerging = (state: PersonState, merging: Merging): PersonState => ({ ...state, merging });

/** Anybody who is known. */
function aPerson(state: PersonState): PersonState {
  if (state.kind === 'unknown') throw notFound('PERSON_NOT_FOUND', 'There is no such person.');
  return state;
}

/** A lead, set aside or not. */
function aLead(state: PersonState): PersonState & { readonly lead: Data<'LeadRegistered'> } {
  const { kind, lead } = aPerson(state);
  if (kind === 'contact') throw refused('LEAD_ALREADY_CONVERTED', 'The lead is a contact already.');
  if (kind !== 'lead' || !lead) throw refused('PERSON_NOT_A_LEAD', 'This person has shown no interest.');
  return { ...state, lead };
}

/** A lead that is not set aside. */
function workedOn(state: PersonState): Data<'LeadRegistered'> {
  const { lead, disqualified } = aLead(state);
  if (disqualified !== undefined) throw refused('LEAD_DISQUALIFIED', 'The lead is disqualified; recycle it first.');
  return lead;
}

const alreadyRegistered = () =>
  conflict('PERSON_EXISTS', 'There is already a person with this id, registered with other details.');
