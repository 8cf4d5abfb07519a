import { sql } from 'kysely';
import { projection, type Source, type View } from '../../libs/read-model/index.js';
import { attentionAt, belongingInView, membersOfSegments } from './attention.js';
import { decimal, ofAll } from '../../libs/read-model/index.js';
import { acquisitionOf } from './acquisition.js';
import type { Asked } from './bought.js';
import { customersAt } from './customers.js';
import { lifetimeValueAt } from './lifetime-value.js';
import { tables, type CustomersTables } from './tables.js';

const asked = (source: Source<CustomersTables>): Asked => ({
  source,
  t: sql`(select coalesce(nullif(analytics.as_of(), 'infinity'), now()))`,
  k: sql`(select analytics.known_at())`,
  names: false,
});

const inactive = {
  customer_id: 'Account, or person without one.',
  kind: 'account or person.',
  account_name: 'Name of the account.',
  owner: 'Salesperson who owns it.',
  industry: 'Industry of the account.',
  country: 'Country of the account.',
  last_purchase: 'When it bought last.',
  inactive_from: 'When the window after the last purchase ran or runs out.',
  window_days: 'Days of the window that holds for it.',
  policy_version: 'Version of the policy inactivity.window.',
  last_interaction: 'When it was reached last, in either direction.',
  last_attempt: 'When it was last tried and not reached.',
  failed_attempts: 'How often it was tried in vain since it was reached last.',
  days_silent: 'Whole days since it was reached last, or else since it is known.',
  purchases: 'Number of purchases and won opportunities that count.',
  realised: 'What it bought, in minor units of the reporting currency, at the rates of the days.',
  unconverted: 'Purchases that are not in it, for want of an exchange rate.',
  value_at_risk: 'What it buys in a year on average, in minor units of the reporting currency.',
  currency: 'ISO 4217 reporting currency.',
  customer_group: 'partner, friend, economist or dog; none: who never bought and is no friend.',
} as const;

const columns = sql`id, kind, name, owner, industry, country, last_purchase, inactive_from, window_days, window_version,
  last_interaction, last_attempt, failed_attempts, days_silent, purchases, realised, unconverted, value_at_risk, currency,
  customer_group`;

