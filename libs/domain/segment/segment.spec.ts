import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../kernel/index.js';
import { command, decide, fold, given } from '../../testing/decider.js';
import { hasId, idsIn, noIds, withIds, withoutIds } from './id-set.js';
import {
  AddToStaticList,
  CreateStaticList,
  DefineSegment,
  RemoveFromStaticList,
  RetireSegment,
} from './segment.commands.js';
import { segmentEvents } from './segment.events.js';
import type { Rule } from './segment.rules.js';
import { segment } from './segment.js';

const fact = factsOf(segmentEvents);
const segmentId = 'fair-2026';
const ids = ['5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11', '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10'] as const;
const [ilse, tomas] = ids;

const rule: Rule = { all: [{ field: 'phase', operator: 'one-of', value: ['inactive'] }] };
const otherRule: Rule = { field: 'phase', operator: 'one-of', value: ['active'] };
const name = 'Visitors';
const defined = fact('SegmentDefined', { name, of: 'accounts', rule, version: 1 });
const list = fact('StaticListCreated', { name, of: 'people' });
const onIt = fact('StaticListMembersAdded', { members: [ilse] });
const reason = 'Over';
const gone = fact('SegmentRetired', { reason });

const define = (change: object = {}) => command(DefineSegment, { segmentId, name, of: 'accounts', rule, ...change });
const create = (change: object = {}) => command(CreateStaticList, { segmentId, name, of: 'people', ...change });
const add = (...personIds: readonly string[]) => command(AddToStaticList, { segmentId, personIds });
const remove = (...personIds: readonly string[]) => command(RemoveFromStaticList, { segmentId, personIds });
const retire = (why = reason) => command(RetireSegment, { segmentId, reason: why });

describe('A dynamic segment', () => {
  it('is defined by a rule, and each version of it is kept', () => {
    given(segment).when(define()).then(defined);
    given(segment, defined)
      .when(define({ rule: otherRule }))
      .then(fact('SegmentDefined', { name, of: 'accounts', rule: otherRule, version: 2 }));
  });

  it('changes nothing by a rule that says the same in other words, and keeps its version under another name', () => {
    given(segment, defined)
      .when(define({ rule: { any: rule.all } }))
      .thenNothing();
    given(segment, defined)
      .when(define({ name: 'Gone quiet' }))
      .then(fact('SegmentDefined', { name: 'Gone quiet', of: 'accounts', rule, version: 1 }));
  });

  it('cannot come to ask for the phase while it has a window of its own, which the phase follows from', () => {
    const ports: Rule = { field: 'industry', operator: 'one-of', value: ['ports'] };
    const value = { days: 180, segments: [{ segmentId, days: 365 }] };
    const windows = [{ type: 'PolicyChanged', data: { policy: 'inactivity.window', version: 1, value } }];
    const lookups = { 'policy-inactivity.window': windows };
    const before = fact('SegmentDefined', { name, of: 'accounts', rule: ports, version: 1 });
    given(segment, before).when(define(), { lookups }).thenRefused('SEGMENT_RULE_INVALID');
    expect(() =>
      decide(segment, segment.initial, define({ rule: { any: [ports, { not: rule }] } }), { lookups }),
    ).toThrow(
      expect.objectContaining({
        errors: [
          {
            path: 'rule.any[1].not.all[0].field',
            message:
              'inactivity.window has a window for this segment: its rule cannot ask for the phase, which follows from the window.',
          },
        ],
      }),
    );
    given(segment)
      .when(define({ rule: ports }), { lookups })
      .then(before);
    given(segment, before)
      .when(define(), { lookups: {} })
      .then(fact('SegmentDefined', { name, of: 'accounts', rule, version: 2 }));
    // One that an earlier release took may be given another name.
    given(segment, defined)
      .when(define({ name: 'Gone quiet' }), { lookups })
      .then(fact('SegmentDefined', { name: 'Gone quiet', of: 'accounts', rule, version: 1 }));
  });

  it('is turned down with the path of what is wrong in its rule', () => {
    const wrong = { all: [rule, { not: { field: 'rating', operator: 'at-least', value: 'high' } }] };
    given(segment)
      .when(define({ rule: wrong }))
      .thenRefused('SEGMENT_RULE_INVALID');
    expect(() => decide(segment, segment.initial, define({ rule: wrong }))).toThrow(
      expect.objectContaining({
        errors: [{ path: 'rule.all[1].not.value', message: 'value must be a whole number.' }],
      }),
    );
  });

  it('cannot rest on what is computed when it is asked for, unless it did so before', () => {
    const projected: Rule = {
      ...{ field: 'lifetime-value', of: 'projected', operator: 'at-least' },
      value: { amount: 1, currency: 'EUR' },
    };
    expect(() =>
      decide(segment, segment.initial, define({ rule: { any: [rule, { not: projected }, projected] } })),
    ).toThrow(
      expect.objectContaining({
        code: 'SEGMENT_RULE_INVALID',
        errors: [
          expect.objectContaining({ path: 'rule.any[1].not.of' }),
          expect.objectContaining({ path: 'rule.any[2].of' }),
        ],
      }),
    );
    given(segment, fact('SegmentDefined', { name, of: 'accounts', rule: projected, version: 1 }))
      .when(define({ rule: projected, name: 'Promising' }))
      .then(fact('SegmentDefined', { name: 'Promising', of: 'accounts', rule: projected, version: 1 }));
  });

  it('may rest on the group of a customer', () => {
    const noDogs: Rule = { not: { field: 'group', operator: 'one-of', value: ['dog'] } };
    given(segment)
      .when(define({ rule: noDogs }))
      .then(fact('SegmentDefined', { name, of: 'accounts', rule: noDogs, version: 1 }));
  });

  it('may be nested as deep as the language allows', () => {
    const nested = (levels: number): Rule => (levels === 0 ? rule : { any: [nested(levels - 1)] });
    given(segment)
      .when(define({ rule: nested(7) }))
      .then(fact('SegmentDefined', { name, of: 'accounts', rule: nested(7), version: 1 }));
    given(segment)
      .when(define({ rule: nested(8) }))
      .thenRefused('SEGMENT_RULE_INVALID');
  });

  it('stays of accounts or of people, and is no list', () => {
    given(segment, defined)
      .when(define({ of: 'people' }))
      .thenRefused('SEGMENT_AUDIENCE_FIXED');
    given(segment, list).when(define()).thenRefused('SEGMENT_IS_A_LIST');
    given(segment, defined).when(create()).thenRefused('SEGMENT_EXISTS');
    given(segment, defined).when(add(ilse)).thenRefused('SEGMENT_NOT_A_LIST');
    given(segment, defined).when(remove(ilse)).thenRefused('SEGMENT_NOT_A_LIST');
  });
});

