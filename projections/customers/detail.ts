import { sql } from 'kysely';
import {
  type BuyingFact,
  type CustomerFacts,
  customerGroupOf,
  type CustomerGroupRule,
  type CustomerGroupVerdict,
  type MeasuredFact,
  type RelationshipFact,
} from '../../libs/domain/account/customer-group.rules.js';
import {
  type ProjectedValue,
  projectedValue,
  projectionFormula,
  realisedValue,
} from '../../libs/domain/account/lifetime-value.rules.js';
import { type PhaseMove, phaseMoves } from '../../libs/domain/account/phase.rules.js';
import type { SignalKind } from '../../libs/domain/account/relationship.rules.js';
import type { Instant, LocalDate, Money } from '../../libs/kernel/index.js';
import { type Database, type Moment, read, type Reading, rows } from '../../libs/read-model/index.js';
import { type Asked, boughtOf, countedOf, membersOf, policyAt } from './bought.js';
import { customersAt, type CustomerRow } from './customers.js';
import { customers } from './index.js';
import { membersAt } from './places.js';
import { type CustomerListed, customerOf } from './listed.js';
import { askedOf, survivorOf } from './queries.js';
import { retentionAt, type Retention } from './retention.js';
import { standingsOf } from './standings.js';
import type { RatingMade } from './organisations.js';
import type { CustomersTables } from './tables.js';
import { windowsOf } from './windows.js';

/** A purchase that counts, or a won opportunity that none stands for. */
export interface CustomerPurchase {
  readonly fact: 'purchase' | 'opportunity';
  readonly id: string;
  readonly at: Instant;
  readonly on: LocalDate;
  readonly amount: Money;
  /** In the reporting currency; `null`: there is no rate for its day. */
  readonly reporting: Money | null;
  /** What one unit of the one currency cost in the other on that day; `null`: none was needed, or there is none. */
  readonly rate: { readonly from: string; readonly to: string; readonly rate: string } | null;
  /** Of its event; a decimal string. */
  readonly position: string;
}

export interface LifetimeValue {
  /** Per currency. */
  readonly realised: readonly Money[];
  /** In the reporting currency, of what has a rate. */
  readonly reporting: Money;
  readonly unconverted: number;
  /** `null`: nothing was bought, or no retention could be measured yet. */
  readonly projected: ProjectedValue | null;
  readonly formula: string;
  readonly retention: Retention;
}

/** One customer with everything that its phase, value and group rest on. */
export interface CustomerDetail extends CustomerListed {
  /** Accounts and people who count for it, itself among them. */
  readonly members: readonly string[];
  /** Every move between phases up to the moment, as it is believed at the moment. */
  readonly phases: readonly PhaseMove[];
  /** How often it bought again after it had gone inactive. */
  readonly wonBack: number;
  /** Segments whose own window is not applied: the events do not tell their members. */
  readonly windowsNotApplied: readonly string[];
  /** The last first. */
  readonly purchased: readonly CustomerPurchase[];
  readonly lifetimeValue: LifetimeValue;
  readonly ratings: readonly RatingMade[];
  /** Facts are cited by the positions of their events. */
  readonly groupVerdict: CustomerGroupVerdict & {
    readonly policyVersion: number;
    /** Days that are looked back on. */
    readonly periodDays: number;
  };
}

/**
 * One customer, also under the id of one that was merged into it. `null` if there was none at the moment: a contact is part
 * of its account.
 */
export const customerDetail = (
  database: Database,
  { id: given, names, ...moment }: Moment & { readonly id: string; readonly names?: boolean | undefined },
): Promise<CustomerDetail | null> =>
  read(database, customers, moment, async (reading) => {
    const all = askedOf(reading, moment, names);
    const id = await survivorOf(reading, given);
    const members = await membersAt(reading, all, [id]);
    const asked: Asked = { ...all, only: members };
    const [row] = await rows(
      reading,
      sql<CustomerRow & { now: Instant }>`select c.*, ${asked.t} as now from ${customersAt(asked)} c`,
    );
    if (!row) return null;
    const bought = await boughtBy(reading, asked);
    const purchased = bought.map((one) => purchaseOf(one, row.currency));
    const { windows, notApplied } = await windowsOf(reading, asked, id);
    const standings = await standingsOf(reading, asked, row);
    const phases = phaseMoves(
      standings,
      purchased.map(({ fact, id: bought, position, at }) => ({ fact, id: bought, position, at })).reverse(),
      windows,
      row.now,
    );
    const retention = await retentionAt(reading, all);
    return {
      ...customerOf(row),
      members: [...members.subjects].sort(),
      phases,
      wonBack: phases.filter(({ wonBack }) => wonBack).length,
      windowsNotApplied: notApplied,
      purchased,
      lifetimeValue: lifetimeValueOf(purchased, row, retention),
      ratings: await ratingsOf(reading, id),
      groupVerdict: await groupOf(reading, asked, row, bought),
    };
  });

