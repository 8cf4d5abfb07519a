import { type RawBuilder, sql } from 'kysely';
import { projection, type Source, type View } from '../../libs/read-model/index.js';
import { pipelines } from '../pipeline/tables.js';
import { policies, rates } from '../policies/tables.js';
import { promises } from './attainment.js';
import { calibrated } from './outcomes.js';
import {
  commitments,
  type ForecastTables,
  memberships,
  opportunities,
  submissions,
  targets,
  teams,
  won,
} from './tables.js';
import { type Frame, reportingCurrency, sums, valued } from './valued.js';

const today = sql`(select (coalesce(nullif(analytics.as_of(), 'infinity'), now()) at time zone 'UTC')::date)`;
const frame = (source: Source<ForecastTables>): Frame => ({ currency: reportingCurrency(source), day: today });

/** Opportunities with the periods that they fall into. */
const inPeriods = (source: Source<ForecastTables>): RawBuilder<unknown> =>
  sql`(select v.*, to_char(falls_on, 'YYYY-MM') as month, to_char(falls_on, 'YYYY-"Q"Q') as quarter
    from ${valued(source, frame(source))} v)`;

const periods = { month: 'Month that it falls into, as 2017-07.', quarter: 'Quarter that it falls into, as 2017-Q3.' };
const whose = {
  owner: 'Salesperson who owns it.',
  team: 'Team of the owner: on the closing day when it is won, else on the day asked for.',
  pipeline: 'Pipeline that it runs through.',
  category: 'pipeline, best-case, commit, omitted, or closed: as somebody set it, else by the probability.',
};
const reporting = { currency: 'The reporting currency (ISO 4217).' };
const by = { actor_id: 'Who did it: a stable id, never a name.', actor_role: 'In which role.' };

const views: Readonly<Record<string, View<ForecastTables>>> = {
  forecast: {
    says: 'What is won and what is open by month, quarter, owner, team, pipeline and category as of kroniek.as_of and kroniek.known_at (unset: now). Rows add up.',
    columns: {
      ...periods,
      ...whose,
      ...reporting,
      count: 'Number of opportunities.',
      closed: 'Won, in minor units, at the rate of the closing day.',
      open: 'Open, in minor units, at the rate of the day asked for; without what is omitted.',
      weighted: 'Closed, and open × probability: exact, with two more decimals. Round sums of it once.',
      omitted: 'Open and omitted, in minor units.',
      unconverted: 'Number of opportunities without an exchange rate; they are in no amount.',
    },
    as: (
      source,
    ) => sql`select month, quarter, owner, team_id, pipeline_id, category, ${reportingCurrency(source)}, count,
        closed, open, (weighted * 0.01)::numeric(20,2), omitted, unconverted
      from (select month, quarter, owner, team_id, pipeline_id, category, ${sums} from ${inPeriods(source)} v
        group by 1, 2, 3, 4, 5, 6) s`,
  },
  forecast_opportunities: {
    says: 'Every opportunity that falls into a period, in the reporting currency, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      opportunity_id: 'Id of the opportunity.',
      title: 'What it is called.',
      status: 'open or won.',
      falls_on: 'Day that decides on the period: won, the closing day; open, the expected one.',
      ...periods,
      ...whose,
      stage: 'Stage that it stands in, or was won from.',
      probability: 'Probability of winning, in per cent.',
      amount: 'Amount in minor units of the reporting currency; null: there is no exchange rate.',
      ...reporting,
      own_amount: 'Amount in minor units of its own currency.',
      own_currency: 'Its own currency (ISO 4217).',
    },
    as: (
      source,
    ) => sql`select id, title, status, falls_on, month, quarter, owner, team_id, pipeline_id, category, stage,
      probability, amount, ${reportingCurrency(source)}, own_amount, own_currency from ${inPeriods(source)} v`,
  },
  targets: {
    says: 'Every target that holds as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      target_id: 'Id of the target.',
      period: 'Month or quarter.',
      owner: 'Salesperson whose target it is.',
      team: 'Team whose target it is.',
      pipeline: 'Pipeline that it is for; null: all of them.',
      amount: 'What is to be won, in minor units of the currency.',
      currency: 'ISO 4217 currency.',
      agreed_at: 'When it was agreed so.',
      ...by,
    },
    as: ({
      at,
    }) => sql`select id, period, owner, team_id, pipeline_id, amount, currency, valid_from, actor_id, actor_role
      from ${at('targets')} g where not withdrawn`,
  },
  team_members: {
    says: 'Who is in which team from which day to which, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      team: 'Id of the team.',
      team_name: 'What it is called.',
      manager: 'Employee who answers for its forecast.',
      salesperson: 'Who is in it.',
      from_day: 'First day.',
      until_day: 'Last day; null: until further notice.',
    },
    as: ({ at }) => sql`select m.team_id, t.name, t.manager, m.salesperson, m.from_day, m.until_day
      from ${at('memberships')} m left join ${at('teams')} t on t.id = m.team_id`,
  },
  forecast_submissions: {
    says: 'What each salesperson submitted last for a period, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      owner: 'Salesperson who submitted it.',
      period: 'Month or quarter.',
      pipeline: 'Pipeline that it is for; null: all of them.',
      commit: 'Sure to be won, in minor units, without what is won already.',
      best_case: 'Perhaps won.',
      in_pipeline: 'The rest.',
      adjusted_commit: 'The same as the sales manager sees it; null: as it was submitted.',
      adjusted_best_case: 'The same.',
      adjusted_in_pipeline: 'The same.',
      currency: 'ISO 4217 currency.',
      since: 'When it was submitted or adjusted last.',
    },
    as: ({ at }) => sql`select owner, period, pipeline_id,
      (amounts ->> 'commit')::numeric, (amounts ->> 'bestCase')::numeric, (amounts ->> 'pipeline')::numeric,
      (adjusted ->> 'commit')::numeric, (adjusted ->> 'bestCase')::numeric, (adjusted ->> 'pipeline')::numeric,
      currency, valid_from from ${at('submissions')} f`,
  },
  ...promises(frame, inPeriods),
  forecast_calibration: {
    says: 'Every commitment for a period that is over, against what had been won when it ended, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      period: 'Month or quarter.',
      team: 'Team whose total it is; null: everybody’s.',
      pipeline: 'Pipeline that it is for; null: all of them.',
      committed: 'In minor units of the reporting currency, at the rate of the day; null: there was none.',
      actual: 'Won in the period when it ended, in minor units.',
      difference: 'Actual less committed.',
      ...reporting,
      unconverted: 'Number of won opportunities without an exchange rate; they are not in actual.',
      is_last: 'Whether nothing was committed for the same total after it.',
      committed_at: 'When it was committed.',
      ...by,
    },
    as: (source) => sql`select period, team_id, pipeline_id, committed, actual, actual - committed,
      ${reportingCurrency(source)}, unconverted, is_last, committed_at, actor_id, actor_role
      from ${calibrated(source, frame(source), sql`(select analytics.known_at())`)} c`,
  },
};

/** What is expected to be won, when and by whom, and what was promised (domain.md §4). */
export const forecastModel = projection<ForecastTables>({
  name: 'forecast',
  version: 5,
  tables: { opportunities, won, pipelines, teams, memberships, targets, submissions, commitments, rates, policies },
  views,
});
