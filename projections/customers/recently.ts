import { type RawBuilder, sql } from 'kysely';
import type { RelationshipPhase } from '../../libs/domain/account/phase.rules.js';
import type { Asked } from './bought.js';

/** Instants before which everybody, and nobody, is inactive whose last purchase that was. */
export interface LastActive {
  readonly everybody: RawBuilder<unknown>;
  readonly nobody: RawBuilder<unknown>;
}

/** Whether account `x` bought anything after an instant, under its own id: by indexes alone, as it comes up. */
export const boughtSince = ({ source: { at } }: Asked, from: RawBuilder<unknown>): RawBuilder<unknown> => sql`coalesce(
    (select true from ${at('purchases')} p
      where subject_id = x.id and order_id is null and not cancelled and bought_at > ${from} limit 1),
    (select true from ${at('opportunities')} o where account_id = x.id and status = 'won' and won_at > ${from}
      and (select true from ${at('purchases')} n where n.opportunity_id = o.id limit 1) is null limit 1),
    false)`;

/** Whether others may have bought for account `x`: whoever is merged, and people who bought or stand for others. They are few. */
export const withOthers = ({ source: { all } }: Asked): RawBuilder<unknown> => sql`coalesce(
    (select true from ${all('accounts')} a where a.up = x.id limit 1),
    (select true from ${all('people')} p where p.up = x.id and coalesce(
      (select true from ${all('purchases')} b where b.subject_id = p.id and by_person limit 1),
      (select true from ${all('people')} m where m.merged_into = p.id limit 1)) limit 1),
    false)`;

/**
 * Which accounts may be active, or inactive, as `x`: told by what they bought under their own id. Whatever others of the
 * same customer bought only makes it active for longer.
 */
export function perhapsIn(
  asked: Asked,
  phase: RelationshipPhase | undefined,
  { everybody, nobody }: LastActive,
): RawBuilder<unknown> | undefined {
  const others = withOthers(asked);
  if (phase === 'active') return sql`(${boughtSince(asked, everybody)} or ${others})`;
  if (phase === 'inactive') {
    const ever = boughtSince(asked, sql`'-infinity'`);
    return sql`(not ${boughtSince(asked, nobody)} and (${ever} or ${others}))`;
  }
  return undefined;
}
