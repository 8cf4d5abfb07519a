import type { Attribute } from '../../libs/domain/account/account.events.js';
import type {
  ChannelConsent,
  LeadLevel,
  LeadPotential,
  nameSourceKinds,
  OtherRelation,
  PersonEvents,
} from '../../libs/domain/person/person.events.js';
import { idOf, type RecordedOf, type Sealed } from '../../libs/kernel/index.js';
import {
  appends,
  bool,
  instant,
  integer,
  json,
  optional,
  text,
  texts,
  versions,
  type StoredRow,
} from '../../libs/read-model/index.js';
import type { merges } from '../merges.js';

export type PersonKind = 'name' | 'lead' | 'contact' | 'other';

/** Consents by the id of the duplicate that they were said under. */
type ConsentsOfDuplicates = Readonly<Record<string, readonly ChannelConsent[]>>;

interface Said {
  readonly own_consents: readonly ChannelConsent[];
  readonly consents_of_duplicates: ConsentsOfDuplicates;
}

/** The person's last word on a channel counts, under whichever id; of words at the same instant, the one that withdraws. */
const withLastWords = ({ own_consents, consents_of_duplicates }: Said) => {
  const last = new Map<string, ChannelConsent>();
  for (const consent of [own_consents, ...Object.values(consents_of_duplicates)].flat()) {
    const before = last.get(consent.channel);
    const counts =
      !before || before.since < consent.since || (before.since === consent.since && consent.word === 'withdrawn');
    if (counts) last.set(consent.channel, consent);
  }
  const consents = [...last.values()].sort((a, b) => (a.channel < b.channel ? -1 : 1));
  return { own_consents, consents_of_duplicates, consents };
};

const saying =
  (word: ChannelConsent['word']) =>
  (
    { data: { channel, source }, occurredAt }: RecordedOf<PersonEvents, 'ConsentGiven' | 'ConsentWithdrawn'>,
    said: Said,
  ) =>
    withLastWords({
      ...said,
      own_consents: [
        ...said.own_consents.filter((consent) => consent.channel !== channel),
        { channel, word, source, since: occurredAt },
      ],
    });

const without = (attributes: readonly Attribute[], names: readonly string[]): readonly Attribute[] =>
  attributes.filter(({ name }) => !names.includes(name));

const nothingSaid = { own_consents: [], consents_of_duplicates: {}, consents: [], attributes: [] };
const unchanged = () => ({});

