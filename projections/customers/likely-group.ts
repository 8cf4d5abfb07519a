import { type RawBuilder, sql } from 'kysely';
import type { CustomerGroup } from '../../libs/domain/account/customer-group.rules.js';
import { type Reading, rows } from '../../libs/read-model/index.js';
import { type Asked, policyAt } from './bought.js';
import type { Candidates } from './places.js';
import { boughtSince, withOthers } from './recently.js';
import type { CustomersTables } from './tables.js';

/** What the policy `customer-group` asks of buying. */
interface BuyingRule {
  readonly period: number;
  readonly value: number;
  readonly share: number;
  readonly recency: number;
  readonly needed: number;
}

/**
 * Who may be in a group at all, as far as what they bought under their own id tells: a look at what everybody of the
 * customer said is spared those who cannot be.
 */
export async function perhapsInGroup(
  reading: Reading<CustomersTables>,
  asked: Asked,
  group: CustomerGroup,
): Promise<Pick<Candidates, 'bought' | 'perhaps'>> {
  const rule = await buyingRuleAt(reading, asked);
  const before = (days: number): RawBuilder<unknown> => sql`${asked.t} - make_interval(hours => ${24 * days}::integer)`;
  const share = sql`coalesce((share ->> 'perCent')::integer >= ${rule.share}, false)`;
  const recent = boughtSince(asked, before(rule.recency + 1));
  if (group === 'partner' || group === 'economist') {
    // What others bought adds to it; without any purchase in the period there is no value.
    const worth = rule.value <= 0;
    const value = worth ? sql`true` : boughtSince(asked, before(rule.period));
    return {
      bought: rule.needed > (worth ? 1 : 0),
      perhaps: sql`(${atLeast(rule.needed, [share, value, recent])} or ${withOthers(asked)})`,
    };
  }
  // Its own share and its own last purchase are enough to be sure that it buys well, whatever others bought.
  const well = atLeast(rule.needed, [share, recent]);
  if (group === 'friend') return { perhaps: sql`not ${well}` };
  return { bought: true, perhaps: sql`not ${well}` };
}

/** Whether so many of these hold. The cheapest first: those behind it are looked at only where it takes them to tell. */
function atLeast(needed: number, [first, ...others]: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  if (needed <= 0) return sql`true`;
  if (first === undefined || needed > others.length + 1) return sql`false`;
  return sql`(case when ${first} then ${atLeast(needed - 1, others)} else ${atLeast(needed, others)} end)`;
}

async function buyingRuleAt(reading: Reading<CustomersTables>, asked: Asked): Promise<BuyingRule> {
  const asks = (name: string): RawBuilder<unknown> => sql`(value -> 'buying' ->> ${sql.lit(name)})::bigint`;
  const [found] = await rows(
    reading,
    sql<Record<keyof BuyingRule, bigint>>`select (value ->> 'periodDays')::bigint as period, ${asks('value')} as value,
      ${asks('share')} as share, ${asks('recency')} as recency, ${asks('needed')} as needed
      from ${policyAt(asked, 'customer-group')} g`,
  );
  if (!found) throw new Error('A policy that was never changed has its default.');
  const { period, value, share, recency, needed } = found;
  return {
    ...{ period: Number(period), value: Number(value), share: Number(share) },
    ...{ recency: Number(recency), needed: Number(needed) },
  };
}
