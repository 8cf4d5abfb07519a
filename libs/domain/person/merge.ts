import { factsOf, refused } from '../../kernel/index.js';
import { acceptsMerge, awaits, mergesWith, unmergesFrom } from '../merging.js';
import { plain } from '../values.js';
import { consentsOf, saidBy } from './consent.js';
import type {
  AcceptPersonMerge,
  ConfirmPersonMerge,
  DropPersonMerge,
  MergePersons,
  SeparatePerson,
  UnmergePersons,
} from './merge.commands.js';
import { leadLevels, personEvents } from './person.events.js';
import type { PersonState } from './state.js';

const fact = factsOf(personEvents);

/** How far somebody has come on the way from a name to a contact. */
const way = ({ kind, level }: PersonState): number =>
  ({ unknown: 0, other: 0, name: 0, lead: 1 + leadLevels.indexOf(level), contact: 1 + leadLevels.length })[kind];

/** The survivor is the one who has come further: a merge takes back nothing that either of them reached. */
export function merged({ personId, duplicateId }: MergePersons, state: PersonState, duplicate: PersonState) {
  if (!mergesWith(state.merging, personId, duplicateId, duplicate.merging)) return [];
  if (duplicate.kind !== state.kind && [duplicate.kind, state.kind].includes('other')) {
    throw refused('OTHER_NEVER_LEAD', 'Who is registered as no customer is not merged with somebody who may be one.');
  }
  if (way(duplicate) > way(state)) {
    throw refused('SURVIVOR_LESS_KNOWN', 'The duplicate is further on the way to the customer: let it survive.');
  }
  return [fact('PersonsMerged', { duplicateId })];
}

/** The consents that go along are the ones at this very moment: nothing is recorded of the duplicate after it. */
export function mergeAnswered({ personId, survivorId }: AcceptPersonMerge, state: PersonState) {
  if (state.merging.survivorId === survivorId) return [];
  return acceptsMerge(state.merging, personId, survivorId)
    ? [fact('PersonMergedInto', { survivorId, consents: saidBy(consentsOf(state)) })]
    : [fact('PersonMergeDeclined', { survivorId })];
}

export const mergeConfirmed = ({ duplicateId, consents }: ConfirmPersonMerge, { merging }: PersonState) =>
  awaits(merging, duplicateId) ? [fact('PersonMergeConfirmed', { duplicateId, consents: plain(consents) })] : [];

export const mergeDropped = ({ duplicateId }: DropPersonMerge, { merging }: PersonState) =>
  awaits(merging, duplicateId) ? [fact('PersonMergeDropped', { duplicateId })] : [];

export const unmerged = ({ duplicateId }: UnmergePersons, { merging }: PersonState) =>
  unmergesFrom(merging, duplicateId) ? [fact('PersonsUnmerged', { duplicateId })] : [];

export const separated = ({ survivorId }: SeparatePerson, { merging }: PersonState) =>
  merging.survivorId === survivorId ? [fact('PersonSeparated', { survivorId })] : [];
