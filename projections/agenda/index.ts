import { sql } from 'kysely';
import { projection } from '../../libs/read-model/index.js';
import { withReminders } from './reminded.js';
import { parts, plans, verdicts, type AgendaTables } from './tables.js';

/** What is planned, by whom and for when (domain.md §5). */
export const agendaModel = projection<AgendaTables>({
  name: 'agenda',
  version: 3,
  tables: { plans, verdicts, parts },
  views: {
    agenda: {
      says: 'The activities that are planned as of kroniek.as_of and kroniek.known_at (unset: now), without notes.',
      columns: {
        activity_id: 'Id of the activity.',
        kind: 'visit, meeting, phone-call and so on.',
        direction: 'inbound or outbound.',
        due_at: 'When it is due.',
        overdue: 'Whether it is not done although it is due.',
        remind_at: 'When somebody is to be reminded of it.',
        reminded_at: 'For when the reminder fell due last.',
        assignee: 'Employee who is to do it.',
        person_id: 'Person whom it is about.',
        account_id: 'Account that it is about.',
        opportunity_id: 'Opportunity that it is about.',
        case_id: 'Case that it is about.',
        campaign_id: 'Campaign that it is about.',
        people: 'Further persons who take part.',
        employees: 'Further employees who take part.',
        planned_at: 'When it was planned.',
        position: 'Position in the log of the last event.',
      },
      as: (source) => sql`
        select id, kind, direction, due_at, due_at <= coalesce(nullif(analytics.as_of(), 'infinity'), now()), remind_at,
          reminded_at, assignee, person_id, account_id, opportunity_id, case_id, campaign_id, people, employees,
          planned_at, last_position
        from ${withReminders(source, source.at('plans'))} p where status = 'planned'`,
    },
  },
});
