import { describe, it } from '@jest/globals';
import { type DataOf, factsOf } from '../../kernel/index.js';
import { command, given, type StatedFact } from '../../testing/decider.js';
import { accountEvents } from '../account/account.events.js';
import { audienceEvents } from '../audience/audience.events.js';
import { audienceIdOf } from '../audience/audience.js';
import { campaignEvents } from '../campaign/campaign.events.js';
import { type PersonEvents, personEvents } from '../person/person.events.js';
import { RecordResponse, RecordSend } from './recipient.commands.js';
import { recipientEvents, responseKinds } from './recipient.events.js';
import { recipient, recipientIdOf } from './recipient.js';

const fact = factsOf(recipientEvents);
const ofPerson = factsOf(personEvents);
const ofCampaign = factsOf(campaignEvents);
const campaignId = '3f4e5d6c-7b8a-4c9d-8e1f-2a3b4c5d6e7f';
const personId = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const accountId = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const since = '2024-01-15T09:00:00.000Z';

const ilse = { name: 'Ilse Verbruggen' };
const name = ofPerson('NameRegistered', { ...ilse, source: { kind: 'bought-list', name: 'Wind energy' } });
const lead = ofPerson('LeadRegistered', { source: 'fair', potential: 'customer' });
const contact = ofPerson('LeadConverted', { accountId, owner: 'sam', requirement: 'sales-qualified' });
const press = ofPerson('OtherPersonRegistered', { ...ilse, relation: 'press' });
const agreed = ofPerson('ConsentGiven', { channel: 'e-mail', source: 'form' });
const withdrawn = ofPerson('ConsentWithdrawn', { channel: 'e-mail', source: 'link' });

const planned = ofCampaign('CampaignPlanned', {
  name: 'Inspection',
  aim: 'pre-sale',
  segmentId: 'fair',
  channels: ['e-mail'],
  content: 'guide',
  owner: 'sam',
  includeDogs: false,
});
const atPeople = ofCampaign('CampaignLaunched', { segmentId: 'fair', of: 'people', includeDogs: false });
const atAccounts = ofCampaign('CampaignLaunched', { segmentId: 'fair', of: 'accounts', includeDogs: false });
const fixed = ofCampaign('CampaignMembersFixed', { members: 1 });
const ended = ofCampaign('CampaignEnded', {});

const knowing = (campaign: readonly StatedFact[], person: readonly StatedFact[], member: string | null = personId) => ({
  lookups: {
    [`campaign-${campaignId}`]: campaign,
    [`person-${personId}`]: person,
    ...(member === null
      ? {}
      : {
          [`audience-${audienceIdOf(campaignId, member)}`]: [
            factsOf(audienceEvents)('CampaignMembersRecorded', { campaignId, members: [member] }),
          ],
        }),
  },
});
const running = [planned, atPeople, fixed];

const send = (change: object = {}) => command(RecordSend, { campaignId, personId, channel: 'e-mail', ...change });
const respond = (change: object = {}) => command(RecordResponse, { campaignId, personId, kind: 'clicked', ...change });
const consent = { source: 'form', since };
const sent = fact('CampaignSent', { campaignId, personId, channel: 'e-mail', content: 'guide', consent });

