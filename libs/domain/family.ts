import { asItStands, type Foldable, type Found } from '../kernel/index.js';
import type { Merging } from './merging.js';

/**
 * The ids of all who are one by now with the one of this id, the survivor's first: streams that were begun under any of
 * these are about the same person or account (docs/decisions/0010). One that was never merged is alone.
 *
 * @param mergingOf what a stream of these knows of being one with others
 */
export function familyOf<State>(
  from: Foldable<State>,
  mergingOf: (state: State) => Merging | undefined,
  id: string,
  found: Found,
): readonly string[] {
  const survivor = found(from, id);
  if (!survivor) return [id];
  const itself = asItStands(from);
  const family = [survivor.id];
  let duplicates = mergingOf(survivor.state)?.duplicates ?? [];
  for (const survivorId of family) {
    if (survivorId !== survivor.id) {
      const known = found(itself, survivorId);
      duplicates = (known && mergingOf(known.state)?.duplicates) ?? [];
    }
    for (const duplicate of duplicates) {
      const known = found(itself, duplicate.id);
      // Not yet read, or the survivor says so and the duplicate has not answered or has been parted since.
      if (known && mergingOf(known.state)?.survivorId !== survivorId) continue;
      if (!family.includes(duplicate.id)) family.push(duplicate.id);
    }
  }
  return family;
}
