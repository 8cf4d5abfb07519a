import { sql } from 'kysely';
import type { CustomerGroup } from '../../libs/domain/account/customer-group.rules.js';
import { type RelationshipPhase, relationshipPhases } from '../../libs/domain/account/phase.rules.js';
import type { Instant } from '../../libs/kernel/index.js';
import {
  Cursors,
  type Database,
  instantOf,
  limitOf,
  type Page,
  type Paging,
  type Reading,
  rows,
} from '../../libs/read-model/index.js';
import { type Asked, policyAt } from './bought.js';
import type { CustomerRow } from './customers.js';
import { membersAt } from './places.js';
import { phasesCounted } from './phases-counted.js';
import {
  judged,
  movedById,
  type PhasesAssumption,
  phasesBy,
  type PhasesBy,
  type PhasesWhatIfAsked,
  type Supposing,
  supposing,
  withOtherWindows,
} from './supposed.js';
import type { CustomersTables } from './tables.js';

export { phasesBy };
export type { PhasesAssumption, PhasesBy, PhasesWhatIfAsked };

/** What customers are counted in; `null`: not asked for, or the group of who never bought. */
interface Place {
  readonly phase: RelationshipPhase | null;
  readonly group: CustomerGroup | null;
}

export interface PhaseCounted extends Place {
  readonly today: number;
  readonly assumed: number;
  readonly difference: number;
}

export interface PhasesWhatIf {
  readonly asOf: Instant;
  readonly by: PhasesBy;
  readonly rows: readonly PhaseCounted[];
  /** How many would be where instead of where; nobody who stays. */
  readonly moves: readonly { readonly from: Place; readonly to: Place; readonly count: number }[];
  /**
   * Segments whose window is not applied: no event tells their members at the moment, as they are neither static lists nor
   * segments by rule that the policy has a window for.
   */
  readonly windowsNotApplied: readonly string[];
}

interface MovesRow {
  readonly phase: RelationshipPhase | null;
  readonly customer_group: CustomerGroup | null;
  readonly then_phase: RelationshipPhase | null;
  readonly then_group: CustomerGroup | null;
  readonly count: number;
}

/** How many customers are in which phase and group, and how many would be under other policies. */
export const phasesWhatIf = (
  database: Database,
  asked: PhasesWhatIfAsked,
  assumption: PhasesAssumption,
): Promise<PhasesWhatIf> =>
  supposing(database, asked, assumption, async (reading, both) => {
    const moves = await movesOf(reading, both, asked);
    return {
      asOf: await instantOf(reading),
      by: asked.by ?? 'phase',
      rows: countedIn(moves),
      moves: moves
        .filter(({ from, to }) => !same(from, to))
        .sort((a, b) => inOrder(a.from, b.from) || inOrder(a.to, b.to)),
      windowsNotApplied: await untold(reading, both, assumption),
    };
  });

async function movesOf(
  reading: Reading<CustomersTables>,
  both: Supposing,
  asked: PhasesWhatIfAsked,
): Promise<PhasesWhatIf['moves']> {
  const { by = 'phase', kind, owner, country, industry } = asked;
  if (by === 'phase') {
    const found = await rows(reading, phasesCounted(both, { kind, owner, country, industry }));
    return found.map(({ phase, then_phase: then, count }) => ({
      ...{ from: { phase, group: null }, to: { phase: then, group: null } },
      count,
    }));
  }
  const found = await rows(
    reading,
    sql<MovesRow>`select phase, customer_group, then_phase, then_group, count(*)::integer as count
      from ${judged(both, asked)} j group by 1, 2, 3, 4`,
  );
  return found.map(({ count, ...row }) => ({
    from: { phase: row.phase, group: row.customer_group },
    to: { phase: row.then_phase, group: row.then_group },
    count,
  }));
}

const same = (a: Place, b: Place): boolean => a.phase === b.phase && a.group === b.group;

const nameOf = ({ phase, group }: Place): string => `${phase ?? ''} ${group ?? ''}`;

/** In the order in which a customer comes through the phases. */
function inOrder(a: Place, b: Place): number {
  const place = ({ phase }: Place): number => (phase === null ? -1 : relationshipPhases.indexOf(phase));
  return place(a) - place(b) || (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0);
}

