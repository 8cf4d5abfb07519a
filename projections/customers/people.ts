import { sql } from 'kysely';
import { type StandingPhase, standingOfLead } from '../../libs/domain/account/phase.rules.js';
import type { LeadLevel, LeadPotential, PersonEvents } from '../../libs/domain/person/person.events.js';
import type { RecordedEvent } from '../../libs/kernel/index.js';
import { bool, instant, optional, text, totals, versions, type StoredRow } from '../../libs/read-model/index.js';

export type PersonKind = 'name' | 'lead' | 'contact' | 'other';

/** The event by which somebody came to stand where they stand. */
const standing = ({ type, occurredAt, position }: RecordedEvent) => ({
  standing_event: type,
  standing_at: occurredAt,
  standing_position: String(position),
});

/** Every version of every person, without what is personal. */
export const people = versions<PersonEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the person.'),
    kind: text<PersonKind>('name, lead, contact or other.'),
    level: text<LeadLevel>('unqualified, marketing-qualified or sales-qualified.'),
    disqualified: bool('Whether the lead was set aside.'),
    potential: text<LeadPotential>('customer or supplier.'),
    account_id: optional(text('Account of a contact.')),
    merged_into: optional(text('Person whom this one continues as.')),
    up: optional(text('Whom all of it counts for: the person whom this one continues as, else the account.')),
    owner: optional(text('Salesperson who owns the lead or contact.')),
    lead_owner: optional(text('Who owns them apart from a conversion.')),
    source: optional(text('Where a lead came from.')),
    known_since: instant('When the person was first known.'),
    standing_event: text('Type of the event that made the kind and the level.'),
    standing_at: instant('When that happened.'),
    standing_position: text('Position of that event.'),
  },
  opens: {
    NameRegistered: (event) => ({
      ...standing(event),
      kind: 'name' as const,
      level: 'unqualified' as const,
      disqualified: false,
      potential: 'customer' as const,
      known_since: event.occurredAt,
    }),
    LeadRegistered: (event, name) => ({
      ...standing(event),
      kind: 'lead' as const,
      level: 'unqualified' as const,
      disqualified: false,
      potential: event.data.potential,
      owner: event.data.owner,
      lead_owner: event.data.owner,
      source: event.data.source,
      known_since: name?.known_since ?? event.occurredAt,
    }),
    OtherPersonRegistered: (event) => ({
      ...standing(event),
      kind: 'other' as const,
      level: 'unqualified' as const,
      disqualified: false,
      potential: 'supplier' as const,
      known_since: event.occurredAt,
    }),
  },
  changes: {
    LeadQualified: (event) => ({ ...standing(event), level: event.data.level }),
    LeadDisqualified: (event) => ({ ...standing(event), disqualified: true }),
    LeadRecycled: (event) => ({ ...standing(event), level: 'unqualified' as const, disqualified: false }),
    LeadConverted: (event, { merged_into }) => ({
      ...standing(event),
      kind: 'contact' as const,
      account_id: event.data.accountId,
      up: merged_into ?? event.data.accountId,
      owner: event.data.owner,
    }),
    ConversionReverted: (event, { merged_into, lead_owner }) => ({
      ...standing(event),
      kind: 'lead' as const,
      account_id: null,
      up: merged_into,
      owner: lead_owner,
    }),
    ContactAccountAssigned: (event, { merged_into }) => ({
      ...standing(event),
      account_id: event.data.accountId,
      up: merged_into ?? event.data.accountId,
    }),
    PersonTransferred: ({ data }) => ({ owner: data.to, lead_owner: data.to }),
    PersonMergedInto: ({ data }) => ({ merged_into: data.survivorId, up: data.survivorId }),
    PersonSeparated: (_, { account_id }) => ({ merged_into: null, up: account_id }),
  },
  indexes: [
    { on: ['up'] },
    { on: ['merged_into'] },
    { on: ['owner', 'id'] },
    { on: ['known_since', 'id'] },
    { on: ['known_since', 'id'], current: true },
  ],
});

/** How far a row of a name or a lead has come, as `standingOfLead` says; a name is a suspect. */
export const standingInSql = sql`case when kind = 'name' or disqualified then 'suspect'
  when level = 'sales-qualified' then 'potential' else 'prospect' end`;

/** How far they have come who may become customers; of contacts, their account tells. */
export const leads = totals({
  by: {
    owner: optional(text('Salesperson who owns the lead.')),
    standing: text<'name' | StandingPhase>('name, or the phase of who never bought: suspect, prospect or potential.'),
  },
  sums: { people: 'Number of leads and names, but for those who continue as others.' },
  of: (summed) => [
    summed(people, ({ up, kind, potential, owner, ...lead }) => {
      if (up !== null || (kind !== 'name' && (kind !== 'lead' || potential !== 'customer'))) return [];
      return [{ owner, standing: kind === 'name' ? kind : standingOfLead(lead), people: 1 }];
    }),
  ],
});

export type PersonRow = StoredRow<typeof people>;
