import { sql } from 'kysely';
import { projection } from '../../libs/read-model/index.js';
import { merges, survivorsOf } from '../merges.js';
import { standing, withAccounts, withStalls } from './standing.js';
import { details, people, type PeopleTables, stalls } from './tables.js';

/** Everybody we know, from a name to a contact, at any instant (domain.md §1). */
export const peopleModel = projection<PeopleTables>({
  name: 'people',
  version: 5,
  tables: { people, stalls, details, merges },
  views: {
    people: {
      says: 'Everybody as of kroniek.as_of and kroniek.known_at (unset: now), without personal data; duplicates are in merged_people.',
      columns: {
        person_id: 'Id of the person.',
        kind: 'name, lead, contact or other.',
        level: 'How far the lead is, or was: unqualified, marketing-qualified or sales-qualified.',
        disqualified: 'Why the lead is set aside; null: it is not.',
        potential: 'What the lead may become: customer or supplier.',
        relation: 'Who somebody is who is no customer.',
        source: 'Where the lead came from; of a name, the list.',
        list_kind: 'attendance-list or bought-list that had the name.',
        list: 'List that the name came from.',
        owner: 'Salesperson who owns the lead or contact.',
        account_id: 'Account that the contact belongs to; of a merged one, the survivor.',
        converted_at: 'When the lead became a contact.',
        stalled: 'Whether the contact had no opportunity for too long.',
        consents: 'Last word on each channel, with source and time.',
        attributes: 'Custom attributes that are not personal.',
        known_since: 'When we first knew of the person.',
        since: 'When it became so.',
        position: 'Position in the log of the last event.',
      },
      as: (source) => sql`
        select id, kind, level, disqualified, potential, relation, source, list_kind, list, owner, of_account_id,
          converted_at, stalled, consents, attributes, known_since, since, last_position
        from ${withAccounts(source, withStalls(source, standing(source)))} p`,
    },
    merged_people: {
      says: 'Who continues as whom as of kroniek.as_of and kroniek.known_at (unset: now).',
      columns: {
        person_id: 'Id of the duplicate. It stays good.',
        survivor_id: 'Id of the person whom it is, through all merges.',
      },
      as: ({ at }) => sql`
        select substr(stream, 8), substr(survivor, 8) from ${survivorsOf(at('merges'))} s where stream like 'person-%'`,
    },
  },
});
