import { Command } from '../../kernel/index.js';
import { Id, Uuids } from '../fields.js';

/** So many members stand in one fact: 40 kB. */
export const mostMembersAtOnce = 1_000;

@Command({
  says: 'Records members of a launched campaign.',
  by: [],
  opens: true,
  internal: true,
  example: {
    audienceId: '7d0c1f7e-0c52-5d3b-9a43-0d1b7a1c9c55',
    campaignId: '3f4e5d6c-7b8a-4c9d-8e1f-2a3b4c5d6e7f',
    members: ['5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11'],
  },
})
export class RecordCampaignMembers {
  @Id()
  readonly audienceId!: string;

  @Id('campaign')
  readonly campaignId!: string;

  @Uuids(mostMembersAtOnce, 1)
  readonly members!: readonly string[];
}
