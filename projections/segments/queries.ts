import { sql } from 'kysely';
import type { Rule, SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import { type Actor, idOf, type Instant, type Role } from '../../libs/kernel/index.js';
import {
  Cursors,
  type Database,
  limitOf,
  type Moment,
  type Page,
  type Paging,
  read,
  type Reading,
  rows,
} from '../../libs/read-model/index.js';
import { segmentsModel } from './index.js';
import { answering, isNoName } from './members.js';
import type { SegmentKind, SegmentRow, SegmentTables } from './tables.js';

/** A segment or list as it is at the moment. */
export interface SegmentListed {
  readonly id: string;
  readonly name: string;
  /** `dynamic`: by a rule; `list`: members are named one by one. */
  readonly kind: SegmentKind;
  readonly audience: SegmentAudience;
  readonly rule: Rule | null;
  /** Of the rule. */
  readonly version: number | null;
  /** It is used for nothing new, and has no members. */
  readonly retired: boolean;
  /** Its rule is evaluated; until then its members are those of the rule before. */
  readonly complete: boolean;
  /** When it became as it is. */
  readonly since: Instant;
  readonly position: string;
}

export interface SegmentDetail extends SegmentListed {
  readonly members: number;
}

export interface AnsweringRow extends SegmentRow {
  readonly answered_by: string | null;
  readonly complete: boolean;
}

const segmentOf = (row: AnsweringRow): SegmentListed => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  audience: row.audience,
  rule: row.rule,
  version: row.version,
  retired: row.retired,
  complete: row.complete,
  since: row.valid_from,
  position: String(row.position),
});

/** Which segments; what is left out does not matter. */
export interface SegmentsAsked extends Moment, Paging {
  readonly kind?: SegmentKind | undefined;
  readonly audience?: SegmentAudience | undefined;
  readonly retired?: boolean | undefined;
}

/** A page of segments and lists, by id. @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR` */
export const segmentsList = (database: Database, asked: SegmentsAsked): Promise<Page<SegmentListed>> =>
  read(database, segmentsModel, asked, async (reading) => {
    const { limit: _limit, cursor, asOf, knownAt, ...filters } = asked;
    const { kind, audience, retired } = filters;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'segments', asOf, knownAt, ...filters });
    const after = cursors.read(cursor, ['string']);
    const only = [
      sql`true`,
      ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
      ...(audience === undefined ? [] : [sql`audience = ${audience}`]),
      ...(retired === undefined ? [] : [sql`retired = ${retired}`]),
      ...(after ? [sql`id > ${after[0]}`] : []),
    ];
    const found = await rows(
      reading,
      sql<AnsweringRow>`select * from ${answering(reading)} s where ${sql.join(only, sql` and `)}
        order by id limit ${limit + 1}`,
    );
    return cursors.page(found, limit, segmentOf, (row) => [row.id]);
  });

/** Not everybody may see who is no more than a name (S0; `maySeeNames`). */
export interface Asker {
  readonly seesNames: boolean;
}

/** One segment or list, with how many belong to it whom the asker may see. `null` if there was none of this id at the moment. */
export const segmentDetail = (
  database: Database,
  { id, seesNames, ...moment }: Moment & Asker & { readonly id: string },
): Promise<SegmentDetail | null> =>
  read(database, segmentsModel, moment, async (reading) => {
    const segment = await segmentAt(reading, id);
    if (!segment) return null;
    const [counted] = await rows(
      reading,
      sql<{ members: bigint }>`select count(*) as members from ${reading.at('members')} m
        where ${belongs(segment)} and ${visible(reading, seesNames)}`,
    );
    return { ...segmentOf(segment), members: Number(counted?.members ?? 0) };
  });

/** Somebody who belongs to a segment or list at the moment. */
export interface Member {
  readonly id: string;
  readonly audience: SegmentAudience;
  /** When it entered, under the rule that answers. */
  readonly enteredAt: Instant;
  /** The event behind that; `SegmentDefined`: it fitted the rule when that began. */
  readonly because: { readonly type: string; readonly position: string; readonly actor: Actor };
  /** When it leaves if nothing happens; `null`: never. */
  readonly leavesAt: Instant | null;
}

export interface MembersAsked extends Moment, Paging, Asker {
  readonly id: string;
}

interface MemberRow {
  readonly key: string;
  readonly valid_from: Instant;
  readonly valid_to: Instant;
  readonly position: bigint;
  readonly cause: string;
  readonly actor_id: string;
  readonly actor_role: Role;
}

/**
 * A page of the members of a segment or list, by id. `null` if there was none of this id at the moment.
 *
 * @throws Refusal `INVALID_LIMIT`, `INVALID_CURSOR`
 */
export const membersOfSegment = (database: Database, asked: MembersAsked): Promise<Page<Member> | null> =>
  read(database, segmentsModel, asked, async (reading) => {
    const { id, asOf, knownAt, cursor, seesNames } = asked;
    const limit = limitOf(asked);
    const cursors = new Cursors({ list: 'segment-members', id, asOf, knownAt });
    const after = cursors.read(cursor, ['string']);
    const segment = await segmentAt(reading, id);
    if (!segment) return null;
    const found = await rows(
      reading,
      sql<MemberRow>`select key, valid_from, valid_to, position, cause, actor_id, actor_role
        from ${reading.at('members')} m
        where ${belongs(segment)} and ${visible(reading, seesNames)}
          ${after ? sql`and key > ${after[0]}` : sql``} order by key limit ${limit + 1}`,
    );
    const member = (row: MemberRow): Member => ({
      id: idOf(row.key),
      audience: segment.audience,
      enteredAt: row.valid_from,
      because: {
        type: row.cause,
        position: String(row.position),
        actor: { id: row.actor_id, role: row.actor_role },
      },
      leavesAt: row.valid_to === 'infinity' ? null : row.valid_to,
    });
    return cursors.page(found, limit, member, (row) => [row.key]);
  });

/** All members, page by page. `null` if there was no segment or list of this id at the moment. */
export async function everyMember(
  database: Database,
  asked: Omit<MembersAsked, 'cursor' | 'limit'>,
): Promise<AsyncIterable<readonly Member[]> | null> {
  const first = await membersOfSegment(database, { ...asked, limit: 1_000 });
  if (!first) return null;
  return (async function* pages() {
    let page: Page<Member> | null = first;
    while (page) {
      yield page.items;
      page =
        page.next === null ? null : await membersOfSegment(database, { ...asked, limit: 1_000, cursor: page.next });
    }
  })();
}

/** A segment or list at the moment, with the version that answers. */
export const segmentAt = async (reading: Reading<SegmentTables>, id: string): Promise<AnsweringRow | undefined> => {
  const [row] = await rows(reading, sql<AnsweringRow>`select * from ${answering(reading)} s where id = ${id}`);
  return row;
};

/** Whether a row of members is of the segment. */
export const belongs = ({ id, answered_by, retired }: AnsweringRow) =>
  sql`rule = ${id} and version = ${answered_by} and not ${retired}::boolean`;

const visible = (reading: Reading<SegmentTables>, seesNames: boolean) => (seesNames ? sql`true` : isNoName(reading));
