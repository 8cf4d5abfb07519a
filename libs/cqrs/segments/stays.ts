import type { CustomerKind } from '../../domain/customer/customer.events.js';
import type { SegmentStay } from '../../domain/customer/words.rules.js';
import type { Instant, Position } from '../../kernel/index.js';

/** A segment by rule that `inactivity.window` has, or had, a window for. */
export interface FollowedSegment {
  readonly segmentId: string;
  readonly kind: CustomerKind;
  /** What its stays follow from besides its customers; left out: not all of it is evaluated yet. */
  readonly terms?: string | undefined;
}

/** Who belongs to such segments, as far as the log has been read: the read models' answer. */
export interface SegmentStays {
  /** Tells whenever more may be known, until the returned function is called. */
  whenMoved(heard: () => void): () => void;

  /** `undefined`: nothing is known yet. */
  followed(): Promise<
    | {
        readonly position: Position;
        /** When the last event up to there was recorded. */
        readonly readUntil: Instant;
        /** There is nothing in the log behind it. */
        readonly isEnd: boolean;
        readonly segments: readonly FollowedSegment[];
      }
    | undefined
  >;

  /** Streams of some whose stays have changed by events behind a position, behind one of them, in order. */
  turnedSince(segmentId: string, since: Position, after: string, limit: number): Promise<readonly string[]>;

  /** Streams of some of all who ever belonged to it, behind one of them, in order. */
  everIn(segmentId: string, after: string, limit: number): Promise<readonly string[]>;

  /** The stays of each, past and to come, as far as the segment had a window. */
  staysIn(segmentId: string, keys: readonly string[]): Promise<ReadonlyMap<string, readonly SegmentStay[]>>;
}
