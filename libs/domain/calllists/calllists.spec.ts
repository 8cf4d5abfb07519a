import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { personEvents } from '../person/person.events.js';
import { selectionEvents } from '../selection/selection.events.js';
import { CutCallLists } from './calllists.commands.js';
import { callListsEvents } from './calllists.events.js';
import { callLists } from './calllists.js';
import { type Candidate, cutCallLists } from './cutting.rules.js';

const fact = factsOf(callListsEvents);
const dueAt = '2026-09-04T15:00:00.000Z';
const ids = [
  '00000000-0000-4000-8000-00000000000a',
  '00000000-0000-4000-8000-00000000000b',
  '00000000-0000-4000-8000-00000000000c',
  '00000000-0000-4000-8000-00000000000d',
] as const;
const [a, b, c, d] = ids;

const selected = (of: 'accounts' | 'people') =>
  factsOf(selectionEvents)('SelectionDefined', {
    name: 'Win back',
    segmentId: 'fair',
    of,
    orderBy: 'silence',
    direction: 'highest-first',
    includeDogs: false,
    version: 2,
  });
const ofAccounts = { lookups: { 'selection-win-back': [selected('accounts')] } };

const details = { selectionId: 'win-back', salespeople: ['sam', 'kim'], size: 2, dueAt };
const cut = (candidates: readonly object[], change: object = {}) =>
  command(CutCallLists, { cutId: d, ...details, candidates, ...change });
const accounts = [
  { accountId: a, value: 10 },
  { accountId: b, value: 30, owner: 'kim' },
  { accountId: c, value: 20 },
];
const about = { selectionId: 'win-back', of: 'accounts' } as const;
const wholeCut = fact('CallListsCut', {
  ...about,
  selectionVersion: 2,
  orderBy: 'silence',
  direction: 'highest-first',
  salespeople: ['sam', 'kim'],
  size: 2,
  candidates: 3,
  leftOut: 0,
  excluded: 0,
});
const drawn = (salesperson: string, ...members: readonly string[]) =>
  fact('CallListDrawn', { ...about, salesperson, members, kind: 'phone-call', dueAt });

describe('A selection', () => {
  it('is cut into call lists per salesperson, the most important first, each to its owner if there is room', () => {
    given(callLists)
      .when(cut(accounts), ofAccounts)
      .then(wholeCut, drawn('sam', c, a), drawn('kim', b));
  });

  it('leaves out dogs unless asked for', () => {
    const [first, ...others] = accounts;
    const judged = [{ ...first, group: 'dog' }, ...others.map((candidate) => ({ ...candidate, group: 'friend' }))];
    given(callLists)
      .when(cut(judged), ofAccounts)
      .then(fact('CallListsCut', { ...wholeCut.data, excluded: 1 }), drawn('sam', c), drawn('kim', b));
    const withDogs = { ...selected('accounts'), data: { ...selected('accounts').data, includeDogs: true } };
    given(callLists)
      .when(cut(judged), { lookups: { 'selection-win-back': [withDogs] } })
      .then(wholeCut, drawn('sam', c, a), drawn('kim', b));
  });

  it('leaves out who finds no room, and people who are no customers', () => {
    given(callLists)
      .when(cut(accounts, { size: 1, salespeople: ['sam'] }), ofAccounts)
      .then(fact('CallListsCut', { ...wholeCut.data, salespeople: ['sam'], size: 1, leftOut: 2 }), drawn('sam', b));
    const press = factsOf(personEvents)('OtherPersonRegistered', { name: 'Tomas', relation: 'press' });
    const lookups = { 'selection-win-back': [selected('people')], [`person-${a}`]: [press] };
    given(callLists)
      .when(
        cut([
          { personId: a, value: 1 },
          { personId: b, value: 1 },
        ]),
        { lookups },
      )
      .then(
        fact('CallListsCut', { ...wholeCut.data, of: 'people', candidates: 2, excluded: 1 }),
        fact('CallListDrawn', { ...drawn('sam', b).data, of: 'people' }),
      );
  });

  it('is cut once under an id, also when dogs are called from the next definition on', () => {
    const [first, ...others] = accounts;
    const judged = [{ ...first, group: 'dog' }, ...others];
    const withDogs = {
      ...selected('accounts'),
      data: { ...selected('accounts').data, includeDogs: true, version: 3 },
    };
    given(callLists, fact('CallListsCut', { ...wholeCut.data, excluded: 1 }), drawn('sam', c), drawn('kim', b))
      .when(cut(judged), { lookups: { 'selection-win-back': [selected('accounts'), withDogs] } })
      .thenNothing();
  });

  it('is cut once under an id, by the definition that held then', () => {
    const redefined = [
      selected('accounts'),
      { ...selected('accounts'), data: { ...selected('accounts').data, version: 3 } },
    ];
    given(callLists, wholeCut, drawn('sam', c, a), drawn('kim', b))
      .when(cut(accounts), { lookups: { 'selection-win-back': redefined } })
      .thenNothing();
    given(callLists, wholeCut, drawn('sam', c, a), drawn('kim', b))
      .when(cut(accounts, { size: 1 }), ofAccounts)
      .thenRefused('CALL_LISTS_EXIST');
  });

  it('is known, and its candidates are what it is of, each once', () => {
    given(callLists).when(cut(accounts)).thenRefused('SELECTION_NOT_FOUND');
    given(callLists)
      .when(cut([{ personId: a, value: 1 }]), ofAccounts)
      .thenRefused('CANDIDATE_OF_OTHER_KIND');
    given(callLists)
      .when(cut([{ personId: a, accountId: a, value: 1 }]), ofAccounts)
      .thenRefused('CANDIDATE_OF_OTHER_KIND');
    given(callLists)
      .when(cut([...accounts, { accountId: a, value: 4 }]), ofAccounts)
      .thenRefused('CANDIDATE_TWICE');
  });
});

