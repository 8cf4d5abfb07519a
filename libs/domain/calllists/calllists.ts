import {
  aggregate,
  conflict,
  type DataOf,
  factsOf,
  type FieldError,
  invalid,
  notFound,
  ofSalespeople,
} from '../../kernel/index.js';
import { person } from '../person/person.js';
import type { PersonState } from '../person/state.js';
import { selection, type SelectionState } from '../selection/selection.js';
import { same } from '../values.js';
import { type CandidateField, CutCallLists } from './calllists.commands.js';
import { type CallListsEvents, callListsEvents } from './calllists.events.js';
import { cutCallLists } from './cutting.rules.js';

type Data<T extends keyof CallListsEvents> = DataOf<CallListsEvents[T]>;

/** What one cut gave. */
export interface CallListsState {
  readonly cut?: Data<'CallListsCut'>;
  readonly lists: readonly Data<'CallListDrawn'>[];
}

interface Lookups {
  readonly selection: SelectionState;
  readonly people: ReadonlyMap<string, PersonState>;
}

const fact = factsOf(callListsEvents);

/**
 * A selection cut into call lists per salesperson (S4), worked off as planned activities (domain.md §6). Each cut has a
 * stream, so that a weekly one does not make the selection's endless.
 */
export const callLists = aggregate<CallListsState, Lookups>()({
  events: callListsEvents,
  commands: { CutCallLists },
  id: 'cutId',
  initial: { lists: [] },
  whose: (command, { cut }) => ofSalespeople(...(cut ?? (command as CutCallLists)).salespeople),
  lookups: {
    selection: { from: selection, id: (command) => (command as CutCallLists).selectionId },
    people: {
      from: person,
      ids: (command) =>
        (command as CutCallLists).candidates.flatMap(({ personId }) => (personId === undefined ? [] : [personId])),
    },
  },
  decide: {
    CutCallLists: ({ selectionId, salespeople, size, kind = 'phone-call', dueAt, candidates }, state, { lookups }) => {
      const { defined } = lookups.selection;
      if (!defined) throw notFound('SELECTION_NOT_FOUND', 'There is no such selection.');
      // What was cut is compared by the definition that it was cut by.
      const { of, orderBy, direction, selectionVersion } = state.cut ?? {
        ...defined,
        selectionVersion: defined.version,
      };
      const includeDogs = lookups.selection.includesDogs[selectionVersion] ?? false;
      const named = membersNamed(candidates, of);
      const isCalled = (memberId: string, group: string | undefined): boolean =>
        lookups.people.get(memberId)?.kind !== 'other' && (includeDogs || group !== 'dog');
      const called = named.filter(({ memberId }, place) => isCalled(memberId, candidates[place]?.group));
      const { lists, leftOut } = cutCallLists(called, direction, salespeople, size);
      const counted = { candidates: named.length, leftOut, excluded: named.length - called.length };
      const cut = { selectionId, selectionVersion, of, orderBy, direction, salespeople, size, ...counted };
      const drawn = lists
        .filter(({ members }) => members.length > 0)
        .map((list) => ({ selectionId, of, ...list, kind, dueAt }));
      if (!state.cut) return [fact('CallListsCut', cut), ...drawn.map((list) => fact('CallListDrawn', list))];
      if (same({ cut, lists: drawn }, state)) return [];
      throw conflict('CALL_LISTS_EXIST', 'Other call lists were cut under this id.');
    },
  },
  evolve: {
    CallListsCut: (state, cut) => ({ ...state, cut }),
    CallListDrawn: (state, list) => ({ ...state, lists: [...state.lists, list] }),
  },
});

function membersNamed(candidates: readonly CandidateField[], of: 'accounts' | 'people') {
  const field = of === 'people' ? 'personId' : 'accountId';
  const other = of === 'people' ? 'accountId' : 'personId';
  const seen = new Set<string>();
  const ofOtherKind: FieldError[] = [];
  const twice: FieldError[] = [];
  const members = candidates.flatMap((candidate, place) => {
    const { [field]: memberId, value, owner } = candidate;
    if (memberId === undefined || candidate[other] !== undefined) {
      ofOtherKind.push({ path: `candidates[${place}].${field}`, message: `${field} must be given, and it alone.` });
      return [];
    }
    if (seen.has(memberId)) {
      twice.push({ path: `candidates[${place}].${field}`, message: `${field} stands in the list before.` });
    }
    seen.add(memberId);
    return [{ memberId, value, ...(owner === undefined ? {} : { owner }) }];
  });
  if (ofOtherKind.length > 0) {
    throw invalid('CANDIDATE_OF_OTHER_KIND', `This is a selection of ${of}.`, ofOtherKind.slice(0, 100));
  }
  if (twice.length > 0) throw invalid('CANDIDATE_TWICE', 'Each candidate is named once.', twice.slice(0, 100));
  return members;
}