const views: Readonly<Record<string, View<CustomersTables>>> = {
  customers: {
    says: 'Every customer but mere names, in its phase, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      ...inactive,
      phase: 'suspect, prospect, potential, active or inactive.',
      because: 'What made it so: purchase, opportunity, contact or a type of event.',
      because_id: 'Id of that.',
      because_position: 'Position of its event in the log.',
      because_at: 'When that was.',
      known_since: 'Since when it is known.',
    },
    as: (source) => sql`select ${columns}, phase, phase_fact, phase_id, phase_position, phase_at, known_since
      from ${customersAt(asked(source))} c`,
  },
  inactive_customers: {
    says: 'Customers that bought before and not inside the window, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: inactive,
    as: (source) => sql`select ${columns} from ${customersAt(asked(source))} c where phase = 'inactive'`,
  },
  attention: {
    says: 'Customers that should have been reached by now, by the policy attention.cadence, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      customer_id: 'Account, or person without one.',
      kind: 'account or person.',
      account_name: 'Name of the account.',
      owner: 'Salesperson who owns it.',
      phase: 'suspect, prospect, potential, active or inactive.',
      customer_group: 'partner, friend, economist or dog; none: who never bought and is no friend.',
      last_interaction: 'When it was reached last, in either direction.',
      last_attempt: 'When it was last tried and not reached.',
      failed_attempts: 'How often it was tried in vain since it was reached last.',
      due_at: 'By when it should have been reached.',
      days_overdue: 'Whole days since then.',
      every_days: 'How often it should be reached: once in so many days.',
      rule: 'Which rule of the policy says so, from 1.',
      policy_version: 'Version of the policy.',
    },
    as: (source) => sql`select id, kind, name, owner, phase, customer_group, last_interaction, last_attempt,
      failed_attempts, due_at, days_overdue, every_days, rule, policy_version
      from ${attentionAt(asked(source), belongingInView(asked(source)))} a`,
    through: membersOfSegments,
  },
  lifetime_value: {
    says: 'Customers that bought, with what they are worth, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      customer_id: 'Account, or person without one.',
      kind: 'account or person.',
      account_name: 'Name of the account.',
      owner: 'Salesperson who owns it.',
      industry: 'Industry of the account.',
      country: 'Country of the account.',
      purchases: 'Number of purchases and won opportunities that count.',
      realised: 'What they sum up to per currency: amount in minor units, currency.',
      reporting: 'The same in minor units of the reporting currency, at the rates of the days.',
      unconverted: 'Purchases that are not in it, for want of an exchange rate.',
      currency: 'ISO 4217 reporting currency.',
      projected: 'What it is expected to bring yet: average_yearly × expected_years_per_mille ÷ 1000; null: not known.',
      average_yearly: 'What it buys in a year on average: reporting × 365 ÷ days.',
      expected_years_per_mille:
        'How long it is expected to stay, in thousandths of a year: retention ÷ (1 − retention), at most 20 years.',
      first_purchase: 'Day of the first purchase that is in it.',
      days: 'Days since then, at least 365.',
      retention_per_mille:
        'Of the customers of the year before the last 365 days, how many bought in these as well; per mille.',
    },
    as: (source) => sql`select id, kind, name, owner, industry, country, purchases, realised, reporting, unconverted,
      currency, projected, average_yearly, expected_years_per_mille, first_purchase, days, retention_per_mille
      from ${lifetimeValueAt(asked(source))} l`,
  },
  retention: {
    says: 'Customers who came, stayed and went in each month as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      period: 'Month in UTC: 2026-07.',
      active_at_start: 'Number of customers who were active when it began.',
      new: 'Number of those who bought for the first time.',
      won_back: 'Number of those who bought again after they had gone inactive.',
      active_by_window: 'Number of those who were active again without buying: a longer window came to hold for them.',
      gone_inactive: 'Number of those who had bought nothing for as long as the window.',
      retained: 'Number of those who were active all the time, from its beginning to its end.',
      active_at_end: 'Number of customers who were active when it ended, or are at the moment.',
      retention_rate: 'Retained ÷ active at the start, rounded to four digits.',
    },
    as: (source) => sql`select period, active_at_start, acquired, won_back, active_by_window, gone_inactive,
      retained, active_at_end, ${decimal(sql`retention_rate`)} from (${acquisitionOf(asked(source), ofAll)}) a`,
  },
  accounts: {
    says: 'Every account as of kroniek.as_of and kroniek.known_at (unset: now); merged ones are left out.',
    columns: {
      account_id: 'Id of the account.',
      name: 'Name of the organisation.',
      industry: 'Industry.',
      country: 'Country.',
      region: 'Region.',
      city: 'City.',
      employees: 'Number of employees.',
      annual_revenue: 'Annual revenue in minor units of its currency.',
      annual_revenue_currency: 'ISO 4217 currency of it.',
      founded: 'Year of foundation.',
      owner: 'Salesperson who owns it.',
      parent_id: 'Account that it belongs to.',
      roles: 'What it is to us: customer, supplier, partner.',
      products: 'Products that it works with: product, supplier, since.',
      attributes: 'Custom attributes: name, type, value.',
      ratings: 'The latest rating of each scheme: version, rating, maximum, verdict, policy version.',
      share_per_cent: 'How much of its spending it spends with us, as it was estimated last.',
      opened_at: 'When it was opened.',
    },
    as: ({ at }) => sql`select id, name, industry, country, region, city, employees, annual_revenue,
      annual_revenue_currency, founded, owner, parent_id, roles, products, attributes, ratings,
      (share ->> 'perCent')::integer, opened_at
      from ${at('accounts')} a where up is null and cause <> 'AccountOpeningReverted'`,
  },
};

/** Who our customers are, in which phase, and what they are worth, at any instant (domain.md §1, §2). */
export const customers = projection<CustomersTables>({ name: 'customers', version: 10, tables, views });
