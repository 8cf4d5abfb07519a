import type { ActivityEvents } from '../domain/activity/activity.events.js';
import type { AttributionEvents } from '../domain/attribution/attribution.events.js';
import type { OpportunityEvents } from '../domain/opportunity/opportunity.events.js';
import type { PersonEvents } from '../domain/person/person.events.js';
import type { RecipientEvents } from '../domain/recipient/recipient.events.js';
import { dayIn, eur, opportunityOpened } from './facts.js';
import { happened } from './projection.js';

// Leads from the first visit to the sale, told in days of 2024.

export const person = happened<PersonEvents>();
export const deal = happened<OpportunityEvents>();
const activity = happened<ActivityEvents>();
const recipient = happened<RecipientEvents>();
export const attribution = happened<AttributionEvents>();
export const day = dayIn(2024);

export const lead = (id: string, at: string, source: string) =>
  person(`person-${id}`, 'LeadRegistered', at, { source, potential: 'customer' });
export const qualified = (id: string, at: string, level: 'marketing-qualified' | 'sales-qualified', more = {}) =>
  person(`person-${id}`, 'LeadQualified', at, { level }, more);
export const converted = (id: string, at: string) =>
  person(`person-${id}`, 'LeadConverted', at, { accountId: 'acme', owner: 'ann', requirement: 'sales-qualified' });
export const reverted = (id: string, at: string) =>
  person(`person-${id}`, 'ConversionReverted', at, { accountId: 'acme', openedAccount: false, reason: 'mistake' });
export const opened = (id: string, at: string, contactIds: readonly string[], owner: string) =>
  opportunityOpened(id, at, { title: id, contactIds, owner });
export const won = (id: string, at: string, more = {}) =>
  deal(`opportunity-${id}`, 'OpportunityWon', at, { from: 'first', amount: eur(100) }, more);
export const lost = (id: string, at: string, reason: string, competitor?: string) =>
  deal(`opportunity-${id}`, 'OpportunityLost', at, {
    from: 'first',
    reason,
    ...(competitor === undefined ? {} : { competitor }),
  });
let hits = 0;
export const visit = (personId: string, at: string, content: string, source: string, more = {}) =>
  activity(
    `activity-${(hits += 1)}`,
    'ActivityLogged',
    at,
    { kind: 'web-visit', direction: 'inbound', outcome: 'reached', by: 'web', personId, content, source },
    more,
  );

/** Leads of three sources; visits, a mailing, deals won and lost. */
export const story = [
  person('person-n', 'NameRegistered', day(1), { source: { kind: 'bought-list', name: 'A' } }),
  lead('a', day(2), 'fair'),
  lead('b', day(3), 'web'),
  person('person-n', 'LeadRegistered', day(4), { source: 'web', potential: 'supplier' }),
  visit('b', day(5), 'guide', 'search'),
  visit('b', day(6), 'prices', 'newsletter'),
  qualified('a', day(7), 'marketing-qualified'),
  qualified('a', day(8), 'sales-qualified'),
  qualified('b', day(8), 'marketing-qualified'),
  converted('a', day(9)),
  opened('1', day(9), ['x', 'a'], 'ann'),
  opened('2', day(9), [], 'ben'),
  lost('2', day(19), 'price', 'rival'),
  won('1', day(29)),
  lead('c', day(1, 2), 'web'),
  lead('d', day(2, 2), 'web'),
  recipient('recipient-1', 'CampaignResponded', day(3, 2), {
    campaignId: 'spring',
    personId: 'd',
    kind: 'clicked',
    content: 'mailing',
  }),
  recipient('recipient-1', 'CampaignResponded', day(4, 2), { campaignId: 'spring', personId: 'd', kind: 'opened' }),
  attribution('attribution-1', 'AttributedToCampaign', day(4, 2), {
    campaignId: 'spring',
    personId: 'c',
    content: 'guide',
  }),
  // Learnt in March.
  qualified('d', day(5, 2), 'marketing-qualified', { recordedAt: day(1, 3) }),
];
