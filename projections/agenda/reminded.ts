import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../../libs/kernel/index.js';
import type { Source } from '../../libs/read-model/index.js';
import { type Judged, withVerdicts } from '../verdicts.js';
import type { AgendaTables, PlanRow } from './tables.js';

interface Reminded {
  readonly reminded_at: Instant | null;
}

/** A plan with its last reminder. */
export type RemindedPlanRow = PlanRow & Reminded & Judged;

/** Some plans with what was found out about them. */
export const withReminders = ({ at }: Source<AgendaTables>, plans: RawBuilder<unknown>): RawBuilder<RemindedPlanRow> =>
  withVerdicts<PlanRow & Reminded>(plans, at('verdicts'), 'activity_id', {
    reminded_at: sql`(array_agg(reminded_at order by revision desc) filter (where reminded_at is not null))[1]`,
  });
