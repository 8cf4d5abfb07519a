import { type AskingProcess, declareAskingProcess, idOf, type Instant, type Position } from '../../kernel/index.js';
import { mostMembersAtOnce, RecordCampaignMembers } from '../audience/audience.commands.js';
import { audienceIdOf } from '../audience/audience.js';
import { CompleteCampaignLaunch } from '../campaign/campaign.commands.js';
import { campaignEvents } from '../campaign/campaign.events.js';
import type { SegmentAudience } from '../segment/segment.rules.js';

/** Whose members are asked for, and when. */
export interface MembershipAsked {
  readonly segmentId: string;
  readonly of: SegmentAudience;
  /** Of the rule; left out: a static list. */
  readonly segmentVersion?: number | undefined;
  /** What was true then … */
  readonly asOf: Instant;
  /** … as the log knew it up to here. */
  readonly upTo: Position;
  /** When that was recorded. */
  readonly knownAt: Instant;
  readonly includeDogs: boolean;
}

/**
 * Who belonged to a segment or list at an instant: the read models' answer. Each member once, in parts of any size; the
 * same ones whenever it is asked. Other people are never among them (S0), dogs only if they are asked for (S4).
 */
export interface SegmentMembership {
  /** @param signal aborted when nobody waits for the answer any more */
  membersOf(asked: MembershipAsked, signal: AbortSignal): AsyncIterable<readonly string[]>;
}

/** The members of a campaign are those of its segment at the instant of the launch (domain.md §7). */
export const fixCampaignMembers = (membership: SegmentMembership): AskingProcess =>
  declareAskingProcess(campaignEvents)(
    'fix-campaign-members',
    'CampaignLaunched',
    ({ stream, occurredAt, recordedAt, position, data }, signal) => {
      const moment = { asOf: occurredAt, upTo: position, knownAt: recordedAt };
      return recorded(idOf(stream), membership.membersOf({ ...data, ...moment }, signal));
    },
  );

async function* recorded(campaignId: string, found: AsyncIterable<readonly string[]>): AsyncIterable<object> {
  const members = new Set<string>();
  for await (const part of found) for (const id of part) members.add(id);
  const audiences = new Map<string, string[]>();
  // In one order, so that the commands are the same ones however the members came.
  for (const id of [...members].sort()) {
    const audienceId = audienceIdOf(campaignId, id);
    const share = audiences.get(audienceId);
    if (share) share.push(id);
    else audiences.set(audienceId, [id]);
  }
  for (const [audienceId, share] of audiences) {
    for (let from = 0; from < share.length; from += mostMembersAtOnce) {
      const part = share.slice(from, from + mostMembersAtOnce);
      yield Object.assign(new RecordCampaignMembers(), { audienceId, campaignId, members: part });
    }
  }
  yield Object.assign(new CompleteCampaignLaunch(), { campaignId, members: members.size });
}
