import { aggregate, type DataOf, factsOf, invalid, type Lookup, refused } from '../../kernel/index.js';
import { audience, audienceIdOf, type AudienceState } from '../audience/audience.js';
import { campaign, type CampaignState, launchedOne, runningOne } from '../campaign/campaign.js';
import { itsOwnId, naturalId } from '../natural-id.js';
import { consentsOf, mayBeSent } from '../person/consent.js';
import { person } from '../person/person.js';
import type { PersonState } from '../person/state.js';
import { hasId } from '../segment/id-set.js';
import { plain, same } from '../values.js';
import { RecordResponse, RecordSend } from './recipient.commands.js';
import { type RecipientEvents, recipientEvents } from './recipient.events.js';

type Data<T extends keyof RecipientEvents> = DataOf<RecipientEvents[T]>;

/** What passed between a campaign and one person. */
export interface RecipientState {
  readonly sent: readonly Pick<Data<'CampaignSent'>, 'channel' | 'content'>[];
}

interface Lookups {
  readonly campaign: CampaignState;
  readonly person: PersonState;
  /** The share of the campaign's members in which this one stands, if it is one. */
  readonly audience: AudienceState;
}

const fact = factsOf(recipientEvents);

/** One stream for what a campaign and a person have to do with each other. */
export const recipientIdOf = (campaignId: string, personId: string): string =>
  naturalId('recipient', campaignId, personId);

type Issued = RecordSend | RecordResponse;

const ofCommand = <Looked>(
  from: Lookup<RecipientState, Looked>['from'],
  id: (command: Issued) => string | undefined,
): Lookup<RecipientState, Looked> => ({ from, id: (command) => id(command as Issued) });

/**
 * What a campaign sends to a person and how they answer (S3). Thousands of sends would make the campaign's own stream
 * endless, and those of every campaign the person's; so each pair has a stream (domain.md §7).
 */
export const recipient = aggregate<RecipientState, Lookups>()({
  events: recipientEvents,
  commands: { RecordSend, RecordResponse },
  id: 'recipientId',
  naturalId: (command) => {
    const { campaignId, personId } = command as Issued;
    return recipientIdOf(campaignId, personId);
  },
  initial: { sent: [] },
  lookups: {
    campaign: ofCommand(campaign, ({ campaignId }) => campaignId),
    person: ofCommand(person, ({ personId }) => personId),
    audience: ofCommand(audience, (command) =>
      command instanceof RecordSend
        ? audienceIdOf(command.campaignId, command.accountId ?? command.personId)
        : undefined,
    ),
  },
  decide: {
    RecordSend: (command, { sent }, { lookups }) => {
      const { campaignId, personId, accountId, channel } = command;
      itsOwnId('recipientId', command.recipientId, recipientIdOf(campaignId, personId));
      const { channels, content: planned, of } = launchedOne(lookups.campaign);
      const content = command.content ?? planned;
      if (sent.some((before) => same(before, { channel, content }))) return [];
      runningOne(lookups.campaign);
      if (!channels.includes(channel)) {
        throw refused('CAMPAIGN_CHANNEL_NOT_PLANNED', `The campaign sends over: ${channels.join(', ')}.`);
      }
      notOther(lookups.person);
      if (accountId !== undefined && lookups.person.contact?.accountId !== accountId) {
        throw refused('PERSON_NOT_OF_ACCOUNT', 'The person is no contact of this account.');
      }
      isMember(of === 'accounts' ? accountId : personId, lookups);
      const consent = consentsOf(lookups.person)[channel];
      if (!consent || !mayBeSent(lookups.person, channel)) {
        throw refused('CONSENT_MISSING', `The person has not agreed to be reached by ${channel}.`);
      }
      const { source, since } = consent;
      const about = { campaignId, personId, accountId, channel, content, consent: { source, since } };
      return [fact('CampaignSent', plain(about))];
    },

    RecordResponse: ({ recipientId, ...command }, _, { lookups }) => {
      const { campaignId, personId, kind, channel, source } = command;
      itsOwnId('recipientId', recipientId, recipientIdOf(campaignId, personId));
      const { content: planned } = launchedOne(lookups.campaign);
      notOther(lookups.person);
      if (channel === undefined && (kind === 'unsubscribed' || kind === 'bounced')) {
        throw invalid('RESPONSE_CHANNEL_MISSING', 'Unsubscribing and bouncing are about a channel.', [
          { path: 'channel', message: `channel must be given where kind is ${kind}.` },
        ]);
      }
      const content = command.content ?? planned;
      return [fact('CampaignResponded', plain({ campaignId, personId, kind, channel, content, source }))];
    },
  },
  evolve: {
    CampaignSent: ({ sent }, { channel, content }) => ({ sent: [...sent, plain({ channel, content })] }),
    CampaignResponded: (state) => state,
  },
});

function notOther({ kind }: PersonState): void {
  if (kind === 'other') throw refused('OTHER_NEVER_IN_CAMPAIGN', 'This person is registered as no customer.');
}

function isMember(
  memberId: string | undefined,
  { campaign: { members }, audience: { members: share } }: Lookups,
): void {
  if (memberId === undefined) {
    throw invalid('CAMPAIGN_ACCOUNT_MISSING', 'The campaign is aimed at accounts.', [
      { path: 'accountId', message: 'accountId must name the account that the person is a contact of.' },
    ]);
  }
  if (hasId(share, memberId)) return;
  if (members === undefined) {
    throw refused('CAMPAIGN_MEMBERS_NOT_FIXED', 'Not all members of the campaign are recorded yet; try again.');
  }
  throw refused('NOT_A_CAMPAIGN_MEMBER', 'Who was not in the segment at the launch is sent nothing.');
}
