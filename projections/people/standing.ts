import { type RawBuilder, sql } from 'kysely';
import type { Source } from '../../libs/read-model/index.js';
import { survivorsOf } from '../merges.js';
import { type Judged, withVerdicts } from '../verdicts.js';
import type { PeopleTables, PersonRow } from './tables.js';

/** People at the moment who stand for themselves. */
export const standing = ({ at }: Source<PeopleTables>): RawBuilder<PersonRow> => sql<PersonRow>`(
  select p.* from ${at('people')} p
  where not exists (
    select from ${at('merges')} m where m.stream = 'person-' || p.id and m.survivor is not null
  )
)`;

/** A person with the last word on whether they are stalled. */
export type JudgedPersonRow = PersonRow & { readonly stalled: boolean } & Judged;

/** The same people, or some of them, with what was found out about them as contacts. */
export const withStalls = ({ at }: Source<PeopleTables>, people: RawBuilder<unknown>): RawBuilder<JudgedPersonRow> =>
  withVerdicts<PersonRow & { readonly stalled: boolean }>(people, at('stalls'), 'person_id', {
    stalled: sql`coalesce((array_agg(stalled order by occurred_at desc, revision desc))[1], false)`,
  });

/** The same people, or some of them, with the accounts that theirs continue as in `of_account_id`. */
export const withAccounts = (
  { at }: Source<PeopleTables>,
  people: RawBuilder<unknown>,
): RawBuilder<PersonRow & { readonly of_account_id: string | null }> => sql`(
  select p.*, coalesce(substr(a.survivor, 9), p.account_id) as of_account_id
  from ${people} p left join ${survivorsOf(at('merges'))} a on a.stream = 'account-' || p.account_id
)`;
