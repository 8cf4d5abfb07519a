import { Command } from '../../kernel/index.js';
import { Id, Moment, Whole } from '../fields.js';

const person = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';

@Command({
  says: 'A contact has had no opportunity for as long as the policy stalled-contact.after allows.',
  by: [],
  internal: true,
  ofThisStream: true,
  example: { personId: person, deadline: '2026-05-25T09:30:00Z', policyVersion: 0 },
})
export class MarkContactStalled {
  @Id()
  readonly personId!: string;

  /** When the time was up. */
  @Moment()
  readonly deadline!: string;

  /** Version of `stalled-contact.after` that set the deadline; 0 is the default. */
  @Whole(0, Number.MAX_SAFE_INTEGER)
  readonly policyVersion!: number;
}

@Command({
  says: 'A contact that had stalled has an opportunity.',
  by: [],
  internal: true,
  ofThisStream: true,
  example: {
    personId: person,
    opportunityId: 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21',
    at: '2026-05-26T08:00:00Z',
  },
})
export class ClearStalledContact {
  @Id()
  readonly personId!: string;

  @Id('opportunity')
  readonly opportunityId!: string;

  /** Since when; not before the deadline that it had missed. */
  @Moment()
  readonly at!: string;
}
