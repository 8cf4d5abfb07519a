import { type RawBuilder, sql } from 'kysely';
import { policyDefaults, type PolicyName } from '../../libs/domain/policy/policy.events.js';
import { currencies, minorDigits } from '../../libs/kernel/index.js';
import type { Source } from '../../libs/read-model/index.js';
import type { CustomersTables } from './tables.js';

/** Who counts for which customer, in pairs. */
export interface Members {
  readonly subjects: readonly string[];
  readonly customers: readonly string[];
  /** Those of the subjects that are accounts: nobody else has opportunities. Left out: any may be. */
  readonly accounts?: readonly string[] | undefined;
}

/** What of the read model is asked, when, and by whom. */
export interface Asked {
  readonly source: Source<CustomersTables>;
  /** The instant asked for; now where none was. */
  readonly t: RawBuilder<unknown>;
  /** The instant up to which it was known. */
  readonly k: RawBuilder<unknown>;
  /** Only these customers; left out: all. */
  readonly only?: Members | undefined;
  /** Of all, only what is about these: few `subject`s. */
  readonly about?: RawBuilder<unknown> | undefined;
  /** With people who are no more than names. */
  readonly names: boolean;
  /** Nobody is looked for who never bought. */
  readonly bought?: boolean | undefined;
  /** Whether the policy has windows of segments; left out: it may. */
  readonly segmentWindows?: boolean | undefined;
  /** Values of policies that are taken to hold in place of those that do. */
  readonly supposed?: Readonly<Partial<Record<PolicyName, object>>> | undefined;
}

/** A policy as it holds at the moment: `version`, `value`. One row. */
export const policyAt = ({ source, supposed }: Asked, name: PolicyName): RawBuilder<unknown> => {
  const given = supposed?.[name];
  const value = given === undefined ? sql`coalesce(p.value, d.value)` : sql`${JSON.stringify(given)}::jsonb`;
  return sql`(select coalesce(p.version, 0) as version, ${value} as value
    from (values (${sql.lit(JSON.stringify(policyDefaults[name]))}::jsonb)) d (value)
    left join ${source.at('policies')} p on p.name = ${sql.lit(name)})`;
};

type Told = 'purchases' | 'opportunities' | 'people' | 'signals';

/**
 * The rows at the moment that are about those asked for, as `alias`. Few are looked up one by one, each by an index: that is
 * cheap whatever planners think of how many they are.
 *
 * @param column says whom a row is about
 * @param holds what else holds of the rows of the table
 */
export const toldOf = (
  { source, only, about }: Asked,
  table: Told,
  column: string,
  alias: string,
  holds: RawBuilder<unknown>,
): RawBuilder<unknown> => {
  const few = (table === 'opportunities' ? only?.accounts : undefined) ?? only?.subjects;
  const these = few ? sql`(select distinct unnest(${few}::text[]) as subject)` : about;
  return these
    ? sql`${these} o cross join lateral (
        select * from ${source.at(table)} r where ${sql.ref(column)} = o.subject and ${holds} offset 0
      ) ${sql.ref(alias)}`
    : sql`(select * from ${source.at(table)} r where ${holds}) ${sql.ref(alias)}`;
};

/** Members with the rows that are about them; to be had under the names of their columns, and `m.customer`. */
export const withMembers = (
  { source, only }: Asked,
  table: Told,
  about: string,
  alias: string,
  holds: RawBuilder<unknown>,
): RawBuilder<unknown> =>
  only
    ? sql`members m cross join lateral (
        select * from ${source.at(table)} r where ${sql.ref(about)} = m.subject and ${holds} offset 0
      ) ${sql.ref(alias)}`
    : sql`members m join ${source.at(table)} ${sql.ref(alias)} on ${sql.ref(`${alias}.${about}`)} = m.subject and ${holds}`;

/**
 * Which account or person counts for which customer. Merged ones continue as the others, contacts are of their account;
 * who leads nowhere is a customer of its own. One whose survivor or account is not known at the moment is of nobody.
 *
 * @param ids of customers
 */
