import { aggregate, type DataOf, factsOf, type Lookup, notFound, refused } from '../../kernel/index.js';
import { audienceOf, segment, type SegmentState } from '../segment/segment.js';
import { same } from '../values.js';
import { DefineSelection } from './selection.commands.js';
import { type SelectionEvents, selectionEvents } from './selection.events.js';

export interface SelectionState {
  readonly defined?: DataOf<SelectionEvents['SelectionDefined']>;
  /** Whether dogs are called, by version. */
  readonly includesDogs: Readonly<Record<number, boolean>>;
}

interface Lookups {
  readonly segment: SegmentState;
}

const fact = factsOf(selectionEvents);

const ordered: Lookup<SelectionState, SegmentState> = {
  from: segment,
  id: (command) => (command as DefineSelection).segmentId,
};

/** A segment put in order of priority (S4); call lists are cut from it (domain.md §6). */
export const selection = aggregate<SelectionState, Lookups>()({
  events: selectionEvents,
  commands: { DefineSelection },
  id: 'selectionId',
  initial: { includesDogs: {} },
  lookups: { segment: ordered },
  decide: {
    DefineSelection: ({ name, segmentId, orderBy, direction, includeDogs = false }, { defined }, { lookups }) => {
      const of = audienceOf(lookups.segment);
      if (!of) throw notFound('SEGMENT_NOT_FOUND', 'There is no such segment or list.');
      const version = defined?.version ?? 0;
      const asked = { name, segmentId, of, orderBy, direction, includeDogs };
      if (same({ ...asked, version }, defined)) return [];
      if (lookups.segment.retired) throw refused('SEGMENT_RETIRED', 'The segment is retired.');
      return [fact('SelectionDefined', { ...asked, version: version + 1 })];
    },
  },
  evolve: {
    SelectionDefined: ({ includesDogs }, defined) => ({
      defined,
      includesDogs: { ...includesDogs, [defined.version]: defined.includeDogs },
    }),
  },
});
