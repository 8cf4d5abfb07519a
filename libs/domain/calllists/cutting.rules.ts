import type { SelectionDirection } from '../selection/selection.events.js';

/** A member of a segment who may be called. */
export interface Candidate {
  readonly memberId: string;
  /** What the selection orders by: whole; the order of groups is partner, friend, economist, dog from 4 to 1. */
  readonly value: number;
  /** Whose customer it is. */
  readonly owner?: string;
}

/** Members in the order in which they are called. */
export interface CallList {
  readonly salesperson: string;
  readonly members: readonly string[];
}

/**
 * Cuts candidates into call lists (S4): the most important first; each goes to the salesperson who owns it, if that one
 * is calling and has room, or else to whoever has the shortest list, the earlier named first. Nobody is called twice,
 * and as long as there is room nobody is left out.
 *
 * @param size most members of a list
 * @returns a list for each salesperson, in the order in which they are named, and how many found no room
 */
export function cutCallLists(
  candidates: readonly Candidate[],
  direction: SelectionDirection,
  salespeople: readonly string[],
  size: number,
): { readonly lists: readonly CallList[]; readonly leftOut: number } {
  const lists = salespeople.map((salesperson) => ({ salesperson, members: [] as string[] }));
  const roomOf = (list: { readonly members: readonly string[] }): number => size - list.members.length;
  const waiting: string[] = [];
  const most = size * salespeople.length;
  // Who is within the reach of all lists together is called; whose own list is full goes to another one.
  for (const { memberId, owner } of inOrder(candidates, direction).slice(0, most)) {
    const own = lists.find(({ salesperson }) => salesperson === owner);
    if (own && roomOf(own) > 0) own.members.push(memberId);
    else waiting.push(memberId);
  }
  for (const memberId of waiting) {
    const [shortest] = lists.toSorted((a, b) => a.members.length - b.members.length);
    shortest?.members.push(memberId);
  }
  const places = new Map(inOrder(candidates, direction).map(({ memberId }, place) => [memberId, place]));
  for (const { members } of lists) members.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
  return { lists, leftOut: Math.max(0, candidates.length - most) };
}

/** The most important first; of the same value in the order of their ids, so that everyone cuts alike. */
function inOrder(candidates: readonly Candidate[], direction: SelectionDirection): readonly Candidate[] {
  const sign = direction === 'highest-first' ? -1 : 1;
  return candidates.toSorted(
    (a, b) => sign * (a.value - b.value) || (a.memberId < b.memberId ? -1 : Number(a.memberId > b.memberId)),
  );
}
