import type { Expected } from '../protocol/requests.js';
import type { Head } from './heads.js';

/** An event that is already in the stream under an id. */
export type Known = { id: string; revision: number; position: number };

export type Verdict =
  | { kind: 'write' }
  | { kind: 'already'; revision: number; position: number }
  | { kind: 'wrong-version'; current: number }
  | { kind: 'deleted' };

const WRITE: Verdict = { kind: 'write' };
const DELETED: Verdict = { kind: 'deleted' };

/**
 * Whether events with these ids may be written to a stream that stands at `head`, may not, or have been before.
 * `byId` finds an id in the stream; `at` finds the event at a revision. Both may have to look it up.
 */
export async function judge(
  head: Head,
  expected: Expected,
  ids: readonly string[],
  byId: (id: string) => Known | undefined,
  at: (from: number, count: number) => Promise<Known[]>,
): Promise<Verdict> {
  if (head.tombstoned) return DELETED;
  const wrong: Verdict = { kind: 'wrong-version', current: head.revision };
  if (expected === 'stream_exists') {
    if (head.truncation.softDeleted) return DELETED;
    if (head.revision < 0 && !head.hasMetadata) return wrong;
  }
  if (expected === 'any' || expected === 'stream_exists') return matchIds(ids.map(byId), wrong);

  const current = expected === 'no_stream' ? -1 : expected;
  if (current > head.revision) return wrong;
  if (current === head.revision) return WRITE;
  if (ids.length === 0) return wrong;
  const written = await at(current + 1, ids.length);
  const matches = ids.map((id, index) => (written[index]?.id === id ? written[index] : undefined));
  if (matches[0] === undefined) return expected === 'no_stream' && head.truncation.softDeleted ? WRITE : wrong;
  return matchIds(matches, wrong);
}

/** The first unknown: new. All known: written before, here. Known and then unknown: somebody else's. */
function matchIds(known: readonly (Known | undefined)[], wrong: Verdict): Verdict {
  const last = known.at(-1);
  if (known[0] === undefined) return WRITE;
  if (last === undefined || known.includes(undefined)) return wrong;
  return { kind: 'already', revision: last.revision, position: last.position };
}

/** Whether a stream that stands at `head` may be deleted: as an append, but a soft delete needs something there. */
export function judgeDeletion(head: Head, expected: Expected, hard: boolean): Verdict {
  if (head.tombstoned) return DELETED;
  const wrong: Verdict = { kind: 'wrong-version', current: head.revision };
  const isThere = head.revision >= 0 || head.hasMetadata;
  switch (expected) {
    case 'any':
      return hard || isThere ? WRITE : wrong;
    case 'stream_exists':
      if (head.truncation.softDeleted) return DELETED;
      return isThere ? WRITE : wrong;
    case 'no_stream':
      if (head.revision >= 0 && !head.truncation.softDeleted) return wrong;
      return hard || isThere ? WRITE : wrong;
    default:
      return expected === head.revision ? WRITE : wrong;
  }
}
