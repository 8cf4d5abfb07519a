import type { Instant } from '../../kernel/index.js';

/** What is said of a customer and a segment: from an instant on it belongs to it, or does not. */
export interface Word {
  readonly at: Instant;
  readonly belongs: boolean;
}

/** From when to when a customer belongs to a segment, by which version of its rule. */
export interface SegmentStay {
  readonly from: Instant;
  /** Left out: it stays. */
  readonly to?: Instant | undefined;
  readonly ruleVersion: number;
}

/** A word that is missing. */
export interface NextWord {
  readonly at: Instant;
  /** Left out: it does not belong to the segment. */
  readonly ruleVersion?: number | undefined;
}

/** Whether a customer belonged to a segment at an instant: of the words up to there the latest tells. */
export function belongedAt(said: readonly Word[], at: Instant): boolean {
  let latest: Word | undefined;
  for (const word of said) if (word.at <= at && word.at >= (latest?.at ?? '')) latest = word;
  return latest?.belongs ?? false;
}

/**
 * The words that are missing so that what was said comes to what is known: at each instant of either at which the two
 * differ. What is learnt late is so corrected at the very instants that it is about, and nothing is said twice. The
 * latest come first: what holds from there on is right, however many of them are recorded.
 *
 * @param said in the order in which it was recorded; of several words for one instant the last holds
 * @param stays as they are known now, none of which overlap
 * @param until instants behind it have not come yet
 */
export function missingWords(
  said: readonly Word[],
  stays: readonly SegmentStay[],
  until: Instant,
): readonly NextWord[] {
  const last = new Map(said.map(({ at, belongs }) => [at, belongs]));
  const turns = [...last.keys(), ...stays.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to]))];
  const missing: NextWord[] = [];
  let belongs = false;
  for (const at of [...new Set(turns)].sort().filter((turn) => turn <= until)) {
    const stay = stays.find(({ from, to }) => from <= at && (to === undefined || at < to));
    const told = last.get(at) ?? belongs;
    if (told !== (stay !== undefined)) missing.push({ at, ruleVersion: stay?.ruleVersion });
    belongs = stay !== undefined;
  }
  return missing.reverse();
}

/** The first instant behind one at which a stay begins or ends. */
export const nextTurn = (stays: readonly SegmentStay[], after: Instant): Instant | undefined =>
  stays
    .flatMap(({ from, to }) => (to === undefined ? [from] : [from, to]))
    .filter((turn) => turn > after)
    .sort()[0];
