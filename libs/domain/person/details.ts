import { factsOf, invalid, refused } from '../../kernel/index.js';
import {
  type Attribute,
  changedAttributes,
  knownAttributes,
  withAttributes,
  withoutAttributes,
} from '../attributes.js';
import { attributesOf } from '../attributes.commands.js';
import { plain } from '../values.js';
import type {
  AssignContactAccount,
  ChangePersonDetails,
  RemovePersonAttributes,
  SetPersonAttributes,
  TransferPerson,
} from './details.commands.js';
import { type PersonEvents, personEvents, type Reachable } from './person.events.js';
import type { PersonState } from './state.js';

const fact = factsOf(personEvents);

/** Who owns the person in sales; `undefined`: nobody (yet). */
export const ownerOf = ({ contact, owner }: PersonState): string | undefined => contact?.owner ?? owner;

export function detailsChanged({ name, email, phone, clear = [] }: ChangePersonDetails, { details }: PersonState) {
  const asked: Partial<Reachable> = plain({ name, email, phone });
  const both = clear.filter((detail) => asked[detail] !== undefined);
  if (both.length > 0) {
    const errors = both.map((path) => ({ path, message: `${path} is to be cleared as well.` }));
    throw invalid('DETAIL_SET_AND_CLEARED', 'A detail is either given a value or cleared.', errors);
  }
  const news = Object.entries(asked).filter(([key, value]) => details[key as keyof Reachable] !== value);
  const cleared = clear.filter((detail) => details[detail] !== undefined);
  if (news.length === 0 && cleared.length === 0) return [];
  return [fact('PersonDetailsChanged', { ...(Object.fromEntries(news) as Partial<Reachable>), cleared })];
}

export function transferred({ owner: to, reason }: TransferPerson, state: PersonState) {
  if (state.kind !== 'lead' && state.kind !== 'contact') {
    throw refused('PERSON_WITHOUT_OWNER', 'Only leads and contacts are owned by somebody in sales.');
  }
  const from = ownerOf(state);
  return from === to ? [] : [fact('PersonTransferred', plain({ from, to, reason }))];
}

export function accountAssigned({ accountId }: AssignContactAccount, { contact }: PersonState) {
  if (!contact) throw refused('PERSON_NOT_A_CONTACT', 'Only a contact belongs to an account; convert the lead first.');
  const { accountId: before } = contact;
  return before === accountId ? [] : [fact('ContactAccountAssigned', { accountId, before })];
}

/** An attribute is personal or not for as long as there is one of its name. */
export function attributesSet(command: SetPersonAttributes, { attributes: known }: PersonState) {
  const open = attributesOf(command.attributes ?? []);
  const personal = attributesOf(command.personalAttributes ?? []);
  const names = (some: readonly Attribute[]): readonly string[] => some.map(({ name }) => name);
  const both = [
    ...knownAttributes([...known.personal, ...personal], names(open)),
    ...knownAttributes(known.open, names(personal)),
  ];
  if (both.length > 0) {
    const message = 'An attribute is kept as personal or not; remove it before it is set the other way.';
    throw refused('ATTRIBUTE_PERSONAL_OR_NOT', message);
  }
  const attributes = changedAttributes(known.open, open);
  const personalAttributes = changedAttributes(known.personal, personal);
  if (attributes.length === 0 && personalAttributes.length === 0) return [];
  return [
    fact(
      'PersonAttributesSet',
      plain({ attributes, personalAttributes: personalAttributes.length === 0 ? undefined : personalAttributes }),
    ),
  ];
}

export function attributesRemoved({ names: asked }: RemovePersonAttributes, { attributes }: PersonState) {
  const names = knownAttributes([...attributes.open, ...attributes.personal], asked);
  return names.length === 0 ? [] : [fact('PersonAttributesRemoved', { names })];
}

type Data<T extends keyof PersonEvents> = PersonEvents[T]['open'] & PersonEvents[T]['personal'];

/** What is known of how to reach the person, after something more was. */
export const reachedBy = (state: PersonState, { name, email, phone }: Partial<Reachable>): PersonState => ({
  ...state,
  details: { ...state.details, ...plain({ name, email, phone }) },
});

export function withDetails(state: PersonState, { cleared, ...changed }: Data<'PersonDetailsChanged'>): PersonState {
  const kept = Object.entries(state.details).filter(([key]) => !cleared.some((detail) => detail === key));
  return reachedBy({ ...state, details: Object.fromEntries(kept) }, changed);
}

/** A transfer is of the person: it holds for the lead that a contact becomes when the conversion is reverted. */
export const withOwner = (state: PersonState, owner: string): PersonState => ({
  ...state,
  owner,
  contact: state.contact && { ...state.contact, owner },
});

export const withAttributesSet = (state: PersonState, data: Data<'PersonAttributesSet'>): PersonState => ({
  ...state,
  attributes: {
    open: withAttributes(state.attributes.open, data.attributes),
    personal: withAttributes(state.attributes.personal, data.personalAttributes ?? []),
  },
});

export const withAttributesRemoved = (state: PersonState, names: readonly string[]): PersonState => ({
  ...state,
  attributes: {
    open: withoutAttributes(state.attributes.open, names),
    personal: withoutAttributes(state.attributes.personal, names),
  },
});
