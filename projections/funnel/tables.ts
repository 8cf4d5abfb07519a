import type { ActivityEvents } from '../../libs/domain/activity/activity.events.js';
import type { AttributionEvents } from '../../libs/domain/attribution/attribution.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { LeadPotential, PersonEvents } from '../../libs/domain/person/person.events.js';
import type { RecipientEvents } from '../../libs/domain/recipient/recipient.events.js';
import { idOf, type LocalDate, type RecordedEvent, type RecordedOf } from '../../libs/kernel/index.js';
import {
  appends,
  date,
  instant,
  monthOf,
  optional,
  text,
  texts,
  timelines,
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
  indexes: [{ on: ['closed_at'] }],
});

/** As what somebody became a lead, and which of their opportunities are won. */
interface Winning {
  readonly lead?: { readonly month: LocalDate; readonly source: string; readonly potential: LeadPotential };
  readonly won: readonly string[];
}

const notWon = (state: Winning, { stream }: RecordedEvent): Winning =>
  state.won.includes(stream) ? { ...state, won: state.won.filter((other) => other !== stream) } : state;

/** Who has an opportunity that is won, each for themselves, whoever they are merged into. */
export const winners = timelines<OpportunityEvents & Pick<PersonEvents, 'LeadRegistered'>>()({
  key: 'id',
  columns: {
    id: text('Id of the person.'),
    month: optional(date('First day of the month in which they became a lead; null: they are none.')),
    source: optional(text('Where the lead came from.')),
    potential: optional(text<LeadPotential>('What the lead may become: customer or supplier.')),
  },
  via: ['opportunities'],
  keysOf: ({ type, stream }, own) =>
    type === 'LeadRegistered'
      ? [idOf(stream)]
      : [...new Set((own('opportunities')?.['contact_ids'] ?? []) as readonly string[])],
  initial: { won: [] },
  evolve: {
    LeadRegistered: (state, { data: { source, potential }, occurredAt }) => ({
      ...state,
      lead: { month: monthOf(occurredAt), source, potential },
    }),
    OpportunityWon: (state, { stream }) =>
      state.won.includes(stream) ? state : { ...state, won: [...state.won, stream] },
    OpportunityLost: notWon,
    OpportunityWithdrawn: notWon,
    OpportunityReopened: notWon,
  },
  rowAt: ({ lead, won }) => ({ row: won.length === 0 ? null : { ...lead } }),
});

/** How many of the leads of each month came how far, each for themselves, whoever continues as them. */
export const cohorts = totals({
  by: {
    month: date('First day of the month in which they became leads.'),
    source: optional(text('Where they came from.')),
    potential: optional(text<LeadPotential>('What they may become: customer or supplier.')),
  },
  sums: {
    leads: 'Number of leads.',
    marketing_qualified: 'Of these, how many ever were marketing-qualified.',
    sales_qualified: 'Of these, how many ever were sales-qualified.',
    contacts: 'Of these, how many were converted.',
    won: 'How many have an opportunity that is won, also of those who were merged into others.',
  },
  of: (summed) => [
    summed(people, ({ kind, source, potential, registered_at: registered, merged_into: merged, ...row }) =>
      kind !== 'lead' || registered === null || merged !== null
        ? []
        : [
            {
              ...{ month: monthOf(registered), source, potential, leads: 1 },
              marketing_qualified: Number(row.marketing_qualified_at !== null),
              sales_qualified: Number(row.sales_qualified_at !== null),
              contacts: Number(row.converted_at !== null),
            },
          ],
    ),
    summed(winners, ({ month, source, potential }) => (month === null ? [] : [{ month, source, potential, won: 1 }])),
  ],
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

const inbound: ReadonlySet<string> = new Set(['web-visit', 'click', 'clicked', 'visited', 'downloaded']);

const visited = ({
  data,
}: RecordedOf<ActivityEvents, 'ActivityLogged'> | RecordedOf<RecipientEvents, 'CampaignResponded'>) =>
  data.personId === undefined || !inbound.has(data.kind)
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

export type FunnelTables = {
  readonly people: typeof people;
  readonly winners: typeof winners;
  readonly cohorts: typeof cohorts;
  readonly opportunities: typeof opportunities;
  readonly closings: typeof closings;
  readonly visits: typeof visits;
  readonly attributions: typeof attributions;
};
export type ClosedRow = StoredRow<typeof opportunities>;
