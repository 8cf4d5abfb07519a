import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../../libs/kernel/index.js';
import type { Source } from '../../libs/read-model/index.js';
import { type Judged, withVerdicts } from '../verdicts.js';
import type { CaseRow, ServiceTables } from './tables.js';

interface Breached {
  readonly response_breached_at: Instant | null;
  readonly resolution_breached_at: Instant | null;
}

/** A case with what became of its targets. */
export type JudgedCaseRow = CaseRow & Breached & Judged;

/** Some cases with their breached targets: of a target that was breached more than once the last time counts. */
export const withBreaches = ({ at }: Source<ServiceTables>, cases: RawBuilder<unknown>): RawBuilder<JudgedCaseRow> =>
  withVerdicts<CaseRow & Breached>(cases, at('breaches'), 'case_id', {
    response_breached_at: sql`max(due_at) filter (where target = 'response')`,
    resolution_breached_at: sql`max(due_at) filter (where target = 'resolution')`,
  });
