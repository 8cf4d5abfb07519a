import { Command } from '../../kernel/index.js';
import { Id } from '../fields.js';

@Command({
  says: 'The conversion that opened an opportunity was taken back; one that somebody has worked on since stays.',
  by: [],
  internal: true,
  example: { opportunityId: 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21' },
})
export class WithdrawOpportunity {
  @Id()
  readonly opportunityId!: string;
}
