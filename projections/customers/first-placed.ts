import { type RawBuilder, sql } from 'kysely';
import { isOfBuyers, type RelationshipPhase } from '../../libs/domain/account/phase.rules.js';
import { dayMs, type Instant, plusDays } from '../../libs/kernel/index.js';
import { type Reading, rows } from '../../libs/read-model/index.js';
import { type Asked, type Members, policyAt } from './bought.js';
import { byPurchase, bySilence, firstInLine, inOrderOf } from './in-order.js';
import type { CustomersTables } from './tables.js';

/** A customer with what it is ordered by. */
export interface Placed {
  readonly id: string;
  readonly key: string | number;
}

interface FirstPlaced {
  readonly sort: 'days-silent' | 'last-purchase';
  readonly phase: RelationshipPhase | undefined;
  /** The key of the last one of the page before. */
  readonly after: string | number | undefined;
  readonly count: number;
  /** Those of some customers that may fit at all; left out: all. */
  readonly among?: ((ids: readonly string[]) => RawBuilder<{ id: string }>) | undefined;
  /** Whether only part of the customers is asked for. */
  readonly isPart: boolean;
  /** Those of some customers that fit. */
  readonly judge: (members: Members) => Promise<readonly Placed[]>;
}

/** Whether most of those who come up along the line are in the list. */
export const mostlyFit = ({ sort, phase }: Pick<FirstPlaced, 'sort' | 'phase'>): boolean =>
  phase === undefined || phase === (sort === 'days-silent' ? 'inactive' : 'active');

/** What the windows of everybody say of the moment. */
export interface Bounds {
  readonly now: Instant;
  /** Days of the shortest and of the longest window that anybody may have at the moment. */
  readonly shortest: number;
  readonly longest: number;
}

/**
 * The first customers in a falling order, along their line. `undefined`: they are fewer than asked for, and who never
 * bought stands behind them.
 */
export async function firstPlaced(
  reading: Reading<CustomersTables>,
  asked: Asked,
  { sort, phase, after, count, among, isPart, judge }: FirstPlaced,
): Promise<readonly Placed[] | undefined> {
  const bounds = await boundsAt(reading, asked);
  const found = await firstInLine<Placed>(reading, asked, {
    ...(sort === 'days-silent' ? silence(asked, bounds, phase, after) : purchase(asked, bounds, phase, after)),
    // Of those who bought before the window, many bought again.
    times: isPart || !mostlyFit({ sort, phase }) ? 3 : 1.15,
    ...{ count, among, judge },
  });
  return sort === 'days-silent' || isOfBuyers(phase) || found.length === count ? found : undefined;
}

const compare = (a: Placed, b: Placed): number => (a.key === b.key ? inOrderOf(b.id, a.id) : a.key > b.key ? -1 : 1);

function silence(
  asked: Asked,
  { now, shortest }: Bounds,
  phase: RelationshipPhase | undefined,
  after: string | number | undefined,
) {
  // Where few had fallen inactive yet, most of the line is still active.
  const unlessBoughtSince = phase === 'inactive' ? sql`${plusDays(now, -shortest)}::timestamptz` : undefined;
  const daysSince = (at: Instant): number => Math.floor((Date.parse(now) - Date.parse(at)) / dayMs);
  return {
    line: bySilence(asked, { bought: isOfBuyers(phase), unlessBoughtSince }),
    // Their days are whole ones: in the last of them they stand by id.
    from: after === undefined ? undefined : plusDays(now, -(Number(after) + 1)),
    compare,
    isSettled: ({ key }: Placed, reached: Instant) => Number(key) > daysSince(reached),
  };
}

function purchase(
  asked: Asked,
  { now, shortest, longest }: Bounds,
  phase: RelationshipPhase | undefined,
  after: string | number | undefined,
) {
  return {
    line: byPurchase(asked, {
      until: phase === 'inactive' ? plusDays(now, -shortest) : undefined,
      since: phase === 'active' ? plusDays(now, -longest) : undefined,
    }),
    from: after === undefined ? undefined : String(after),
    compare,
    isSettled: ({ key }: Placed, reached: Instant) => String(key) > reached,
  };
}

export async function boundsAt(reading: Reading<CustomersTables>, asked: Asked): Promise<Bounds> {
  const days = sql`(value ->> 'days')::integer`;
  const [found] = await rows(
    reading,
    sql<Bounds>`select ${asked.t} as now, least(${days}, s.shortest) as shortest, greatest(${days}, s.longest) as longest
      from ${policyAt(asked, 'inactivity.window')} w cross join lateral (
        select min((s ->> 'days')::integer) as shortest, max((s ->> 'days')::integer) as longest
        from jsonb_array_elements(value -> 'segments') s
      ) s`,
  );
  if (!found) throw new Error('A policy that was never changed has its default.');
  return found;
}