describe('Whatever is cut', () => {
  const candidate = fc.record({
    value: fc.integer({ min: -2, max: 3 }),
    owner: fc.constantFrom('sam', 'kim', 'lou', 'ann'),
  });
  const candidates = fc
    .array(candidate, { maxLength: 12 })
    .map((several) =>
      several.map((one, place): Candidate => ({ ...one, memberId: `m${String(place).padStart(2, '0')}` })),
    );
  const salespeople = fc.uniqueArray(fc.constantFrom('sam', 'kim', 'lou'), { minLength: 1 });
  const direction = fc.constantFrom('highest-first' as const, 'lowest-first' as const);

  it('nobody is called twice, no list is too long, and nobody is left out while there is room', () => {
    fc.assert(
      fc.property(candidates, direction, salespeople, fc.integer({ min: 1, max: 5 }), (all, way, calling, size) => {
        const { lists, leftOut } = cutCallLists(all, way, calling, size);
        const called = lists.flatMap(({ members }) => members);
        expect(lists.map(({ salesperson }) => salesperson)).toEqual(calling);
        expect(new Set(called).size).toBe(called.length);
        expect(called).toHaveLength(Math.min(all.length, size * calling.length));
        expect(called.length + leftOut).toBe(all.length);
        const valueOf = new Map(all.map(({ memberId, value }) => [memberId, way === 'highest-first' ? -value : value]));
        for (const { members } of lists) {
          expect(members.length).toBeLessThanOrEqual(size);
          const values = members.map((id) => valueOf.get(id) ?? 0);
          expect(values).toEqual(values.toSorted((x, y) => x - y));
        }
        const last = Math.max(...called.map((id) => valueOf.get(id) ?? 0));
        for (const [id, value] of valueOf) if (!called.includes(id)) expect(value).toBeGreaterThanOrEqual(last);
      }),
    );
  });

  it('it does not matter in which order the candidates came', () => {
    fc.assert(
      fc.property(candidates, direction, salespeople, (all, way, calling) => {
        expect(cutCallLists(all.toReversed(), way, calling, 3)).toEqual(cutCallLists(all, way, calling, 3));
      }),
    );
  });
});
