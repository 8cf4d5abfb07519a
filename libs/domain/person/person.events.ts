import {
  declareEvents,
  type EventShape,
  type Instant,
  type LocalDate,
  type Money,
  type Role,
} from '../../kernel/index.js';
import type { AccountRole } from '../account/account.events.js';
import type { Attribute } from '../attributes.js';
import type { SentQuote, SignedContract } from '../opportunity/opportunity.events.js';
import type { PolicyReference } from '../policy/policy.events.js';

/** Levels of a lead, in the only order in which they are reached (domain.md §1, S0). */
export const leadLevels = ['unqualified', 'marketing-qualified', 'sales-qualified'] as const;
export type LeadLevel = (typeof leadLevels)[number];

/** Who may see people who are no more than names: marketing, and who administers or audits all; never sales (S0). */
export const maySeeNames: readonly Role[] = ['marketing', 'admin', 'service', 'auditor', 'privacy-officer'];

/** Where a name came from (S0). */
export const nameSourceKinds = ['attendance-list', 'bought-list'] as const;

/** A lead may become a customer or a supplier (S1). */
export const leadPotentials = ['customer', 'supplier'] as const;
export type LeadPotential = (typeof leadPotentials)[number];

/** People who are never in a pipeline, forecast or campaign (S0). */
export const otherRelations = ['partner-representative', 'employee', 'press', 'supplier'] as const;
export type OtherRelation = (typeof otherRelations)[number];

/** Details that a person can be without. */
export const clearableDetails = ['email', 'phone'] as const;
export type ClearableDetail = (typeof clearableDetails)[number];

/** Over which a person is reached; consent is given for each (domain.md §1). */
export const channels = ['e-mail', 'phone', 'post'] as const;
export type Channel = (typeof channels)[number];

export const words = ['given', 'withdrawn'] as const;
export type Word = (typeof words)[number];

/** The last word of a person on a channel. */
export interface ChannelConsent {
  readonly channel: Channel;
  readonly word: Word;
  readonly source: string;
  readonly since: Instant;
}

/** What stands in the way before a lead may be converted (policy `conversion.requires`; S0, S1). */
export type ConversionRequirement = 'sales-qualified' | 'formal-contact';

/** How to reach a person. All of it is personal. */
export interface Reachable {
  readonly name: string;
  readonly email?: string;
  readonly phone?: string;
}

/** The account that a conversion opens. */
export interface ConvertedAccount {
  readonly name: string;
  readonly industry?: string;
  /** A potential supplier becomes a contact of a supplier. */
  readonly roles: readonly AccountRole[];
}

/** The opportunity that a conversion asked for. Its id was derived when the lead was converted. */
export interface ConvertedOpportunity {
  readonly opportunityId: string;
  readonly pipelineId: string;
  readonly title: string;
  readonly amount: Money;
  readonly expectedClose?: LocalDate;
  /** When an opportunity opens; left out of the oldest conversions. */
  readonly policy?: PolicyReference;
}

