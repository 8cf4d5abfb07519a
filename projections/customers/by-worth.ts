import { type RawBuilder, sql } from 'kysely';
import { isOfBuyers, type RelationshipPhase } from '../../libs/domain/account/phase.rules.js';
import { type Reading, rows } from '../../libs/read-model/index.js';
import { type Asked, climbOf, type Members, minorUnits, policyAt } from './bought.js';
import { type Bounds, boundsAt, type Placed } from './first-placed.js';
import { inOrderOf } from './in-order.js';
import { expectedYears } from './lifetime-value.js';
import { allOf, those, type WhichCustomers } from './places.js';
import type { CustomersTables } from './tables.js';

/** What those who bought are ordered by. */
export type WorthOrder =
  { readonly by: 'value-at-risk' | 'realised' | 'id' } | { readonly by: 'projected'; readonly perMille: number | null };

/** A customer with the bound that it comes up by, and the one at the other end. */
interface Bounded extends Placed {
  readonly far: string | number;
}

interface FirstByWorth<R> {
  readonly order: WorthOrder;
  readonly backwards: boolean;
  /** Key and id of the last one of the page before. */
  readonly after: readonly (string | number)[] | undefined;
  readonly count: number;
  /** Whoever fits must be among them. */
  readonly which: WhichCustomers;
  /** Only who may be active, or inactive, by these windows. */
  readonly phase?: (Bounds & { readonly is: 'active' | 'inactive' }) | undefined;
  /** Those of some customers that fit. */
  readonly judge: (ids: readonly string[]) => Promise<readonly R[]>;
}

/** As many are judged together at most: what belongs to them is held in memory. */
const mostTogether = 4_000;

/**
 * The first of those who bought, in the order of what they are worth. What each bought in the reporting currency is known
 * without a look at any purchase; what they bought in others lies between the least and the greatest rate that there ever
 * was. So each customer has a bound, and they are judged in the order of their bounds until nobody who comes yet can stand
 * before those that were found.
 */
export async function firstByWorth<R extends Placed>(
  reading: Reading<CustomersTables>,
  asked: Asked,
  sought: FirstByWorth<R>,
): Promise<readonly R[]> {
  const { backwards, count, judge } = sought;
  const sign = backwards ? -1 : 1;
  const compare = (a: Placed, b: Placed): number =>
    sign * (a.key === b.key ? inOrderOf(a.id, b.id) : a.key < b.key ? -1 : 1);
  const firstOf = (all: R[]): readonly R[] => all.sort(compare).slice(0, count);
  const found: R[] = [];
  let [passed, size] = [0, 2 * count + 50];
  for (let isLast = false; !isLast;) {
    const next = await rows(reading, bounded(asked, sought, { size, passed }));
    isLast = next.length < size;
    // If all of them fit, no more than the first ones have to be judged.
    const first = passed === 0 ? mayBeAmong(next, count, sign) : 0;
    for (const [from, to] of [
      [0, first],
      [first, next.length],
    ] as const) {
      if (from < to) found.push(...(await judge(next.slice(from, to).map(({ id }) => id))));
      const reached = next[to] ?? next.at(-1);
      if (reached && found.filter((row) => compare(row, reached) <= 0).length >= count) return firstOf(found);
    }
    passed += size;
    size = Math.min(3 * size, mostTogether);
  }
  return firstOf(found);
}

/** How many of those in the order of their bounds can be among the first, if all of them fit. */
function mayBeAmong(next: readonly Bounded[], count: number, sign: number): number {
  const [surely] = next
    .map(({ far }) => far)
    .sort((a, b) => sign * (a === b ? 0 : a < b ? -1 : 1))
    .slice(count - 1, count);
  if (surely === undefined) return next.length;
  const behind = next.findIndex(({ key }) => (sign < 0 ? key < surely : key > surely));
  return behind < 0 ? next.length : behind;
}

/**
 * The first customers by what they buy in a year on average. `undefined`: among them may be some of whom nothing is known
 * to be bought, or nothing that has a rate.
 */
export async function firstByValueAtRisk(
  reading: Reading<CustomersTables>,
  asked: Asked,
  { phase, ...which }: WhichCustomers & { readonly phase?: RelationshipPhase | undefined },
  sought: Pick<FirstByWorth<Placed>, 'backwards' | 'after' | 'count' | 'judge'>,
): Promise<readonly Placed[] | undefined> {
  const bought = isOfBuyers(phase);
  if (!bought && (!sought.backwards || phase !== undefined)) return undefined;
  const found = await firstByWorth(reading, asked, {
    ...{ order: { by: 'value-at-risk' }, which },
    ...(bought ? { phase: { ...(await boundsAt(reading, asked)), is: phase } } : {}),
    ...sought,
  });
  return bought || (found.length === sought.count && found.every(({ key }) => Number(key) >= 0)) ? found : undefined;
}

/** Of those who count for some customers, those who bought; and the customers themselves. */
export async function buyersAt(
  reading: Reading<CustomersTables>,
  asked: Asked,
  ids: readonly string[],
): Promise<Members> {
  const found = await rows(
    reading,
    sql<{ subject: string; customer: string }>`with recursive ${climbOf(asked)}
      select id as subject, id as customer from unnest(${ids}::text[]) n (id)
      union select subject, customer from climb where customer = any(${ids}::text[])`,
  );
  return { subjects: found.map(({ subject }) => subject), customers: found.map(({ customer }) => customer) };
}

