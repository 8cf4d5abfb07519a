import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { factsOf } from '../../kernel/index.js';
import { type Bodies, holds, of, perhaps, type Trail } from '../../testing/properties.js';
import { segmentEvents } from '../segment/segment.events.js';
import { selectionDirections, selectionOrders } from './selection.events.js';
import { selection, type SelectionState } from './selection.js';

const list = factsOf(segmentEvents)('StaticListCreated', { name: 'Fair', of: 'people' });
const retired = factsOf(segmentEvents)('SegmentRetired', { reason: 'Over' });
const circumstances = of([list], [list], [list, retired], []).map((facts) => ({ lookups: { 'segment-fair': facts } }));
const bodies: Bodies = {
  DefineSelection: fc.record({
    name: of('Win back', 'Say hello'),
    segmentId: of('fair'),
    orderBy: of(...selectionOrders),
    direction: of(...selectionDirections),
    includeDogs: perhaps(true, false),
  }),
};

describe('In whatever order it is asked', () => {
  it('a selection has one more version at each other definition, and what an earlier one said stays known', () => {
    holds(
      selection,
      { bodies, circumstances },
      ({ before, after, facts, circumstances: around }: Trail<SelectionState>) => {
        expect(after.defined?.version).toBe((before.defined?.version ?? 0) + facts.length);
        expect(after.includesDogs).toMatchObject(before.includesDogs);
        expect(Object.keys(after.includesDogs)).toHaveLength(after.defined?.version ?? 0);
        if (facts.length > 0) expect(around.lookups?.['segment-fair']).toEqual([list]);
      },
    );
  });
});
