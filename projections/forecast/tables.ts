import type { ForecastAmounts, ForecastEvents } from '../../libs/domain/forecast/forecast.events.js';
import type { MembershipEvents } from '../../libs/domain/membership/membership.events.js';
import type { OpenForecastCategory, OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { TargetEvents } from '../../libs/domain/target/target.events.js';
import type { TeamEvents } from '../../libs/domain/team/team.events.js';
import { firstDayOf, idOf, lastDayOf, type LocalDate } from '../../libs/kernel/index.js';
import {
  appends,
  bool,
  date,
  instant,
  integer,
  json,
  money,
  monthOf,
  optional,
  text,
  totals,
  versions,
  type StoredRow,
} from '../../libs/read-model/index.js';
import type { pipelines } from '../pipeline/tables.js';
import type { policies, rates } from '../policies/tables.js';

export type OpportunityStatus = 'open' | 'won' | 'lost' | 'withdrawn';

/** What a version says of the one before it. */
const followed = ({ falls_on }: { readonly falls_on: LocalDate | null }) => ({ fell_on: falls_on });

/** What of an opportunity a forecast is made of, in every version: what changes none of it makes no version here. */
export const opportunities = versions<OpportunityEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the opportunity.'),
    title: text('What it is called.'),
    pipeline_id: text('Pipeline that it runs through.'),
    stage: text('Stage that it stands in; closed, the last one that it stood in.'),
    owner: optional(text('Salesperson who owns it.')),
    status: text<OpportunityStatus>('open, won, lost or withdrawn.'),
    amount: money('Amount at stake, or won, in minor units of the currency.'),
    currency: text('ISO 4217 currency of the amount.'),
    expected_close: optional(date('Day on which it is expected to close.')),
    set_category: optional(text<OpenForecastCategory>('Forecast category as somebody set it; null: it is derived.')),
    closed_at: optional(instant('When it was won.')),
    closed_recorded_at: optional(instant('When we learnt that it was won.')),
    falls_on: optional(
      date('Day that decides on its period: won, the closing day; open, the expected one; else: none.'),
    ),
    fell_on: optional(date('The same of the version before.')),
  },
  opens: {
    OpportunityOpened: ({ data }) => ({
      title: data.title,
      pipeline_id: data.pipelineId,
      stage: data.stage,
      owner: data.owner,
      status: 'open' as const,
      amount: data.amount.amount,
      currency: data.amount.currency,
      expected_close: data.expectedClose,
      falls_on: data.expectedClose,
    }),
  },
  changes: {
    OpportunityAdvanced: ({ data }, row) => ({ ...followed(row), stage: data.to }),
    OpportunityMovedBack: ({ data }, row) => ({ ...followed(row), stage: data.to }),
    OpportunityMovedToPipeline: ({ data }, row) => ({
      ...followed(row),
      pipeline_id: data.pipelineId,
      stage: data.to,
    }),
    OpportunityAmountChanged: ({ data }, row) => ({ ...followed(row), ...data.amount }),
    OpportunityLinesChanged: ({ data }, row) => ({ ...followed(row), ...data.amount }),
    OpportunityRescheduled: ({ data }, row) => ({
      ...followed(row),
      expected_close: data.expectedClose,
      falls_on: data.expectedClose,
    }),
    OpportunityReassigned: ({ data }, row) => ({ ...followed(row), owner: data.to }),
    ForecastCategorySet: ({ data }, row) => ({ ...followed(row), set_category: data.category }),
    OpportunityWon: ({ data, occurredAt, recordedAt }, row) => ({
      ...followed(row),
      status: 'won' as const,
      ...data.amount,
      closed_at: occurredAt,
      closed_recorded_at: recordedAt,
      falls_on: occurredAt.slice(0, 10),
    }),
    OpportunityLost: (_, row) => ({ ...followed(row), status: 'lost' as const, falls_on: null }),
    OpportunityWithdrawn: (_, row) => ({ ...followed(row), status: 'withdrawn' as const, falls_on: null }),
    OpportunityReopened: ({ data }, row) => ({
      ...followed(row),
      status: 'open' as const,
      stage: data.to,
      closed_at: null,
      closed_recorded_at: null,
      falls_on: row.expected_close,
    }),
  },
  indexes: [
    // Of one column: in the order in which rows lie, which planners take for dearer of several.
    { on: ['falls_on'], current: true },
    // What held at an instant is told apart in the index, before rows are looked at.
    { on: ['falls_on', 'valid_to', 'valid_from', 'recorded_from', 'recorded_to'] },
    { on: ['valid_from'] },
    { on: ['recorded_from'] },
  ],
});

/** What was won in each month. */
export const won = totals({
  by: {
    month: date('First day of the month of the closing day.'),
    owner: optional(text('Salesperson who owns it.')),
    pipeline_id: text('Pipeline that it runs through.'),
    currency: text('ISO 4217 currency of the amount.'),
  },
  sums: { count: 'Number of opportunities.', amount: 'Sum of their amounts, in minor units of the currency.' },
  of: (summed) => [
    summed(opportunities, ({ status, falls_on: day, owner, pipeline_id, currency, amount }) =>
      status === 'won' && day !== null ? [{ month: monthOf(day), owner, pipeline_id, currency, count: 1, amount }] : [],
    ),
  ],
});

