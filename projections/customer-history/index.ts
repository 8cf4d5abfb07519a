import { sql } from 'kysely';
import { projection } from '../../libs/read-model/index.js';
import { merges } from '../merges.js';
import { historyOf } from './streams.js';
import { entries, links, type HistoryTables } from './tables.js';

/** Everything that ever happened to a customer, in order, across streams. */
export const customerHistory = projection<HistoryTables>({
  name: 'customer-history',
  version: 7,
  tables: { entries, links, merges },
  views: {
    customer_history: {
      says: 'Everything that happened to each customer as of kroniek.as_of and kroniek.known_at (unset: now), without personal data.',
      columns: {
        customer_id: 'Id of the person or account; of merged ones, the survivor.',
        stream: 'Stream that the event belongs to.',
        revision: 'Revision of the event in its stream.',
        position: 'Position of the event in the log.',
        type: 'Type of the event.',
        occurred_at: 'When it happened.',
        recorded_at: 'When we learnt it.',
        actor_id: 'Who did it: a stable id, never a name.',
        actor_role: 'In which role.',
        correlation_id: 'What belongs to one request of a caller.',
        causation_id: 'Id of the command that caused it.',
        data: 'What is known since, without personal data.',
      },
      as: (source) => sql`
        select substr(m.customer, strpos(m.customer, '-') + 1), e.stream, e.revision, e.position, e.type, e.occurred_at,
          e.recorded_at, e.actor_id, e.actor_role, e.correlation_id, e.causation_id, e.data
        from ${historyOf(source)} m join ${source.at('entries')} e on e.stream = m.stream`,
    },
  },
});
