import { type DataOf, notFound, refused } from '../../kernel/index.js';
import type { Attribute } from '../attributes.js';
import type { Merging } from '../merging.js';
import type { FormalContact } from '../quote/quotes.js';
import type { Channel, ChannelConsent, LeadLevel, PersonEvents, Reachable } from './person.events.js';

export type PersonData<T extends keyof PersonEvents> = DataOf<PersonEvents[T]>;

/** The last word of a person on a channel, and where and when it was said. */
export type Consent = Omit<ChannelConsent, 'channel'>;

export type Consents = Readonly<Partial<Record<Channel, Consent>>>;

/** What we know of a person beyond the fields that everybody has; the personal ones apart. */
export interface PersonAttributes {
  readonly open: readonly Attribute[];
  readonly personal: readonly Attribute[];
}

/** One stream from the first name to the customer: what was known at each step stays known (domain.md §1). */
export interface PersonState {
  readonly kind: 'unknown' | 'name' | 'lead' | 'contact' | 'other';
  readonly name?: PersonData<'NameRegistered'>;
  readonly lead?: PersonData<'LeadRegistered'>;
  readonly other?: PersonData<'OtherPersonRegistered'>;
  readonly level: LeadLevel;
  /** Why the lead was set aside; absent while it is worked on. */
  readonly disqualified?: string;
  readonly conversion?: PersonData<'LeadConverted'>;
  /** Why the last conversion was taken back; absent since the next one. */
  readonly reverted?: string;
  /** As a contact: whose, and of which account. */
  readonly contact?: { readonly accountId: string; readonly owner: string };
  /** Who owns the person apart from a conversion. */
  readonly owner?: string;
  readonly details: Partial<Reachable>;
  readonly attributes: PersonAttributes;
  /** The contact has had no opportunity for too long. */
  readonly stalled?: PersonData<'ContactStalled'>;
  readonly consents: Consents;
  readonly formalContact: FormalContact;
  /** Of those merged into this one, by their id. */
  readonly consentsOfDuplicates: Readonly<Record<string, Consents>>;
  readonly merging: Merging;
}

/** Anybody who is known. */
export function aPerson(state: PersonState): PersonState {
  if (state.kind === 'unknown') throw notFound('PERSON_NOT_FOUND', 'There is no such person.');
  return state;
}

/** A lead, set aside or not. */
export function aLead(state: PersonState): PersonState & { readonly lead: PersonData<'LeadRegistered'> } {
  const { kind, lead } = aPerson(state);
  if (kind === 'contact') throw refused('LEAD_ALREADY_CONVERTED', 'The lead is a contact already.');
  if (kind !== 'lead' || !lead) throw refused('PERSON_NOT_A_LEAD', 'This person has shown no interest.');
  return { ...state, lead };
}

/** A lead that is not set aside. */
export function workedOn(state: PersonState): PersonData<'LeadRegistered'> {
  const { lead, disqualified } = aLead(state);
  if (disqualified !== undefined) throw refused('LEAD_DISQUALIFIED', 'The lead is disqualified; recycle it first.');
  return lead;
}
