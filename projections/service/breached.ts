import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../../libs/kernel/index.js';
import type { Source } from '../../libs/read-model/index.js';
import type { CaseRow, ServiceTables } from './tables.js';

/** A case with what became of its targets; `last_revision` and `last_position` are of its last event of all. */
export interface JudgedCaseRow extends CaseRow {
  readonly response_breached_at: Instant | null;
  readonly resolution_breached_at: Instant | null;
  readonly since: Instant;
  readonly last_revision: number;
  readonly last_position: bigint;
}

/** Some cases with their breached targets: of a target that was breached more than once the last time counts. */
export const withBreaches = (
  { at }: Source<ServiceTables>,
  cases: RawBuilder<unknown>,
): RawBuilder<JudgedCaseRow> => sql<JudgedCaseRow>`(
  select c.*, b.response_breached_at, b.resolution_breached_at, greatest(c.valid_from, b.judged_at) as since,
    greatest(c.revision, b.revision) as last_revision, greatest(c.position, b.position) as last_position
  from ${cases} c cross join lateral (
    select max(due_at) filter (where target = 'response') as response_breached_at,
      max(due_at) filter (where target = 'resolution') as resolution_breached_at,
      max(occurred_at) as judged_at, max(revision) as revision, max(position) as position
    from ${at('breaches')} b where b.case_id = c.id
  ) b
)`;
