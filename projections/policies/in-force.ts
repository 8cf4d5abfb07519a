import { type RawBuilder, sql } from 'kysely';
import { policyDefaults } from '../../libs/domain/policy/policy.events.js';
import type { Instant } from '../../libs/kernel/index.js';
import type { Source } from '../../libs/read-model/index.js';
import type { PolicyTables } from './tables.js';

export interface PolicyInForceRow {
  readonly name: string;
  readonly version: number;
  readonly value: object;
  readonly default_value: object;
  readonly changed_at: Instant | null;
  readonly recorded_at: Instant | null;
  readonly actor_id: string | null;
  readonly actor_role: string | null;
}

const listed = sql.join(
  Object.entries(policyDefaults).map(
    ([name, value]) => sql`(${sql.lit(name)}, ${sql.lit(JSON.stringify(value))}::jsonb)`,
  ),
);

/** Each policy as it holds at the moment: as it was changed last, else its default as version 0. */
export const policiesInForce = ({ at }: Source<PolicyTables>): RawBuilder<PolicyInForceRow> => sql<PolicyInForceRow>`
  select d.name, coalesce(p.version, 0) as version, coalesce(p.value, d.value) as value, d.value as default_value,
    p.valid_from as changed_at, p.recorded_from as recorded_at, p.actor_id, p.actor_role
  from (values ${listed}) d (name, value) left join ${at('policies')} p on p.name = d.name`;

export interface RateInForceRow {
  readonly from_currency: string;
  readonly to_currency: string;
  readonly rate: string;
  readonly holds_from: string;
  readonly holds_to: string | null;
  readonly set_at: Instant;
  readonly recorded_at: Instant;
  readonly actor_id: string;
  readonly actor_role: string;
}

/** Each rate as it is known at the moment, with the day before which it holds: the first day of the next one. */
export const ratesInForce = ({ at }: Source<PolicyTables>): RawBuilder<RateInForceRow> => sql<RateInForceRow>`
  select from_currency, to_currency, rate, holds_from,
    lead(holds_from) over (partition by from_currency, to_currency order by holds_from) as holds_to,
    valid_from as set_at, recorded_from as recorded_at, actor_id, actor_role
  from ${at('rates')} r`;