/** What a unit of another currency may come to in the reporting currency, and the day since which there is a rate at all. */
const factorsOf = ({ source, t, k }: Asked): RawBuilder<unknown> => {
  const part = (from: string, to: string, factor: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`select ${sql.ref(from)} as currency, (${factor})::float8 as factor, holds_from, valid_from, recorded_from
      from ${source.all('rates')} q join reporting r on ${sql.ref(to)} = r.currency`;
  const straight = sql`rate::numeric * ${minorUnits(sql`r.currency`)} / ${minorUnits(sql`from_currency`)}`;
  const inverse = sql`${minorUnits(sql`r.currency`)} / (rate::numeric * ${minorUnits(sql`to_currency`)})`;
  return sql`factor as materialized (
    select currency, min(factor) * 0.999999 as at_least, max(factor) * 1.000001 as at_most,
      min(holds_from) filter (where valid_from <= ${t} and recorded_from <= ${k}) as since
    from (${part('from_currency', 'to_currency', straight)} union all ${part('to_currency', 'from_currency', inverse)}) f
    group by currency
  )`;
};

/**
 * The least and the most that a customer's key can be; -1: of what they bought nothing has a rate. They are no answers but
 * say who is judged, so they are worked out in floats, with room for what is rounded.
 */
function boundsOf(order: WorthOrder, t: RawBuilder<unknown>): Readonly<Record<'least' | 'most', RawBuilder<unknown>>> {
  const yearly = (sum: string, day: string): RawBuilder<unknown> =>
    sql`(365 * ${sql.ref(sum)} / greatest(365, (${t} at time zone 'UTC')::date - ${sql.ref(day)}))`;
  const key = (value: RawBuilder<unknown>, room: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`coalesce(${value} * (1 + ${room} * 1e-9::float8) + ${room} * 25, -1)`;
  const [less, more] = [sql`(-1)`, sql`1`];
  switch (order.by) {
    case 'id':
      return { least: sql`customer`, most: sql`customer` };
    case 'realised':
      return { least: sql`coalesce(at_least, 0)`, most: sql`coalesce(at_most, 0)` };
    case 'value-at-risk':
      return { least: key(yearly('at_least', 'first_day'), less), most: key(yearly('at_most', 'first_day'), more) };
    case 'projected': {
      if (order.perMille === null) return { least: sql`-1::float8`, most: sql`-1::float8` };
      const years = expectedYears(sql`${order.perMille}::integer`);
      return {
        least: key(sql`${yearly('at_least', 'first_perhaps')} * ${years} / 1000`, less),
        most: key(sql`${yearly('at_most', 'first_surely')} * ${years} / 1000`, more),
      };
    }
  }
}

/** The next customers in the order of their bounds. Both bounds of `recorded_to` are said, so that an index finds them. */
function bounded(
  asked: Asked,
  { order, backwards, after, which, phase }: FirstByWorth<unknown>,
  { size, passed }: { readonly size: number; readonly passed: number },
): RawBuilder<Bounded> {
  const { least, most } = boundsOf(order, asked.t);
  const [near, far] = backwards ? [most, least] : [least, most];
  const direction = backwards ? sql`desc` : sql`asc`;
  const kind = sql.raw(order.by === 'id' ? 'text' : 'float8');
  const before = (days: number): RawBuilder<unknown> => sql`${asked.t} - make_interval(hours => ${24 * days}::integer)`;
  const of = [
    ...partOf(asked, which),
    ...(which.kind === 'person' ? [sql`by_person`] : []),
    ...(phase?.is === 'inactive' ? [sql`last_at <= ${before(phase.shortest)}`] : []),
    ...(phase?.is === 'active' ? [sql`last_at > ${before(phase.longest)}`] : []),
    ...(after ? [sql`(${far}, customer) ${backwards ? sql`<` : sql`>`} (${after[0]}::${kind}, ${after[1]})`] : []),
  ];
  return sql<Bounded>`with recursive ${climbOf(asked)},
    reporting as materialized (select value ->> 'currency' as currency from ${policyAt(asked, 'reporting.currency')} v),
    ${factorsOf(asked)},
    told as (
      select coalesce(c.customer, w.subject_id) as customer, w.by_person, w.purchases, w.first_day, w.last_at,
        w.amount::float8 as amount, w.currency = r.currency as own, f.at_least, f.at_most,
        w.currency = r.currency or coalesce(w.first_day >= f.since, false) as surely
      from ${asked.source.at('worth')} w cross join reporting r
        left join factor f on f.currency = w.currency left join climb c on c.subject = w.subject_id
      where w.recorded_to >= ${asked.k}
    ),
    summed as (
      select customer, bool_and(by_person) as by_person, min(first_day) as first_day, max(last_at) as last_at,
        sum(case when own then amount else ceil(amount * at_most) + purchases end) as at_most,
        sum(case when own then amount when surely then greatest(0, floor(amount * at_least) - purchases) end) as at_least,
        min(first_day) filter (where surely) as first_surely,
        min(first_day) filter (where own or at_most is not null) as first_perhaps
      from told group by customer
    )
    select customer as id, ${near} as key, ${far} as far from summed where ${allOf(of)}
    order by key ${direction}, id ${direction} limit ${size} offset ${passed}`;
}

/** Those that are somebody's, or somewhere; the kind of a customer alone is told when it is judged. */
function partOf(
  { source: { at } }: Asked,
  { kind, owner, country, industry }: WhichCustomers,
): readonly RawBuilder<unknown>[] {
  if ([owner, country, industry].every((given) => given === undefined)) return [];
  const placed = those({ country, industry });
  const parts = [
    ...(kind === 'person'
      ? []
      : [sql`select id from ${at('accounts')} a where ${allOf([...those({ owner }), ...placed])}`]),
    ...(kind === 'account' || placed.length > 0
      ? []
      : [sql`select id from ${at('people')} p where ${allOf(those({ owner }))}`]),
  ];
  return [parts.length === 0 ? sql`false` : sql`customer in (${sql.join(parts, sql` union all `)})`];
}
