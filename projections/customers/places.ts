import { type RawBuilder, sql } from 'kysely';
import { type Reading, rows } from '../../libs/read-model/index.js';
import { type Asked, type Members, membersOf } from './bought.js';
import type { CustomersTables } from './tables.js';

/** Which customers, as far as their own row tells; what is left out does not matter. */
export interface WhichCustomers {
  readonly kind?: 'account' | 'person' | undefined;
  readonly owner?: string | undefined;
  readonly country?: string | undefined;
  readonly industry?: string | undefined;
}

/** What holds of those customers' rows. */
export const those = ({ kind, owner, country, industry }: WhichCustomers): readonly RawBuilder<unknown>[] => [
  ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
  ...(owner === undefined ? [] : [sql`owner = ${owner}`]),
  ...(country === undefined ? [] : [sql`country = ${country}`]),
  ...(industry === undefined ? [] : [sql`industry = ${industry}`]),
];

export const allOf = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);

/** Which customers may be in a list. */
export interface Candidates extends WhichCustomers {
  /** Only who may have bought. */
  readonly bought?: boolean | undefined;
  /** Of these, which accounts may fit, as `x`, by their own purchases: whoever fits must be among them. */
  readonly perhaps?: RawBuilder<unknown> | undefined;
  /** Only those that sort behind this id. */
  readonly after?: string | undefined;
  readonly backwards?: boolean | undefined;
  /** How many are looked at first for each that is asked for: where not all fit, some more. Default 1. */
  readonly times?: number | undefined;
}

/** Everybody who counts for these customers. */
export async function membersAt(
  reading: Reading<CustomersTables>,
  asked: Asked,
  ids: readonly string[],
): Promise<Members> {
  const found = await rows(
    reading,
    sql<{ subject: string; customer: string; is_account: boolean }>`
      with recursive ${membersOf(asked, ids)} select * from members`,
  );
  return {
    subjects: found.map(({ subject }) => subject),
    customers: found.map(({ customer }) => customer),
    accounts: found.flatMap(({ subject, is_account: isAccount }) => (isAccount ? [subject] : [])),
  };
}

/** These, and all whom they continue as or belong to. */
export async function upFrom({ db, at }: Reading<CustomersTables>, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const found = await rows(
    { db },
    sql<{ id: string }>`with recursive up_from (id) as (
        select * from unnest(${ids}::text[])
        union
        select e.up from up_from u cross join lateral (
          select up from ${at('accounts')} a where id = u.id and up is not null
          union all select up from ${at('people')} p where id = u.id and up is not null offset 0
        ) e
      ) select id from up_from`,
  );
  return found.map(({ id }) => id);
}

/** The next ids that may be customers, in order; each kind is read along its own index. Some may be none. */
async function nextIds(
  reading: Reading<CustomersTables>,
  { names }: Asked,
  { kind, owner, country, industry, bought, perhaps, after, backwards = false }: Candidates,
  limit: number,
): Promise<readonly string[]> {
  const direction = backwards ? sql`desc` : sql`asc`;
  const { at, all } = reading;
  const part = (
    column: 'id' | 'subject_id' | 'merged_into',
    table: RawBuilder<unknown>,
    conditions: readonly RawBuilder<unknown>[],
  ): RawBuilder<unknown> => {
    const key = sql.ref(column);
    const behind = after === undefined ? sql`true` : sql`${key} ${backwards ? sql`<` : sql`>`} ${after}`;
    return sql`(select distinct ${key} as id from ${table} x where ${allOf([behind, ...conditions])} order by 1 ${direction} limit ${limit})`;
  };
  const own = [sql`up is null`, ...those({ owner })];
  const placed = those({ country, industry });
  const accounts = [part('id', at('accounts'), [...own, ...placed, ...(perhaps ? [perhaps] : [])])];
  // People who bought are few, unless they are who we sell to; what was bought by whom continues as them is theirs too.
  const people = bought
    ? [
        part('subject_id', all('purchases'), [sql`by_person`]),
        part('merged_into', all('people'), [sql`merged_into is not null`]),
      ]
    : [part('id', at('people'), [...own, names ? sql`true` : sql`kind <> 'name'`])];
  const parts = [...(kind === 'person' ? [] : accounts), ...(kind === 'account' || placed.length > 0 ? [] : people)];
  if (parts.length === 0) return [];
  const found = await rows(
    reading,
    sql<{ id: string }>`select distinct id from (${sql.join(parts, sql` union all `)}) x
      order by id ${direction} limit ${limit}`,
  );
  return found.map(({ id }) => id);
}

/** As many candidates are looked at together, at most: what belongs to them is held in memory. */
const mostTogether = 4_000;

/**
 * How many are looked at next: if as many fit as did, those that are needed; with each round more, for it may be that none
 * does, and a round costs as much as some dozens of them.
 */
export const nextRun = (of: { run: number; round: number; missing: number; share: number }): number =>
  Math.min(Math.max(Math.ceil((1.2 * of.missing) / of.share), 10 * 2 ** of.round), 3 * of.run, mostTogether);

/**
 * The first customers in the order of their ids that fit. They are looked at in runs, so that a list costs what it shows:
 * nobody is judged who is not in question.
 *
 * @param fitting those of a run that fit, in order
 */
export async function firstById(
  reading: Reading<CustomersTables>,
  asked: Asked,
  candidates: Candidates,
  count: number,
  fitting: (members: Members) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const found: string[] = [];
  let { after } = candidates;
  let [run, judged] = [Math.ceil((candidates.times ?? 1) * count), 0];
  for (let round = 1; found.length < count; round++) {
    const ids = await nextIds(reading, asked, { ...candidates, after }, run);
    if (ids.length > 0) found.push(...(await fitting(await membersAt(reading, asked, ids))));
    if (ids.length < run) break;
    after = ids.at(-1);
    judged += ids.length;
    run = nextRun({ run, round, missing: count - found.length, share: found.length / judged });
  }
  return found.slice(0, count);
}

/** Those of some customers that are somebody's, or somewhere, as their own rows tell. */
export const owned = (
  { at }: Reading<CustomersTables>,
  ids: readonly string[],
  { kind, owner, country, industry }: WhichCustomers,
): RawBuilder<{ id: string }> => {
  const placed = those({ country, industry });
  const part = (table: 'accounts' | 'people', conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
    sql`select id from ${at(table)} x where id = any(${ids}::text[]) and ${allOf([...those({ owner }), ...conditions])}`;
  const parts = [
    ...(kind === 'person' ? [] : [part('accounts', placed)]),
    ...(kind === 'account' || placed.length > 0 ? [] : [part('people', [])]),
  ];
  return parts.length === 0
    ? sql<{ id: string }>`select null::text as id where false`
    : sql<{ id: string }>`${sql.join(parts, sql` union all `)}`;
};
