import {
  aggregate,
  type DataOf,
  factsOf,
  invalid,
  type Lookup,
  notFound,
  ofSalespeople,
  refused,
} from '../../kernel/index.js';
import { itsOwnId, naturalId } from '../natural-id.js';
import { existing, pipeline, type PipelineState } from '../pipeline/pipeline.js';
import { plain, same } from '../values.js';
import { AgreeTarget, WithdrawTarget } from './target.commands.js';
import { type TargetEvents, targetEvents, type TargetOf } from './target.events.js';

export interface TargetState {
  readonly agreed?: DataOf<TargetEvents['TargetAgreed']>;
  /** Why it does not hold any more. */
  readonly withdrawn?: string;
}

interface Lookups {
  readonly pipeline: PipelineState;
}

const fact = factsOf(targetEvents);

const itsPipeline: Lookup<TargetState, PipelineState> = {
  from: pipeline,
  id: (command) => (command instanceof AgreeTarget ? command.pipelineId : undefined),
};

/** There is one target of a salesperson or a team for a period and a pipeline. */
export const targetIdOf = ({ owner, teamId, period, pipelineId }: TargetOf): string =>
  naturalId('target', owner, teamId, period, pipelineId);

/** Targets per salesperson, team and period are agreed (S3; domain.md §4); what was agreed before stays known. */
export const target = aggregate<TargetState, Lookups>()({
  events: targetEvents,
  commands: { AgreeTarget, WithdrawTarget },
  id: 'targetId',
  initial: {},
  lookups: { pipeline: itsPipeline },
  naturalId: (command) => (command instanceof AgreeTarget ? targetIdOf(command) : undefined),
  whose: (command, { agreed }) => {
    const { owner, teamId } = agreed ?? (command as AgreeTarget);
    return [...ofSalespeople(owner), ...(teamId === undefined ? [] : [{ teamId }])];
  },
  decide: {
    AgreeTarget: ({ targetId, ...asked }, { agreed, withdrawn }, { lookups }) => {
      if ((asked.owner === undefined) === (asked.teamId === undefined)) {
        throw invalid('TARGET_OWNER_AMBIGUOUS', 'A target is of a salesperson or of a team.', [
          { path: 'owner', message: 'owner must be given where teamId is not, and only there.' },
        ]);
      }
      itsOwnId('targetId', targetId, targetIdOf(asked));
      if (asked.pipelineId !== undefined) {
        const { currency } = existing(lookups.pipeline, asked.pipelineId);
        if (asked.amount.currency !== currency) {
          throw refused('TARGET_CURRENCY_NOT_OF_PIPELINE', `Amounts of this pipeline are in ${currency}.`);
        }
      }
      return same(asked, agreed) && withdrawn === undefined ? [] : [fact('TargetAgreed', plain(asked))];
    },

    WithdrawTarget: ({ reason }, { agreed, withdrawn }) => {
      if (!agreed) throw notFound('TARGET_NOT_FOUND', 'There is no such target.');
      if (withdrawn === reason) return [];
      if (withdrawn !== undefined) throw refused('TARGET_WITHDRAWN', 'The target was withdrawn already.');
      const { amount: _, ...of } = agreed;
      return [fact('TargetWithdrawn', { ...of, reason })];
    },
  },
  evolve: {
    TargetAgreed: (_, agreed) => ({ agreed }),
    TargetWithdrawn: (state, { reason }) => ({ ...state, withdrawn: reason }),
  },
});
