import { type RawBuilder, sql } from 'kysely';
import type { Source } from '../../libs/read-model/index.js';
import { survivorsOf } from '../merges.js';
import type { PeopleTables, PersonRow } from './tables.js';

/** People at the moment who stand for themselves, with the accounts that theirs continue as. */
export const standing = ({ at }: Source<PeopleTables>): RawBuilder<PersonRow> => sql<PersonRow>`(
  select p.id, p.kind, p.level, p.disqualified, p.potential, p.relation, p.source, p.list_kind, p.list, p.owner,
    coalesce(substr(a.survivor, 9), p.account_id) as account_id, p.account_id as named_account_id, p.converted_at,
    p.stalled, p.consents, p.attributes, p.known_since, p.valid_from, p.revision, p.position
  from ${at('people')} p
    left join ${survivorsOf(at('merges'))} a on a.stream = 'account-' || p.account_id
  where not exists (
    select from ${at('merges')} m where m.stream = 'person-' || p.id and m.survivor is not null
  )
)`;
