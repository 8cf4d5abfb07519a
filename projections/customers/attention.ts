import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../../libs/kernel/index.js';
import { type Reading, rows } from '../../libs/read-model/index.js';
import { type Asked, policyAt } from './bought.js';
import { type CustomerRow, customersAt } from './customers.js';
import type { CustomersTables } from './tables.js';

/** A customer that is to be reached, as SQL gives it. */
export type AttentionRow = Pick<
  CustomerRow,
  | 'id'
  | 'kind'
  | 'name'
  | 'owner'
  | 'phase'
  | 'customer_group'
  | 'last_interaction'
  | 'last_attempt'
  | 'failed_attempts'
  | 'known_since'
> & {
  readonly due_at: Instant;
  readonly days_overdue: number;
  readonly every_days: number;
  readonly rule: number;
  readonly policy_version: number;
};

/** Days between which the intervals of the policy `attention.cadence` lie; `undefined`: it has none. */
export async function cadenceAt(
  reading: Reading<CustomersTables>,
  asked: Asked,
): Promise<{ readonly shortest: number; readonly longest: number } | undefined> {
  const [found] = await rows(
    reading,
    sql<{ shortest: number | null; longest: number | null }>`
      select min((rule ->> 'days')::integer) as shortest, max((rule ->> 'days')::integer) as longest
      from ${policyAt(asked, 'attention.cadence')} p, jsonb_array_elements(p.value -> 'rules') r (rule)`,
  );
  if (!found || found.shortest === null || found.longest === null) return undefined;
  return { shortest: found.shortest, longest: found.longest };
}

/** The static lists that `c` itself stands on: of few one by one, of all together. */
const listsOf = (asked: Asked): RawBuilder<unknown> =>
  sql`select lists from ${asked.source.at('clocks')} l where l.id = c.id ${asked.only ? sql`offset 0` : sql``}`;

/**
 * Customers that should have been reached by now and were not (S2; domain.md §5): the first rule of `attention.cadence`
 * that applies to a customer says how often. A rule for a segment applies to who stands on that static list: whom a
 * segment by rule has as members is not told by any event.
 */
export const attentionAt = (asked: Asked): RawBuilder<AttentionRow> => sql<AttentionRow>`(
  select d.*, floor(extract(epoch from ${asked.t} - due_at) / 86400)::integer as days_overdue
  from (
    select c.id, c.kind, c.name, c.owner, c.phase, c.customer_group, c.last_interaction, c.last_attempt,
      c.failed_attempts, c.known_since, r.days as every_days, r.place as rule, p.version as policy_version,
      coalesce(c.last_interaction, c.known_since) + make_interval(hours => 24 * r.days) as due_at
    from ${customersAt(asked)} c
      left join lateral (${listsOf(asked)}) u on true
      cross join ${policyAt(asked, 'attention.cadence')} p
      cross join lateral (
        select (rule ->> 'days')::integer as days, place::integer
        from jsonb_array_elements(p.value -> 'rules') with ordinality e (rule, place)
        where coalesce(rule ->> 'phase', c.phase) = c.phase
          and coalesce(rule ->> 'group' = c.customer_group, rule ->> 'group' is null)
          and (rule ->> 'segmentId' is null or coalesce(rule ->> 'segmentId' = any(u.lists), false))
        order by place limit 1
      ) r
    where r.days is not null
  ) d
  where due_at <= ${asked.t}
)`;
