import {
  aggregate,
  type Aggregate,
  asItStands,
  conflict,
  factsOf,
  invalid,
  type Lookup,
  ofSalespeople,
  refused,
} from '../../kernel/index.js';
import { noFormalContact } from '../quote/quotes.js';
import { afterMerge, type Merging, notMerged } from '../merging.js';
import { itsOwner } from '../owners.js';
import { plain, same } from '../values.js';
import {
  ConvertLead,
  DisqualifyLead,
  QualifyLead,
  RecycleLead,
  RegisterLead,
  RegisterName,
  RegisterOther,
} from './person.commands.js';
import { conversionLookups, type ConversionLookups, convert } from './conversion.js';
import { GiveConsent, WithdrawConsent } from './consent.commands.js';
import { consentGiven, consentsIn, consentWithdrawn, withConsent } from './consent.js';
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
  ownerOf,
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
import { leadLevels, personEvents } from './person.events.js';
import { AcceptLeadQuote, DeclineLeadQuote, SendLeadQuote, SignLeadContract } from './formal-contact.commands.js';
import { formalContactDecisions, formalContactFolds } from './formal-contact.js';
import { RevertConversion } from './revert.commands.js';
import { asNeverConverted, reverted } from './revert.js';
import { ClearStalledContact, MarkContactStalled } from './stalled.commands.js';
import { clearStalled, markStalled } from './stalled.js';
import { aLead, aPerson, type PersonState, workedOn } from './state.js';

interface Lookups extends ConversionLookups {
  /** The stream of somebody who is to be merged, also where it continues as another one. */
  readonly duplicate: PersonState;
}

const fact = factsOf(personEvents);

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
  // Who is merged becomes the survivor's owner's.
  whose: (command, state, found) => {
    const duplicate = found(itsDuplicate.from, itsDuplicate.id(command, state))?.state;
    return [...itsOwner(command, ownerOf(state)), ...ofSalespeople(duplicate && ownerOf(duplicate))];
  },
  lookups: {
    duplicate: itsDuplicate,
    ...conversionLookups,
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

const withMerging = (state: PersonState, merging: Merging): PersonState => ({ ...state, merging });

const alreadyRegistered = () =>
  conflict('PERSON_EXISTS', 'There is already a person with this id, registered with other details.');
