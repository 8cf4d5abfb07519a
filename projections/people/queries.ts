import { type RawBuilder, sql } from 'kysely';
import type { Attribute } from '../../libs/domain/account/account.events.js';
import type {
  ChannelConsent,
  LeadLevel,
  LeadPotential,
  nameSourceKinds,
  OtherRelation,
} from '../../libs/domain/person/person.events.js';
import { idOf, type Instant, type Sealed } from '../../libs/kernel/index.js';
import {
  Cursors,
  limitOf,
  read,
  type Reading,
  rows,
  type Database,
  type Moment,
  type Page,
  type Paging,
} from '../../libs/read-model/index.js';
import { familyOf } from '../merges.js';
import { peopleModel } from './index.js';
import { type JudgedPersonRow, standing, withAccounts, withStalls } from './standing.js';
import type { PeopleTables, PersonKind } from './tables.js';

/** A piece of what is personal, closed; those of a person in the order in which they came to be known. */
export interface ClosedDetails {
  /** Details that are not known from here on. */
  readonly cleared: readonly string[];
  /** Attributes that are not known from here on. */
  readonly removed: readonly string[];
  readonly sealed: Sealed | null;
}

/** A person as they stand at the moment; what is personal is in `closed`. */
export interface Person {
  readonly id: string;
  readonly kind: PersonKind;
  readonly level: LeadLevel | null;
  /** Why the lead is set aside. */
  readonly disqualified: string | null;
  readonly potential: LeadPotential | null;
  readonly relation: OtherRelation | null;
  /** Of the lead; of a name, the list that it came from. */
  readonly source: string | null;
  readonly listKind: (typeof nameSourceKinds)[number] | null;
  readonly list: string | null;
  readonly owner: string | null;
  /** Of a merged account, the survivor. */
  readonly accountId: string | null;
  readonly convertedAt: Instant | null;
  /** The contact had no opportunity for too long. */
  readonly stalled: boolean;
  readonly consents: readonly ChannelConsent[];
  /** Those that are not personal. */
  readonly attributes: readonly Attribute[];
  readonly knownSince: Instant;
  /** When they became as they are. */
  readonly since: Instant;
  readonly revision: number;
  /** Of the last event; a decimal string. */
  readonly position: string;
  readonly closed: readonly ClosedDetails[];
}

/** One person, under whichever of their ids they were asked for. */
export interface PersonDetail extends Person {
  /** The id that was asked for, where it was merged into this one. */
  readonly resolvedFrom: string | null;
  /** Ids that continue as this one. */
  readonly duplicates: readonly string[];
}

interface FoundRow extends JudgedPersonRow {
  readonly of_account_id: string | null;
  readonly closed: readonly ClosedDetails[] | null;
}

const personOf = (row: FoundRow): Person => ({
  id: row.id,
  kind: row.kind,
  level: row.level,
  disqualified: row.disqualified,
  potential: row.potential,
  relation: row.relation,
  source: row.source,
  listKind: row.list_kind,
  list: row.list,
  owner: row.owner,
  accountId: row.of_account_id,
  convertedAt: row.converted_at,
  stalled: row.stalled,
  consents: row.consents,
  attributes: row.attributes,
  knownSince: row.known_since,
  since: row.since,
  revision: row.last_revision,
  position: String(row.last_position),
  closed: row.closed ?? [],
});

/** Who asks: not everybody may see who is no more than a name (S0; `maySeeNames`). */
export interface Asker {
  readonly seesNames: boolean;
}

/** Which people; what is left out does not matter. */
export interface PeopleAsked extends Moment, Paging, Asker {
  readonly kind?: PersonKind | undefined;
  readonly level?: LeadLevel | undefined;
  readonly owner?: string | undefined;
  /** Contacts of it, and of all that are one with it. */
  readonly accountId?: string | undefined;
  readonly source?: string | undefined;
}

/** A page of people, in the order in which we came to know them. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const peopleList = (database: Database, asked: PeopleAsked): Promise<Page<Person>> =>
  read(database, peopleModel, asked, async (reading) => {
    const { limit: _limit, cursor, ...query } = asked;
    const { kind, level, owner, accountId, source, seesNames } = query;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'people', ...query });
    const after = cursors.read(cursor, ['string', 'string']);
    const accounts = accountId === undefined ? [] : await familyIds(reading, 'account', accountId);
    const only = [
      ...(seesNames ? [] : [sql`kind <> 'name'`]),
      ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
      ...(level === undefined ? [] : [sql`level = ${level}`]),
      ...(owner === undefined ? [] : [sql`owner = ${owner}`]),
      ...(accountId === undefined ? [] : [sql`account_id = any(${accounts})`]),
      ...(source === undefined ? [] : [sql`source = ${source}`]),
      ...(after ? [sql`(known_since, id) > (${after[0]}::timestamptz, ${after[1]})`] : []),
    ];
    const where = only.length === 0 ? sql`true` : sql.join(only, sql` and `);
    const found = await rows(reading, withDetails(reading, where, sql`limit ${limit + 1}`));
    return cursors.page(found, limit, personOf, (row) => [row.known_since, row.id]);
  });

/** One person. `null` if there was nobody of this id at the moment whom the asker may see. */
export const personDetail = (
  database: Database,
  { id, seesNames, ...moment }: Moment & Asker & { readonly id: string },
): Promise<PersonDetail | null> =>
  read(database, peopleModel, moment, async (reading) => {
    const family = await rows(reading, familyOf(reading.at('merges'), [`person-${id}`]));
    const survivor = family.find(({ survives }) => survives);
    if (!survivor) return null;
    const [row] = await rows(reading, withDetails(reading, sql`id = ${idOf(survivor.stream)}`, sql``));
    if (!row || (row.kind === 'name' && !seesNames)) return null;
    const duplicates = family.filter(({ survives }) => !survives).map(({ stream }) => idOf(stream));
    return { ...personOf(row), resolvedFrom: row.id === id ? null : id, duplicates };
  });

async function familyIds(reading: Reading<PeopleTables>, category: string, id: string): Promise<readonly string[]> {
  const family = await rows(reading, familyOf(reading.at('merges'), [`${category}-${id}`]));
  return family.map(({ stream }) => idOf(stream));
}

const withDetails = (
  reading: Reading<PeopleTables>,
  where: RawBuilder<unknown>,
  limit: RawBuilder<unknown>,
): RawBuilder<FoundRow> => {
  const found = sql`(select * from ${standing(reading)} s where ${where} order by known_since, id ${limit})`;
  return sql<FoundRow>`
  select p.*, (
    select jsonb_agg(jsonb_build_object('cleared', d.cleared, 'removed', d.removed, 'sealed', d.sealed) order by d.revision)
    from ${reading.at('details')} d where d.person_id = p.id
  ) as closed
  from ${withAccounts(reading, withStalls(reading, found))} p
  order by p.known_since, p.id`;
};
