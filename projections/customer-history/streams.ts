import { type RawBuilder, sql } from 'kysely';
import type { Source } from '../../libs/read-model/index.js';
import { survivorsOf } from '../merges.js';
import type { HistoryTables } from './tables.js';

/** What is of a person is of their account too. */
const ofPeople = sql.join(
  ['activity', 'purchase', 'case', 'response', 'recipient', 'customer'].map((category) => sql.lit(category)),
);

/** Streams that belong to streams which belong to an account: what is of its people and opportunities. */
const ofThose = (alias: string): RawBuilder<unknown> =>
  sql`split_part(${sql.ref(`${alias}.from_stream`)}, '-', 1) in (${ofPeople})`;

/**
 * Which streams make up the history of which customer. Of an account: its own, its people's and its opportunities', and
 * the activities, purchases, cases, survey responses, campaigns and phases of any of them. Of a person: their own, the
 * opportunities that they have a part in, and the activities, purchases, cases, survey responses and campaigns of
 * theirs. What is of a duplicate is of the survivor, and of nobody else while they are one.
 */
export const historyOf = ({ at }: Source<HistoryTables>): RawBuilder<{ customer: string; stream: string }> => sql`(
  with continues as (select * from ${survivorsOf(at('merges'))} s),
  linked as (
    select coalesce(c.survivor, l.to_stream) as customer, l.from_stream as stream
    from ${at('links')} l left join continues c on c.stream = l.to_stream
    where l.to_stream like 'person-%' or l.to_stream like 'account-%'
  ), kin as (
    select l.customer, c.stream from linked l join continues c on c.survivor = l.stream where l.customer like 'account-%'
  )
  select coalesce(c.survivor, own.stream) as customer, own.stream
  from ${at('entries')} own left join continues c on c.stream = own.stream
  where own.revision = 0 and (own.stream like 'person-%' or own.stream like 'account-%')
  union
  select customer, stream from linked
  union
  select customer, stream from kin
  union
  select l.customer, a.from_stream
  from (select * from linked where customer like 'account-%' union all select * from kin) l
    join ${at('links')} a on a.to_stream = l.stream
  where ${ofThose('a')}
)`;

/** The streams of one customer: `historyOf`, by what the indexes find. */
export interface CustomerStreams {
  /** The person or account with all duplicates. */
  readonly family: readonly string[];
  /** Duplicates of the account's people. */
  readonly kin: readonly string[];
}

/** Duplicates at the moment of the people who belong to the accounts of a family. */
export const kinOf = ({ at }: Source<HistoryTables>, family: readonly string[]): RawBuilder<{ stream: string }> => sql`
  with recursive kin as (
    select m.stream from ${at('links')} l join ${at('merges')} m on m.survivor = l.from_stream
    where l.to_stream = any(${family}) and l.to_stream like 'account-%'
    union
    select m.stream from kin join ${at('merges')} m on m.survivor = kin.stream
  )
  select stream from kin`;

/** Every stream of a customer. */
export const streamsOf = (
  { at }: Source<HistoryTables>,
  { family, kin }: CustomerStreams,
): RawBuilder<{ stream: string }> => sql`(
  select stream from unnest(${[...family, ...kin]}::text[]) own (stream)
  union
  select from_stream from ${at('links')} l where l.to_stream = any(${family})
  union
  select a.from_stream from ${at('links')} l join ${at('links')} a on a.to_stream = l.from_stream
  where l.to_stream = any(${family}) and l.to_stream like 'account-%' and ${ofThose('a')}
  union
  select a.from_stream from ${at('links')} a where a.to_stream = any(${kin}) and ${ofThose('a')}
)`;
