import { type RawBuilder, sql } from 'kysely';
import { type RelationshipPhase, relationshipPhases } from '../../libs/domain/account/phase.rules.js';
import type { Instant } from '../../libs/kernel/index.js';
import { type Reading, rows, type Through } from '../../libs/read-model/index.js';
import { answering } from '../segments/members.js';
import type { SegmentTables } from '../segments/tables.js';
import { type Asked, type Members, policyAt } from './bought.js';
import { type CustomerRow, customersAt } from './customers.js';
import { standingInSql } from './people.js';
import type { CustomersTables } from './tables.js';

/** A customer that is to be reached, as SQL gives it. */
export type AttentionRow = Pick<
  CustomerRow,
  | 'id'
  | 'kind'
  | 'name'
  | 'owner'
  | 'phase'
  | 'customer_group'
  | 'last_interaction'
  | 'last_attempt'
  | 'failed_attempts'
  | 'known_since'
> & {
  readonly due_at: Instant;
  readonly days_overdue: number;
  readonly every_days: number;
  readonly rule: number;
  readonly policy_version: number;
};

/** What the policy `attention.cadence` says at a moment. */
export interface Cadence {
  /** Of each phase, and of any (`null`): days of the shortest interval that a rule may have for it. */
  readonly byPhase: readonly { readonly phase: RelationshipPhase | null; readonly days: number }[];
  /** Days between which its intervals lie. */
  readonly shortest: number;
  readonly longest: number;
  /** Segments and lists that it has rules for. */
  readonly segments: readonly string[];
}

/** `undefined`: nobody is to be reached by it. */
export async function cadenceAt(reading: Reading<CustomersTables>, asked: Asked): Promise<Cadence | undefined> {
  const found = await rows(
    reading,
    sql<{ phase: RelationshipPhase | null; days: number | null; longest: number | null; segments: readonly string[] }>`
      select rule ->> 'phase' as phase, min((rule ->> 'days')::integer) as days, max((rule ->> 'days')::integer) as longest,
        coalesce(array_agg(distinct rule ->> 'segmentId') filter (where rule ? 'segmentId'), '{}') as segments
      from ${policyAt(asked, 'attention.cadence')} p, jsonb_array_elements(p.value -> 'rules') r (rule) group by 1`,
  );
  const byPhase = found.flatMap(({ phase, days }) => (days === null ? [] : [{ phase, days }]));
  if (byPhase.length === 0) return undefined;
  return {
    byPhase,
    shortest: Math.min(...byPhase.map(({ days }) => days)),
    longest: Math.max(...found.map(({ longest }) => longest ?? 0)),
    segments: [...new Set(found.flatMap(({ segments }) => segments))],
  };
}

/**
 * Which customers may be due at all within some days of silence, as far as buying and their own row tell; `undefined`:
 * any. In phases of which every rule takes longer nobody is.
 */
export function dueWithin(
  { source: { at } }: Asked,
  { byPhase }: Cadence,
  days: number,
  ids: readonly string[],
): RawBuilder<{ id: string }> | undefined {
  const phases = relationshipPhases.filter((phase) =>
    byPhase.some((rule) => (rule.phase ?? phase) === phase && rule.days <= days),
  );
  if (phases.includes('active') || phases.includes('inactive')) return undefined;
  const isAny = (...some: readonly RelationshipPhase[]): boolean => some.some((phase) => phases.includes(phase));
  return sql<{ id: string }>`select x.id from unnest(${ids}::text[]) x (id)
    where (select true from ${at('buyers')} b where b.id = x.id limit 1) is null and coalesce(
      (select ${standingInSql} = any(${phases}::text[]) from ${at('people')} p where p.id = x.id limit 1),
      ${isAny('suspect', 'potential')})`;
}

/** Which of some customers belong to which segment: `segment_id`, `kind`, `customer_id`. */
export type Belonging = (among: Members) => RawBuilder<unknown>;

/** Where the policy has no rule for a segment. */
export const toNone: Belonging = () =>
  sql`(select null::text as segment_id, null::text as kind, null::text as customer_id where false)`;

/**
 * The members of some segments and static lists, as their own page tells them: by the version of the rule that answers.
 * One that is unknown or retired has none.
 */
export async function belongingTo(segments: Reading<SegmentTables>, ids: readonly string[]): Promise<Belonging> {
  const found = await rows(
    segments,
    sql<{ id: string; version: string; kind: string }>`
      select id, answered_by as version, case audience when 'accounts' then 'account' else 'person' end as kind
      from ${answering(segments)} s where id = any(${ids}::text[]) and not retired and answered_by is not null`,
  );
  const column = (name: 'id' | 'version' | 'kind') => found.map((row) => row[name]);
  return ({ customers }) => sql`(
    select s.id as segment_id, s.kind, c.id as customer_id
    from unnest(${column('id')}::text[], ${column('version')}::text[], ${column('kind')}::text[]) s (id, version, kind)
    cross join (select distinct unnest(${customers}::text[]) as id) c
    cross join lateral (
      select from ${segments.at('members')} m
      where m.rule = s.id and m.version = s.version and m.key = s.kind || '-' || c.id limit 1
    ) m
  )`;
}

/** What a view asks instead: it is to stand whatever becomes of the tables of segments. */
export const membersOfSegments: Through = {
  name: 'members_of_segments',
  says: 'Who belongs to which segment or list, as analytics.segment_members tells.',
  columns: { segment_id: 'text', kind: 'text', customer_id: 'text' },
  as: `select segment_id, case audience when 'accounts' then 'account' else 'person' end, customer_id
    from analytics.segment_members`,
};

/** The same of all customers, in a view. */
export const belongingInView = (asked: Asked): RawBuilder<unknown> => sql`(
  select * from analytics.members_of_segments() m
  where segment_id in (
    select rule ->> 'segmentId' from ${policyAt(asked, 'attention.cadence')} p, jsonb_array_elements(p.value -> 'rules') r (rule)
  )
)`;

/**
 * Customers that should have been reached by now and were not (S2; domain.md §5): the first rule of `attention.cadence`
 * that applies to a customer says how often. A rule for a segment applies to its members, be they members by a rule or
 * named one by one: the customer itself, not its contacts.
 */
export const attentionAt = (
  asked: Asked,
  belonging: RawBuilder<unknown>,
): RawBuilder<AttentionRow> => sql<AttentionRow>`(
  select d.*, floor(extract(epoch from ${asked.t} - due_at) / 86400)::integer as days_overdue
  from (
    select c.id, c.kind, c.name, c.owner, c.phase, c.customer_group, c.last_interaction, c.last_attempt,
      c.failed_attempts, c.known_since, r.days as every_days, r.place as rule, p.version as policy_version,
      coalesce(c.last_interaction, c.known_since) + make_interval(hours => 24 * r.days) as due_at
    from ${customersAt(asked)} c
      left join (
        select kind, customer_id, array_agg(segment_id) as segments from ${belonging} b group by kind, customer_id
      ) u on u.customer_id = c.id and u.kind = c.kind
      cross join ${policyAt(asked, 'attention.cadence')} p
      cross join lateral (
        select (rule ->> 'days')::integer as days, place::integer
        from jsonb_array_elements(p.value -> 'rules') with ordinality e (rule, place)
        where coalesce(rule ->> 'phase', c.phase) = c.phase
          and coalesce(rule ->> 'group' = c.customer_group, rule ->> 'group' is null)
          and (rule ->> 'segmentId' is null or coalesce(rule ->> 'segmentId' = any(u.segments), false))
        order by place limit 1
      ) r
    where r.days is not null
  ) d
  where due_at <= ${asked.t}
)`;
