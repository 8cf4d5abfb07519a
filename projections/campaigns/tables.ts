import type { AttributionEvents } from '../../libs/domain/attribution/attribution.events.js';
import type { CampaignAim, CampaignEvents } from '../../libs/domain/campaign/campaign.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { RecipientEvents, ResponseKind } from '../../libs/domain/recipient/recipient.events.js';
import { idOf } from '../../libs/kernel/index.js';
import {
  appends,
  bool,
  date,
  instant,
  integer,
  money,
  optional,
  text,
  totals,
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

/** Responses by which somebody turns to us; opening, leaving and bouncing are counted apart. */
const answers: ReadonlySet<ResponseKind> = new Set<ResponseKind>([
  'clicked',
  'visited',
  'downloaded',
  'registered',
  'attended',
  'replied',
]);

const untold = {
  sent: 0,
  answers: 0,
  opened: false,
  unsubscribed: false,
  complained: false,
  bounced: false,
};

/** What passed between a campaign and a person: all of it is of one stream. */
export const recipients = versions<RecipientEvents>()({
  key: 'id',
  keyOf: ({ data }) => {
    const { campaignId, personId } = data as RecipientEvents['CampaignSent']['open'];
    return `${campaignId}/${personId}`;
  },
  columns: {
    id: text('Campaign and person.'),
    campaign_id: text('Id of the campaign.'),
    person_id: text('Who was sent something, or answered.'),
    sent: integer('How often they were sent something.'),
    answers: integer('How often they clicked, visited, downloaded, registered, attended or replied.'),
    opened: bool('Whether they opened something.'),
    unsubscribed: bool('Whether they unsubscribed.'),
    complained: bool('Whether they complained.'),
    bounced: bool('Whether it did not reach them.'),
  },
  opens: {
    CampaignSent: ({ data: { campaignId, personId } }, before) => {
      const known = before ?? untold;
      return { ...known, campaign_id: campaignId, person_id: personId, sent: known.sent + 1 };
    },
    CampaignResponded: ({ data: { campaignId, personId, kind } }, before) => {
      const known = before ?? untold;
      return {
        campaign_id: campaignId,
        person_id: personId,
        sent: known.sent,
        answers: known.answers + Number(answers.has(kind)),
        opened: known.opened || kind === 'opened',
        unsubscribed: known.unsubscribed || kind === 'unsubscribed',
        complained: known.complained || kind === 'complained',
        bounced: known.bounced || kind === 'bounced',
      };
    },
  },
  indexes: [{ on: ['person_id'] }],
});

/** How many each campaign reached, everybody for themselves, whoever they are merged into. */
export const reach = totals({
  by: { campaign_id: text('Id of the campaign.') },
  sums: {
    sent: 'Number of sends.',
    recipients: 'Number of people who were sent something.',
    opened: 'Number of people who opened something.',
    responses: 'Number of answers.',
    responders: 'Number of people who answered.',
    replies: 'Of these, how many were sent something.',
    unsubscribed: 'Number of people who unsubscribed.',
    complained: 'Number of people who complained.',
    bounced: 'Number of people whom it did not reach.',
  },
  of: (summed) => [
    summed(recipients, ({ campaign_id, sent, answers: responses, ...row }) => [
      {
        campaign_id,
        sent,
        recipients: Number(sent > 0),
        opened: Number(row.opened),
        responses,
        responders: Number(responses > 0),
        replies: Number(responses > 0 && sent > 0),
        unsubscribed: Number(row.unsubscribed),
        complained: Number(row.complained),
        bounced: Number(row.bounced),
      },
    ]),
  ],
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
    campaign_id: optional(text('Campaign that it was opened with.')),
    status: text<'open' | 'won' | 'lost' | 'withdrawn'>('open, won, lost or withdrawn.'),
    amount: optional(money('What it was won for, in minor units of the currency.')),
    currency: optional(text('ISO 4217 currency.')),
    closed_at: optional(instant('When it was won.')),
    learnt_at: optional(instant('When we learnt that.')),
  },
  opens: {
    OpportunityOpened: ({ data }) => ({
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
  indexes: [{ on: ['currency', 'campaign_id'] }],
});

/** What was opened with each campaign, and what of it is won; whatever else it was attributed to. */
export const deals = totals({
  by: {
    campaign_id: text('Id of the campaign.'),
    currency: optional(text('ISO 4217 currency that it was won in; null: it is not won.')),
  },
  sums: {
    opportunities: 'Number of opportunities that were not withdrawn.',
    won: 'Of these, how many are won.',
    amount: 'Sum of what they were won for, in minor units of the currency.',
  },
  of: (summed) => [
    summed(opportunities, ({ campaign_id, status, amount, currency }) => {
      if (campaign_id === null || status === 'withdrawn') return [];
      return status === 'won'
        ? [{ campaign_id, currency, opportunities: 1, won: 1, amount: amount ?? 0 }]
        : [{ campaign_id, currency: null, opportunities: 1 }];
    }),
  ],
});

/** Through whom the opportunities were found that no campaign was named for: one of them may be caused by one. */
export const contacts = appends<OpportunityEvents>()({
  columns: {
    person_id: text('Id of the person.'),
    opportunity_id: text('Id of the opportunity.'),
    place: integer('Which of its contacts they are: 0, 1, …'),
  },
  on: {
    OpportunityOpened: ({ stream, data: { contactIds, campaignId } }) =>
      campaignId === undefined
        ? contactIds.map((person_id, place) => ({ person_id, opportunity_id: idOf(stream), place }))
        : [],
  },
  indexes: [{ on: ['person_id'] }],
});

export type CampaignTables = {
  readonly campaigns: typeof campaigns;
  readonly costs: typeof costs;
  readonly recipients: typeof recipients;
  readonly reach: typeof reach;
  readonly attributions: typeof attributions;
  readonly opportunities: typeof opportunities;
  readonly deals: typeof deals;
  readonly contacts: typeof contacts;
  readonly purchases: typeof purchases;
  readonly rates: typeof rates;
  readonly policies: typeof policies;
  readonly merges: typeof merges;
};
