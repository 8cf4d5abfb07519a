import { type Instant, plusDays } from '../../kernel/index.js';

/** Relationship phases in the order in which a customer comes through them (S3, S4; domain.md §1). */
export const relationshipPhases = ['suspect', 'prospect', 'potential', 'active', 'inactive'] as const;
export type RelationshipPhase = (typeof relationshipPhases)[number];

/** Phases of those who never bought. */
export type StandingPhase = Exclude<RelationshipPhase, 'active' | 'inactive'>;

/** Whether it is a phase of those who bought. */
export const isOfBuyers = (phase: RelationshipPhase | undefined): phase is 'active' | 'inactive' =>
  phase === 'active' || phase === 'inactive';

/** How far a lead has come that never bought (S3, S4; domain.md §1). */
export function standingOfLead({ disqualified = false, level }: LeadStanding): StandingPhase {
  if (disqualified) return 'suspect';
  return level === 'sales-qualified' ? 'potential' : 'prospect';
}

interface LeadStanding {
  readonly disqualified?: boolean | undefined;
  readonly level?: string | null | undefined;
}

/** A fact that a phase rests on, as it is cited. */
export interface PhaseFact {
  /** What it is: `purchase`, `opportunity`, `contact`, a type of event. */
  readonly fact: string;
  /** Id of what it is about. */
  readonly id: string;
  /** Of the event in the log; a decimal string. */
  readonly position: string;
  readonly at: Instant;
}

/** From an instant on, how far a customer had come who had not bought. */
export interface Standing {
  readonly phase: StandingPhase;
  readonly fact: PhaseFact;
}

/** From an instant on, a purchase keeps a customer active for so many days of 24 hours. */
export interface InactivityWindow {
  /** Left out: from the first. */
  readonly from?: Instant | undefined;
  readonly days: number;
  /** Of the policy `inactivity.window`. */
  readonly version: number;
}

/** A customer came into a phase. */
export interface PhaseMove {
  readonly at: Instant;
  readonly from: RelationshipPhase | null;
  readonly to: RelationshipPhase;
  /** Inactive before, active again by a purchase of this instant; not by a longer window. */
  readonly wonBack: boolean;
  readonly because: {
    /** The purchase that it was, or the last one; before the first one, how far they had come. */
    readonly fact: PhaseFact;
    /** Left out for who never bought. */
    readonly window?: InactivityWindow;
  };
}

/** From when on a customer is inactive who buys nothing more: that instant is outside the window. */
export const inactiveFrom = (lastPurchase: Instant, days: number): Instant => plusDays(lastPurchase, days);

/**
 * Every move between phases up to an instant (S3; domain.md §1): by what brought a customer further, by each purchase, by
 * a window that ran out, and by a window that was changed. Two windows of one instant: the last given one holds.
 *
 * @param purchases that count, by their instants
 */
export function phaseMoves(
  standings: readonly Standing[],
  purchases: readonly PhaseFact[],
  windows: readonly InactivityWindow[],
  until: Instant,
): readonly PhaseMove[] {
  const timeline = [
    ...standings.map(({ phase, fact }) => ({ at: fact.at, order: 0, standing: { phase, fact } })),
    ...purchases.map((purchase) => ({ at: purchase.at, order: 1, purchase })),
    ...windows.map((window) => ({ at: window.from ?? '', order: 2, window })),
  ]
    .filter(({ at }) => at <= until)
    .sort((a, b) => (a.at === b.at ? a.order - b.order : a.at < b.at ? -1 : 1));
  const moves: PhaseMove[] = [];
  let last: PhaseFact | undefined;
  let window: InactivityWindow | undefined;
  const moveTo = (to: RelationshipPhase, at: Instant, fact: PhaseFact): void => {
    const from = moves.at(-1)?.to ?? null;
    if (from === to) return;
    const because = last && window ? { fact, window } : { fact };
    const wonBack = from === 'inactive' && to === 'active' && fact.at === at;
    moves.push({ at, from, to, wonBack, because });
  };
  const judge = (at: Instant): void => {
    if (last && window) moveTo(at < inactiveFrom(last.at, window.days) ? 'active' : 'inactive', at, last);
  };
  /** What came by itself before the next fact. */
  const runOut = (before: Instant): void => {
    if (!last || !window) return;
    const at = inactiveFrom(last.at, window.days);
    if (moves.at(-1)?.to === 'active' && at < before) judge(at);
  };
  for (const [index, event] of timeline.entries()) {
    runOut(event.at);
    if ('standing' in event) {
      if (!last) moveTo(event.standing.phase, event.at, event.standing.fact);
    } else if ('purchase' in event) last = event.purchase;
    else window = event.window;
    // Facts of one instant are judged together.
    if (timeline[index + 1]?.at !== event.at && event.at !== '') judge(event.at);
  }
  if (last && window && moves.at(-1)?.to === 'active') {
    const at = inactiveFrom(last.at, window.days);
    if (at <= until) judge(at);
  }
  return moves;
}