/** Every version of every person, without personal data. */
export const people = versions<PersonEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the person.'),
    kind: text<PersonKind>('name, lead, contact or other.'),
    level: optional(
      text<LeadLevel>('How far the lead is, or was: unqualified, marketing-qualified or sales-qualified.'),
    ),
    disqualified: optional(text('Why the lead is set aside.')),
    potential: optional(text<LeadPotential>('What the lead may become: customer or supplier.')),
    relation: optional(text<OtherRelation>('Who somebody is who is no customer.')),
    source: optional(text('Where the lead came from; of a name, the list.')),
    list_kind: optional(text<(typeof nameSourceKinds)[number]>('attendance-list or bought-list that had the name.')),
    list: optional(text('List that the name came from.')),
    owner: optional(text('Salesperson who owns the lead or contact.')),
    lead_owner: optional(text('Who owns them apart from a conversion.')),
    account_id: optional(text('Account that the contact belongs to.')),
    converted_at: optional(instant('When the lead became a contact.')),
    consents: json<readonly ChannelConsent[]>('Last word on each channel, with source and time.'),
    own_consents: json<readonly ChannelConsent[]>('Last word on each channel under this id.'),
    consents_of_duplicates: json<ConsentsOfDuplicates>('Last words under the ids that were merged into this one.'),
    attributes: json<readonly Attribute[]>('Custom attributes that are not personal.'),
    known_since: instant('When we first knew of the person.'),
  },
  opens: {
    NameRegistered: ({ data: { source }, occurredAt }) => ({
      kind: 'name' as const,
      source: source.name,
      list_kind: source.kind,
      list: source.name,
      known_since: occurredAt,
      ...nothingSaid,
    }),
    OtherPersonRegistered: ({ data, occurredAt }) => ({
      kind: 'other' as const,
      relation: data.relation,
      known_since: occurredAt,
      ...nothingSaid,
    }),
    LeadRegistered: ({ data: { source, potential, owner }, occurredAt }, name) => ({
      known_since: occurredAt,
      ...nothingSaid,
      ...name,
      kind: 'lead' as const,
      level: 'unqualified' as const,
      source,
      potential,
      owner,
      lead_owner: owner,
    }),
  },
  changes: {
    LeadQualified: ({ data }) => ({ level: data.level }),
    LeadDisqualified: ({ data }) => ({ disqualified: data.reason }),
    LeadRecycled: () => ({ level: 'unqualified' as const, disqualified: null }),
    LeadConverted: ({ data, occurredAt }) => ({
      kind: 'contact' as const,
      account_id: data.accountId,
      owner: data.owner,
      converted_at: occurredAt,
    }),
    ConversionReverted: (_, { lead_owner }) => ({
      kind: 'lead' as const,
      account_id: null,
      owner: lead_owner,
      converted_at: null,
    }),
    PersonTransferred: ({ data }) => ({ owner: data.to, lead_owner: data.to }),
    ContactAccountAssigned: ({ data }) => ({ account_id: data.accountId }),
    PersonAttributesSet: ({ data }, { attributes }) => ({
      attributes: [
        ...without(
          attributes,
          data.attributes.map(({ name }) => name),
        ),
        ...data.attributes,
      ],
    }),
    PersonAttributesRemoved: ({ data }, { attributes }) => ({ attributes: without(attributes, data.names) }),
    ConsentGiven: saying('given'),
    ConsentWithdrawn: saying('withdrawn'),
    PersonMergeConfirmed: ({ data: { duplicateId, consents } }, said) =>
      withLastWords({ ...said, consents_of_duplicates: { ...said.consents_of_duplicates, [duplicateId]: consents } }),
    PersonsUnmerged: ({ data: { duplicateId } }, said) => {
      const others = Object.entries(said.consents_of_duplicates).filter(([id]) => id !== duplicateId);
      return withLastWords({ ...said, consents_of_duplicates: Object.fromEntries(others) });
    },
    // What changes nothing here makes a version too: the row names the last event of the stream.
    PersonDetailsChanged: unchanged,
    LeadQuoteSent: unchanged,
    LeadQuoteAccepted: unchanged,
    LeadQuoteDeclined: unchanged,
    LeadContractSigned: unchanged,
    PersonsMerged: unchanged,
    PersonMergedInto: unchanged,
    PersonMergeDeclined: unchanged,
    PersonMergeDropped: unchanged,
    PersonSeparated: unchanged,
  },
  indexes: [
    { on: ['known_since', 'id'], current: true },
    { on: ['account_id'], current: true },
    { on: ['account_id'] },
    { on: ['owner', 'known_since', 'id'] },
    { on: ['known_since', 'id'] },
  ],
});

export type PersonRow = StoredRow<typeof people>;

/**
 * What was found out about contacts without an opportunity. A stream runs backwards around such a verdict, so it is no
 * version of the person.
 */
export const stalls = appends<PersonEvents>()({
  columns: {
    person_id: text('Id of the contact.'),
    stalled: bool('Whether the contact has had no opportunity for too long from then on.'),
    revision: integer('Revision of the event in the stream of the person.'),
  },
  on: {
    ContactStalled: ({ stream, revision }) => ({ person_id: idOf(stream), stalled: true, revision }),
    StalledContactCleared: ({ stream, revision }) => ({ person_id: idOf(stream), stalled: false, revision }),
    ConversionReverted: ({ stream, revision }) => ({ person_id: idOf(stream), stalled: false, revision }),
  },
  indexes: [{ on: ['person_id'] }],
});

/** What is personal, closed, as it came to be known piece by piece: nothing of it can be read here. */
export const details = appends<PersonEvents>()({
  indexes: [{ on: ['person_id', 'revision'], unique: true }],
  columns: {
    person_id: text('Id of the person.'),
    revision: integer('Revision of the event in its stream.'),
    cleared: texts('Details that are not known any more.'),
    removed: texts('Attributes that are not known any more.'),
    sealed: optional(json<Sealed>('Name, e-mail, phone and personal attributes, closed under the key of the person.')),
  },
  on: {
    NameRegistered: (event) => closed(event),
    LeadRegistered: (event) => closed(event),
    OtherPersonRegistered: (event) => closed(event),
    PersonDetailsChanged: (event) => ({ ...closed(event), cleared: event.data.cleared }),
    PersonAttributesSet: (event) => (event.sealed ? closed(event) : []),
    PersonAttributesRemoved: (event) => ({ ...closed(event), removed: event.data.names }),
  },
});

const nothing: readonly string[] = [];

const closed = ({ stream, revision, sealed }: RecordedOf<PersonEvents>) => ({
  person_id: idOf(stream),
  revision,
  cleared: nothing,
  removed: nothing,
  sealed,
});

export type PeopleTables = {
  readonly people: typeof people;
  readonly stalls: typeof stalls;
  readonly details: typeof details;
  readonly merges: typeof merges;
};
