import type { Instant } from '../kernel/index.js';
import type { Row } from './columns.js';

/** What made a row: the event behind it. */
export interface Cause {
  readonly position: bigint;
  readonly type: string;
  readonly actorId: string;
  readonly actorRole: string;
}

/** A stretch of a timeline. */
export interface Stretch {
  readonly from: Instant;
  readonly to: Instant;
  readonly row: Row;
  readonly cause: Cause;
}

/** A stretch as it is written: what was known from one instant to another. */
export interface Known extends Stretch {
  readonly recordedFrom: Instant;
  recordedTo: Instant;
  /** It stands in the database. */
  stored: boolean;
}

export const forever = 'infinity';

/** Instants are ISO 8601 in UTC, of one length: they compare as text, and `infinity` behind all of them. */
export const isBefore = (a: Instant, b: Instant): boolean => a < b;

/** The same whatever the order of the keys, for PostgreSQL has an order of its own. */
export function contentOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(contentOf).join()}]`;
  const members = Object.entries(value as Row).filter(([, member]) => member !== undefined);
  return `{${members
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${name}:${contentOf(member)}`)
    .join()}}`;
}

const sameRow = (a: Stretch, b: Stretch): boolean => contentOf(a.row) === contentOf(b.row);

const sameStretch = (a: Stretch, b: Stretch): boolean => a.from === b.from && a.to === b.to && sameRow(a, b);

/** What changes when a timeline is another one from an instant on. */
export interface Difference {
  /** Stretches that are no longer believed. */
  readonly ended: readonly Known[];
  readonly begun: readonly Stretch[];
  /** The timeline as it is believed now. */
  readonly kept: readonly Known[];
}

/**
 * Sets what follows from `from` on in place of what was believed.
 *
 * @param believed in order, without overlaps; all that reaches beyond `from`, and perhaps more before it
 * @param following in order, without overlaps, all from `from` on
 */
export function replaceFrom(believed: readonly Known[], from: Instant, following: readonly Stretch[]): Difference {
  const untouched = believed.filter(({ to }) => to <= from);
  const touched = believed.filter(({ to }) => to > from);
  const before = touched.flatMap((stretch): readonly Stretch[] =>
    stretch.from < from ? [{ ...stretch, to: from }] : [],
  );
  const wanted = joined([...before, ...following]);
  const kept = touched.filter((stretch) => wanted.some((other) => sameStretch(stretch, other)));
  return {
    ended: touched.filter((stretch) => !kept.includes(stretch)),
    begun: wanted.filter((stretch) => !kept.some((other) => sameStretch(stretch, other))),
    kept: [...untouched, ...kept],
  };
}

/** Neighbours that say the same are one stretch, which the first one's event made; empty ones fall out. */
function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const found: Stretch[] = [];
  for (const stretch of stretches) {
    if (!isBefore(stretch.from, stretch.to)) continue;
    const last = found.at(-1);
    if (last?.to === stretch.from && sameRow(last, stretch)) found[found.length - 1] = { ...last, to: stretch.to };
    else found.push(stretch);
  }
  return found;
}
