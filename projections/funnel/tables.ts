import type { ActivityEvents } from '../../libs/domain/activity/activity.events.js';
import type { AttributionEvents } from '../../libs/domain/attribution/attribution.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { LeadPotential, PersonEvents } from '../../libs/domain/person/person.events.js';
import type { RecipientEvents } from '../../libs/domain/recipient/recipient.events.js';
import type { RecordedOf } from '../../libs/kernel/index.js';
import {
  appends,
  bool,
  date,
  instant,
  monthOf,
  optional,
  text,
  texts,
  totals,
  versions,
  type StoredRow,
} from '../../libs/read-model/index.js';

export type PersonKind = 'name' | 'lead' | 'other';

/** How far each person came on the way to the customer, and when they first got there. */
export const people = versions<PersonEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the person.'),
    kind: text<PersonKind>('name, lead (also as a contact by now) or other.'),
    source: optional(text('Where the lead came from.')),
    potential: optional(text<LeadPotential>('What the lead may become: customer or supplier.')),
    registered_at: optional(instant('When they became a lead; it decides on the cohort.')),
    marketing_qualified_at: optional(instant('When they first were marketing-qualified.')),
    sales_qualified_at: optional(instant('When they first were sales-qualified.')),
    converted_at: optional(instant('When they became a contact, unless that was taken back.')),
    merged_into: optional(text('Person whom they continue as.')),
  },
  opens: {
    NameRegistered: () => ({ kind: 'name' as const }),
    OtherPersonRegistered: () => ({ kind: 'other' as const }),
    LeadRegistered: ({ data, occurredAt }) => ({
      kind: 'lead' as const,
      source: data.source,
      potential: data.potential,
      registered_at: occurredAt,
    }),
  },
  changes: {
    LeadQualified: ({ data, occurredAt }, row) =>
      data.level === 'marketing-qualified'
        ? { marketing_qualified_at: row.marketing_qualified_at ?? occurredAt }
        : { sales_qualified_at: row.sales_qualified_at ?? occurredAt },
    LeadConverted: ({ occurredAt }) => ({ converted_at: occurredAt }),
    ConversionReverted: () => ({ converted_at: null }),
    PersonMergedInto: ({ data }) => ({ merged_into: data.survivorId }),
    PersonSeparated: () => ({ merged_into: null }),
  },
  indexes: [{ on: ['merged_into'] }],
});

export type ClosedStatus = 'won' | 'lost';

/** What of an opportunity tells whether and how it was closed; what changes none of it makes no version here. */
export const opportunities = versions<OpportunityEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the opportunity.'),
    pipeline_id: text('Pipeline that it runs through.'),
    owner: optional(text('Salesperson who owns it.')),
    contact_ids: texts('People through whom it was found.'),
    several: bool('Whether that is more than one.'),
    status: text<ClosedStatus | 'open' | 'withdrawn'>('open, won, lost or withdrawn.'),
    loss_reason: optional(text('Why it was lost.')),
    competitor: optional(text('Who did better.')),
    opened_at: instant('When it was opened.'),
    closed_at: optional(instant('When it was won or lost.')),
  },
  opens: {
    OpportunityOpened: ({ data, occurredAt }) => ({
      pipeline_id: data.pipelineId,
      owner: data.owner,
      contact_ids: data.contactIds,
      several: data.contactIds.length > 1,
      status: 'open' as const,
      opened_at: occurredAt,
    }),
  },
  changes: {
    OpportunityMovedToPipeline: ({ data }) => ({ pipeline_id: data.pipelineId }),
    OpportunityReassigned: ({ data }) => ({ owner: data.to }),
    OpportunityWon: ({ occurredAt }) => ({ status: 'won' as const, closed_at: occurredAt }),
    OpportunityLost: ({ data, occurredAt }) => ({
      status: 'lost' as const,
      loss_reason: data.reason,
      competitor: data.competitor,
      closed_at: occurredAt,
    }),
    OpportunityWithdrawn: () => ({ status: 'withdrawn' as const }),
    OpportunityReopened: () => ({ status: 'open' as const, loss_reason: null, competitor: null, closed_at: null }),
  },
  indexes: [{ on: ['closed_at'] }, { on: ['closed_at'], where: 'several' }],
});

/** What was won and lost in each month. */
export const closings = totals({
  by: {
    month: date('First day of the month in which it was closed.'),
    owner: optional(text('Salesperson who owns it.')),
    pipeline_id: text('Pipeline that it runs through.'),
    loss_reason: optional(text('Why it was lost.')),
    competitor: optional(text('Who did better.')),
  },
  sums: {
    won: 'Number of those won.',
    lost: 'Number of those lost.',
    seconds: 'Whole seconds from opening to winning of those won.',
  },
  of: (summed) => [
    summed(opportunities, ({ closed_at: closed, status, opened_at: opened, ...row }) => {
      if (closed === null || (status !== 'won' && status !== 'lost')) return [];
      const { owner, pipeline_id, loss_reason, competitor } = row;
      const of = { month: monthOf(closed), owner, pipeline_id, loss_reason, competitor };
      const seconds = Math.floor((Date.parse(closed) - Date.parse(opened)) / 1_000);
      return [status === 'won' ? { ...of, won: 1, seconds } : { ...of, lost: 1 }];
    }),
  ],
});

/** Kinds of activities and responses that are visits or clicks. */
export const inboundKinds: ReadonlySet<string> = new Set(['web-visit', 'click', 'clicked', 'visited', 'downloaded']);

const visited = ({
  data,
}: RecordedOf<ActivityEvents, 'ActivityLogged'> | RecordedOf<RecipientEvents, 'CampaignResponded'>) =>
  data.personId === undefined || !inboundKinds.has(data.kind)
    ? []
    : [{ person_id: data.personId, content: data.content, source: data.source }];

/** A row for each visit or click of somebody known, as marketing automation or a campaign measured it (S1, S4). */
export const visits = appends<ActivityEvents & RecipientEvents>()({
  columns: {
    person_id: text('Who visited or clicked.'),
    content: optional(text('What: a page, a mailing, a download.')),
    source: optional(text('Where they came from: a search engine, a newsletter.')),
  },
  on: { ActivityLogged: visited, CampaignResponded: visited },
  indexes: [{ on: ['person_id', 'occurred_at'] }, { on: ['occurred_at'] }],
});

/** Which campaign caused which lead; the last word counts. */
export const attributions = versions<AttributionEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the attribution.'),
    campaign_id: text('Campaign that caused it.'),
    person_id: optional(text('The lead; null: it is about an opportunity.')),
    content: optional(text('Which mailing, page or event.')),
  },
  opens: {
    AttributedToCampaign: ({ data }) => ({
      campaign_id: data.campaignId,
      person_id: data.personId,
      content: data.content,
    }),
  },
  indexes: [{ on: ['person_id'] }],
});

export type ClosedRow = StoredRow<typeof opportunities>;
