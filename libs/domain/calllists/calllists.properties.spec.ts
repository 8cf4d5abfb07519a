import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../kernel/index.js';
import { type Bodies, holds, ids, of, perhaps, type Trail } from '../../testing/properties.js';
import { selectionEvents } from '../selection/selection.events.js';
import { callLists, type CallListsState } from './calllists.js';

const defined = (version: number, includeDogs: boolean) =>
  factsOf(selectionEvents)('SelectionDefined', {
    name: 'Win back',
    segmentId: 'fair',
    of: 'accounts',
    orderBy: 'silence',
    direction: 'highest-first',
    includeDogs,
    version,
  });
const circumstances = of([defined(1, false)], [defined(1, false), defined(2, true)], []).map((facts) => ({
  lookups: { 'selection-win-back': facts },
}));
const candidate = fc.record({
  accountId: of(...ids),
  value: of(1, 2, 3),
  group: perhaps('dog', 'friend'),
  owner: perhaps('sam', 'kim'),
});
const bodies: Bodies = {
  CutCallLists: fc.record({
    selectionId: of('win-back'),
    salespeople: of(['sam'], ['sam', 'kim']),
    size: of(1, 2),
    kind: perhaps('visit'),
    dueAt: of('2026-09-04T15:00:00Z'),
    candidates: fc.uniqueArray(candidate, { minLength: 1, maxLength: 3, selector: ({ accountId }) => accountId }),
  }),
};

describe('In whatever order it is asked', () => {
  it('call lists are cut once: everybody is on one list, found no room, or is not called', () => {
    holds(callLists, { bodies, circumstances }, ({ before, after }: Trail<CallListsState>) => {
      if (before.cut) expect(after).toEqual(before);
      const { candidates = 0, leftOut = 0, excluded = 0, size = 0 } = after.cut ?? {};
      const called = after.lists.flatMap(({ members }) => members);
      expect(new Set(called).size).toBe(called.length);
      expect(called.length + leftOut + excluded).toBe(candidates);
      for (const { members } of after.lists) expect(members.length).toBeLessThanOrEqual(size);
    });
  });
});
