import type { SegmentStays } from '../libs/cqrs/index.js';
import type { EventFeed } from '../libs/kernel/index.js';
import { type Database, isServed, whenMoved } from '../libs/read-model/index.js';
import { everIn, followedSegments, staysIn, turnedSince } from '../projections/segments/followed.js';
import { segmentsModel } from '../projections/segments/index.js';

/** Who belongs to segments by rule that have a window of their own, told by the read model of segments. */
export const segmentStays = (database: Database, log: Pick<EventFeed, 'head'>): SegmentStays => {
  let served = false;
  return {
    whenMoved: (heard) => whenMoved(database, segmentsModel, heard),
    followed: async () => {
      served ||= await isServed(database, segmentsModel);
      const known = served ? await followedSegments(database) : undefined;
      if (!known) return undefined;
      // Only where somebody is followed does it matter whether all was read.
      const head = known.segments.length === 0 ? null : await log.head();
      return { ...known, isEnd: head === null || known.position >= head };
    },
    turnedSince: (...asked) => turnedSince(database, ...asked),
    everIn: (...asked) => everIn(database, ...asked),
    staysIn: (...asked) => staysIn(database, ...asked),
  };
};