/** Every definition of every team. */
export const teams = versions<TeamEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the team.'),
    name: text('What it is called.'),
    manager: text('Employee who answers for its forecast.'),
    disbanded: bool('Whether it takes no members any more.'),
  },
  opens: { TeamDefined: ({ data: { name, manager } }) => ({ name, manager, disbanded: false }) },
  changes: { TeamDisbanded: () => ({ disbanded: true }) },
});

const member = ({ data }: { readonly data: MembershipEvents['TeamMemberAdded']['open'] }) => ({
  salesperson: data.salesperson,
  team_id: data.teamId,
  from_day: data.from,
  until_day: data.until,
});

/** Who is in which team from which day to which, as it was known when. */
export const memberships = versions<MembershipEvents>()({
  key: 'id',
  // On each day somebody is in one team at most, so the first day tells their memberships apart.
  keyOf: ({ stream, data }) => `${idOf(stream)}/${(data as { from: string }).from}`,
  columns: {
    id: text('Stream of the salesperson and first day.'),
    salesperson: text('Who is in the team.'),
    team_id: text('Id of the team.'),
    from_day: date('First day.'),
    until_day: optional(date('Last day; null: until further notice.')),
  },
  opens: { TeamMemberAdded: member, TeamMemberRemoved: member },
  indexes: [{ on: ['salesperson'] }],
});

/** Every target, as it was agreed when. */
export const targets = versions<TargetEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the target.'),
    owner: optional(text('Salesperson whose target it is.')),
    team_id: optional(text('Team whose target it is.')),
    period: text('Month or quarter.'),
    pipeline_id: optional(text('Pipeline that it is for; null: all of them.')),
    amount: money('What is to be won, in minor units of the currency.'),
    currency: text('ISO 4217 currency.'),
    withdrawn: bool('Whether it does not hold any more.'),
  },
  opens: {
    TargetAgreed: ({ data }) => ({
      owner: data.owner,
      team_id: data.teamId,
      period: data.period,
      pipeline_id: data.pipelineId,
      ...data.amount,
      withdrawn: false,
    }),
  },
  changes: { TargetWithdrawn: () => ({ withdrawn: true }) },
  indexes: [{ on: ['period'] }],
});

/** What each salesperson submitted, and how their manager sees it. */
export const submissions = versions<ForecastEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the forecast.'),
    owner: text('Salesperson who submitted it.'),
    period: text('Month or quarter.'),
    pipeline_id: optional(text('Pipeline that it is for; null: all of them.')),
    amounts: json<ForecastAmounts>('By category, each for itself, without what is won, in minor units.'),
    adjusted: optional(json<ForecastAmounts>('The same as the sales manager sees it; null: as it was submitted.')),
    currency: text('ISO 4217 currency.'),
    reason: optional(text('Why it was adjusted.')),
  },
  opens: {
    ForecastSubmitted: ({ data }) => ({
      owner: data.owner,
      period: data.period,
      pipeline_id: data.pipelineId,
      amounts: data.amounts,
      currency: data.currency,
    }),
  },
  changes: { ForecastAdjusted: ({ data }) => ({ adjusted: data.amounts, reason: data.reason }) },
  indexes: [{ on: ['period'] }],
});

/** Every commitment ever made: calibration holds each of them against the outcome. */
export const commitments = appends<ForecastEvents>()({
  columns: {
    id: text('Id of the forecast.'),
    revision: integer('Revision of the event in its stream.'),
    team_id: optional(text('Team whose total it is; null: everybody’s.')),
    period: text('Month or quarter.'),
    first_day: date('First day of the period.'),
    last_day: date('Last day of the period.'),
    pipeline_id: optional(text('Pipeline that it is for; null: all of them.')),
    amount: money('The whole total, what is won included, in minor units of the currency.'),
    currency: text('ISO 4217 currency.'),
    actor_id: text('Who committed it: a stable id, never a name.'),
    actor_role: text('In which role.'),
  },
  on: {
    ForecastCommitted: ({ stream, revision, data, actor }) => ({
      id: idOf(stream),
      revision,
      team_id: data.teamId,
      period: data.period,
      first_day: firstDayOf(data.period),
      last_day: lastDayOf(data.period),
      pipeline_id: data.pipelineId,
      ...data.amount,
      actor_id: actor.id,
      actor_role: actor.role,
    }),
  },
  indexes: [{ on: ['id', 'revision'], unique: true }, { on: ['period'] }, { on: ['last_day'] }],
});

export type ForecastTables = {
  readonly opportunities: typeof opportunities;
  readonly won: typeof won;
  readonly pipelines: typeof pipelines;
  readonly teams: typeof teams;
  readonly memberships: typeof memberships;
  readonly targets: typeof targets;
  readonly submissions: typeof submissions;
  readonly commitments: typeof commitments;
  readonly rates: typeof rates;
  readonly policies: typeof policies;
};
export type OpportunityRow = StoredRow<typeof opportunities>;
export type MembershipRow = StoredRow<typeof memberships>;
export type TargetRow = StoredRow<typeof targets>;
export type SubmissionRow = StoredRow<typeof submissions>;
export type CommitmentRow = StoredRow<typeof commitments>;
