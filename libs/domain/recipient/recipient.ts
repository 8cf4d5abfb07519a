import {
  aggregate,
  type Aggregate,
  type DataOf,
  type Foldable,
  type Found,
  factsOf,
  type IdsLookup,
  invalid,
  type Lookup,
  type ManyLookup,
  refused,
} from '../../kernel/index.js';
import { account } from '../account/account.js';
import { audience, audienceIdOf, type AudienceState } from '../audience/audience.js';
import { campaign, type CampaignState, launchedOne, runningOne } from '../campaign/campaign.js';
import { familyOf } from '../family.js';
import { itsOwnId, naturalId } from '../natural-id.js';
import { consentsOf, mayBeSent } from '../person/consent.js';
import { ownersOf } from '../owners.js';
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
  /** The person under each id that they have had, and the account that they are sent it for, with the ids of by now. */
  readonly people: ReadonlyMap<string, string>;
  readonly accounts: ReadonlyMap<string, string>;
  /** The shares of the campaign's members in which these stand, if they are any. */
  readonly audiences: ReadonlyMap<string, AudienceState>;
  /** What passed between the campaign and the person under their other ids. */
  readonly others: ReadonlyMap<string, RecipientState>;
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

const peopleOf = ({ personId }: Issued, found: Found): readonly string[] =>
  familyOf(person, ({ merging }) => merging, personId, found);

const accountsOf = (issued: Issued, found: Found): readonly string[] =>
  issued instanceof RecordSend && issued.accountId !== undefined
    ? familyOf(account, (state) => state.account?.merging, issued.accountId, found)
    : [];

const people: IdsLookup<RecipientState> = {
  from: person as unknown as Foldable<unknown>,
  named: (command, _, found) => peopleOf(command as Issued, found),
};

const accounts: IdsLookup<RecipientState> = {
  from: account as unknown as Foldable<unknown>,
  named: (command, _, found) => {
    const asked = accountsOf(command as Issued, found);
    const own = found(person, (command as Issued).personId)?.state.contact?.accountId;
    return asked.length === 0 || own === undefined ? asked : [...new Set([...asked, own])];
  },
};

const audiences: ManyLookup<RecipientState, AudienceState> = {
  from: audience,
  ids: (command, _, found) => {
    const issued = command as Issued;
    if (!(issued instanceof RecordSend)) return [];
    const members = issued.accountId === undefined ? peopleOf(issued, found) : accountsOf(issued, found);
    return members.map((id) => audienceIdOf(issued.campaignId, id));
  },
};

const others: ManyLookup<RecipientState, RecipientState> = {
  get from() {
    return recipient;
  },
  ids: (command, _, found) => {
    const issued = command as Issued;
    if (!(issued instanceof RecordSend)) return [];
    const { campaignId, personId } = issued;
    const survivorId = found(person, personId)?.id ?? personId;
    return peopleOf(issued, found).flatMap((id) => (id === survivorId ? [] : [recipientIdOf(campaignId, id)]));
  },
};

/**
 * What a campaign sends to a person and how they answer (S3). Thousands of sends would make the campaign's own stream
 * endless, and those of every campaign the person's; so each pair has a stream (domain.md §7). Somebody who was merged
 * has one under each id; what was sent under any of them was sent to them.
 */
export const recipient: Aggregate<RecipientState> = aggregate<RecipientState, Lookups>()({
  events: recipientEvents,
  commands: { RecordSend, RecordResponse },
  id: 'recipientId',
  naturalId: (command) => {
    const { campaignId, personId } = command as Issued;
    return recipientIdOf(campaignId, personId);
  },
  naturalIdByNow: (command, found) => {
    const { campaignId, personId } = command as Issued;
    return recipientIdOf(campaignId, found(person, personId)?.id ?? personId);
  },
  initial: { sent: [] },
  whose: (command, _, found) => ownersOf({ person }, { personId: (command as Issued).personId }, found),
  lookups: {
    campaign: ofCommand(campaign, ({ campaignId }) => campaignId),
    person: ofCommand(person, ({ personId }) => personId),
    people,
    accounts,
    audiences,
    others,
  },
  decide: {
    RecordSend: (command, { sent }, { lookups }) => {
      const { campaignId, accountId, channel } = command;
      const personId = itself(command, lookups);
      const { channels, content: planned, of } = launchedOne(lookups.campaign);
      const content = command.content ?? planned;
      const everSent = [sent, ...[...lookups.others.values()].map((other) => other.sent)].flat();
      if (everSent.some((before) => same(before, { channel, content }))) return [];
      runningOne(lookups.campaign);
      if (!channels.includes(channel)) {
        throw refused('CAMPAIGN_CHANNEL_NOT_PLANNED', `The campaign sends over: ${channels.join(', ')}.`);
      }
      notOther(lookups.person);
      if (accountId !== undefined && !isOf(accountId, lookups)) {
        throw refused('PERSON_NOT_OF_ACCOUNT', 'The person is no contact of this account.');
      }
      const byAccount = accountId === undefined ? undefined : lookups.accounts;
      isMember(of === 'accounts' ? byAccount : lookups.people, lookups);
      const consent = consentsOf(lookups.person)[channel];
      if (!consent || !mayBeSent(lookups.person, channel)) {
        throw refused('CONSENT_MISSING', `The person has not agreed to be reached by ${channel}.`);
      }
      const { source, since } = consent;
      const about = { campaignId, personId, accountId, channel, content, consent: { source, since } };
      return [fact('CampaignSent', plain(about))];
    },

    RecordResponse: (command, _, { lookups }) => {
      const { campaignId, kind, channel, source } = command;
      const personId = itself(command, lookups);
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

/** The id that the person has by now. What is recorded while somebody is merged is recorded of the survivor. */
function itself({ recipientId, campaignId, personId }: Issued, { people: byNow }: Lookups): string {
  const present = byNow.get(personId) ?? personId;
  // Whoever gave the id gave the one that followed from the person whom they named.
  if (recipientId !== recipientIdOf(campaignId, personId)) {
    itsOwnId('recipientId', recipientId, recipientIdOf(campaignId, present));
  }
  return present;
}

function notOther({ kind }: PersonState): void {
  if (kind === 'other') throw refused('OTHER_NEVER_IN_CAMPAIGN', 'This person is registered as no customer.');
}

/** Whether the person is a contact of the account, whichever of its ids either of the two names. */
function isOf(accountId: string, { person: { contact }, accounts: byNow }: Lookups): boolean {
  if (contact === undefined) return false;
  const own = contact.accountId;
  return (byNow.get(own) ?? own) === (byNow.get(accountId) ?? accountId);
}

/** @param ids that the one who may be a member has had */
function isMember(
  ids: ReadonlyMap<string, string> | undefined,
  { campaign: { members }, audiences: shares }: Lookups,
): void {
  if (ids === undefined) {
    throw invalid('CAMPAIGN_ACCOUNT_MISSING', 'The campaign is aimed at accounts.', [
      { path: 'accountId', message: 'accountId must name the account that the person is a contact of.' },
    ]);
  }
  const found = [...shares.values()];
  if ([...ids.keys()].some((id) => found.some((share) => hasId(share.members, id)))) return;
  if (members === undefined) {
    throw refused('CAMPAIGN_MEMBERS_NOT_FIXED', 'Not all members of the campaign are recorded yet; try again.');
  }
  throw refused('NOT_A_CAMPAIGN_MEMBER', 'Who was not in the segment at the launch is sent nothing.');
}
