import { type RawBuilder, sql } from 'kysely';
import type { CustomerGroup } from '../../libs/domain/account/customer-group.rules.js';
import { type Reading, rows } from '../../libs/read-model/index.js';
import { type Asked, policyAt } from './bought.js';
import type { Candidates } from './places.js';
import { boughtSince, perhapsBought } from './recently.js';
import type { CustomersTables } from './tables.js';

/** What the policy `customer-group` asks of buying. */
interface BuyingRule {
  readonly period: number;
  readonly value: number;
  readonly share: number;
  readonly recency: number;
  readonly needed: number;
  /** The reporting currency. */
  readonly currency: string;
}

/** Who may be in a group. */
interface Likely extends Pick<Candidates, 'bought' | 'perhaps'> {
  /** None of them is an account that never bought, either. */
  readonly allBought: boolean;
}

/**
 * Who may be in a group at all, as far as what they bought under their own id tells: a look at what everybody of the
 * customer said is spared those who cannot be.
 *
 * @param others whether others may have bought for account `x`
 */
export async function perhapsInGroup(
  reading: Reading<CustomersTables>,
  asked: Asked,
  group: CustomerGroup,
  others: RawBuilder<unknown>,
): Promise<Likely> {
  const rule = await buyingRuleAt(reading, asked);
  const before = (days: number): RawBuilder<unknown> => sql`${asked.t} - make_interval(hours => ${24 * days}::integer)`;
  const share = sql`coalesce((share ->> 'perCent')::integer >= ${rule.share}, false)`;
  const recent = boughtSince(asked, before(rule.recency + 1));
  if (group === 'partner' || group === 'economist') {
    // What others bought adds to it; without any purchase in the period there is no value.
    const isFree = rule.value <= 0;
    const value = isFree ? sql`true` : worth(asked, before(rule.period), rule, 'everything');
    const free = isFree ? 1 : 0;
    return {
      bought: rule.needed > free,
      // Of accounts the share may be known without any purchase.
      allBought: rule.needed > free + 1,
      perhaps: sql`(${atLeast(rule.needed, [share, recent, value])} or ${others})`,
    };
  }
  // What it bought itself is enough to be sure that it buys well, whatever others bought.
  const well = atLeast(rule.needed, [share, recent, worth(asked, before(rule.period), rule, 'nothing')]);
  if (group === 'friend') return { allBought: false, perhaps: sql`not ${well}` };
  return { bought: true, allBought: true, perhaps: sql`${perhapsBought(asked, others)} and not ${well}` };
}

/**
 * Whether what account `x` bought since then, under its own id, comes to the value.
 *
 * @param others what a purchase in another currency counts for; at which rate it counts is not looked up
 */
const worth = (
  { source: { at } }: Asked,
  from: RawBuilder<unknown>,
  { value, currency }: BuyingRule,
  others: 'nothing' | 'everything',
): RawBuilder<unknown> => sql`coalesce((
    select sum(case when currency = ${currency} then amount
      else ${sql.lit(others === 'nothing' ? '0' : 'infinity')}::numeric end) >= ${value} from (
      select amount, currency from ${at('purchases')} p
      where subject_id = x.id and order_id is null and not cancelled and bought_at > ${from}
      union all select amount, currency from ${at('wins')} w where account_id = x.id and won_at > ${from}
    ) b), false)`;

/** Whether so many of these hold. The cheapest first: those behind it are looked at only where it takes them to tell. */
function atLeast(needed: number, [first, ...others]: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  if (needed <= 0) return sql`true`;
  if (first === undefined || needed > others.length + 1) return sql`false`;
  return sql`(case when ${first} then ${atLeast(needed - 1, others)} else ${atLeast(needed, others)} end)`;
}

async function buyingRuleAt(reading: Reading<CustomersTables>, asked: Asked): Promise<BuyingRule> {
  const asks = (name: string): RawBuilder<unknown> => sql`(g.value -> 'buying' ->> ${sql.lit(name)})::bigint`;
  const [found] = await rows(
    reading,
    sql<Record<Exclude<keyof BuyingRule, 'currency'>, bigint> & Pick<BuyingRule, 'currency'>>`
      select (g.value ->> 'periodDays')::bigint as period, ${asks('value')} as value, ${asks('share')} as share,
        ${asks('recency')} as recency, ${asks('needed')} as needed, r.value ->> 'currency' as currency
      from ${policyAt(asked, 'customer-group')} g cross join ${policyAt(asked, 'reporting.currency')} r`,
  );
  if (!found) throw new Error('A policy that was never changed has its default.');
  const { period, value, share, recency, needed, currency } = found;
  return {
    ...{ period: Number(period), value: Number(value), share: Number(share) },
    ...{ recency: Number(recency), needed: Number(needed), currency },
  };
}
