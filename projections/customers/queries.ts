import { type RawBuilder, sql } from 'kysely';
import type { CustomerGroup } from '../../libs/domain/account/customer-group.rules.js';
import { isOfBuyers, type RelationshipPhase } from '../../libs/domain/account/phase.rules.js';
import {
  Cursors,
  type Database,
  limitOf,
  type Moment,
  type Page,
  type Paging,
  readSteadily,
  type Reading,
  rows,
} from '../../libs/read-model/index.js';
import { type Asked, type Members, policyAt } from './bought.js';
import { firstByValueAtRisk } from './by-worth.js';
import { customersAt, type CustomerRow } from './customers.js';
import { boundsAt, firstPlaced, mostlyFit, type Placed } from './first-placed.js';
import { customers } from './index.js';
import { perhapsInGroup } from './likely-group.js';
import { type CustomerListed, customerOf } from './listed.js';
import { allOf, firstById, membersAt, owned, those, type WhichCustomers } from './places.js';
import { perhapsIn, withOthers } from './recently.js';
import type { CustomersTables } from './tables.js';

/** What customers can be listed by; all but `id` begin with the greatest, the longest and the latest. */
export const customerSorts = ['id', 'days-silent', 'value-at-risk', 'last-purchase'] as const;
export type CustomerSort = (typeof customerSorts)[number];

/** Which customers; what is left out does not matter. */
export interface CustomersAsked extends Moment, Paging, WhichCustomers {
  readonly phase?: RelationshipPhase | undefined;
  readonly group?: CustomerGroup | undefined;
  /** Default `id`. */
  readonly sort?: CustomerSort | undefined;
  /** Default: `asc` by id, else `desc`. */
  readonly order?: 'asc' | 'desc' | undefined;
  /** With people who are no more than names (S0). Default: without. */
  readonly names?: boolean | undefined;
}

/** What customers are asked by at a moment. */
export const askedOf = (source: Reading<CustomersTables>, { asOf, knownAt }: Moment, names = false): Asked => ({
  source,
  t: asOf === undefined ? sql`now()` : sql`${asOf}::timestamptz`,
  k: sql`${knownAt ?? 'infinity'}::timestamptz`,
  names,
});

/** Whom an id names: a merged account or person is answered for by the one that it continues as. */
export async function survivorOf(reading: Reading<CustomersTables>, id: string): Promise<string> {
  const [row] = await rows(
    reading,
    sql<{ id: string }>`with recursive walk (id) as (
        select ${id}::text
        union
        select e.survivor from walk w cross join lateral (
          select up as survivor from ${reading.at('accounts')} a where id = w.id and up is not null
          union all select merged_into from ${reading.at('people')} p where id = w.id and merged_into is not null offset 0
        ) e
      )
      select id from walk w
      where not exists (select from ${reading.at('accounts')} a where a.id = w.id and up is not null)
        and not exists (select from ${reading.at('people')} p where p.id = w.id and merged_into is not null)`,
  );
  return row?.id ?? id;
}

/** Whether windows of segments have to be looked at at all: the lists of all customers are many. */
export async function withWindows(reading: Reading<CustomersTables>, asked: Asked): Promise<Asked> {
  const [window] = await rows(
    reading,
    sql<{ some: boolean }>`select jsonb_array_length(value -> 'segments') > 0 as some
      from ${policyAt(asked, 'inactivity.window')} w`,
  );
  return { ...asked, segmentWindows: window?.some };
}

/** Who bought is told from who did not by that alone. */
function inPhase(phase: RelationshipPhase, t: Asked['t']): RawBuilder<unknown> {
  if (phase === 'active') return sql`inactive_from > ${t}`;
  if (phase === 'inactive') return sql`inactive_from <= ${t}`;
  return sql`phase = ${phase}`;
}

/** Whether others may have bought for customer `x`: looked up where it is needed. */
type Others = () => Promise<RawBuilder<unknown>>;

