import { Command } from '../../kernel/index.js';
import { Id, Moment, Whole } from '../fields.js';

const opportunity = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';

@Command({
  says: 'An open opportunity has seen no move and no activity for as long as the policy stale-opportunity allows.',
  by: [],
  internal: true,
  example: {
    opportunityId: opportunity,
    since: '2026-05-04T09:30:00Z',
    deadline: '2026-06-03T09:30:00Z',
    policyVersion: 0,
  },
})
export class MarkOpportunityStale {
  @Id()
  readonly opportunityId!: string;

  /** The last move or activity. */
  @Moment()
  readonly since!: string;

  /** When the time was up. */
  @Moment()
  readonly deadline!: string;

  /** Version of `stale-opportunity` that set the deadline; 0 is the default. */
  @Whole(0, Number.MAX_SAFE_INTEGER)
  readonly policyVersion!: number;
}

@Command({
  says: 'A stale opportunity moved, or there was an activity about it.',
  by: [],
  internal: true,
  example: { opportunityId: opportunity, at: '2026-06-05T10:00:00Z' },
})
export class MarkOpportunityRevived {
  @Id()
  readonly opportunityId!: string;

  /** Since when; not before the deadline that it had missed. */
  @Moment()
  readonly at!: string;
}
