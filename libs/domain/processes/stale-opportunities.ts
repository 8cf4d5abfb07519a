import {
  declareProcessManager,
  type DeadlineUnder,
  firstUnder,
  idOf,
  type Instant,
  later,
  plusDays,
  type PolicyHistory,
} from '../../kernel/index.js';
import { activityEvents } from '../activity/activity.events.js';
import { opportunityEvents } from '../opportunity/opportunity.events.js';
import { MarkOpportunityRevived, MarkOpportunityStale } from '../opportunity/stale.commands.js';
import type { PolicyValue } from '../policy/policies.js';
import { policySource } from './policy-source.js';

interface Chance {
  readonly open?: boolean;
  /** The last move or activity. */
  readonly since?: Instant;
  /** The deadline that was missed. */
  readonly stale?: Instant | undefined;
}

interface Policies {
  readonly after: PolicyValue<'stale-opportunity'>;
}

interface Sign {
  readonly occurredAt: Instant;
}

const deadlineOf = (
  { open, since, stale }: Chance,
  after: PolicyHistory<Policies['after']>,
): DeadlineUnder | undefined =>
  !open || since === undefined || stale ? undefined : firstUnder(after, ({ days }) => plusDays(since, days));

const isNews = ({ since }: Chance, { occurredAt }: Sign): boolean => since === undefined || occurredAt > since;

const nothing: Chance = {};
const itself = ({ stream }: { readonly stream: string }): readonly string[] => [idOf(stream)];
const itsOpportunity = ({ data }: { readonly data: { readonly opportunityId?: string } }): readonly string[] =>
  data.opportunityId === undefined ? [] : [data.opportunityId];

/** A sign that came before the deadline, and was reported behind it, ends the verdict where it begins. */
function behind({ stale = '' }: Chance, { occurredAt }: Sign): Instant {
  return later(occurredAt, stale);
}

/** A move or an activity: what is reported late counts from when it happened. */
const sign = {
  evolve: (state: Chance, event: Sign): Chance =>
    state.open && isNews(state, event) ? { open: true, since: event.occurredAt } : state,
  react: (state: Chance, event: Sign, opportunityId: string): readonly object[] =>
    state.stale !== undefined && isNews(state, event)
      ? [Object.assign(new MarkOpportunityRevived(), { opportunityId, at: behind(state, event) })]
      : [],
  reactsAt: behind,
};

const opened = {
  keys: itself,
  evolve: (state: Chance, event: Sign): Chance =>
    state.open ? sign.evolve(state, event) : { open: true, since: event.occurredAt },
};
const closed = { keys: itself, evolve: (): Chance => nothing };
const moved = { keys: itself, ...sign };
const interaction = { keys: itsOpportunity, ...sign };

/** An open opportunity without a move or an activity for too long is stale (policy stale-opportunity), until the next. */
export const staleOpportunities = declareProcessManager<Chance, Policies>()((on) => ({
  name: 'stale-opportunities',
  version: 2,
  policies: { after: policySource('stale-opportunity') },
  initial: nothing,
  hears: [
    on(opportunityEvents, {
      OpportunityOpened: opened,
      OpportunityReopened: opened,
      OpportunityAdvanced: moved,
      OpportunityMovedBack: moved,
      OpportunityMovedToPipeline: moved,
      // What passes between us and the customer is an activity too, though not recorded as one.
      QuoteSent: moved,
      QuoteAccepted: moved,
      QuoteDeclined: moved,
      ContractSigned: moved,
      OpportunityWon: closed,
      OpportunityLost: closed,
      OpportunityWithdrawn: closed,
    }),
    on(activityEvents, { ActivityCompleted: interaction, ActivityLogged: interaction }),
  ],
  due: (state, { after }) => deadlineOf(state, after)?.deadline,
  onDue: (state, deadline, opportunityId, { after }) => ({
    state: { ...state, stale: deadline },
    commands: [
      Object.assign(new MarkOpportunityStale(), {
        opportunityId,
        since: state.since,
        deadline,
        policyVersion: deadlineOf(state, after)?.version ?? 0,
      }),
    ],
  }),
}));
