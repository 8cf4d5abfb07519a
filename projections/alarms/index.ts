import { sql } from 'kysely';
import { projection } from '../../libs/read-model/index.js';
import { alarms, type AlarmTables } from './tables.js';

/** What needs somebody's attention because a time is up: from when, until when, and why. */
export const alarmsModel = projection<AlarmTables>({
  name: 'alarms',
  version: 2,
  tables: { alarms },
  views: {
    alarms: {
      says: 'The alarms that stand as of kroniek.as_of and kroniek.known_at (unset: now).',
      columns: {
        kind: 'stalled-contact, overdue-activity, stale-opportunity or breached-case.',
        stream: 'Stream of the contact, activity, opportunity or case.',
        target: 'Target of the case that was breached: response or resolution.',
        since: 'When the time was up.',
        owner: 'Who is to do something: owner of the contact or opportunity, assignee of the activity or case.',
        person_id: 'Person whom it is about.',
        account_id: 'Account that it is about.',
        opportunity_id: 'Opportunity that it is about.',
        policy: 'Policy that says how long is too long; null: the plan itself said until when.',
        policy_version: 'Version of the policy.',
        event_type: 'Type of the event that raised it.',
        event_revision: 'Revision of that event in the stream.',
        event_position: 'Position of that event in the log.',
      },
      as: ({ at }) => sql`
        select kind, stream, target, since, owner, person_id, account_id, opportunity_id, policy, policy_version,
          event_type, event_revision, event_position::bigint
        from ${at('alarms')} a`,
    },
  },
});
