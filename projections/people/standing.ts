import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../../libs/kernel/index.js';
import type { Source } from '../../libs/read-model/index.js';
import { survivorsOf } from '../merges.js';
import type { PeopleTables, PersonRow } from './tables.js';

/** People at the moment who stand for themselves. */
export const standing = ({ at }: Source<PeopleTables>): RawBuilder<PersonRow> => sql<PersonRow>`(
  select p.* from ${at('people')} p
  where not exists (
    select from ${at('merges')} m where m.stream = 'person-' || p.id and m.survivor is not null
  )
)`;

/** A person with the last word on whether they are stalled; `last_revision` and `last_position` are of any last event. */
export interface JudgedPersonRow extends PersonRow {
  readonly stalled: boolean;
  readonly since: Instant;
  readonly last_revision: number;
  readonly last_position: bigint;
}

/** The same people, or some of them, with what was found out about them as contacts. */
export const withStalls = (
  { at }: Source<PeopleTables>,
  people: RawBuilder<unknown>,
): RawBuilder<JudgedPersonRow> => sql<JudgedPersonRow>`(
  select p.*, coalesce(s.stalled, false) as stalled, greatest(p.valid_from, s.judged_at) as since,
    greatest(p.revision, s.revision) as last_revision, greatest(p.position, s.position) as last_position
  from ${people} p cross join lateral (
    select (array_agg(stalled order by occurred_at desc, revision desc))[1] as stalled,
      max(occurred_at) as judged_at, max(revision) as revision, max(position) as position
    from ${at('stalls')} s where s.person_id = p.id
  ) s
)`;

/** The same people, or some of them, with the accounts that theirs continue as in `of_account_id`. */
export const withAccounts = (
  { at }: Source<PeopleTables>,
  people: RawBuilder<unknown>,
): RawBuilder<PersonRow & { readonly of_account_id: string | null }> => sql`(
  select p.*, coalesce(substr(a.survivor, 9), p.account_id) as of_account_id
  from ${people} p left join ${survivorsOf(at('merges'))} a on a.stream = 'account-' || p.account_id
)`;