/** Which accounts, and people who bought, may be in a phase at all; `undefined`: any. */
async function perhapsOf(
  reading: Reading<CustomersTables>,
  asked: Asked,
  phase: RelationshipPhase | undefined,
  others: Others,
): Promise<RawBuilder<unknown> | undefined> {
  if (phase !== 'active' && phase !== 'inactive') return undefined;
  const { shortest, longest } = await boundsAt(reading, asked);
  const before = (days: number): RawBuilder<unknown> => sql`${asked.t} - make_interval(hours => ${24 * days}::integer)`;
  return perhapsIn(asked, phase, { everybody: before(longest), nobody: before(shortest) }, await others());
}

const isPart = (which: WhichCustomers): boolean => Object.values(which).some((given) => given !== undefined);

/** Those who come up along a line and may fit at all; `undefined`: all of them may. */
async function amongOf(
  reading: Reading<CustomersTables>,
  asked: Asked,
  { sort, phase, ...which }: WhichCustomers & Pick<CustomersAsked, 'sort' | 'phase'>,
  others: Others,
): Promise<((ids: readonly string[]) => RawBuilder<{ id: string }>) | undefined> {
  // Where few had fallen silent yet, most of the line is still active. The other line is one of purchases itself.
  const perhaps = sort === 'days-silent' ? await perhapsOf(reading, asked, phase, others) : undefined;
  if (!perhaps) return isPart(which) ? (ids) => owned(reading, ids, which) : undefined;
  const of = (ids: readonly string[]): RawBuilder<unknown> =>
    isPart(which) ? owned(reading, ids, which) : sql`select id from unnest(${ids}::text[]) n (id)`;
  return (ids) => sql<{ id: string }>`select id from (${of(ids)}) x where ${perhaps}`;
}

const sortKeys = {
  id: { key: sql`id`, kind: 'text', order: 'asc' },
  'days-silent': { key: sql`days_silent`, kind: 'numeric', order: 'desc' },
  'value-at-risk': { key: sql`coalesce(value_at_risk, -1)`, kind: 'numeric', order: 'desc' },
  'last-purchase': { key: sql`coalesce(last_purchase, '0001-01-01T00:00:00Z')`, kind: 'timestamptz', order: 'desc' },
} as const;