function countedIn(moves: PhasesWhatIf['moves']): readonly PhaseCounted[] {
  const places = new Map(moves.flatMap(({ from, to }) => [from, to]).map((place) => [nameOf(place), place]));
  return [...places.values()].sort(inOrder).map((place) => {
    const sum = (side: 'from' | 'to'): number =>
      moves.reduce((all, move) => (same(move[side], place) ? all + move.count : all), 0);
    const [today, assumed] = [sum('from'), sum('to')];
    return { ...place, today, assumed, difference: assumed - today };
  });
}

/** What a customer is by some policies. */
export interface Judged {
  readonly phase: RelationshipPhase;
  /** `null`: it never bought. */
  readonly group: CustomerGroup | null;
  readonly windowDays: number;
  /** When the window after the last purchase runs out. */
  readonly inactiveFrom: Instant | null;
}

/** A customer that would be in another phase or group. People are told by their ids alone. */
export interface CustomerWhatIf {
  readonly id: string;
  readonly kind: 'account' | 'person';
  /** Of an account. */
  readonly name: string | null;
  readonly owner: string | null;
  readonly lastPurchase: Instant | null;
  readonly today: Judged;
  readonly assumed: Judged;
}

type JudgedRow = Pick<
  CustomerRow,
  'id' | 'kind' | 'name' | 'owner' | 'last_purchase' | 'phase' | 'customer_group' | 'window_days' | 'inactive_from'
> & {
  readonly then_phase: RelationshipPhase;
  readonly then_days: number;
  readonly then_from: Instant | null;
};

const judgedOf = ({ phase, customer_group, window_days, inactive_from }: JudgedRow): Judged => ({
  phase,
  group: customer_group,
  windowDays: window_days,
  inactiveFrom: inactive_from,
});

const assumedOf = ({ then_phase, customer_group, then_days, then_from }: JudgedRow): Judged => ({
  phase: then_phase,
  group: customer_group,
  windowDays: then_days,
  inactiveFrom: then_from,
});

/** A page of the customers that would be elsewhere, by id. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const customersWhatIf = (
  database: Database,
  asked: PhasesWhatIfAsked & Paging,
  assumption: PhasesAssumption,
): Promise<Page<CustomerWhatIf>> =>
  supposing(database, asked, assumption, async (reading, both) => {
    const { limit: _limit, cursor, ...question } = asked;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'phases-what-if', ...question, ...assumption });
    const after = cursors.read(cursor, ['string']);
    const last = after?.[0];
    const moved = await movedById(
      reading,
      both,
      asked,
      assumption,
      typeof last === 'string' ? last : undefined,
      limit + 1,
    );
    const { items: ids, next } = cursors.page(
      moved,
      limit,
      (id) => id,
      (id) => [id],
    );
    const only = await membersAt(reading, both.today, ids);
    const of = async (by: Asked) => {
      const found = await rows(
        reading,
        sql<JudgedRow>`select id, kind, name, owner, last_purchase, phase, customer_group, window_days, inactive_from,
            then_days, then_from, then_phase
          from ${withOtherWindows({ ...by, only }, both)} j`,
      );
      return new Map(found.map((row) => [row.id, row]));
    };
    const today = await of(both.today);
    const assumed = both.otherGroups ? await of(both.assumed) : today;
    const items = ids.flatMap((id): readonly CustomerWhatIf[] => {
      const [is, would] = [today.get(id), assumed.get(id)];
      if (!is || !would) return [];
      const { kind, name, owner, last_purchase: lastPurchase } = is;
      return [{ id, kind, name, owner, lastPurchase, today: judgedOf(is), assumed: assumedOf(would) }];
    });
    return { items, next };
  });

/** Of whom no event tells who belongs to them: those that the policy has no window for are followed by nobody. */
async function untold(
  reading: Reading<CustomersTables>,
  { today }: Supposing,
  { inactivityWindow }: PhasesAssumption,
): Promise<readonly string[]> {
  const ids = inactivityWindow?.segments.map(({ segmentId }) => segmentId) ?? [];
  if (ids.length === 0) return [];
  const found = await rows(
    reading,
    sql<{ id: string }>`select id from ${reading.at('lists')} l
      where id = any(${ids}::text[]) and ("by" = 'name' or "by" = 'rule' and exists (
        select from ${policyAt(today, 'inactivity.window')} w, jsonb_array_elements(w.value -> 'segments') s
        where s ->> 'segmentId' = l.id))`,
  );
  return ids.filter((id) => !found.some((list) => list.id === id));
}
