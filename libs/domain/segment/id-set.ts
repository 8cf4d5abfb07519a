/**
 * A set of ids that is never changed, only replaced, and of which replacing copies little: a list of a hundred thousand
 * members is built of hundreds of facts, each of which must not copy the whole.
 */
export interface IdSet {
  readonly size: number;
  readonly buckets: ReadonlyMap<number, ReadonlySet<string>>;
}

export const noIds: IdSet = { size: 0, buckets: new Map() };

const bucketCount = 1_024;

/** FNV-1a: ids of every version spread evenly. */
export function spread(id: string, over: number): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < id.length; place++) hash = Math.imul(hash ^ id.charCodeAt(place), 0x01000193) >>> 0;
  return hash % over;
}

export const hasId = ({ buckets }: IdSet, id: string): boolean =>
  buckets.get(spread(id, bucketCount))?.has(id) ?? false;

export const withIds = (set: IdSet, ids: readonly string[]): IdSet => changed(set, ids, (bucket, id) => bucket.add(id));

export const withoutIds = (set: IdSet, ids: readonly string[]): IdSet =>
  changed(set, ids, (bucket, id) => bucket.delete(id));

/** The ids in the order of their text, so that everyone reads them alike. */
export const idsIn = ({ buckets }: IdSet): readonly string[] => [...buckets.values()].flatMap((ids) => [...ids]).sort();

function changed(set: IdSet, ids: readonly string[], change: (bucket: Set<string>, id: string) => unknown): IdSet {
  const buckets = new Map(set.buckets);
  const copies = new Map<number, Set<string>>();
  let { size } = set;
  for (const id of ids) {
    const place = spread(id, bucketCount);
    const bucket = copies.get(place) ?? new Set(buckets.get(place));
    copies.set(place, bucket);
    buckets.set(place, bucket);
    size -= bucket.size;
    change(bucket, id);
    size += bucket.size;
  }
  return { size, buckets };
}
