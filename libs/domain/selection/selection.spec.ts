import { describe, it } from '@jest/globals';
import { factsOf } from '../../kernel/index.js';
import { command, given } from '../../testing/decider.js';
import { segmentEvents } from '../segment/segment.events.js';
import { DefineSelection } from './selection.commands.js';
import { selectionEvents, selectionOrders } from './selection.events.js';
import { selection } from './selection.js';

const fact = factsOf(selectionEvents);
const list = factsOf(segmentEvents)('StaticListCreated', { name: 'Visitors', of: 'people' });
const retired = factsOf(segmentEvents)('SegmentRetired', { reason: 'Over' });
const known = { lookups: { 'segment-fair': [list] } };

const details = { name: 'Win back', segmentId: 'fair', orderBy: 'silence', direction: 'highest-first' } as const;
const defined = fact('SelectionDefined', { ...details, of: 'people', includeDogs: false, version: 1 });
const define = (change: object = {}) => command(DefineSelection, { selectionId: 'win-back', ...details, ...change });

describe('A selection', () => {
  it('puts a segment in an order of priority, dogs left out unless asked for; each version is kept', () => {
    given(selection).when(define(), known).then(defined);
    for (const orderBy of selectionOrders.filter((order) => order !== 'silence')) {
      given(selection, defined)
        .when(define({ orderBy, includeDogs: true }), known)
        .then(fact('SelectionDefined', { ...defined.data, orderBy, includeDogs: true, version: 2 }));
    }
  });

  it('is of a segment that is in use', () => {
    given(selection).when(define()).thenRefused('SEGMENT_NOT_FOUND');
    given(selection)
      .when(define(), { lookups: { 'segment-fair': [list, retired] } })
      .thenRefused('SEGMENT_RETIRED');
    given(selection, defined)
      .when(define(), { lookups: { 'segment-fair': [list, retired] } })
      .thenNothing();
  });
});
