import { sql } from 'kysely';
import { projection, type View } from '../../libs/read-model/index.js';
import { accounts, people, sales } from './in-columns.js';
import { answering, isNoName } from './members.js';
import { members, names, opportunities, purchases, rates, segments, type SegmentTables, settings } from './tables.js';

const id = sql`substr(m.key, strpos(m.key, '-') + 1)`;

const views: Readonly<Record<string, View<SegmentTables>>> = {
  segments: {
    says: 'Every segment and static list as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      segment_id: 'Id of the segment or list.',
      name: 'What it is called.',
      kind: 'dynamic: by a rule; list: members are named one by one.',
      audience: 'accounts or people.',
      rule: 'The rule of a dynamic segment.',
      version: 'Version of the rule.',
      retired: 'Whether it is used for nothing new; it has no members then.',
      complete: 'Whether its rule is evaluated; until then the one before answers who its members are.',
    },
    as: (source) => sql`select id, name, kind, audience, rule, version, retired, complete from ${answering(source)} s`,
  },
  segment_members: {
    says: 'Who belongs to each segment and list, but mere names, as of kroniek.as_of and kroniek.known_at (unset: now).',
    columns: {
      segment_id: 'Id of the segment or list.',
      customer_id: 'Id of the account or person.',
      audience: 'accounts or people: what the id is of.',
      entered_at: 'When it entered, under the rule that holds.',
      entered_because: 'Type of the event behind that; SegmentDefined: it fitted the rule when that began.',
      entered_position: 'Position of that event in the log.',
      entered_actor_id: 'Who did it: a stable id, never a name.',
      leaves_at: 'When it leaves by itself if nothing happens, as far as it was known; infinity: never.',
    },
    as: (source) => sql`
      select s.id, ${id}, s.audience, m.valid_from, m.cause, m.position, m.actor_id, m.valid_to
      from ${answering(source)} s
      join ${source.at('members')} m on m.rule = s.id and m.version = s.answered_by
      where not s.retired and ${isNoName(source)}`,
  },
  segment_stays: {
    says: 'Every stay in a segment or list, but of mere names, under each version of its rule, as far as known at kroniek.known_at (unset: now).',
    columns: {
      segment_id: 'Id of the segment or list.',
      version:
        'Version of the rule; behind points those of the policies that it rests on: inactivity.window where it asks for the phase, customer-group and reporting.currency where it asks for the group; list: a static list.',
      customer_id: 'Id of the account or person.',
      entered_at: 'When it entered.',
      entered_because: 'Type of the event behind that.',
      entered_position: 'Position of that event in the log.',
      left_at: 'When it left, or will if nothing happens; infinity: it stays.',
      left_because: 'Type of the event behind that; one that lies further back: time passed since.',
      left_position: 'Position of that event in the log.',
    },
    as: (source) => sql`
      select m.rule, m.version, ${id}, m.valid_from, m.cause, m.position, least(m.valid_to, r."to"), m.left_cause, m.left_position
      from ${source.all('members')} m
      join ${source.rules('members')} r on r.rule = m.rule and r.version = m.version and r.evaluated
      where m.valid_from < r."to" and m.recorded_from <= (select analytics.known_at())
        and (m.recorded_to > (select analytics.known_at()) or m.recorded_to = 'infinity')
        and ${isNoName(source)}`,
  },
};

/** Who belongs to which segment or list, at any instant, and because of which event (domain.md §6). */
export const segmentsModel = projection<SegmentTables>({
  name: 'segments',
  version: 10,
  tables: { segments, settings, names, purchases, opportunities, rates, members, accounts, people, sales },
  views,
});