/** A page of customers. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const customersList = (database: Database, given: CustomersAsked): Promise<Page<CustomerListed>> =>
  readSteadily(database, customers, given, async (reading) => {
    const { limit: _limit, cursor, names, ...asked } = given;
    const { asOf, knownAt, phase, kind, owner, country, industry, group, sort = 'id', order } = asked;
    const limit = limitOf(given);
    const bought = isOfBuyers(phase);
    const all: Asked = { ...(await withWindows(reading, askedOf(reading, { asOf, knownAt }, names))), bought };
    let gathered: Promise<RawBuilder<unknown>> | undefined;
    const others: Others = () => (gathered ??= withOthers(reading, all));
    const by = sortKeys[sort];
    const cursors = new Cursors({ list: 'customers', names, ...asked });
    const after = cursors.read(cursor, [by.kind === 'numeric' ? 'number' : 'string', 'string']);
    const backwards = (order ?? by.order) === 'desc';
    const direction = backwards ? sql`desc` : sql`asc`;
    const judged = [
      ...(phase === undefined ? [] : [inPhase(phase, all.t)]),
      ...(group === undefined ? [] : [sql`customer_group = ${group}`]),
    ];
    const own = [
      ...those({ kind, owner, country, industry }),
      ...(after
        ? [sql`(${by.key}, id) ${backwards ? sql`<` : sql`>`} (${sql`${after[0]}::${sql.raw(by.kind)}`}, ${after[1]})`]
        : []),
    ];
    /** The customers of a page, of which some may be known already. */
    const itemsOf = async (
      ids: readonly string[],
      known: ReadonlyMap<string, CustomerListed>,
    ): Promise<readonly CustomerListed[]> => {
      const missing = ids.filter((id) => !known.has(id));
      const of = missing.length > 0 ? await membersAt(reading, all, missing) : undefined;
      const details = of
        ? await rows(reading, sql<CustomerRow>`select * from ${customersAt({ ...all, only: of })} c`)
        : [];
      const found = new Map(details.map((row) => [row.id, customerOf(row)]));
      return ids.flatMap((id) => known.get(id) ?? found.get(id) ?? []);
    };
    // Who never bought has nothing at risk: they are all alike but for their ids.
    const isById = sort === 'id' || (sort === 'value-at-risk' && phase !== undefined && !bought);
    if (isById) {
      const inGroup = group && (await perhapsInGroup(reading, all, group, await others()));
      const judging: Asked = { ...all, bought: bought || inGroup?.allBought };
      const perhaps = [await perhapsOf(reading, all, phase, others), inGroup?.perhaps].filter(
        (one) => one !== undefined,
      );
      const candidates = {
        kind,
        owner,
        country,
        industry,
        bought: bought || inGroup?.bought,
        perhaps: perhaps.length === 0 ? undefined : allOf(perhaps),
        backwards,
        times: group === undefined ? 1 : 1.3,
      };
      const last = after?.[1];
      const placed = { ...candidates, after: typeof last === 'string' ? last : undefined };
      const known = new Map<string, CustomerListed>();
      let isWhole = true;
      const ids = await firstById(reading, all, placed, limit + 1, async (members) => {
        // Unless few of a run fit, all about them is had at once: to judge them takes most of that already.
        const fitting = await rows(
          reading,
          sql<CustomerRow>`select ${isWhole ? sql`*` : sql`id`} from ${customersAt({ ...judging, only: members })} c
            where ${allOf([...judged, ...own])} order by id ${direction}`,
        );
        if (isWhole) for (const row of fitting) known.set(row.id, customerOf(row));
        isWhole = 5 * fitting.length > new Set(members.customers).size;
        return fitting.map(({ id }) => id);
      });
      const page = cursors.page(
        ids,
        limit,
        (id) => id,
        (id) => [sort === 'id' ? id : -1, id],
      );
      return { items: await itemsOf(page.items, known), next: page.next };
    }
    const known = new Map<string, CustomerListed>();
    const placed = (of: Asked, columns = sql`id`): RawBuilder<Placed> =>
      sql<Placed>`select ${columns}, ${by.key} as key from ${customersAt(of)} c where ${allOf([...judged, ...own])}`;
    // Of a group few of a run fit; else most do, and all about them is had at once.
    const judgedWhole = async (members: Members): Promise<readonly Placed[]> => {
      const of = { ...all, only: members };
      if (group !== undefined) return rows(reading, placed(of));
      const fitting = (await rows(reading, placed(of, sql`c.*`))) as readonly (CustomerRow & Placed)[];
      for (const row of fitting) known.set(row.id, customerOf(row));
      return fitting;
    };
    const which = { kind, owner, country, industry };
    const isPartial = isPart(which);
    const first =
      sort === 'value-at-risk'
        ? await firstByValueAtRisk(reading, all, given, {
            ...{ backwards, after, count: limit + 1 },
            judge: async (ids) => judgedWhole(await membersAt(reading, all, ids)),
          })
        : backwards
          ? await firstPlaced(reading, all, {
              ...{ sort, phase, after: after?.[0], count: limit + 1 },
              ...{ isPart: isPartial, among: await amongOf(reading, all, { ...which, sort, phase }, others) },
              judge: mostlyFit({ sort, phase })
                ? judgedWhole
                : (members) => rows(reading, placed({ ...all, only: members })),
            })
          : undefined;
    const places =
      first ??
      (await rows(reading, sql<Placed>`${placed(all)} order by key ${direction}, id ${direction} limit ${limit + 1}`));
    const page = cursors.page(
      places,
      limit,
      ({ id }) => id,
      ({ id, key }) => [key, id],
    );
    return { items: await itemsOf(page.items, known), next: page.next };
  });
