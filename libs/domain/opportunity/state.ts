import { type DataOf, type LocalDate, type Money, notFound, refused } from '../../kernel/index.js';
import type { FormalContact } from '../quote/quotes.js';
import type { BuyingRole, Line, OpenForecastCategory, OpportunityEvents } from './opportunity.events.js';

export type OpportunityData<T extends keyof OpportunityEvents> = DataOf<OpportunityEvents[T]>;

/** An opportunity as it stands. `stage` is the open stage it stands in, or stood in when it was closed. */
export interface Opportunity {
  /** `withdrawn`: the conversion that opened it was taken back; it counts nowhere. */
  readonly status: 'open' | 'won' | 'lost' | 'withdrawn';
  /** Whether anybody has done anything with it since it was opened. */
  readonly workedOn: boolean;
  readonly pipelineId: string;
  readonly stage: string;
  /** While there are lines, their exact sum. */
  readonly amount: Money;
  readonly lines: readonly Line[];
  readonly accountId?: string;
  readonly expectedClose?: LocalDate;
  readonly owner?: string;
  /** As somebody set it; left out: it follows from the stage's probability. */
  readonly category?: OpenForecastCategory;
  /** Person → part in the purchase. */
  readonly roles: ReadonlyMap<string, BuyingRole>;
  readonly formalContact: FormalContact;
  readonly opened: OpportunityData<'OpportunityOpened'>;
  readonly lost?: OpportunityData<'OpportunityLost'>;
  /** Nothing has happened to it for too long. */
  readonly stale?: OpportunityData<'OpportunityWentStale'>;
  /** How it was opened again last. */
  readonly reopened?: OpportunityData<'OpportunityReopened'>;
}

export interface OpportunityState {
  readonly opportunity?: Opportunity;
}

export const changed = ({ opportunity: known }: OpportunityState, change: Partial<Opportunity>): OpportunityState => ({
  opportunity: known && { ...known, workedOn: true, ...change },
});

/** What a process finds is nobody's work on it. */
export const judged = (state: OpportunityState, verdict: Pick<Opportunity, 'stale'>): OpportunityState =>
  changed(state, { ...verdict, workedOn: state.opportunity?.workedOn ?? false });

export function found({ opportunity: known }: OpportunityState): Opportunity {
  if (!known) throw notFound('OPPORTUNITY_NOT_FOUND', 'There is no such opportunity.');
  return known;
}

/** An opportunity that is neither won nor lost: only such a one changes. */
export function open(state: OpportunityState): Opportunity {
  const known = found(state);
  if (known.status !== 'open')
    throw refused('OPPORTUNITY_CLOSED', `The opportunity is ${known.status}; reopen it first.`);
  return known;
}
