import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../../libs/kernel/index.js';
import type { Source } from '../../libs/read-model/index.js';
import type { AgendaTables, PlanRow } from './tables.js';

/** A plan with its last reminder; `last_revision` and `last_position` are of its last event of all. */
export interface RemindedPlanRow extends PlanRow {
  readonly reminded_at: Instant | null;
  readonly last_revision: number;
  readonly last_position: bigint;
}

/** Some plans with what was found out about them. */
export const withReminders = (
  { at }: Source<AgendaTables>,
  plans: RawBuilder<unknown>,
): RawBuilder<RemindedPlanRow> => sql<RemindedPlanRow>`(
  select p.*, v.reminded_at, greatest(p.revision, v.revision) as last_revision,
    greatest(p.position, v.position) as last_position
  from ${plans} p cross join lateral (
    select (array_agg(reminded_at order by revision desc) filter (where reminded_at is not null))[1] as reminded_at,
      max(revision) as revision, max(position) as position
    from ${at('verdicts')} v where v.activity_id = p.id
  ) v
)`;