describe('A send', () => {
  it('goes to a member who consented, and names the consent; a name that gets it stays a name', () => {
    given(recipient)
      .when(send(), knowing(running, [name, agreed]))
      .then(sent);
    given(recipient)
      .when(send(), knowing(running, [name, lead, agreed]))
      .then(sent);
  });

  it('is recorded once for each content and channel, whatever happens later', () => {
    given(recipient, sent)
      .when(send(), knowing([...running, ended], [name, agreed, withdrawn]))
      .thenNothing();
    given(recipient, sent)
      .when(send({ content: 'reminder' }), knowing(running, [name, agreed]))
      .then(fact('CampaignSent', { ...sent.data, content: 'reminder' }));
  });

  it('names the consent that was given under another id of the person, where that is their last word', () => {
    const duplicateId = '8a4e2f10-6c3b-4d97-b1a5-2e7f9c0d4b63';
    const later = { source: 'call of May', since: '2024-05-04T09:30:00.000Z' };
    const merged = [
      ofPerson('PersonsMerged', { duplicateId }),
      ofPerson('PersonMergeConfirmed', { duplicateId, consents: [{ channel: 'e-mail', word: 'given', ...later }] }),
    ];
    for (const own of [[], [withdrawn], [agreed]]) {
      given(recipient)
        .when(send(), knowing(running, [name, ...own, ...merged]))
        .then(fact('CampaignSent', { ...sent.data, consent: later }));
    }
  });

  it('is refused without consent for the channel', () => {
    given(recipient)
      .when(send(), knowing(running, [name]))
      .thenRefused('CONSENT_MISSING');
    given(recipient)
      .when(send(), knowing(running, [name, agreed, withdrawn]))
      .thenRefused('CONSENT_MISSING');
    given(recipient)
      .when(send({ channel: 'post' }), knowing(running, [name, agreed]))
      .thenRefused('CAMPAIGN_CHANNEL_NOT_PLANNED');
  });

  it('never goes to other people, nor to who was not a member at the launch', () => {
    given(recipient)
      .when(send(), knowing(running, [press, agreed]))
      .thenRefused('OTHER_NEVER_IN_CAMPAIGN');
    given(recipient)
      .when(send(), knowing(running, [name, agreed], null))
      .thenRefused('NOT_A_CAMPAIGN_MEMBER');
    given(recipient)
      .when(send(), knowing([planned, atPeople], [name, agreed], null))
      .thenRefused('CAMPAIGN_MEMBERS_NOT_FIXED');
  });

  it('is made while the campaign runs', () => {
    given(recipient)
      .when(send(), knowing([planned], [name, agreed]))
      .thenRefused('CAMPAIGN_NOT_LAUNCHED');
    given(recipient)
      .when(send(), knowing([...running, ended], [name, agreed]))
      .thenRefused('CAMPAIGN_ENDED');
    given(recipient).when(send()).thenRefused('CAMPAIGN_NOT_FOUND');
  });

  it('goes to a contact of a member where the campaign is aimed at accounts', () => {
    const campaign = [planned, atAccounts, fixed];
    const known = knowing(campaign, [lead, contact, agreed], accountId);
    given(recipient)
      .when(send({ accountId }), known)
      .then(fact('CampaignSent', { ...sent.data, accountId }));
    given(recipient).when(send(), known).thenRefused('CAMPAIGN_ACCOUNT_MISSING');
    given(recipient)
      .when(send({ accountId }), knowing(campaign, [lead, agreed], accountId))
      .thenRefused('PERSON_NOT_OF_ACCOUNT');
  });
});

