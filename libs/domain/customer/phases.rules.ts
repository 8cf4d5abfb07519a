import {
  type DeadlineUnder,
  firstUnder,
  type Instant,
  later,
  plusDays,
  type PolicyHistory,
} from '../../kernel/index.js';
import type { Phase, PhaseReason } from './customer.events.js';

/** The window of `inactivity.window` that every customer has. Those of segments: docs/decisions/0021. */
export interface Window {
  readonly days: number;
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
  readonly is: Phase;
  readonly since: Instant;
  readonly bought?: Bought | undefined;
}

/** A phase that a customer comes into; `undefined`: none any more. */
export interface PhaseChange {
  readonly judged: Judged | undefined;
  readonly at: Instant;
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

const windowOf = ({ at }: Bought, windows: PolicyHistory<Window>): DeadlineUnder | undefined =>
  firstUnder(windows, ({ days }) => plusDays(at, days));

/** When an active customer becomes inactive, and the version of the policy that says so. */
export function inactiveFrom(judged: Judged | undefined, windows: PolicyHistory<Window>): DeadlineUnder | undefined {
  if (judged?.is !== 'active' || !judged.bought) return undefined;
  const ends = windowOf(judged.bought, windows);
  return ends && { ...ends, deadline: later(ends.deadline, judged.since) };
}

/**
 * The phases that a customer comes into by what is said of them from here on (S3, S4; domain.md §1). What waits for a
 * deadline that has not come is not among them.
 */
export function phaseChanges(
  judged: Judged | undefined,
  { standing, bought }: Said,
  { at, purchase }: Happening,
  windows: PolicyHistory<Window>,
): readonly PhaseChange[] {
  const from = later(at, judged?.since ?? at);
  if (!bought) {
    if (judged?.is === standing?.phase) return [];
    return [{ at: from, judged: standing && { is: standing.phase, since: from } }];
  }
  const before = judged?.bought;
  const hasBought = judged?.is === 'active' || judged?.is === 'inactive';
  if (hasBought && before?.at === bought.at) return [];
  const next = before === undefined || bought.at > before.at;
  if (next && purchase) return boughtAgain(judged, bought, from, windows);
  // Merged, converted, cancelled: a purchase made long ago counts here from now on, or does not any more.
  const ends = windowOf(bought, windows);
  const is = (judged?.is === 'inactive' && !next) || (ends && ends.deadline <= from) ? 'inactive' : 'active';
  return judged?.is === is ? [] : [{ at: from, judged: { is, since: from, bought } }];
}

function boughtAgain(
  judged: Judged | undefined,
  bought: Bought,
  from: Instant,
  windows: PolicyHistory<Window>,
): readonly PhaseChange[] {
  if (judged?.is === 'active') {
    // History that is reported in its order: the time was up in between.
    const { deadline } = inactiveFrom(judged, windows) ?? {};
    if (deadline === undefined || deadline > bought.at) return [];
    const inactive: Judged = { is: 'inactive', since: deadline, bought: judged.bought };
    return [{ at: deadline, judged: inactive }, ...boughtAgain(inactive, bought, later(bought.at, deadline), windows)];
  }
  const active: Judged = { is: 'active', since: from, bought };
  if (judged?.is !== 'inactive') return [{ at: from, judged: active }];
  if (bought.at > judged.since) return [{ at: from, judged: active, wonBack: true }];
  // Reported late: if it still counted at the deadline, there was no time of inactivity.
  const ends = windowOf(bought, windows);
  return ends && ends.deadline <= judged.since ? [] : [{ at: from, judged: active }];
}

/** The version that was in force at an instant. */
export const versionAt = (windows: PolicyHistory<Window>, at: Instant): number =>
  windows.findLast(({ since }) => since <= at)?.version ?? 0;
