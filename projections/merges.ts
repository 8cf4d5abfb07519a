import { type RawBuilder, sql } from 'kysely';
import type { AccountEvents } from '../libs/domain/account/account.events.js';
import type { PersonEvents } from '../libs/domain/person/person.events.js';
import { optional, text, versions } from '../libs/read-model/index.js';

/** As whom the streams continue that were merged: a table for every read model that follows merges (docs/decisions/0010). */
export const merges = versions<PersonEvents & AccountEvents>()({
  key: 'stream',
  keyOf: ({ stream }) => stream,
  columns: {
    stream: text('Stream of a person or an account that was a duplicate.'),
    survivor: optional(text('Stream that it continues as; null: it stands for itself again.')),
  },
  opens: {
    PersonMergedInto: ({ data }) => ({ survivor: `person-${data.survivorId}` }),
    PersonSeparated: () => ({}),
    AccountMergedInto: ({ data }) => ({ survivor: `account-${data.survivorId}` }),
    AccountSeparated: () => ({}),
  },
  indexes: [{ on: ['survivor'], current: true }, { on: ['survivor'] }],
});

/** A stream of those that are one customer. */
export interface Relative {
  readonly stream: string;
  /** The others continue as it. */
  readonly survives: boolean;
}

/**
 * The streams that are one with those asked for, by merges and merges of merged ones: the survivor and all duplicates.
 *
 * @param at the merges at the moment
 */
export const familyOf = (at: RawBuilder<unknown>, streams: readonly string[]): RawBuilder<Relative> => sql<Relative>`
  with recursive up as (
    select s.stream from unnest(${streams}::text[]) s (stream)
    union
    select m.survivor from up join ${at} m on m.stream = up.stream where m.survivor is not null
  ), family as (
    select up.stream, true as survives from up
    where not exists (select from ${at} m where m.stream = up.stream and m.survivor is not null)
    union
    select m.stream, false from family join ${at} m on m.survivor = family.stream
  )
  select stream, survives from family order by stream`;

/** Each duplicate at the moment with the stream that it continues as in the end. Few beside all streams. */
export const survivorsOf = (at: RawBuilder<unknown>): RawBuilder<{ stream: string; survivor: string }> => sql`(
  with recursive continues as (
    select m.stream, m.survivor from ${at} m where m.survivor is not null
    union
    select c.stream, m.survivor from continues c join ${at} m on m.stream = c.survivor where m.survivor is not null
  )
  select c.stream, c.survivor from continues c
  where not exists (select from ${at} m where m.stream = c.survivor and m.survivor is not null)
)`;

/**
 * Rows with the ids that the people and accounts they name have by now, in `of_person_id` and `of_account_id`: a merged one
 * is the one that it continues as.
 *
 * @param rows with `person_id` and `account_id`
 */
export const byNow = (at: RawBuilder<unknown>, rows: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select r.*, coalesce(substr(p.survivor, 8), r.person_id) as of_person_id,
    coalesce(substr(a.survivor, 9), r.account_id) as of_account_id
  from ${rows} r left join ${survivorsOf(at)} p on p.stream = 'person-' || r.person_id
    left join ${survivorsOf(at)} a on a.stream = 'account-' || r.account_id
)`;

/** The ids under which somebody is named who is named by this one: theirs, and those of whoever is one with them. */
export const idsOf = (at: RawBuilder<unknown>, category: 'account' | 'person', id: string): RawBuilder<unknown> =>
  sql`(select substr(stream, ${sql.lit(category.length + 2)}) from (${familyOf(at, [`${category}-${id}`])}) f)`;