export const membersOf = (
  { source, only }: Pick<Asked, 'source' | 'only'>,
  ids?: readonly string[],
): RawBuilder<unknown> => {
  if (only)
    return sql`members (subject, customer) as (select * from unnest(${only.subjects}::text[], ${only.customers}::text[]))`;
  const known = sql`cause <> 'AccountOpeningReverted'`;
  const { at } = source;
  if (ids) {
    // Down from few, each step is a look into an index.
    return sql`members (subject, customer, is_account) as (
      select id, id, is_account from (
        select id, case
          when (select true from ${at('accounts')} a where a.id = n.id and up is null and ${known} limit 1) then true
          when (select true from ${at('people')} p where p.id = n.id and up is null limit 1) then false end as is_account
        from unnest(${ids}::text[]) n (id)
      ) n where is_account is not null
      union all
      select e.id, m.customer, e.is_account from members m cross join lateral (
        select id, true as is_account from ${at('accounts')} a where up = m.subject and ${known}
        union all select id, false from ${at('people')} p where up = m.subject offset 0
      ) e
    )`;
  }
  return sql`members (subject, customer) as (
    select id, id from ${at('accounts')} a where up is null and ${known}
    union all select id, id from ${at('people')} p where up is null
    union all
    select e.id, m.customer from members m join (
      select id, up from ${at('accounts')} a where up is not null and ${known}
      union all select id, up from ${at('people')} p where up is not null
    ) e on e.up = m.subject
  )`;
};

/**
 * For whom those count who are not simply an account that stands for itself, in pairs, with all on the way: people who
 * bought, and merged accounts. To be joined with what only customers have.
 */
export const climbOf = ({ source }: Asked): RawBuilder<unknown> => sql`climb (subject, customer) as (
  select * from (
    select subject_id, subject_id as customer from ${source.at('purchases')} p where by_person
    union select id, id from ${source.at('accounts')} a where up is not null
  ) s
  union
  select c.subject, e.up from climb c cross join lateral (
    select up from ${source.at('accounts')} a where id = c.customer and up is not null and cause <> 'AccountOpeningReverted'
    union all select up from ${source.at('people')} p where id = c.customer and up is not null offset 0
  ) e
)`;

/**
 * Customers for whom others count, with all of those and themselves, as `climbed`: whoever is merged, and contacts who
 * bought. A customer of which nobody else bought anything is none of them.
 */
export const climbedOf = ({ source: { at } }: Asked): RawBuilder<unknown> => sql`climb (subject, customer) as (
    select * from (
      select subject_id, subject_id as customer from ${at('purchases')} p
      where by_person and (select up from ${at('people')} q where q.id = p.subject_id limit 1) is not null
      union select id, id from ${at('accounts')} a where up is not null
    ) s
    union
    select c.subject, e.up from climb c cross join lateral (
      select up from ${at('accounts')} a where id = c.customer and up is not null and cause <> 'AccountOpeningReverted'
      union all select up from ${at('people')} p where id = c.customer and up is not null offset 0
    ) e
  ),
  reached as (
    select * from climb c where subject <> customer and (
      (select true from ${at('accounts')} a where a.id = c.customer and up is null and cause <> 'AccountOpeningReverted' limit 1)
      or (select true from ${at('people')} p where p.id = c.customer and up is null limit 1))
  ),
  climbed as (select subject, customer from reached union select customer, customer from reached)`;

/** What was bought by whom, as `b`, joined with the customer whom it counts for as `m`. */
export const withCustomer = ({ only }: Asked, bought: RawBuilder<unknown>): RawBuilder<unknown> =>
  only
    ? sql`${bought} b join members m on m.subject = b.subject_id`
    : sql`(select b.*, coalesce(c.customer, b.subject_id) as customer from ${bought} b left join climb c on c.subject = b.subject_id) m`;

