import { sql } from 'kysely';
import { decimal, projection, type View } from '../../libs/read-model/index.js';
import { purchases } from '../customers/sales.js';
import { merges } from '../merges.js';
import { policies, rates } from '../policies/tables.js';
import { amountsOf, campaignsOf } from './returns.js';
import {
  attributions,
  campaigns as campaignsTable,
  type CampaignTables,
  contacts,
  costs,
  deals,
  opportunities,
  reach,
  recipients,
} from './tables.js';

const views: Readonly<Record<string, View<CampaignTables>>> = {
  campaigns: {
    says: 'Every campaign with its cost, what it sent, who answered, and what it brought, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      campaign_id: 'Id of the campaign.',
      name: 'What it is called.',
      aim: 'pre-sale or post-sale.',
      segment_id: 'Segment that it is aimed at.',
      owner: 'Employee who runs it.',
      status: 'planned, launched or ended.',
      launched_at: 'When it was launched.',
      ended_at: 'When it ended.',
      budget: 'What it may cost, in minor units of its own currency.',
      budget_currency: 'ISO 4217 currency of the budget.',
      members: 'How many members were fixed at the launch.',
      sent: 'Number of sends.',
      recipients: 'Number of people who were sent something.',
      opened: 'Number of people who opened something.',
      responses: 'Number of answers: clicked, visited, downloaded, registered, attended or replied.',
      responders: 'Number of people who answered, sent to or not.',
      unsubscribed: 'Number of people who unsubscribed.',
      complained: 'Number of people who complained.',
      bounced: 'Number of people whom it did not reach.',
      leads: 'Number of leads that are attributed to it.',
      opportunities: 'Number of opportunities that it caused.',
      won: 'Of these, how many are won.',
      cost: 'What it cost, in minor units of the reporting currency.',
      revenue: 'What was sold through it, in minor units of the reporting currency.',
      unconverted: 'Number of costs and sales without an exchange rate; they are in no amount.',
      currency: 'The reporting currency (ISO 4217).',
      response_rate: 'Recipients who answered ÷ recipients, rounded to four digits.',
      return_on_investment: '(Revenue − cost) ÷ cost, rounded to four digits.',
    },
    as: (source) => sql`select id, name, aim, segment_id, owner, status, launched_at, ended_at, budget, budget_currency,
      members, sent, recipients, opened, responses, responders, unsubscribed, complained, bounced, leads, opportunities,
      won, cost, revenue, unconverted, currency, ${decimal(sql`response_rate`)}, ${decimal(sql`return_on_investment`)}
      from (${campaignsOf(source)}) c`,
  },
  campaign_amounts: {
    says: 'What each campaign cost and brought, item by item, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      campaign_id: 'Id of the campaign.',
      what: 'cost, opportunity (won) or purchase (in place of the opportunity that it names).',
      id: 'Reference of the cost, id of the opportunity or of the purchase.',
      amount: 'In minor units of its currency.',
      currency: 'ISO 4217 currency.',
      on_day: 'Day whose exchange rate converts it.',
      reporting: 'In minor units of the reporting currency; null: there is no exchange rate.',
      reporting_currency: 'The reporting currency (ISO 4217).',
    },
    as: (source) => sql`select * from (${amountsOf(source)}) a`,
  },
};

/** What campaigns cost, whom they reached and what they brought, at any instant (domain.md §7). */
export const campaignsModel = projection<CampaignTables>({
  name: 'campaigns',
  version: 5,
  tables: {
    campaigns: campaignsTable,
    costs,
    recipients,
    reach,
    attributions,
    opportunities,
    deals,
    contacts,
    purchases,
    rates,
    policies,
    merges,
  },
  views,
});
