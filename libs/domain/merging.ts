import { conflict, invalid, refused } from '../kernel/index.js';

/** One that continues as this one. */
export interface Duplicate {
  readonly id: string;
  /** Its stream has taken note; before, it may still decline. */
  readonly confirmed: boolean;
}

/**
 * What a stream knows of being one with others (docs/decisions/0010). Nothing is moved: the duplicate's stream says as
 * whom it continues, and whatever is asked of it is asked of that one.
 */
export interface Merging {
  /** The id that this one continues as. */
  readonly survivorId?: string;
  readonly duplicates: readonly Duplicate[];
  /** Those that once continued as this one. */
  readonly unmerged: readonly string[];
}

export const notMerged: Merging = { duplicates: [], unmerged: [] };

export const mergeRefusals = {
  MERGED_WITH_ITSELF: 'The survivor and the duplicate are the same.',
  MERGED_ALREADY: 'The duplicate continues as another one; unmerge it there first, or merge with that one.',
  MERGE_UNDER_WAY: 'The duplicate is itself waiting for a duplicate to take note; try again in a moment.',
} as const;

export const unmergeRefusals = {
  NOT_MERGED: 'The two were never merged with each other.',
  MERGE_UNDER_WAY: 'The duplicate has not taken note of the merge yet; try again in a moment.',
} as const;

const underWay = () => conflict('MERGE_UNDER_WAY', 'A merge of these two is under way; try again in a moment.');

/**
 * Whether a merge is to be recorded; if not, it is so already.
 *
 * @throws Refusal of `mergeRefusals`
 */
export function mergesWith(own: Merging, ownId: string, duplicateId: string, duplicate: Merging): boolean {
  if (ownId === duplicateId) {
    throw invalid('MERGED_WITH_ITSELF', 'Nobody is merged with themselves.', [
      { path: 'duplicateId', message: 'duplicateId must name another one.' },
    ]);
  }
  if (own.duplicates.some(({ id }) => id === duplicateId)) return false;
  if (duplicate.survivorId !== undefined) {
    throw refused(
      'MERGED_ALREADY',
      'The duplicate continues as another one: merge with that one, or unmerge it there.',
    );
  }
  if (waits(duplicate)) throw underWay();
  return true;
}

/**
 * Whether a stream that is to continue as another one does so. Nobody does who waits for a duplicate of their own: so in
 * a circle of merges each would have to be later than the one before it, and there is no circle. Of two that are
 * merged in both directions at once, the one with the smaller id survives.
 */
export function acceptsMerge(own: Merging, ownId: string, survivorId: string): boolean {
  if (own.survivorId !== undefined) return false;
  const claimed = own.duplicates.find(({ id }) => id === survivorId);
  if (claimed && (claimed.confirmed || ownId < survivorId)) return false;
  return !waits(own, survivorId);
}

/**
 * Whether an unmerge is to be recorded; if not, it is so already.
 *
 * @throws Refusal of `unmergeRefusals`
 */
export function unmergesFrom(own: Merging, duplicateId: string): boolean {
  const duplicate = own.duplicates.find(({ id }) => id === duplicateId);
  if (duplicate) {
    if (!duplicate.confirmed) throw underWay();
    return true;
  }
  if (own.unmerged.includes(duplicateId)) return false;
  throw refused('NOT_MERGED', 'The two were never merged; name the survivor and the duplicate as in the merge.');
}

/** Whether the stream waits for a duplicate (but for that one) to take note. */
export const waits = ({ duplicates }: Merging, butFor?: string): boolean =>
  duplicates.some(({ id, confirmed }) => !confirmed && id !== butFor);

/** Whether the duplicate still has to take note. */
export const awaits = ({ duplicates }: Merging, duplicateId: string): boolean =>
  duplicates.some(({ id, confirmed }) => id === duplicateId && !confirmed);

const without = ({ duplicates }: Merging, duplicateId: string): readonly Duplicate[] =>
  duplicates.filter(({ id }) => id !== duplicateId);

/** What the events of a merge make of a stream that knew this before. */
export const afterMerge = {
  merged: (own: Merging, duplicateId: string): Merging => ({
    ...own,
    duplicates: [...without(own, duplicateId), { id: duplicateId, confirmed: false }],
    unmerged: own.unmerged.filter((id) => id !== duplicateId),
  }),
  confirmed: (own: Merging, duplicateId: string): Merging => ({
    ...own,
    duplicates: [...without(own, duplicateId), { id: duplicateId, confirmed: true }],
  }),
  dropped: (own: Merging, duplicateId: string): Merging => ({ ...own, duplicates: without(own, duplicateId) }),
  unmerged: (own: Merging, duplicateId: string): Merging => ({
    ...own,
    duplicates: without(own, duplicateId),
    unmerged: [...own.unmerged, duplicateId],
  }),
  mergedInto: (own: Merging, survivorId: string): Merging => ({ ...own, survivorId }),
  separated: (own: Merging): Merging => ({ ...own, survivorId: undefined }),
};