describe('Somebody who was merged', () => {
  const duplicateId = '8a4e2f10-6c3b-4d97-b1a5-2e7f9c0d4b63';
  const theirDuplicateId = 'f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3';
  const otherAccountId = 'c2a7e4b0-1f5d-4f0e-8a1b-7d9c3e5f6a21';
  const ofAccount = factsOf(accountEvents);
  const merges = (id: string, consents: DataOf<PersonEvents['PersonMergedInto']>['consents'] = []) => [
    ofPerson('PersonsMerged', { duplicateId: id }),
    ofPerson('PersonMergeConfirmed', { duplicateId: id, consents }),
  ];
  const into = (survivorId: string) => ofPerson('PersonMergedInto', { survivorId, consents: [] });
  const one = [lead, agreed, ...merges(duplicateId)];
  const other = [lead, ...merges(theirDuplicateId), into(personId)];
  /** The duplicate of a duplicate. */
  const third = [lead, into(duplicateId)];
  const ids = [personId, duplicateId, theirDuplicateId];
  const together = (member: string, more: Readonly<Record<string, readonly StatedFact[]>> = {}) => ({
    lookups: {
      ...knowing(running, one, member).lookups,
      [`person-${duplicateId}`]: other,
      [`person-${theirDuplicateId}`]: third,
      ...more,
    },
  });

  it('is sent each content once over a channel, whichever of their ids it was sent to', () => {
    for (const first of ids) {
      for (const then of ids) {
        const before = { ...sent, data: { ...sent.data, personId: first } };
        const known = together(personId, { [`recipient-${recipientIdOf(campaignId, first)}`]: [before] });
        // The stream that it is decided on is the survivor's.
        const own = first === personId ? [before] : [];
        given(recipient, ...own)
          .when(send({ personId: then }), known)
          .thenNothing();
        given(recipient, ...own)
          .when(send({ personId: then, content: 'reminder' }), known)
          .then(fact('CampaignSent', { ...sent.data, content: 'reminder' }));
      }
    }
  });

  it('is sent it again where the two were parted', () => {
    const before = { [`recipient-${recipientIdOf(campaignId, duplicateId)}`]: [sent] };
    const parted = { [`person-${duplicateId}`]: [...other, ofPerson('PersonSeparated', { survivorId: personId })] };
    given(recipient)
      .when(send(), together(personId, { ...before, ...parted }))
      .then(sent);
  });

  it('answers as the survivor', () => {
    given(recipient)
      .when(respond({ personId: duplicateId }), together(personId))
      .then(fact('CampaignResponded', { campaignId, personId, kind: 'clicked', content: 'guide' }));
  });

  it('is a member under each of their ids', () => {
    for (const member of ids) {
      for (const asked of ids) {
        given(recipient)
          .when(send({ personId: asked }), together(member))
          .then(sent);
      }
    }
    given(recipient).when(send(), together(otherAccountId)).thenRefused('NOT_A_CAMPAIGN_MEMBER');
  });

  it('is a contact of an account under either id of that', () => {
    const opened = ofAccount('AccountOpened', { name: 'Acme', roles: ['customer'] });
    const mergedAccounts = {
      [`account-${accountId}`]: [
        opened,
        ofAccount('AccountsMerged', { duplicateId: otherAccountId }),
        ofAccount('AccountMergeConfirmed', { duplicateId: otherAccountId }),
      ],
      [`account-${otherAccountId}`]: [opened, ofAccount('AccountMergedInto', { survivorId: accountId })],
    };
    for (const member of [accountId, otherAccountId]) {
      for (const asked of [accountId, otherAccountId]) {
        const { lookups } = knowing([planned, atAccounts, fixed], [lead, contact, agreed], member);
        given(recipient)
          .when(send({ accountId: asked }), { lookups: { ...lookups, ...mergedAccounts } })
          .then(fact('CampaignSent', { ...sent.data, accountId: asked }));
      }
    }
    const apart = knowing([planned, atAccounts, fixed], [lead, contact, agreed], otherAccountId);
    given(recipient)
      .when(send({ accountId: otherAccountId }), apart)
      .thenRefused('PERSON_NOT_OF_ACCOUNT');
  });
});

describe('A response', () => {
  it('is of any kind, also after the end, and also by who was sent nothing', () => {
    for (const kind of responseKinds) {
      given(recipient)
        .when(respond({ kind, channel: 'e-mail', source: 'newsletter' }), knowing([...running, ended], [name], null))
        .then(
          fact('CampaignResponded', {
            campaignId,
            personId,
            kind,
            channel: 'e-mail',
            content: 'guide',
            source: 'newsletter',
          }),
        );
    }
    given(recipient, sent)
      .when(respond({ content: 'page' }), knowing(running, [name]))
      .then(fact('CampaignResponded', { campaignId, personId, kind: 'clicked', content: 'page' }));
  });

  it('is to a campaign that was launched, by a customer to be, and says which channel it ends', () => {
    given(recipient)
      .when(respond(), knowing([planned], [name]))
      .thenRefused('CAMPAIGN_NOT_LAUNCHED');
    given(recipient)
      .when(respond(), knowing(running, [press]))
      .thenRefused('OTHER_NEVER_IN_CAMPAIGN');
    given(recipient)
      .when(respond({ kind: 'unsubscribed' }), knowing(running, [name]))
      .thenRefused('RESPONSE_CHANNEL_MISSING');
  });

  it('stands in the one stream of the campaign and the person', () => {
    const recipientId = recipientIdOf(campaignId, personId);
    given(recipient)
      .when(send({ recipientId }), knowing(running, [name, agreed]))
      .then(sent);
    given(recipient)
      .when(send({ recipientId: accountId }), knowing(running, [name, agreed]))
      .thenRefused('ID_NOT_ITS_OWN');
    given(recipient)
      .when(respond({ recipientId: accountId }), knowing(running, [name]))
      .thenRefused('ID_NOT_ITS_OWN');
  });
});
