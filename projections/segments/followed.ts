import { sql } from 'kysely';
import type { CustomerKind } from '../../libs/domain/customer/customer.events.js';
import type { SegmentStay } from '../../libs/domain/customer/words.rules.js';
import type { Rule, SegmentAudience } from '../../libs/domain/segment/segment.rules.js';
import type { Instant, Position } from '../../libs/kernel/index.js';
import { type Database, type Reading, readSteadily, rows } from '../../libs/read-model/index.js';
import { segmentsModel } from './index.js';
import { categories, restsOnWindows } from './rules.js';
import type { SegmentTables } from './tables.js';

/*
 * Segments by rule that have, or had, a window of their own, as whoever tells of their members follows them: whose stays
 * have changed since a position, and what these are, without looking at anybody else (docs/decisions/0032).
 */

/** A segment by rule that a version of `inactivity.window` has a window for. */
export interface FollowedSegment {
  readonly segmentId: string;
  readonly kind: CustomerKind;
  /** What its stays follow from besides its customers; left out: not all of it is evaluated yet. */
  readonly terms?: string | undefined;
}

/** How far the read model has got, and what it follows. */
export interface FollowedAt {
  readonly position: Position;
  /** When the last event that it has read was recorded. */
  readonly readUntil: Instant;
  readonly segments: readonly FollowedSegment[];
}

/** A stretch of time; `infinity`: without an end. */
interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

interface RuleRow extends Span {
  readonly version: string;
  readonly definition: { readonly of: SegmentAudience; readonly rule?: Rule };
  readonly evaluated: boolean;
}

/** What the read model follows; `undefined`: it has read nothing yet. */
export const followedSegments = (database: Database): Promise<FollowedAt | undefined> =>
  readSteadily(database, segmentsModel, {}, async (reading) => {
    const [checkpoint] = await rows(
      reading,
      sql<{ position: Position | null; recorded_at: Instant | null }>`select position, recorded_at
        from ${sql.id(reading.schema, 'checkpoint')} c`,
    );
    if (checkpoint?.position == null) return undefined;
    const named = await rows(
      reading,
      sql<{ id: string }>`select distinct unnest(windows) as id from ${reading.all('settings')} s order by id`,
    );
    const segments: FollowedSegment[] = [];
    for (const { id } of named) {
      const rules = await rulesOf(reading, id);
      const [first] = rules;
      if (!first) continue;
      const kind = categories[first.definition.of] === 'account' ? 'account' : 'person';
      const held = rules.map(({ version, from, to }) => [version, from, to]);
      const terms = JSON.stringify([reading.schema, await spansOf(reading, id), held]);
      segments.push({ segmentId: id, kind, terms: rules.every(({ evaluated }) => evaluated) ? terms : undefined });
    }
    return { position: checkpoint.position, readUntil: checkpoint.recorded_at ?? '', segments };
  });

/** Some of those whose stays have changed by events behind a position, by key. */
export const turnedSince = (
  database: Database,
  segmentId: string,
  since: Position,
  after: string,
  limit: number,
): Promise<readonly string[]> =>
  readSteadily(database, segmentsModel, {}, async (reading) => {
    const found = await rows(
      reading,
      sql<{ key: string }>`select key from ${reading.turns('members')} t
        where rule = ${segmentId} and position > ${since} and key > ${after} order by key limit ${limit}`,
    );
    return found.map(({ key }) => key);
  });

/** Some of all who ever belonged to a segment, by key. */
export const everIn = (
  database: Database,
  segmentId: string,
  after: string,
  limit: number,
): Promise<readonly string[]> =>
  readSteadily(database, segmentsModel, {}, async (reading) => {
    const versions = (await rulesOf(reading, segmentId)).map(({ version }) => version);
    // Each version by its index; the order is the database's own throughout.
    const found = await rows(
      reading,
      sql<{ key: string }>`select distinct e.key from unnest(${versions}::text[]) v (version) cross join lateral (
          select distinct m.key from ${reading.all('members')} m
          where m.rule = ${segmentId} and m.version = v.version and m.key > ${after} order by m.key limit ${limit}
        ) e order by e.key limit ${limit}`,
    );
    return found.map(({ key }) => key);
  });

/** The stays of some in a segment, past and to come, as far as it had a window of its own: in order, and none touch. */
export const staysIn = (
  database: Database,
  segmentId: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, readonly SegmentStay[]>> =>
  readSteadily(database, segmentsModel, {}, async (reading) => {
    const spans = await spansOf(reading, segmentId);
    const rules = new Map((await rulesOf(reading, segmentId)).map((rule) => [rule.version, rule]));
    const found = await rows(
      reading,
      sql<{ key: string; version: string } & Span>`select key, version, valid_from as "from", valid_to as "to"
        from ${reading.all('members')} m
        where rule = ${segmentId} and key = any(${keys}::text[]) and recorded_to = 'infinity'`,
    );
    const pieces = new Map<string, Piece[]>(keys.map((key) => [key, []]));
    for (const { key, version, ...stay } of found) {
      const rule = rules.get(version);
      if (!rule || isAboutThePhase(rule)) continue;
      for (const span of spans) {
        const piece = within(within(stay, rule), span);
        if (piece.from < piece.to) pieces.get(key)?.push({ ...piece, ruleVersion: Number.parseInt(version, 10) });
      }
    }
    return new Map([...pieces].map(([key, all]) => [key, joined(all).map(stayOf)]));
  });

interface Piece extends Span {
  readonly ruleVersion: number;
}

/** A phase that rested on such a window would rest on itself: whoever came to be named and to ask for it at once is empty. */
const isAboutThePhase = ({ definition: { rule } }: RuleRow): boolean => rule !== undefined && restsOnWindows(rule);

const rulesOf = (reading: Reading<SegmentTables>, segmentId: string): Promise<readonly RuleRow[]> =>
  rows(
    reading,
    sql<RuleRow>`select version, definition, "from", "to", evaluated from ${reading.rules('members')} r
      where rule = ${segmentId} and version <> 'list' order by place`,
  );

/** When the policy had a window for the segment. */
async function spansOf(reading: Reading<SegmentTables>, segmentId: string): Promise<readonly Span[]> {
  const held = await rows(
    reading,
    sql<Span & { named: boolean }>`select valid_from as "from",
        lead(valid_from, 1, 'infinity'::timestamptz) over (order by version) as "to", ${segmentId} = any(windows) as named
      from ${reading.all('settings')} s where policy = 'inactivity.window' order by version`,
  );
  return joined(held.filter(({ named }) => named).map(({ from, to }) => ({ from, to })));
}

const within = (a: Span, b: Span): Span => ({
  from: a.from > b.from ? a.from : b.from,
  to: a.to < b.to ? a.to : b.to,
});

/** In order; those that touch are one, from the first of them on. */
function joined<S extends Span>(spans: readonly S[]): readonly S[] {
  const found: S[] = [];
  for (const span of [...spans].filter(({ from, to }) => from < to).sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = found.at(-1);
    if (last && span.from <= last.to) found[found.length - 1] = { ...last, to: last.to > span.to ? last.to : span.to };
    else found.push(span);
  }
  return found;
}

const stayOf = ({ from, to, ruleVersion }: Piece): SegmentStay => ({
  from,
  ...(to !== 'infinity' && { to }),
  ruleVersion,
});
