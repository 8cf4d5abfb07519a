import {
  aggregate,
  conflict,
  type DataOf,
  factsOf,
  invalid,
  type Lookup,
  notFound,
  refused,
} from '../../kernel/index.js';
import { segment, type SegmentState } from '../segment/segment.js';
import { plain, same } from '../values.js';
import {
  CompleteCampaignLaunch,
  EndCampaign,
  LaunchCampaign,
  PlanCampaign,
  RecordCampaignCost,
} from './campaign.commands.js';
import { type CampaignEvents, campaignEvents } from './campaign.events.js';

type Data<T extends keyof CampaignEvents> = DataOf<CampaignEvents[T]>;
type Cost = Data<'CampaignCostRecorded'>;

/** Planned, launched, ended; who its members are and what was sent to each stands in streams of their own. */
export interface CampaignState {
  readonly plan?: Data<'CampaignPlanned'>;
  readonly launched?: Data<'CampaignLaunched'>;
  /** How many members were fixed; absent: not all are recorded yet. */
  readonly members?: number;
  readonly costs: readonly Cost[];
  readonly ended?: Data<'CampaignEnded'>;
}

interface Lookups {
  readonly segment: SegmentState;
}

const fact = factsOf(campaignEvents);

const mostCosts = 1_000;

const aimedAt: Lookup<CampaignState, SegmentState> = {
  from: segment,
  id: (command, { plan }) => {
    if (command instanceof PlanCampaign) return command.segmentId;
    return command instanceof LaunchCampaign ? plan?.segmentId : undefined;
  },
};

/** Aimed at a segment (S3), before or after the sale; the members are fixed when it is launched (domain.md §7). */
export const campaign = aggregate<CampaignState, Lookups>()({
  events: campaignEvents,
  commands: { PlanCampaign, LaunchCampaign, CompleteCampaignLaunch, RecordCampaignCost, EndCampaign },
  id: 'campaignId',
  initial: { costs: [] },
  lookups: { segment: aimedAt },
  decide: {
    PlanCampaign: ({ campaignId: _, ...details }, state, { issuer, lookups }) => {
      const owner = details.owner ?? state.plan?.owner ?? issuer;
      const asked = plain({ ...details, owner, includeDogs: details.includeDogs ?? false });
      if (same(asked, state.plan)) return [];
      if (state.ended) throw isOver();
      if (state.launched) throw refused('CAMPAIGN_ALREADY_LAUNCHED', 'The campaign runs; plan another one.');
      if (asked.plannedStart !== undefined && asked.plannedEnd !== undefined && asked.plannedEnd < asked.plannedStart) {
        throw invalid('CAMPAIGN_ENDS_BEFORE_START', 'A campaign ends after it starts.', [
          { path: 'plannedEnd', message: 'plannedEnd must not be before plannedStart.' },
        ]);
      }
      if (asked.budget) inItsCurrency(asked.budget.currency, { costs: state.costs });
      usable(lookups.segment);
      return [fact('CampaignPlanned', asked)];
    },

    LaunchCampaign: (_, state, { lookups }) => {
      const { segmentId, includeDogs } = aPlan(state);
      if (state.launched) return [];
      if (state.ended) throw isOver();
      const { of, segmentVersion } = usable(lookups.segment);
      return [fact('CampaignLaunched', plain({ segmentId, of, segmentVersion, includeDogs }))];
    },

    CompleteCampaignLaunch: ({ members }, state) => {
      if (state.members !== undefined) return [];
      launchedOne(state);
      return [fact('CampaignMembersFixed', { members })];
    },

    RecordCampaignCost: ({ reference, amount, what }, state) => {
      aPlan(state);
      const asked = plain({ reference, amount, what });
      const before = state.costs.find((cost) => cost.reference === reference);
      if (same(asked, before)) return [];
      if (before) throw conflict('CAMPAIGN_COST_EXISTS', 'Another cost was recorded under this reference.');
      inItsCurrency(amount.currency, state);
      if (state.costs.length >= mostCosts) {
        throw refused('CAMPAIGN_COSTS_TOO_MANY', `A campaign has at most ${mostCosts} costs.`);
      }
      return [fact('CampaignCostRecorded', asked)];
    },

    EndCampaign: ({ reason }, state) => {
      aPlan(state);
      if (!state.ended) return [fact('CampaignEnded', plain({ reason }))];
      if (same({ reason }, state.ended)) return [];
      throw isOver();
    },
  },
  evolve: {
    CampaignPlanned: (state, plan) => ({ ...state, plan }),
    CampaignLaunched: (state, launched) => ({ ...state, launched }),
    CampaignMembersFixed: (state, { members }) => ({ ...state, members }),
    CampaignCostRecorded: (state, cost) => ({ ...state, costs: [...state.costs, cost] }),
    CampaignEnded: (state, ended) => ({ ...state, ended }),
  },
});

const isOver = () => refused('CAMPAIGN_ENDED', 'The campaign is over.');

function aPlan({ plan }: CampaignState): Data<'CampaignPlanned'> {
  if (!plan) throw notFound('CAMPAIGN_NOT_FOUND', 'There is no such campaign.');
  return plan;
}

/** A campaign that runs or ran, with its plan. */
export function launchedOne(state: CampaignState): Data<'CampaignPlanned'> & Data<'CampaignLaunched'> {
  const plan = aPlan(state);
  if (!state.launched) throw refused('CAMPAIGN_NOT_LAUNCHED', 'The campaign is only planned.');
  return { ...plan, ...state.launched };
}

/** A campaign that something may be sent for. */
export function runningOne(state: CampaignState): ReturnType<typeof launchedOne> {
  const running = launchedOne(state);
  if (state.ended) throw isOver();
  return running;
}

/** Costs and budget of a campaign are compared and added up, so all are in one currency. */
function inItsCurrency(currency: string, { plan, costs }: Pick<CampaignState, 'plan' | 'costs'>): void {
  const fixed = costs[0]?.amount.currency ?? plan?.budget?.currency;
  if (fixed === undefined || fixed === currency) return;
  throw refused('CAMPAIGN_CURRENCY_FIXED', `The costs of this campaign are in ${fixed}.`);
}

function usable({ defined, list, retired }: SegmentState) {
  const known = defined ?? list;
  if (!known) throw notFound('SEGMENT_NOT_FOUND', 'There is no such segment or list.');
  if (retired) throw refused('SEGMENT_RETIRED', 'The segment is retired.');
  return { of: known.of, segmentVersion: defined?.version };
}
