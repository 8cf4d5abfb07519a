import { aggregate, factsOf } from '../../kernel/index.js';
import { naturalId } from '../natural-id.js';
import { hasId, type IdSet, noIds, spread, withIds } from '../segment/id-set.js';
import { RecordCampaignMembers } from './audience.commands.js';
import { audienceEvents } from './audience.events.js';

/** A share of a campaign's members. */
export interface AudienceState {
  readonly members: IdSet;
}

const fact = factsOf(audienceEvents);

/**
 * Members of a campaign are spread over so many streams: of hundreds of thousands of members each holds about a
 * thousand, and whether somebody is a member is told by one of them.
 */
export const audiencesOfACampaign = 256;

/** The stream in which a member of a campaign stands, if they are one. */
export const audienceIdOf = (campaignId: string, memberId: string): string =>
  naturalId('audience', campaignId, String(spread(memberId, audiencesOfACampaign)));

/** The members of a campaign, fixed when it was launched (domain.md §7). */
export const audience = aggregate<AudienceState>()({
  events: audienceEvents,
  commands: { RecordCampaignMembers },
  id: 'audienceId',
  initial: { members: noIds },
  lookups: {},
  decide: {
    RecordCampaignMembers: ({ campaignId, members }, state) => {
      const added = members.filter((id) => !hasId(state.members, id));
      return added.length === 0 ? [] : [fact('CampaignMembersRecorded', { campaignId, members: added })];
    },
  },
  evolve: {
    CampaignMembersRecorded: (state, { members }) => ({ members: withIds(state.members, members) }),
  },
});
