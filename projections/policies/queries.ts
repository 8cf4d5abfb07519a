import { sql } from 'kysely';
import type { ExchangeRate, Instant, LocalDate } from '../../libs/kernel/index.js';
import {
  Cursors,
  limitOf,
  read,
  rows,
  type Database,
  type Moment,
  type Page,
  type Paging,
} from '../../libs/read-model/index.js';
import { policiesInForce, ratesInForce, type PolicyInForceRow, type RateInForceRow } from './in-force.js';
import { policiesModel } from './index.js';
import type { PolicyRow } from './tables.js';

/** Who did something, by stable ids. */
export interface By {
  readonly id: string;
  readonly role: string;
}

/** A policy as it holds at the moment. */
export interface PolicyListed {
  readonly name: string;
  /** That verdicts name; 0 is the default. */
  readonly version: number;
  readonly value: object;
  readonly default: object;
  /** Since when it holds; `null` for version 0. */
  readonly changedAt: Instant | null;
  readonly changedBy: By | null;
  readonly recordedAt: Instant | null;
}

const listed = (row: PolicyInForceRow): PolicyListed => ({
  name: row.name,
  version: row.version,
  value: row.value,
  default: row.default_value,
  changedAt: row.changed_at,
  changedBy: row.actor_id === null || row.actor_role === null ? null : { id: row.actor_id, role: row.actor_role },
  recordedAt: row.recorded_at,
});

/** Every policy as it holds at the moment, by name. */
export const policiesList = (database: Database, moment: Moment): Promise<readonly PolicyListed[]> =>
  read(database, policiesModel, moment, async (reading) =>
    (await rows(reading, sql<PolicyInForceRow>`${policiesInForce(reading)} order by d.name`)).map(listed),
  );

/** A version of a policy, from when to when it held. */
export interface PolicyVersion {
  readonly version: number;
  readonly value: object;
  /** `null` for version 0, which held from the first. */
  readonly changedAt: Instant | null;
  readonly changedBy: By | null;
  readonly recordedAt: Instant | null;
  /** Of its event; a decimal string. */
  readonly position: string | null;
}

export interface PolicyDetail extends PolicyListed {
  /** Up to the moment, from version 0 on. */
  readonly history: readonly PolicyVersion[];
}

/** One policy with its history up to the moment. `null`: there is no such policy. */
export const policyDetail = (
  database: Database,
  { name, ...moment }: Moment & { readonly name: string },
): Promise<PolicyDetail | null> =>
  read(database, policiesModel, moment, async (reading) => {
    const [row] = await rows(reading, sql<PolicyInForceRow>`${policiesInForce(reading)} where d.name = ${name}`);
    if (!row) return null;
    const changes = await rows(
      reading,
      sql<PolicyRow>`select * from ${reading.all('policies')} where name = ${name} and version <= ${row.version} order by version`,
    );
    const first = {
      version: 0,
      value: row.default_value,
      changedAt: null,
      changedBy: null,
      recordedAt: null,
      position: null,
    };
    return {
      ...listed(row),
      history: [
        first,
        ...changes.map((change) => ({
          version: change.version,
          value: change.value,
          changedAt: change.valid_from,
          changedBy: { id: change.actor_id, role: change.actor_role },
          recordedAt: change.recorded_from,
          position: String(change.position),
        })),
      ],
    };
  });

/** An exchange rate with the days on which it holds. */
export interface ExchangeRateListed extends ExchangeRate {
  readonly validFrom: LocalDate;
  /** The first day on which it no longer holds; `null`: none is known. */
  readonly validTo: LocalDate | null;
  readonly setAt: Instant;
  readonly setBy: By;
  readonly recordedAt: Instant;
}

export interface ExchangeRatesAsked extends Moment, Paging {
  /** ISO 4217. */
  readonly from?: string | undefined;
  /** ISO 4217. */
  readonly to?: string | undefined;
  /** Only what holds on this day. */
  readonly on?: LocalDate | undefined;
}

/** A page of exchange rates, by currencies and day. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const exchangeRatesList = (database: Database, asked: ExchangeRatesAsked): Promise<Page<ExchangeRateListed>> =>
  read(database, policiesModel, asked, async (reading) => {
    const { limit: _limit, cursor, from, to, on, ...moment } = asked;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'exchange-rates', from, to, on, ...moment });
    const after = cursors.read(cursor, ['string', 'string', 'string']);
    const only = [
      ...(from === undefined ? [] : [sql`from_currency = ${from}`]),
      ...(to === undefined ? [] : [sql`to_currency = ${to}`]),
      ...(on === undefined ? [] : [sql`holds_from <= ${on}::date and (holds_to is null or holds_to > ${on}::date)`]),
      ...(after ? [sql`(from_currency, to_currency, holds_from) > (${after[0]}, ${after[1]}, ${after[2]}::date)`] : []),
    ];
    const found = await rows(
      reading,
      sql<RateInForceRow>`select * from (${ratesInForce(reading)}) r
        where ${only.length === 0 ? sql`true` : sql.join(only, sql` and `)}
        order by from_currency, to_currency, holds_from limit ${limit + 1}`,
    );
    return cursors.page(found, limit, rateOf, (row) => [row.from_currency, row.to_currency, row.holds_from]);
  });

const rateOf = (row: RateInForceRow): ExchangeRateListed => ({
  from: row.from_currency,
  to: row.to_currency,
  rate: row.rate,
  validFrom: row.holds_from,
  validTo: row.holds_to,
  setAt: row.set_at,
  setBy: { id: row.actor_id, role: row.actor_role },
  recordedAt: row.recorded_at,
});