interface BoughtRow {
  readonly fact: 'purchase' | 'opportunity';
  readonly id: string;
  readonly bought_at: Instant;
  readonly on_day: LocalDate;
  readonly amount: number;
  readonly currency: string;
  readonly reporting: number | null;
  readonly fixed: boolean;
  readonly found: readonly [from: string, to: string, rate: string, known: string | null] | null;
  readonly position: bigint;
}

const boughtBy = (reading: Reading<CustomersTables>, asked: Asked): Promise<readonly BoughtRow[]> =>
  rows(
    reading,
    sql<BoughtRow>`with recursive ${membersOf(asked)}, ${countedOf(asked)}, ${boughtOf(asked)}
      select fact, id, bought_at, on_day, amount, currency, reporting, fixed,
        found, position from bought order by bought_at desc, position desc`,
  );

const purchaseOf = (row: BoughtRow, reportingCurrency: string): CustomerPurchase => ({
  fact: row.fact,
  id: row.id,
  at: row.bought_at,
  on: row.on_day,
  amount: { amount: row.amount, currency: row.currency },
  reporting: row.reporting === null ? null : { amount: row.reporting, currency: reportingCurrency },
  rate: row.found && { from: row.found[0], to: row.found[1], rate: row.found[2] },
  position: String(row.position),
});

function lifetimeValueOf(
  purchased: readonly CustomerPurchase[],
  row: CustomerRow & { readonly now: Instant },
  retention: Retention,
): LifetimeValue {
  const counted = purchased.flatMap(({ reporting, on }) => (reporting === null ? [] : [{ amount: reporting, on }]));
  const projected =
    retention.perMille === null ? undefined : projectedValue(counted, row.now.slice(0, 10), retention.perMille);
  return {
    realised: realisedValue(purchased),
    reporting: { amount: row.realised ?? 0, currency: row.currency },
    unconverted: row.unconverted,
    projected: projected ?? null,
    formula: projectionFormula,
    retention,
  };
}

async function ratingsOf(reading: Reading<CustomersTables>, id: string): Promise<readonly RatingMade[]> {
  const [row] = await rows(
    reading,
    sql<{ ratings: readonly RatingMade[] }>`select ratings from ${reading.at('accounts')} a where id = ${id}`,
  );
  return row?.ratings ?? [];
}

interface SignalRow {
  readonly what: SignalKind;
  readonly outbound: boolean;
  readonly position: bigint;
}

/** The verdict with the events behind each fact; how facts are measured stands in `customersAt`. */
async function groupOf(
  reading: Reading<CustomersTables>,
  asked: Asked,
  row: CustomerRow,
  purchased: readonly BoughtRow[],
): Promise<CustomerDetail['groupVerdict']> {
  const [policy] = await rows(
    reading,
    sql<{ version: number; value: CustomerGroupRule & { periodDays: number }; since: Instant }>`
      select version, value, ${asked.t} - make_interval(hours => 24 * (value ->> 'periodDays')::integer) as since
      from ${policyAt(asked, 'customer-group')} g`,
  );
  if (!policy) throw new Error('A policy that was never changed has its default.');
  const found = await rows(
    reading,
    sql<SignalRow>`select distinct on (position) what, outbound, position from ${reading.at('signals')} s
      where subject_id = any(${asked.only?.subjects ?? []}) and occurred_at > ${policy.since}::timestamptz order by position`,
  );
  const cited = (of: (signal: SignalRow) => boolean): readonly string[] =>
    found.filter(of).map(({ position }) => String(position));
  const bought = purchased.filter(({ bought_at, fixed }) => fixed && bought_at > policy.since);
  const measured = (value: number | null, events: readonly string[]): MeasuredFact | undefined =>
    value === null ? undefined : { value, events };
  const [share] = await rows(
    reading,
    sql<{ position: string | null }>`select share ->> 'position' as position from ${reading.at('accounts')} a
      where id = ${row.id} and share is not null`,
  );
  const facts: Required<Record<RelationshipFact | BuyingFact, MeasuredFact | undefined>> & CustomerFacts = {
    satisfaction: measured(
      row.satisfaction,
      cited(({ what }) => what === 'satisfaction'),
    ),
    response: measured(
      row.response,
      cited(({ what, outbound }) => outbound || what === 'sent' || what === 'answered'),
    ),
    interaction: measured(
      row.interactions,
      cited(({ what }) => what === 'reached'),
    ),
    value: measured(
      row.recent_value,
      bought.map(({ position }) => String(position)),
    ),
    share: measured(row.share, share?.position == null ? [] : [share.position]),
    recency: measured(
      row.recency,
      purchased.slice(0, 1).map(({ position }) => String(position)),
    ),
  };
  return {
    ...customerGroupOf(facts, policy.value),
    policyVersion: policy.version,
    periodDays: policy.value.periodDays,
  };
}
