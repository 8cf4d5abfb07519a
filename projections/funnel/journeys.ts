import type { ActivityEvents } from '../../libs/domain/activity/activity.events.js';
import type { AttributionEvents } from '../../libs/domain/attribution/attribution.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { LeadPotential, PersonEvents } from '../../libs/domain/person/person.events.js';
import type { RecipientEvents } from '../../libs/domain/recipient/recipient.events.js';
import {
  categoryOf,
  idOf,
  type Instant,
  type LocalDate,
  type RecordedEvent,
  type RecordedOf,
} from '../../libs/kernel/index.js';
import { bool, date, json, monthOf, optional, text, timelines, totals } from '../../libs/read-model/index.js';
import { type attributions, type closings, inboundKinds, type opportunities, people, visits } from './tables.js';

/** What was visited or clicked, and in which month it first was. */
interface Touch {
  readonly month: LocalDate;
  readonly content: string | null;
  readonly source: string | null;
}

/** An opportunity that is won or lost. */
interface Closing {
  readonly month: LocalDate;
  readonly owner: string | null;
  readonly pipeline_id: string;
  readonly won: boolean;
  /** From opening to winning, in whole seconds. */
  readonly seconds: number;
}

/** An opportunity of which somebody is the first contact. */
interface Deal {
  readonly stream: string;
  readonly owner: string | null;
  readonly pipeline_id: string;
  readonly opened: Instant;
  readonly closed?: Pick<Closing, 'month' | 'won' | 'seconds'> | undefined;
}

/** What is known of somebody's way from the first visit to the sale. */
interface Journey {
  /** The first visit or click. */
  readonly touch?: Touch;
  /** What was visited or clicked first of all else, each once. */
  readonly further?: readonly Touch[];
  readonly lead?: { readonly month: LocalDate; readonly source: string; readonly potential: LeadPotential };
  /** What caused them, by the last word of a campaign. */
  readonly cause?: string | null;
  readonly marketing: boolean;
  readonly sales: boolean;
  readonly contact: boolean;
  /** Streams of their opportunities that are won. */
  readonly won: readonly string[];
  readonly deals?: readonly Deal[];
}

const begun: Journey = { marketing: false, sales: false, contact: false, won: [] };

const touched = (
  state: Journey,
  {
    data: { content, source },
    occurredAt,
  }: RecordedOf<ActivityEvents, 'ActivityLogged'> | RecordedOf<RecipientEvents, 'CampaignResponded'>,
): Journey => {
  const touch = { month: monthOf(occurredAt), content: content ?? null, source: source ?? null };
  const { touch: first, further = [] } = state;
  if (!first) return { ...state, touch };
  const known = [first, ...further].some((other) => other.content === touch.content && other.source === touch.source);
  return known ? state : { ...state, further: [...further, touch] };
};

const dealt = (state: Journey, { stream }: RecordedEvent, change: (deal: Deal) => Partial<Deal>): Journey =>
  state.deals?.some((deal) => deal.stream === stream)
    ? { ...state, deals: state.deals.map((deal) => (deal.stream === stream ? { ...deal, ...change(deal) } : deal)) }
    : state;

const closed = (state: Journey, event: RecordedEvent, won: boolean): Journey =>
  dealt(state, event, ({ opened }) => ({
    closed: {
      month: monthOf(event.occurredAt),
      won,
      seconds: won ? Math.floor((Date.parse(event.occurredAt) - Date.parse(opened)) / 1_000) : 0,
    },
  }));

const reopened = (state: Journey, event: RecordedEvent): Journey => dealt(state, event, () => ({ closed: undefined }));

const notWon = (state: Journey, { stream }: RecordedEvent): Journey =>
  state.won.includes(stream) ? { ...state, won: state.won.filter((other) => other !== stream) } : state;

type JourneyEvents = Pick<ActivityEvents, 'ActivityLogged'> &
  Pick<RecipientEvents, 'CampaignResponded'> &
  Pick<AttributionEvents, 'AttributedToCampaign'> &
  Pick<PersonEvents, 'LeadRegistered' | 'LeadQualified' | 'LeadConverted' | 'ConversionReverted'> &
  Pick<
    OpportunityEvents,
    | 'OpportunityOpened'
    | 'OpportunityMovedToPipeline'
    | 'OpportunityReassigned'
    | 'OpportunityWon'
    | 'OpportunityLost'
    | 'OpportunityWithdrawn'
    | 'OpportunityReopened'
  >;

