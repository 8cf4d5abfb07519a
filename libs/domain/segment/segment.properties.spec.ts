import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Bodies, holds, id, ids, of, perhaps, reason, type Trail } from '../../testing/properties.js';
import { hasId, idsIn } from './id-set.js';
import { segment, type SegmentState } from './segment.js';

const energy = { field: 'industry', operator: 'one-of', value: ['energy'] };
const some = fc.record({
  personIds: perhaps([id], ids),
  accountIds: fc.oneof({ weight: 4, arbitrary: of(undefined) }, of(ids)),
});

const bodies: Bodies = {
  DefineSegment: fc.record({
    name: of('Silent'),
    of: of('people', 'accounts'),
    rule: of<object>(energy, { not: energy }, { any: [] }, { field: 'colour' }),
  }),
  CreateStaticList: fc.record({ name: of('Fair'), of: of('people', 'people', 'accounts') }),
  AddToStaticList: some,
  RemoveFromStaticList: some,
  RetireSegment: fc.record({ reason }),
};
const often = ['CreateStaticList', 'AddToStaticList', 'AddToStaticList', 'RemoveFromStaticList'];

describe('In whatever order it is asked', () => {
  it('a segment is either dynamic or a list, and changes no more once it is retired', () => {
    holds(segment, { bodies, often }, ({ before, after, facts }: Trail<SegmentState>) => {
      expect([after.defined, after.list].filter(Boolean)).toHaveLength(1);
      if (after.defined) expect(after.members.size).toBe(0);
      expect(idsIn(after.members)).toHaveLength(after.members.size);
      for (const one of idsIn(after.members)) expect(hasId(after.members, one)).toBe(true);
      if (before.retired) expect(facts).toEqual([]);
      if (before.defined) expect(after.defined?.of).toBe(before.defined.of);
      expect(after.defined?.version ?? 0).toBeGreaterThanOrEqual(before.defined?.version ?? 0);
    });
  });
});
