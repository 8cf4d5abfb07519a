import { type RawBuilder, sql } from 'kysely';
import { mostExpectedYears } from '../../libs/domain/account/lifetime-value.rules.js';
import type { LocalDate, Money } from '../../libs/kernel/index.js';
import { type Asked, boughtOf, climbOf, countedOf, halfUp, membersOf, policyAt, withCustomer } from './bought.js';
import { baseOf, type OwnFacts } from './customers.js';
import { retentionOf } from './retention.js';

/** What a customer that bought is worth, as SQL gives it. Amounts but `realised` are in the reporting currency. */
export interface LifetimeValueRow extends OwnFacts {
  readonly purchases: number;
  /** Per currency. */
  readonly realised: readonly Money[];
  readonly reporting: number;
  readonly unconverted: number;
  readonly currency: string;
  readonly projected: number | null;
  readonly average_yearly: number | null;
  readonly expected_years_per_mille: number | null;
  readonly first_purchase: LocalDate | null;
  readonly as_of: LocalDate;
  readonly days: number | null;
  readonly retention_per_mille: number | null;
}

/** r + r² + r³ + …, in thousandths, as `lifetime-value.rules.ts` counts them. */
export const expectedYears = (perMille: RawBuilder<unknown>): RawBuilder<unknown> => {
  const most = sql.lit(mostExpectedYears * 1000);
  const counted = sql`(2000 * ${perMille} + 1000 - ${perMille}) / (2 * (1000 - ${perMille}))`;
  return sql`(case when ${perMille} >= 1000 then ${most} else least(${most}, ${counted}) end)`;
};

/**
 * What every customer that bought brought so far, and what it is expected to bring yet (S4; domain.md §2): what
 * `projectedValue` computes of one, of all.
 *
 * @param retention one row with the measured retention, `per_mille`
 */
export const lifetimeValueAt = (
  asked: Asked,
  retention: RawBuilder<unknown> = retentionOf(asked),
): RawBuilder<LifetimeValueRow> => {
  const yearly = halfUp(sql`(365 * reporting)`, sql`days`);
  // Customers are joined as if both sides could lack some: planners take who bought for a handful, and would go through
  // all customers for each of them.
  return sql<LifetimeValueRow>`(
    with recursive ${membersOf(asked)}, ${countedOf(asked)}, ${boughtOf(asked)}, ${climbOf(asked)}, ${baseOf(asked)},
    spent as (
      select m.customer, currency, count(*) as purchases, sum(amount) as amount, sum(reporting) as reporting,
        count(*) filter (where reporting is null) as unconverted,
        min(on_day) filter (where reporting is not null) as first_purchase
      from ${withCustomer(asked, sql`bought`)} group by m.customer, currency
    ),
    worth as (
      select customer, sum(purchases)::integer as purchases, coalesce(sum(reporting), 0) as reporting,
        jsonb_agg(jsonb_build_object('amount', amount, 'currency', currency) order by currency) as realised,
        sum(unconverted)::integer as unconverted, min(first_purchase) as first_purchase
      from spent group by customer
    ),
    counted_days as (
      select w.*, (${asked.t} at time zone 'UTC')::date as as_of,
        greatest(365, (${asked.t} at time zone 'UTC')::date - first_purchase) as counted_days,
        r.per_mille, ${expectedYears(sql`r.per_mille`)} as years
      from worth w cross join ${retention} r
    ),
    averaged as (
      select *, case when first_purchase is not null and per_mille is not null then counted_days end as days
      from counted_days
    )
    select id, kind, name, owner, industry, country, purchases, realised, reporting, unconverted,
      p.value ->> 'currency' as currency, ${halfUp(sql`(${yearly} * years)`, sql`1000::numeric`)} as projected,
      ${yearly} as average_yearly, case when days is not null then years end as expected_years_per_mille,
      first_purchase, as_of, days, per_mille as retention_per_mille
    from averaged a full join base b on b.id = a.customer cross join ${policyAt(asked, 'reporting.currency')} p
    where coalesce(a.customer, '') = coalesce(b.id, '')
  )`;
};
