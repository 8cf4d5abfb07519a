import { sql } from 'kysely';
import { decimal, ofAll, projection, type View } from '../../libs/read-model/index.js';
import { memberships } from '../forecast/tables.js';
import { productivityOf } from './productivity.js';
import { type ActivityTables, logged, plans, productivity } from './tables.js';

const views: Readonly<Record<string, View<ActivityTables>>> = {
  activity_report: {
    says: 'Activities planned, done and failed by month, person, team, kind and direction as of kroniek.as_of and kroniek.known_at (unset: now). Add up before dividing.',
    columns: {
      period: 'Month in UTC: 2026-07; of what was planned, that in which it is due.',
      person: 'Employee or system who did it, or is to do it.',
      team: 'Team of the person on the day.',
      kind: 'visit, meeting, phone-call, e-mail, letter, demo, chat, note, web-visit or click.',
      direction: 'inbound or outbound.',
      planned: 'Number of those planned for the month, without those that were cancelled.',
      carried_out: 'Of the planned ones, those that took place, whenever.',
      overdue: 'Of the planned ones, those that did not, and are past due.',
      cancelled: 'Number of those planned for the month that were cancelled.',
      attempts: 'Number of those that took place in the month, planned or not, whoever was reached.',
      reached: 'Of these, those that reached somebody.',
      failed: 'Of these, those that reached nobody: the sum of the next five.',
      no_answer: 'Nobody answered.',
      left_message: 'A message was left.',
      bounced: 'It came back.',
      refused: 'It was refused.',
      no_show: 'Nobody came.',
      minutes: 'Sum of their durations, as far as they are known.',
      completion_rate: 'Carried out ÷ planned, rounded to four digits.',
      reach_rate: 'Reached ÷ attempts, rounded to four digits.',
    },
    as: (
      source,
    ) => sql`select period, person, team, kind, direction, planned, carried_out, overdue, cancelled, attempts,
      reached, failed, no_answer, left_message, bounced, refused, no_show, minutes, ${decimal(sql`completion_rate`)},
      ${decimal(sql`reach_rate`)}
      from (${productivityOf(source, ofAll, ['person', 'team', 'kind', 'direction'])}) p`,
  },
};

/** What employees planned and did, and whom they reached, at any instant (domain.md §5). */
export const activityModel = projection<ActivityTables>({
  name: 'activity',
  version: 2,
  tables: { plans, logged, productivity, memberships },
  views,
});
