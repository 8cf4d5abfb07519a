import { type RawBuilder, sql } from 'kysely';
import type { CustomerGroupRule } from '../../libs/domain/account/customer-group.rules.js';
import type { PolicyName } from '../../libs/domain/policy/policy.events.js';
import { type Database, type Moment, type Reading, readSteadily, rows } from '../../libs/read-model/index.js';
import { type Asked, policyAt } from './bought.js';
import { customersAt, windowOf } from './customers.js';
import { boundsAt } from './first-placed.js';
import { customers } from './index.js';
import { allOf, firstById, those, type WhichCustomers } from './places.js';
import { movedByWindows } from './phases-counted.js';
import { askedOf, withWindows } from './queries.js';
import type { CustomersTables } from './tables.js';

/** What customers are judged by instead of the policies that hold; what is left out is as it is. */
export interface PhasesAssumption {
  /** In place of the policy `inactivity.window`. */
  readonly inactivityWindow?:
    | { readonly days: number; readonly segments: readonly { readonly segmentId: string; readonly days: number }[] }
    | undefined;
  /** In place of the policy `customer-group`. */
  readonly customerGroup?: (CustomerGroupRule & { readonly periodDays: number }) | undefined;
}

/** What customers are counted by. */
export const phasesBy = ['phase', 'group', 'phase-and-group'] as const;
export type PhasesBy = (typeof phasesBy)[number];

/** Which customers; what is left out does not matter. */
export interface PhasesWhatIfAsked extends Moment, WhichCustomers {
  /** Default `phase`: who asks for no group does not pay for it. */
  readonly by?: PhasesBy | undefined;
  /** With people who are no more than names (S0). Default: without. */
  readonly names?: boolean | undefined;
}

/** What customers are asked by as it is, and as it is supposed. */
export interface Supposing {
  readonly today: Asked;
  readonly assumed: Asked;
  /** Whether it is supposed of groups too. */
  readonly otherGroups: boolean;
}

export const supposing = <R>(
  database: Database,
  asked: PhasesWhatIfAsked,
  { inactivityWindow, customerGroup }: PhasesAssumption,
  compare: (reading: Reading<CustomersTables>, both: Supposing) => Promise<R>,
): Promise<R> =>
  readSteadily(database, customers, asked, async (reading) => {
    const all = askedOf(reading, asked, asked.names);
    const supposed: Partial<Record<PolicyName, object>> = {
      ...(inactivityWindow && { 'inactivity.window': inactivityWindow }),
      ...(customerGroup && { 'customer-group': customerGroup }),
    };
    return compare(reading, {
      today: await withWindows(reading, all),
      assumed: await withWindows(reading, { ...all, supposed }),
      otherGroups: customerGroup !== undefined,
    });
  });

/** Whether windows alone are supposed, of what is asked: they say no more than until when a purchase counts. */
export const isByWindows = ({ otherGroups }: Supposing, { by = 'phase' }: PhasesWhatIfAsked): boolean =>
  by === 'phase' || !otherGroups;

/** Customers by some policies, with their phase by other windows: `then_days`, `then_from`, `then_phase`. Each is looked at once. */
export const withOtherWindows = (by: Asked, { assumed }: Pick<Supposing, 'assumed'>): RawBuilder<unknown> => sql`(
  select *,
    case when last_purchase is null then phase when then_from > ${by.t} then 'active' else 'inactive' end as then_phase
  from (
    select *, last_purchase + make_interval(hours => 24 * then_days) as then_from from (
      select u.*, ${windowOf(assumed)} as then_days
      from ${customersAt(by)} u cross join ${policyAt(assumed, 'inactivity.window')} w
    ) d
  ) d
)`;

/** Every customer with its group as it is and as it would be: the two differ in what policies say alone. */
export const judged = (both: Supposing, asked: PhasesWhatIfAsked): RawBuilder<unknown> => {
  const { today, assumed } = both;
  const phaseOf = (phase: RawBuilder<unknown>) => (asked.by === 'group' ? sql`null::text` : phase);
  if (isByWindows(both, asked)) {
    return sql`(
      select id, ${phaseOf(sql`phase`)} as phase, customer_group, ${phaseOf(sql`then_phase`)} as then_phase,
        customer_group as then_group
      from ${withOtherWindows(today, both)} t where ${allOf(those(asked))}
    )`;
  }
  const told = (of: Asked) => sql`select id, ${phaseOf(sql`phase`)} as phase, customer_group from ${customersAt(of)} c`;
  return sql`(
    select t.id, t.phase, t.customer_group, a.phase as then_phase, a.customer_group as then_group
    from (${told(today)} where ${allOf(those(asked))}) t join (${told(assumed)}) a on a.id = t.id
  )`;
};

/** The first that would be elsewhere, by id. */
export async function movedById(
  reading: Reading<CustomersTables>,
  both: Supposing,
  asked: PhasesWhatIfAsked,
  { inactivityWindow }: PhasesAssumption,
  after: string | undefined,
  count: number,
): Promise<readonly string[]> {
  const { kind, owner, country, industry, by = 'phase' } = asked;
  const which = { kind, owner, country, industry };
  if (isByWindows(both, asked)) {
    if (!inactivityWindow || by === 'group') return [];
    // Only who bought last between the shortest window and the longest may be in another phase.
    const [is, would] = [await boundsAt(reading, both.today), await boundsAt(reading, both.assumed)];
    const between = { shortest: Math.min(is.shortest, would.shortest), longest: Math.max(is.longest, would.longest) };
    if (between.shortest === between.longest) return [];
    const moved = await rows(reading, movedByWindows(both, which, between, { after, count }));
    return moved.map(({ id }) => id);
  }
  return firstById(reading, both.today, { ...which, after }, count, async (only) => {
    const of = { ...both, today: { ...both.today, only }, assumed: { ...both.assumed, only } };
    const moved = await rows(
      reading,
      sql<{ id: string }>`select id from ${judged(of, asked)} j
        where (phase, customer_group) is distinct from (then_phase, then_group) order by id`,
    );
    return moved.map(({ id }) => id);
  });
}
