import type { ActivityEvents } from '../../libs/domain/activity/activity.events.js';
import type { AttributionEvents } from '../../libs/domain/attribution/attribution.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { LeadPotential, PersonEvents } from '../../libs/domain/person/person.events.js';
import type { RecipientEvents } from '../../libs/domain/recipient/recipient.events.js';
import { categoryOf, idOf, type LocalDate, type RecordedEvent, type RecordedOf } from '../../libs/kernel/index.js';
import { bool, date, monthOf, optional, text, timelines, totals } from '../../libs/read-model/index.js';
import { type attributions, type closings, inboundKinds, type opportunities, people, visits } from './tables.js';

/** What is known of somebody's way from the first visit to the sale. */
interface Journey {
  /** The first visit or click. */
  readonly touch?: { readonly month: LocalDate; readonly content: string | null; readonly source: string | null };
  readonly lead?: { readonly month: LocalDate; readonly source: string; readonly potential: LeadPotential };
  /** What caused them, by the last word of a campaign. */
  readonly cause?: string | null;
  readonly marketing: boolean;
  readonly sales: boolean;
  readonly contact: boolean;
  /** Streams of their opportunities that are won. */
  readonly won: readonly string[];
}

const begun: Journey = { marketing: false, sales: false, contact: false, won: [] };

const touched = (
  state: Journey,
  {
    data: { content, source },
    occurredAt,
  }: RecordedOf<ActivityEvents, 'ActivityLogged'> | RecordedOf<RecipientEvents, 'CampaignResponded'>,
): Journey =>
  state.touch
    ? state
    : { ...state, touch: { month: monthOf(occurredAt), content: content ?? null, source: source ?? null } };

const notWon = (state: Journey, { stream }: RecordedEvent): Journey =>
  state.won.includes(stream) ? { ...state, won: state.won.filter((other) => other !== stream) } : state;

type JourneyEvents = Pick<ActivityEvents, 'ActivityLogged'> &
  Pick<RecipientEvents, 'CampaignResponded'> &
  Pick<AttributionEvents, 'AttributedToCampaign'> &
  Pick<PersonEvents, 'LeadRegistered' | 'LeadQualified' | 'LeadConverted' | 'ConversionReverted'> &
  Pick<OpportunityEvents, 'OpportunityWon' | 'OpportunityLost' | 'OpportunityWithdrawn' | 'OpportunityReopened'>;

/** How far everybody came, each for themselves, whoever they are merged into. */
export const journeys = timelines<JourneyEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the person.'),
    month: optional(date('First day of the month of the first visit, or else of the registration as a lead.')),
    content: optional(text('What was visited or clicked first; without a visit, what a campaign caused the lead by.')),
    source: optional(text('Where they came from; without a visit, where the lead did.')),
    visited: bool('Whether they visited or clicked anything.'),
    registered_in: optional(date('First day of the month in which they became a lead; null: they are none.')),
    lead_source: optional(text('Where the lead came from.')),
    potential: optional(text<LeadPotential>('What the lead may become: customer or supplier.')),
    marketing_qualified: bool('Whether the lead ever was marketing-qualified.'),
    sales_qualified: bool('Whether the lead ever was sales-qualified.'),
    contact: bool('Whether the lead was converted.'),
    won: bool('Whether an opportunity of theirs is won.'),
  },
  via: ['opportunities'],
  keysOf: (event, own) => {
    const category = categoryOf(event.stream);
    if (category === 'person') return [idOf(event.stream)];
    if (category === 'opportunity') {
      return [...new Set((own('opportunities')?.['contact_ids'] ?? []) as readonly string[])];
    }
    const { personId, kind } = event.data as { readonly personId?: string; readonly kind?: string };
    return personId === undefined || (kind !== undefined && !inboundKinds.has(kind)) ? [] : [personId];
  },
  initial: begun,
  evolve: {
    ActivityLogged: touched,
    CampaignResponded: touched,
    AttributedToCampaign: (state, { data }) => ({ ...state, cause: data.content ?? null }),
    LeadRegistered: (state, { data: { source, potential }, occurredAt }) => ({
      ...{ ...state, marketing: false, sales: false, contact: false },
      lead: { month: monthOf(occurredAt), source, potential },
    }),
    LeadQualified: (state, { data: { level } }) =>
      level === 'marketing-qualified' ? { ...state, marketing: true } : { ...state, sales: true },
    LeadConverted: (state) => ({ ...state, contact: true }),
    ConversionReverted: (state) => ({ ...state, contact: false }),
    OpportunityWon: (state, { stream }) =>
      state.won.includes(stream) ? state : { ...state, won: [...state.won, stream] },
    OpportunityLost: notWon,
    OpportunityWithdrawn: notWon,
    OpportunityReopened: notWon,
  },
  rowAt: ({ touch, lead, cause, marketing, sales, contact, won }) =>
    touch || lead || won.length > 0
      ? {
          row: {
            ...(touch ?? (lead && { month: lead.month, content: cause, source: lead.source })),
            visited: touch !== undefined,
            registered_in: lead?.month,
            lead_source: lead?.source,
            potential: lead?.potential,
            marketing_qualified: marketing,
            sales_qualified: sales,
            contact,
            won: won.length > 0,
          },
        }
      : { row: null },
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
    summed(journeys, ({ registered_in: month, lead_source: source, potential, won }) =>
      month === null || !won ? [] : [{ month, source, potential, won: 1 }],
    ),
  ],
});

/** From the visit to the sale in each month, by what was visited first; each person for themselves. */
export const inboundSums = totals({
  by: {
    month: date('First day of the month.'),
    content: optional(text('What was visited or clicked.')),
    source: optional(text('Where they came from.')),
  },
  sums: {
    visits: 'Number of visits and clicks in the month.',
    visitors: 'Number of people for whom it was the first visit.',
    leads: 'Number of leads.',
    marketing_qualified: 'Of these, how many ever were marketing-qualified.',
    sales_qualified: 'Of these, how many ever were sales-qualified.',
    contacts: 'Of these, how many were converted.',
    won: 'Of these, how many have an opportunity that is won.',
  },
  of: (summed) => [
    summed(visits, ({ content, source }, at) => [{ month: monthOf(at), content, source, visits: 1 }]),
    summed(journeys, (row) => {
      const { month, content, source, visited, registered_in: registered } = row;
      if (month === null) return [];
      const visitors = visited ? 1 : 0;
      if (registered === null) return [{ month, content, source, visitors }];
      return [
        {
          month,
          content,
          source,
          visitors,
          leads: 1,
          marketing_qualified: row.marketing_qualified ? 1 : 0,
          sales_qualified: row.sales_qualified ? 1 : 0,
          contacts: row.contact ? 1 : 0,
          won: row.won ? 1 : 0,
        },
      ];
    }),
  ],
});

export type FunnelTables = {
  readonly people: typeof people;
  readonly journeys: typeof journeys;
  readonly cohorts: typeof cohorts;
  readonly inbound: typeof inboundSums;
  readonly opportunities: typeof opportunities;
  readonly closings: typeof closings;
  readonly visits: typeof visits;
  readonly attributions: typeof attributions;
};