/** They matter to the first contact alone, whose source the opportunity has. */
const ofFirstContact: ReadonlySet<string> = new Set<keyof JourneyEvents>([
  'OpportunityOpened',
  'OpportunityMovedToPipeline',
  'OpportunityReassigned',
]);

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
    further: optional(json<readonly Touch[]>('What was visited or clicked besides, each once; null: nothing.')),
    closed: optional(
      json<readonly Closing[]>('Of a lead, what was won and lost with them as the first contact; null: nothing.'),
    ),
  },
  via: ['opportunities'],
  keysOf: (event, own) => {
    const category = categoryOf(event.stream);
    if (category === 'person') return [idOf(event.stream)];
    if (category === 'opportunity') {
      const contacts = (own('opportunities')?.['contact_ids'] ?? []) as readonly string[];
      return [...new Set(ofFirstContact.has(event.type) ? contacts.slice(0, 1) : contacts)];
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
    OpportunityOpened: (state, { stream, data: { owner, pipelineId }, occurredAt }) => ({
      ...state,
      deals: [...(state.deals ?? []), { stream, owner: owner ?? null, pipeline_id: pipelineId, opened: occurredAt }],
    }),
    OpportunityMovedToPipeline: (state, event) => dealt(state, event, () => ({ pipeline_id: event.data.pipelineId })),
    OpportunityReassigned: (state, event) => dealt(state, event, () => ({ owner: event.data.to })),
    OpportunityWon: (state, event) =>
      closed(state.won.includes(event.stream) ? state : { ...state, won: [...state.won, event.stream] }, event, true),
    OpportunityLost: (state, event) => closed(notWon(state, event), event, false),
    OpportunityWithdrawn: (state, event) => reopened(notWon(state, event), event),
    OpportunityReopened: (state, event) => reopened(notWon(state, event), event),
  },
  rowAt: ({ touch, further, lead, cause, marketing, sales, contact, won, deals }) =>
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
            further,
            closed: lead && closingsOf(deals),
          },
        }
      : { row: null },
});

function closingsOf(deals: readonly Deal[] = []): readonly Closing[] | undefined {
  const all = deals.flatMap(({ owner, pipeline_id, closed: how }) => (how ? [{ owner, pipeline_id, ...how }] : []));
  return all.length > 0 ? all : undefined;
}

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
  byDay: true,
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

/** How far a lead came, as numbers to be added up. */
const reached = (row: {
  readonly registered_in: LocalDate | null;
  readonly marketing_qualified: boolean;
  readonly sales_qualified: boolean;
  readonly contact: boolean;
  readonly won: boolean;
}) =>
  row.registered_in === null
    ? {}
    : {
        leads: 1,
        marketing_qualified: row.marketing_qualified ? 1 : 0,
        sales_qualified: row.sales_qualified ? 1 : 0,
        contacts: row.contact ? 1 : 0,
        won: row.won ? 1 : 0,
      };

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
      const { month, content, source, visited } = row;
      return month === null ? [] : [{ month, content, source, visitors: visited ? 1 : 0, ...reached(row) }];
    }),
  ],
});

/** The same of whatever they visited besides the first, each once for each person. */
export const furtherSums = totals({
  by: {
    month: date('First day of the month in which they first visited it.'),
    content: optional(text('What was visited or clicked.')),
    source: optional(text('Where they came from.')),
  },
  sums: {
    visitors: 'Number of people who visited it, and something else before it.',
    leads: 'Number of leads.',
    marketing_qualified: 'Of these, how many ever were marketing-qualified.',
    sales_qualified: 'Of these, how many ever were sales-qualified.',
    contacts: 'Of these, how many were converted.',
    won: 'Of these, how many have an opportunity that is won.',
  },
  of: (summed) => [
    summed(journeys, (row) => (row.further ?? []).map((touch) => ({ ...touch, visitors: 1, ...reached(row) }))),
  ],
});

/** What was won and lost in each month, by the source of the first contact, where that is a lead. */
export const sourcedSums = totals({
  by: {
    month: date('First day of the month in which it was closed.'),
    source: optional(text('Where the lead came from.')),
    owner: optional(text('Salesperson who owns it.')),
    pipeline_id: text('Pipeline that it runs through.'),
  },
  sums: {
    won: 'Number of those won.',
    lost: 'Number of those lost.',
    seconds: 'Whole seconds from opening to winning of those won.',
  },
  of: (summed) => [
    summed(journeys, ({ closed: closings, lead_source: source }) =>
      (closings ?? []).map(({ won, seconds, ...of }) => ({
        ...{ ...of, source },
        ...(won ? { won: 1, seconds } : { lost: 1 }),
      })),
    ),
  ],
});

export type FunnelTables = {
  readonly people: typeof people;
  readonly journeys: typeof journeys;
  readonly cohorts: typeof cohorts;
  readonly inbound: typeof inboundSums;
  readonly further: typeof furtherSums;
  readonly sourced: typeof sourcedSums;
  readonly opportunities: typeof opportunities;
  readonly closings: typeof closings;
  readonly visits: typeof visits;
  readonly attributions: typeof attributions;
};