describe('A static list', () => {
  it('is created of people or of accounts', () => {
    given(segment).when(create()).then(list);
    given(segment, list).when(create()).thenNothing();
    given(segment, list)
      .when(create({ of: 'accounts' }))
      .thenRefused('SEGMENT_EXISTS');
  });

  it('has members with a history: each is added once and removed once', () => {
    given(segment, list).when(add(ilse)).then(onIt);
    given(segment, list, onIt)
      .when(add(ilse, tomas))
      .then(fact('StaticListMembersAdded', { members: [tomas] }));
    given(segment, list, onIt)
      .when(remove(ilse, tomas))
      .then(fact('StaticListMembersRemoved', { members: [ilse] }));
    given(segment, list).when(remove(ilse)).thenNothing();
  });

  it('takes no accounts where it is of people', () => {
    const accounts = { segmentId, accountIds: [tomas] };
    given(segment, list).when(command(AddToStaticList, accounts)).thenRefused('LIST_MEMBERS_OF_OTHER_KIND');
    given(segment, list)
      .when(command(AddToStaticList, { ...accounts, personIds: [ilse] }))
      .thenRefused('LIST_MEMBERS_OF_OTHER_KIND');
    given(segment, list).when(command(RemoveFromStaticList, { segmentId })).thenRefused('LIST_MEMBERS_OF_OTHER_KIND');
    given(segment, fact('StaticListCreated', { name, of: 'accounts' }))
      .when(command(AddToStaticList, accounts))
      .then(fact('StaticListMembersAdded', { members: [tomas] }));
  });

  it('holds a hundred thousand, added five hundred at a time', () => {
    const all = Array.from({ length: 100_000 }, (_, n) => `5f0c9d1e-7a54-4a36-9d0b-${String(n).padStart(12, '0')}`);
    const chunks = Array.from({ length: 200 }, (_, n) => all.slice(n * 500, n * 500 + 500));
    const state = fold(segment, [list, ...chunks.map((members) => fact('StaticListMembersAdded', { members }))]);
    expect(state.members.size).toBe(100_000);
    expect(decide(segment, state, add(...(chunks[3] ?? [])))).toEqual([]);
  });
});

describe('A segment or list', () => {
  it('is retired with the reason, and used for nothing new', () => {
    given(segment, list, onIt).when(retire()).then(gone);
    given(segment, list, gone).when(retire('Another')).thenRefused('SEGMENT_ALREADY_RETIRED');
    given(segment, list, gone).when(add(ilse)).thenRefused('SEGMENT_RETIRED');
    given(segment, list, onIt, gone).when(remove(ilse)).thenRefused('SEGMENT_RETIRED');
    given(segment, list, onIt, gone).when(add(ilse)).thenNothing();
    given(segment, defined, gone)
      .when(define({ name: 'Other' }))
      .thenRefused('SEGMENT_RETIRED');
    given(segment, defined, gone).when(define()).thenNothing();
  });

  it('keeps its members as a set does, whatever is added and removed', () => {
    const steps = fc.array(
      fc.record({ add: fc.boolean(), ids: fc.array(fc.constantFrom(...ids, 'a', 'b', 'c'), { maxLength: 4 }) }),
    );
    fc.assert(
      fc.property(steps, (taken) => {
        const plain = new Set<string>();
        const kept = taken.reduce((set, step) => {
          const before = { ids: idsIn(set), size: set.size };
          for (const id of step.ids)
            if (step.add) plain.add(id);
            else plain.delete(id);
          const after = (step.add ? withIds : withoutIds)(set, step.ids);
          expect({ ids: idsIn(set), size: set.size }).toEqual(before);
          return after;
        }, noIds);
        expect(idsIn(kept)).toEqual([...plain].sort());
        expect(kept.size).toBe(plain.size);
        for (const id of ids) expect(hasId(kept, id)).toBe(plain.has(id));
      }),
    );
  });
});
