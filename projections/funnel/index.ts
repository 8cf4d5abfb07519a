import { sql } from 'kysely';
import { decimal, ofAll, projection, ratio, type View } from '../../libs/read-model/index.js';
import { conversionOf, funnelOf } from './conversion.js';
import { cohorts, furtherSums, type FunnelTables, inboundSums, journeys, sourcedSums } from './journeys.js';
import { attributions, closings, opportunities, people, visits } from './tables.js';
import { closingsOf, lostOf } from './win-rate.js';

const moment = 'as of kroniek.as_of and kroniek.known_at (unset: now).';
const ofLeads = {
  leads: 'Number of leads.',
  marketing_qualified: 'Of these, how many ever were marketing-qualified.',
  sales_qualified: 'Of these, how many ever were sales-qualified.',
  contacts: 'Of these, how many were converted.',
  won: 'Of these, how many have an opportunity that is won.',
};

const views: Readonly<Record<string, View<FunnelTables>>> = {
  lead_conversion: {
    says: `How far the leads of each month and source came, ${moment}`,
    columns: {
      cohort: 'Month in UTC in which they became leads: 2026-07.',
      source: 'Where they came from.',
      ...ofLeads,
      conversion_rate: 'Contacts ÷ leads, rounded to four digits.',
      below_benchmark: 'Whether it is under 10 %, which is typical.',
    },
    as: (source) => sql`select cohort, source, leads, marketing_qualified, sales_qualified, contacts, won,
      ${decimal(sql`conversion_rate`)}, below_benchmark from (${conversionOf(source, ofAll, 'source')}) c`,
  },
  inbound_funnel: {
    says: `From the visit to the sale by month, content and source of the first visit, ${moment}`,
    columns: {
      period: 'Month in UTC: 2026-07; of people, that of their first visit, or else of their registration as leads.',
      content: 'What was visited or clicked; null: nothing that is known.',
      source: 'Where the visitors came from; without a visit, the source of the lead.',
      visits: 'Number of visits and clicks in the month.',
      visitors: 'Number of people for whom it was the first visit.',
      ...ofLeads,
    },
    as: (source) => sql`select * from (${funnelOf(source, ofAll, 'first')}) f`,
  },
  win_rate: {
    says: `What was won and lost in each month by owner, pipeline and source, ${moment} Add up before dividing.`,
    columns: {
      period: 'Month in UTC in which they were closed: 2026-07.',
      owner: 'Salesperson who owns them.',
      pipeline: 'Pipeline that they ran through.',
      source: 'Where the first contact who was a lead came from.',
      won: 'Number of those won.',
      lost: 'Number of those lost.',
      closed: 'Won and lost.',
      average_seconds_to_win: 'Average time from opening to winning, in seconds.',
      win_rate: 'Won ÷ closed, rounded to four digits.',
    },
    as: (source) => sql`select *, ${decimal(ratio(sql`won`, sql`closed`))} from (${closingsOf(source)}) w`,
  },
  losses: {
    says: `Every lost opportunity with its reason and competitor, ${moment}`,
    columns: {
      opportunity_id: 'Id of the opportunity.',
      period: 'Month in UTC in which it was lost: 2026-07.',
      pipeline: 'Pipeline that it ran through.',
      owner: 'Salesperson who owns it.',
      source: 'Where the first contact who was a lead came from.',
      loss_reason: 'Why it was lost.',
      competitor: 'Who did better; null: nobody is known.',
    },
    as: (source) => lostOf(source),
  },
};

/** From the visit to the sale: conversion, inbound funnel and win rate at any instant (domain.md §1, §3, §7). */
export const funnel = projection<FunnelTables>({
  name: 'funnel',
  version: 6,
  tables: {
    people,
    opportunities,
    journeys,
    cohorts,
    inbound: inboundSums,
    further: furtherSums,
    sourced: sourcedSums,
    closings,
    visits,
    attributions,
  },
  views,
});
