import type { FoldedStream, Recorded } from './streams.js';

/**
 * What the command did. `revision` and `position` are of its last event, or of the stream's when it did nothing: -1 and 0
 * where nothing ever happened in it.
 */
export interface CommandResult {
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly events: readonly { readonly id: string; readonly type: string }[];
}

/** Revision, in answers and in `If-Match`, of a stream that has no event yet. */
export const noRevision = -1;

export const resultOf = (stream: string, { revision, position, events }: Recorded): CommandResult => ({
  stream,
  revision,
  position: position.toString(),
  events,
});

/**
 * Already so: the answer tells where the stream stands. One that does not exist can be so by default: a policy that was
 * never changed.
 */
export const nothingDone = (stream: string, { head }: FoldedStream): CommandResult => ({
  stream,
  revision: head?.revision ?? noRevision,
  position: (head?.position ?? 0n).toString(),
  events: [],
});