/** What counts as bought: purchases that are no invoice of an order, and won opportunities that no purchase names. */
export const countedOf = (asked: Asked): RawBuilder<unknown> => sql`counted as not materialized (
  select subject_id, id, 'purchase' as fact, on_day, bought_at, amount, currency, learnt_position, position
  from ${toldOf(asked, 'purchases', 'subject_id', 'p', sql`order_id is null and not cancelled`)}
  union all
  select account_id, id, 'opportunity', (won_at at time zone 'UTC')::date, won_at, amount, currency, learnt_position, position
  from ${toldOf(asked, 'opportunities', 'account_id', 'w', sql`status = 'won' and account_id is not null`)}
  where not exists (select from ${asked.source.at('purchases')} n where n.opportunity_id = w.id)
)`;

/** When who bought, of everybody: what is counted above, with nothing else of it. */
export const instantsOf = ({ source: { at } }: Asked): RawBuilder<unknown> => sql`(
  select subject_id, bought_at from ${at('purchases')} p where order_id is null and not cancelled
  union all
  select account_id, won_at from ${at('wins')} w
)`;

const withDigits = (digits: number): RawBuilder<unknown> =>
  sql.join(currencies.filter((code) => minorDigits(code) === digits).map((code) => sql.lit(code)));

/** Minor units that the unit of a currency has. */
export const minorUnits = (currency: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(case when ${currency} in (${withDigits(0)}) then 1 when ${currency} in (${withDigits(3)}) then 1000 else 100 end)`;

/** Half up, a negative amount like its positive one; exact, as the kernel converts. */
export const halfUp = (dividend: RawBuilder<unknown>, divisor: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(sign(${dividend}) * div(2 * abs(${dividend}) + ${divisor}, 2 * ${divisor}))`;

/**
 * What was bought, also in the reporting currency: at the rate of its day as it was known when the purchase was learnt, or
 * else as it is known at the moment; null where there is none. `found` is that rate: from, to, how much. `fixed`: it was
 * known when the purchase was learnt, and stays what it is.
 */
export const boughtOf = (asked: Asked): RawBuilder<unknown> => {
  const { source, t, k } = asked;
  const straight = sql`(found[1] = currency)`;
  const dividend = sql`(amount * (case when ${straight} then found[3]::numeric else 1 end) * ${minorUnits(sql`reporting_currency`)})`;
  const divisor = sql`((case when ${straight} then 1 else found[3]::numeric end) * ${minorUnits(sql`currency`)})`;
  const latest = (from: RawBuilder<unknown>, to: RawBuilder<unknown>, known: RawBuilder<unknown>) => sql`(
    select from_currency, to_currency, rate, holds_from, position from ${source.all('rates')} q
    where from_currency = ${from} and to_currency = ${to} and holds_from <= c.on_day and ${known}
    order by holds_from desc, position desc limit 1)`;
  // The last one in either direction, each a look into an index.
  const rate = (known: RawBuilder<unknown>, mark: RawBuilder<unknown>) => sql`(
    select array[from_currency, to_currency, rate, ${mark}] from (
      ${latest(sql`c.currency`, sql`r.currency`, known)} union all ${latest(sql`r.currency`, sql`c.currency`, known)}
    ) q order by holds_from desc, position desc limit 1)`;
  // As columns of their own, rate and amount are worked out once, and cost those nothing who do not ask for amounts.
  return sql`bought as (
    select *, case when currency = reporting_currency then amount
      when found is not null then ${halfUp(dividend, divisor)} end as reporting,
      currency = reporting_currency or coalesce(found[4] = 'known', false) as fixed
    from (
      select c.*, r.currency as reporting_currency, case when c.currency <> r.currency then coalesce(
        ${rate(sql`position < c.learnt_position::bigint`, sql`'known'`)},
        ${rate(sql`position >= c.learnt_position::bigint and valid_from <= ${t} and recorded_from <= ${k}`, sql`null`)}
      ) end as found
      from counted c cross join (select value ->> 'currency' as currency from ${policyAt(asked, 'reporting.currency')} v) r
      offset 0
    ) x offset 0
  )`;
};
