import type { Instant } from '../../kernel/index.js';
import type { ActivityEvents, Outcome } from '../activity/activity.events.js';
import type { RecipientEvents, ResponseKind } from '../recipient/recipient.events.js';
import type { ResponseEvents } from '../response/response.events.js';
import type { CustomerFacts, CustomerGroupRule, MeasuredFact } from './customer-group.rules.js';

/*
 * What the behaviour of a customer is measured from (S4; domain.md §2), for all who judge a customer's group: who lists
 * customers asks for it at a moment, who keeps memberships follows it over time.
 */

/** Reached or failed: an interaction; sent or answered: a campaign; satisfaction: a survey. */
export type SignalKind = 'reached' | 'failed' | 'sent' | 'answered' | 'satisfaction';

/** What somebody said or did by which the relationship is judged. */
export interface Signal {
  readonly what: SignalKind;
  /** Of an interaction: whether we turned to them. */
  readonly outbound: boolean;
  /** Of satisfaction: in per cent of the scale of the survey. */
  readonly value?: number;
}

export type SignalEvents = Pick<ActivityEvents, 'ActivityCompleted' | 'ActivityLogged'> &
  RecipientEvents &
  ResponseEvents;

/** Unsubscribing, complaining and bouncing answer nothing; opening tells of no answer yet. */
const answers: readonly ResponseKind[] = ['clicked', 'visited', 'downloaded', 'registered', 'attended', 'replied'];

const noAttempts: readonly string[] = ['note', 'web-visit', 'click'];

const interaction = (outcome: Outcome, outbound: boolean): Signal => ({
  what: outcome === 'reached' ? 'reached' : 'failed',
  outbound,
});

type Said<T extends keyof SignalEvents> = SignalEvents[T]['open'];

/** What an event says of the relationship with those whom it is about. */
export const signalOf = {
  // The direction stands in the plan, a fact of the same stream: what we planned, we did ourselves.
  ActivityCompleted: ({ outcome }: Said<'ActivityCompleted'>): Signal => interaction(outcome, true),
  ActivityLogged: ({ direction, kind, outcome }: Said<'ActivityLogged'>): Signal =>
    interaction(outcome, direction === 'outbound' && !noAttempts.includes(kind)),
  CampaignSent: (): Signal => ({ what: 'sent', outbound: false }),
  CampaignResponded: ({ kind }: Said<'CampaignResponded'>): Signal | undefined =>
    answers.includes(kind) ? { what: 'answered', outbound: false } : undefined,
  // 0 to 10, and 1 to 5.
  SurveyResponseRecorded: ({ kind, score }: Said<'SurveyResponseRecorded'>): Signal => ({
    ...{ what: 'satisfaction', outbound: false },
    value: kind === 'nps' ? score * 10 : (score - 1) * 25,
  }),
};

/** A signal of a customer, once, however many people of the customer it is about. */
export interface DatedSignal extends Signal {
  readonly at: Instant;
  /** Stream of its event: what was sent and what was answered are counted by it. */
  readonly stream: string;
}

/** What is counted of a customer within the period of the policy. It goes both ways: what leaves the period is taken off. */
export class Behaviour {
  private satisfied = 0;
  private surveys = 0;
  private attempts = 0;
  private reached = 0;
  private interactions = 0;
  private bought = 0;
  private readonly sent = new Map<string, number>();
  private readonly answered = new Map<string, number>();

  /** @param times 1: it is within the period; -1: not any more */
  count({ what, outbound, value = 0, stream }: DatedSignal, times: 1 | -1): void {
    if (what === 'satisfaction') {
      this.surveys += times;
      this.satisfied += times * value;
    }
    if (what === 'sent') add(this.sent, stream, times);
    if (what === 'answered') add(this.answered, stream, times);
    if (what !== 'reached' && what !== 'failed') return;
    if (outbound) this.attempts += times;
    if (what !== 'reached') return;
    this.interactions += times;
    if (outbound) this.reached += times;
  }

  /** @param amount minor units of the reporting currency */
  buy(amount: number, times: 1 | -1): void {
    this.bought += times * amount;
  }

  /**
   * @param share of wallet in per cent, as it was estimated last
   * @param recency whole days since the last purchase
   */
  facts(share: number | undefined, recency: number | undefined): CustomerFacts {
    const asked = this.attempts + this.sent.size;
    const heard = this.reached + Math.min(this.answered.size, this.sent.size);
    return {
      satisfaction: this.surveys === 0 ? undefined : measured(Math.trunc(this.satisfied / this.surveys)),
      response: asked === 0 ? undefined : measured(Math.trunc((100 * heard) / asked)),
      interaction: measured(this.interactions),
      value: measured(this.bought),
      share: share === undefined ? undefined : measured(share),
      recency: recency === undefined ? undefined : measured(recency),
    };
  }
}

/** The value of the policy `customer-group`. */
export interface GroupPolicy extends CustomerGroupRule {
  /** Days of 24 hours that are looked back on. */
  readonly periodDays: number;
}

const measured = (value: number): MeasuredFact => ({ value, events: [] });

function add(counts: Map<string, number>, name: string, times: number): void {
  const count = (counts.get(name) ?? 0) + times;
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
}
