import { type Instant, later } from '../kernel/index.js';
import { type Cause, forever } from './timeline.js';

/** Whether a rule held from one instant to another, and the event behind that. */
export interface Piece {
  readonly from: Instant;
  readonly to: Instant;
  readonly holds: boolean;
  readonly cause: Cause;
}

/** From entering to leaving. */
export interface Stay {
  readonly from: Instant;
  readonly to: Instant;
  readonly cause: Cause;
  /** The event that ended it; `null`: nothing did. */
  readonly left: Cause | null;
}

/** A stay as it is written: what was known from one instant to another. */
export interface KnownStay extends Stay {
  readonly recordedFrom: Instant;
  recordedTo: Instant;
  /** It stands in the database. */
  stored: boolean;
}

export interface StayChange {
  readonly ended: readonly KnownStay[];
  readonly begun: readonly KnownStay[];
  /** All that is believed now, in order. */
  readonly believed: readonly KnownStay[];
}

/**
 * Sets what follows from `from` on in place of what was believed.
 *
 * @param believed in order; all that reaches to `from` or beyond it
 * @param following in order, without gaps
 * @param recorded when that was learnt
 */
export function restay(
  believed: readonly KnownStay[],
  from: Instant,
  following: readonly Piece[],
  recorded: Instant,
): StayChange {
  const touched = believed.filter(({ to }) => to >= from);
  const wanted = staysOf(touched, from, following);
  const kept = touched.filter((stay) => wanted.some((other) => sameStay(stay, other)));
  const ended = touched.filter((stay) => !kept.includes(stay));
  for (const stay of ended) stay.recordedTo = recorded;
  const begun = wanted
    .filter((stay) => !kept.some((other) => sameStay(stay, other)))
    .map((stay): KnownStay => ({ ...stay, recordedFrom: recorded, recordedTo: forever, stored: false }));
  const untouched = believed.filter(({ to }) => to < from);
  return {
    ended,
    begun,
    believed: [...untouched, ...kept, ...begun].sort((a, b) => (a.from < b.from ? -1 : 1)),
  };
}

function staysOf(touched: readonly Stay[], from: Instant, following: readonly Piece[]): readonly Stay[] {
  const found: Stay[] = touched
    .filter((stay) => stay.from < from)
    .map((stay) => (stay.to > from ? { ...stay, to: from, left: null } : stay));
  for (const piece of following) {
    if (piece.from >= piece.to) continue;
    const last = found.at(-1);
    const before = last?.to === piece.from ? last : undefined;
    if (piece.holds && before) found[found.length - 1] = { ...before, to: piece.to, left: null };
    else if (piece.holds) found.push({ from: piece.from, to: piece.to, cause: piece.cause, left: null });
    else if (before) found[found.length - 1] = { ...before, left: before.left ?? piece.cause };
  }
  return found;
}

const sameStay = (a: Stay, b: Stay): boolean =>
  a.from === b.from &&
  a.to === b.to &&
  a.cause.position === b.cause.position &&
  (a.left?.position ?? null) === (b.left?.position ?? null);

/** The latest of some instants; empty: there is none. */
export const latest = (instants: readonly Instant[]): Instant => instants.reduce((a, b) => later(a, b), '');
