import {
  type DeadlineUnder,
  firstUnder,
  type Instant,
  later,
  plusDays,
  plusMs,
  type PolicyHistory,
} from '../../kernel/index.js';
import type { Phase, PhaseReason } from './customer.events.js';

/** The value of `inactivity.window`: the window that every customer has, and those of segments (docs/decisions/0032). */
export interface Window {
  readonly days: number;
  readonly segments: readonly { readonly segmentId: string; readonly days: number }[];
}

/** The windows that there were, and the segments and lists that a customer belongs to. */
export interface Windows {
  readonly policy: PolicyHistory<Window>;
  readonly lists?: readonly string[] | undefined;
  /** Since when it stands on these and no others. */
  readonly listedSince?: Instant | undefined;
}

/** Of a customer's several windows the longest holds; where it has none of its own, the general one. */
export function daysOf({ days, segments }: Window, lists: readonly string[] = []): number {
  const own = segments.filter(({ segmentId }) => lists.includes(segmentId));
  return own.length === 0 ? days : Math.max(...own.map((window) => window.days));
}

/** How far somebody has come who never bought. */
export interface Standing {
  readonly phase: Exclude<Phase, 'active' | 'inactive'>;
  readonly because: PhaseReason;
}

/** The last purchase, or won opportunity that no purchase names. */
export interface Bought extends PhaseReason {
  readonly at: Instant;
}

/** What a stream says of the customer that it belongs to, with all that belongs to it. */
export interface Said {
  readonly standing?: Standing | undefined;
  readonly bought?: Bought | undefined;
}

/** The phase that a customer is in, since when, and the last purchase that it was judged by. */
export interface Judged {
  /** Left out: none any more. */
  readonly is?: Phase | undefined;
  readonly since: Instant;
  readonly bought?: Bought | undefined;
  /** The changes that are dated to `since`, in their order: `active inactive`. */
  readonly turns?: readonly string[] | undefined;
}

/** A phase that a customer comes into, at `judged.since`. */
export interface PhaseChange {
  readonly judged: Judged;
  readonly wonBack?: true;
}

/** What happened. */
export interface Happening {
  readonly at: Instant;
  /** Somebody bought at this instant. */
  readonly purchase: boolean;
}

const way: Readonly<Record<Standing['phase'], number>> = { suspect: 1, prospect: 2, potential: 3 };

/** What several say together: who has come furthest, and bought last. Among equals the first one counts. */
export const together = (all: readonly Said[]): Said => {
  let standing: Standing | undefined;
  let bought: Bought | undefined;
  for (const said of all) {
    if (said.standing && (!standing || way[said.standing.phase] > way[standing.phase])) standing = said.standing;
    if (said.bought && (!bought || said.bought.at > bought.at)) bought = said.bought;
  }
  return { ...(standing && { standing }), ...(bought && { bought }) };
};

/** Whoever is put on a list, or taken off it, is judged by its window from then on. */
const windowOf = ({ at }: Bought, { policy, lists, listedSince = '' }: Windows): DeadlineUnder | undefined =>
  firstUnder(policy, (value) => later(plusDays(at, daysOf(value, lists)), listedSince));

const turnOf = (judged: Judged | undefined, to: Phase | undefined): string => `${judged?.is ?? ''} ${to ?? ''}`;

/**
 * When a change is dated that would be at an instant: not before the one before it. What is reported late turns a change
 * around at its own instant; one that was made at that instant already is made again a millisecond later, for no two
 * facts say the same.
 */
function datedFrom(judged: Judged | undefined, to: Phase | undefined, at: Instant): Instant {
  if (!judged || at > judged.since) return at;
  return judged.turns?.includes(turnOf(judged, to)) ? plusMs(judged.since, 1) : judged.since;
}

/** The change to a phase, or to none, from an instant on. */
export function turned(judged: Judged | undefined, is: Phase | undefined, at: Instant, bought?: Bought): Judged {
  const since = datedFrom(judged, is, at);
  const before = judged?.since === since ? (judged.turns ?? []) : [];
  return { is, since, ...(bought && { bought }), turns: [...before, turnOf(judged, is)] };
}

/** When an active customer becomes inactive, and the version of the policy that says so. */
export function inactiveFrom(judged: Judged | undefined, windows: Windows): DeadlineUnder | undefined {
  if (judged?.is !== 'active' || !judged.bought) return undefined;
  const ends = windowOf(judged.bought, windows);
  return ends && { ...ends, deadline: datedFrom(judged, 'inactive', ends.deadline) };
}

/**
 * The phases that a customer comes into by what is said of them from here on (S3, S4; domain.md §1). What waits for a
 * deadline that has not come is not among them.
 */
export function phaseChanges(
  judged: Judged | undefined,
  { standing, bought }: Said,
  { at, purchase }: Happening,
  windows: Windows,
): readonly PhaseChange[] {
  const from = later(at, judged?.since ?? at);
  if (!bought) return judged?.is === standing?.phase ? [] : [{ judged: turned(judged, standing?.phase, from) }];
  const before = judged?.bought;
  const hasBought = judged?.is === 'active' || judged?.is === 'inactive';
  if (hasBought && before?.at === bought.at) return [];
  const next = before === undefined || bought.at > before.at;
  if (next && purchase) return boughtAgain(judged, bought, from, windows);
  // Merged, converted, cancelled: a purchase made long ago counts here from now on, or does not any more.
  const ends = windowOf(bought, windows);
  const is = (judged?.is === 'inactive' && !next) || (ends && ends.deadline <= from) ? 'inactive' : 'active';
  return judged?.is === is ? [] : [{ judged: turned(judged, is, from, bought) }];
}

function boughtAgain(
  judged: Judged | undefined,
  bought: Bought,
  from: Instant,
  windows: Windows,
): readonly PhaseChange[] {
  if (judged?.is === 'active') {
    // History that is reported in its order: the time was up in between.
    const { deadline } = inactiveFrom(judged, windows) ?? {};
    if (deadline === undefined || deadline > bought.at) return [];
    const inactive = turned(judged, 'inactive', deadline, judged.bought);
    return [{ judged: inactive }, ...boughtAgain(inactive, bought, later(bought.at, deadline), windows)];
  }
  const active: PhaseChange = { judged: turned(judged, 'active', from, bought) };
  if (judged?.is !== 'inactive') return [active];
  if (bought.at > judged.since) return [{ ...active, wonBack: true }];
  // Reported late: if it still counted at the deadline, there was no time of inactivity.
  const ends = windowOf(bought, windows);
  return ends && ends.deadline <= judged.since ? [] : [active];
}

/**
 * The phase of somebody who turns out to have belonged to another segment when the window ran out: if it was still in
 * time, there was no time of inactivity. Whoever tells of segments by rule has to look first, so this is always learnt
 * behind its instant.
 *
 * @param then the windows at the instant at which it became inactive
 */
export function relisted(judged: Judged | undefined, then: Windows): readonly PhaseChange[] {
  if (judged?.is !== 'inactive' || !judged.bought) return [];
  const ends = windowOf(judged.bought, then);
  if (ends && ends.deadline <= judged.since) return [];
  return [{ judged: turned(judged, 'active', judged.since, judged.bought) }];
}

/** The version that was in force at an instant. */
export const versionAt = (windows: PolicyHistory<Window>, at: Instant): number =>
  windows.findLast(({ since }) => since <= at)?.version ?? 0;
