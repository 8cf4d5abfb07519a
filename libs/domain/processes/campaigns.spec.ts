import { describe, expect, it } from '@jest/globals';
import { type EventShape, factsOf, type RecordedEvent } from '../../kernel/index.js';
import { decide, fold } from '../../testing/decider.js';
import { activity } from '../activity/activity.js';
import { RecordCampaignMembers } from '../audience/audience.commands.js';
import { audience, audienceIdOf } from '../audience/audience.js';
import { callListsEvents } from '../calllists/calllists.events.js';
import { CompleteCampaignLaunch } from '../campaign/campaign.commands.js';
import { campaignEvents } from '../campaign/campaign.events.js';
import { filled, PlanActivity, WithdrawConsent } from '../index.js';
import { recipientEvents } from '../recipient/recipient.events.js';
import { fixCampaignMembers, type MembershipAsked } from './fix-campaign-members.js';
import { heedUnsubscribing } from './heed-unsubscribing.js';
import { callIdOf, planCalls } from './plan-calls.js';

const campaignId = '3f4e5d6c-7b8a-4c9d-8e1f-2a3b4c5d6e7f';
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const at = '2026-05-04T09:00:00.000Z';

const heard = (stream: string, fact: { type: string; data: object }): RecordedEvent => ({
  ...fact,
  id: '11111111-2222-4333-8444-555555555555',
  stream,
  revision: 3,
  position: 99n,
  occurredAt: at,
  recordedAt: at,
  actor: { id: 'sam', role: 'marketing' },
  correlationId: 'c',
  causationId: 'd',
});

const launch = heard(
  `campaign-${campaignId}`,
  factsOf(campaignEvents)('CampaignLaunched', { segmentId: 'fair', of: 'people', includeDogs: false }),
);

async function issuedAtLaunch(members: readonly string[], part: number) {
  const asked: MembershipAsked[] = [];
  const process = fixCampaignMembers({
    async *membersOf(what) {
      asked.push(what);
      await Promise.resolve();
      for (let from = 0; from < members.length; from += part) yield members.slice(from, from + part);
    },
  });
  const issued: object[] = [];
  for await (const command of process.react(launch, new AbortController().signal)) issued.push(command);
  return { asked, issued };
}

describe('A launched campaign', () => {
  it('has the members that its segment had at that instant, in commands that are the same however they are read', async () => {
    const members = Array.from({ length: 2_000 }, (_, n) => `5f0c9d1e-7a54-4a36-9d0b-${String(n).padStart(12, '0')}`);
    const { asked, issued } = await issuedAtLaunch(members, 300);
    expect(asked).toEqual([{ segmentId: 'fair', of: 'people', asOf: at, upTo: 99n, knownAt: at, includeDogs: false }]);
    expect((await issuedAtLaunch(members.toReversed(), 7)).issued).toEqual(issued);
    const recorded = issued.filter((command) => command instanceof RecordCampaignMembers);
    expect(recorded.flatMap((command) => command.members).sort()).toEqual(members);
    expect(issued.at(-1)).toEqual(Object.assign(new CompleteCampaignLaunch(), { campaignId, members: 2_000 }));
    for (const command of recorded) {
      expect(filled(RecordCampaignMembers, command).errors).toEqual([]);
      for (const id of command.members) expect(audienceIdOf(campaignId, id)).toBe(command.audienceId);
      const facts = decide(audience, audience.initial, command);
      expect(decide(audience, fold(audience, facts), command)).toEqual([]);
      expect(JSON.stringify(facts).length).toBeLessThan(50_000);
    }
  });

  it('may have a hundred thousand of them, no fact of which is large, and none at all', async () => {
    const members = Array.from({ length: 100_000 }, (_, n) => `5f0c9d1e-7a54-4a36-9d0b-${String(n).padStart(12, '0')}`);
    const { issued } = await issuedAtLaunch(members, 1_000);
    expect(issued).toHaveLength(257);
    expect((await issuedAtLaunch([], 1)).issued).toEqual([
      Object.assign(new CompleteCampaignLaunch(), { campaignId, members: 0 }),
    ]);
  });
});

describe('Who unsubscribes or complains', () => {
  it('is reached over that channel no more', () => {
    const respond = (kind: 'unsubscribed' | 'complained' | 'clicked', channel?: 'e-mail') =>
      heedUnsubscribing.react(
        heard(
          'recipient-r',
          factsOf(recipientEvents)('CampaignResponded', {
            campaignId,
            personId,
            kind,
            ...(channel === undefined ? {} : { channel }),
          }),
        ),
      );
    for (const kind of ['unsubscribed', 'complained'] as const) {
      const [command, ...others] = respond(kind, 'e-mail');
      expect([command, others]).toEqual([
        Object.assign(new WithdrawConsent(), {
          personId,
          channel: 'e-mail',
          source: `${kind}: campaign ${campaignId}`,
        }),
        [],
      ]);
      expect(filled(WithdrawConsent, command ?? {}).errors).toEqual([]);
    }
    expect([...respond('clicked', 'e-mail'), ...respond('complained')]).toEqual([]);
  });
});

describe('A call list', () => {
  it('is worked off as planned activities of its salesperson, one for each member, by ids of their own', () => {
    const list: EventShape['open'] = factsOf(callListsEvents)('CallListDrawn', {
      selectionId: 'win-back',
      of: 'people',
      salesperson: 'kim',
      members: [personId, campaignId],
      kind: 'phone-call',
      dueAt: '2026-05-08T15:00:00.000Z',
    });
    const cutId = '0d6f4a3e-58c1-4b7e-9a21-c3d2e1f0a9b8';
    const issued = planCalls.react(heard(`calllists-${cutId}`, list as { type: string; data: object }));
    expect(issued).toHaveLength(2);
    const [first] = issued;
    expect(first).toMatchObject({
      activityId: callIdOf(cutId, personId),
      personId,
      assignee: 'kim',
      direction: 'outbound',
    });
    const { filled: command, errors } = filled(PlanActivity, first ?? {});
    expect(errors).toEqual([]);
    const facts = decide(activity, activity.initial, command);
    expect(facts).toHaveLength(1);
    expect(decide(activity, fold(activity, facts), command)).toEqual([]);
  });
});