/** These names and shapes are on disk: compensate, never change. */
export interface PersonEvents {
  NameRegistered: EventShape<
    { readonly source: { readonly kind: (typeof nameSourceKinds)[number]; readonly name: string } },
    Reachable
  >;
  LeadRegistered: EventShape<
    { readonly source: string; readonly potential: LeadPotential; readonly owner?: string },
    Partial<Reachable>
  >;
  OtherPersonRegistered: EventShape<{ readonly relation: OtherRelation }, Reachable>;
  LeadQualified: EventShape<{ readonly level: Exclude<LeadLevel, 'unqualified'> }>;
  LeadDisqualified: EventShape<{ readonly reason: string }>;
  LeadRecycled: EventShape;
  LeadConverted: EventShape<{
    readonly accountId: string;
    /** Present when the account is opened by this conversion. */
    readonly newAccount?: ConvertedAccount;
    readonly opportunity?: ConvertedOpportunity;
    readonly owner: string;
    readonly requirement: ConversionRequirement;
    /** What the requirement follows from; left out of the oldest conversions. */
    readonly policy?: PolicyReference;
  }>;
  /** The person is the sales-qualified lead again that they were. */
  ConversionReverted: EventShape<{
    readonly reason: string;
    readonly accountId: string;
    /** Whether the conversion opened the account. */
    readonly openedAccount: boolean;
    readonly openedOpportunityId?: string;
  }>;
  /** Personal: what is another one now. */
  PersonDetailsChanged: EventShape<{ readonly cleared: readonly ClearableDetail[] }, Partial<Reachable>>;
  PersonTransferred: EventShape<{ readonly from?: string; readonly to: string; readonly reason?: string }>;
  ContactAccountAssigned: EventShape<{ readonly accountId: string; readonly before: string }>;
  PersonAttributesSet: EventShape<
    { readonly attributes: readonly Attribute[] },
    { readonly personalAttributes?: readonly Attribute[] }
  >;
  PersonAttributesRemoved: EventShape<{ readonly names: readonly string[] }>;
  LeadQuoteSent: EventShape<SentQuote>;
  LeadQuoteAccepted: EventShape<{ readonly quoteId: string }>;
  LeadQuoteDeclined: EventShape<{ readonly quoteId: string; readonly reason: string }>;
  LeadContractSigned: EventShape<SignedContract>;
  ContactStalled: EventShape<{
    /** When the time was up; the event itself may stand later, behind facts that were reported before. */
    readonly deadline: Instant;
    readonly policy: PolicyReference;
  }>;
  StalledContactCleared: EventShape<{
    readonly opportunityId: string;
    /** Since when; not before the deadline. Equal to it: the contact was never stalled, which was reported late. */
    readonly at: Instant;
  }>;
  ConsentGiven: EventShape<{ readonly channel: Channel; readonly source: string }>;
  ConsentWithdrawn: EventShape<{ readonly channel: Channel; readonly source: string }>;
  /** Of the survivor. */
  PersonsMerged: EventShape<{ readonly duplicateId: string }>;
  /** Of the duplicate: nothing but its separation follows. Its consents at this moment hold for the survivor too. */
  PersonMergedInto: EventShape<{ readonly survivorId: string; readonly consents: readonly ChannelConsent[] }>;
  PersonMergeDeclined: EventShape<{ readonly survivorId: string }>;
  PersonMergeConfirmed: EventShape<{ readonly duplicateId: string; readonly consents: readonly ChannelConsent[] }>;
  PersonMergeDropped: EventShape<{ readonly duplicateId: string }>;
  PersonsUnmerged: EventShape<{ readonly duplicateId: string }>;
  PersonSeparated: EventShape<{ readonly survivorId: string }>;
}

export const personEvents = declareEvents<PersonEvents>('person', {
  NameRegistered: {
    says: 'A name came in from a list; the person has shown no interest.',
    personal: { name: true, email: true, phone: true },
  },
  LeadRegistered: {
    says: 'The person explicitly showed interest and is an unqualified lead.',
    personal: { name: true, email: true, phone: true },
  },
  OtherPersonRegistered: {
    says: 'Somebody who can be referred to but is no customer: a partner, an employee, the press, a supplier.',
    personal: { name: true, email: true, phone: true },
  },
  LeadQualified: { says: 'The lead reached the next level.' },
  LeadDisqualified: { says: 'The lead was set aside, with the reason.' },
  LeadRecycled: { says: 'A disqualified lead is unqualified again.' },
  LeadConverted: { says: 'The lead became a contact of an account, perhaps with a first opportunity.' },
  ConversionReverted: { says: 'The conversion does not hold: the contact is the lead again that they were.' },
  PersonDetailsChanged: {
    says: 'The person is called or reached in another way.',
    personal: { name: true, email: true, phone: true },
  },
  PersonTransferred: { says: 'Somebody else owns the lead or contact.' },
  ContactAccountAssigned: { says: 'The contact belongs to another account.' },
  PersonAttributesSet: {
    says: 'These custom attributes hold from here on.',
    personal: { personalAttributes: true },
  },
  PersonAttributesRemoved: { says: 'These custom attributes are not known any more.' },
  LeadQuoteSent: { says: 'The person was sent an offer with a price, and there was no opportunity yet.' },
  LeadQuoteAccepted: { says: 'The person accepted a quote.' },
  LeadQuoteDeclined: { says: 'The person declined a quote, with the reason.' },
  LeadContractSigned: { says: 'A contract was signed with the person, and there was no opportunity yet.' },
  ContactStalled: {
    verdict: true,
    says: 'The contact had no opportunity for too long; the policy says how long that is.',
  },
  StalledContactCleared: { verdict: true, says: 'The stalled contact has an opportunity.' },
  ConsentGiven: { says: 'The person agrees to be reached over a channel, with the source of that.' },
  ConsentWithdrawn: { says: 'The person does not want to be reached over a channel, with the source of that.' },
  PersonsMerged: { says: 'Another one is the same person, and is to continue as this one.' },
  PersonMergedInto: { says: 'This one continues as another one; whatever is asked of it is asked of that one.' },
  PersonMergeDeclined: { says: 'This one cannot continue as that one: it took part in another merge at that moment.' },
  PersonMergeConfirmed: { says: 'The other one continues as this one, with the consents that it gave or withdrew.' },
  PersonMergeDropped: { says: 'The other one does not continue as this one: it took part in another merge.' },
  PersonsUnmerged: { says: 'Another one who was merged into this one is somebody else.' },
  PersonSeparated: { says: 'This one stands for itself again.' },
});
