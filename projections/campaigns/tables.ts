import type { AttributionEvents } from '../../libs/domain/attribution/attribution.events.js';
import type { CampaignAim, CampaignEvents } from '../../libs/domain/campaign/campaign.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { Channel } from '../../libs/domain/person/person.events.js';
import type { RecipientEvents, ResponseKind } from '../../libs/domain/recipient/recipient.events.js';
import { idOf } from '../../libs/kernel/index.js';
import {
  appends,
  date,
  instant,
  integer,
  money,
  optional,
  text,
  texts,
  versions,
} from '../../libs/read-model/index.js';
import type { purchases } from '../customers/sales.js';
import type { merges } from '../merges.js';
import type { policies, rates } from '../policies/tables.js';

export type CampaignStatus = 'planned' | 'launched' | 'ended';

/** Every version of every campaign. */
export const campaigns = versions<CampaignEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the campaign.'),
    name: text('What it is called.'),
    aim: text<CampaignAim>('pre-sale or post-sale.'),
    segment_id: text('Segment that it is aimed at.'),
    owner: text('Employee who runs it.'),
    status: text<CampaignStatus>('planned, launched or ended.'),
    budget: optional(money('What it may cost, in minor units of the currency.')),
    budget_currency: optional(text('ISO 4217 currency of the budget.')),
    members: optional(integer('How many members were fixed at the launch.')),
    launched_at: optional(instant('When it was launched.')),
    ended_at: optional(instant('When it ended.')),
  },
  opens: {
    CampaignPlanned: ({ data }) => ({
      name: data.name,
      aim: data.aim,
      segment_id: data.segmentId,
      owner: data.owner,
      status: 'planned' as const,
      budget: data.budget?.amount,
      budget_currency: data.budget?.currency,
    }),
  },
  changes: {
    CampaignLaunched: ({ occurredAt }) => ({ status: 'launched' as const, launched_at: occurredAt }),
    CampaignMembersFixed: ({ data }) => ({ members: data.members }),
    CampaignEnded: ({ occurredAt }) => ({ status: 'ended' as const, ended_at: occurredAt }),
  },
});

/** What each campaign cost. */
export const costs = appends<CampaignEvents>()({
  columns: {
    campaign_id: text('Id of the campaign.'),
    reference: text('Name of the cost in the books.'),
    amount: money('In minor units of the currency.'),
    currency: text('ISO 4217 currency.'),
    on_day: date('Day whose rate converts it.'),
  },
  on: {
    CampaignCostRecorded: ({ stream, data, occurredAt }) => ({
      campaign_id: idOf(stream),
      reference: data.reference,
      ...data.amount,
      on_day: occurredAt.slice(0, 10),
    }),
  },
  indexes: [{ on: ['campaign_id'] }],
});

/** What was sent to whom. */
export const sends = appends<RecipientEvents>()({
  columns: {
    campaign_id: text('Id of the campaign.'),
    person_id: text('Who was sent it.'),
    channel: text<Channel>('e-mail, phone or post.'),
    content: optional(text('What was sent.')),
  },
  on: {
    CampaignSent: ({ data: { campaignId, personId, channel, content } }) => ({
      campaign_id: campaignId,
      person_id: personId,
      channel,
      content,
    }),
  },
  indexes: [{ on: ['campaign_id', 'person_id'] }],
});

/** How people answered. */
export const responses = appends<RecipientEvents>()({
  columns: {
    campaign_id: text('Id of the campaign.'),
    person_id: text('Who answered.'),
    kind: text<ResponseKind>(
      'opened, clicked, visited, downloaded, registered, attended, replied, unsubscribed, complained or bounced.',
    ),
    content: optional(text('To what.')),
    source: optional(text('Where they came from.')),
  },
  on: {
    CampaignResponded: ({ data: { campaignId, personId, kind, content, source } }) => ({
      campaign_id: campaignId,
      person_id: personId,
      kind,
      content,
      source,
    }),
  },
  indexes: [{ on: ['campaign_id', 'person_id'] }],
});

/** Which campaign caused which lead or opportunity; the last word counts. */
export const attributions = versions<AttributionEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the attribution.'),
    campaign_id: text('Campaign that caused it.'),
    person_id: optional(text('The lead; null: it is about an opportunity.')),
    opportunity_id: optional(text('The opportunity; null: it is about a lead.')),
  },
  opens: {
    AttributedToCampaign: ({ data: { campaignId, personId, opportunityId } }) => ({
      campaign_id: campaignId,
      person_id: personId,
      opportunity_id: opportunityId,
    }),
  },
  indexes: [{ on: ['person_id'] }, { on: ['opportunity_id'] }],
});

/** What of an opportunity tells what it brought; what changes none of it makes no version here. */
export const opportunities = versions<OpportunityEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the opportunity.'),
    contact_ids: texts('People through whom it was found.'),
    campaign_id: optional(text('Campaign that it was opened with.')),
    status: text<'open' | 'won' | 'lost' | 'withdrawn'>('open, won, lost or withdrawn.'),
    amount: optional(money('What it was won for, in minor units of the currency.')),
    currency: optional(text('ISO 4217 currency.')),
    closed_at: optional(instant('When it was won.')),
    learnt_at: optional(instant('When we learnt that.')),
  },
  opens: {
    OpportunityOpened: ({ data }) => ({
      contact_ids: data.contactIds,
      campaign_id: data.campaignId,
      status: 'open' as const,
    }),
  },
  changes: {
    OpportunityWon: ({ data, occurredAt, recordedAt }) => ({
      status: 'won' as const,
      ...data.amount,
      closed_at: occurredAt,
      learnt_at: recordedAt,
    }),
    OpportunityLost: () => ({ status: 'lost' as const }),
    OpportunityWithdrawn: () => ({ status: 'withdrawn' as const }),
    OpportunityReopened: () => ({ status: 'open' as const }),
  },
  indexes: [{ on: ['campaign_id'], current: true }],
});

export type CampaignTables = {
  readonly campaigns: typeof campaigns;
  readonly costs: typeof costs;
  readonly sends: typeof sends;
  readonly responses: typeof responses;
  readonly attributions: typeof attributions;
  readonly opportunities: typeof opportunities;
  readonly purchases: typeof purchases;
  readonly rates: typeof rates;
  readonly policies: typeof policies;
  readonly merges: typeof merges;
};
