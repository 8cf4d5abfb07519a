import type { AccountEvents } from '../../libs/domain/account/account.events.js';
import type { About, ActivityEvents, Outcome } from '../../libs/domain/activity/activity.events.js';
import type { CustomerEvents } from '../../libs/domain/customer/customer.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import type { PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import type { SegmentEvents } from '../../libs/domain/segment/segment.events.js';
import { categoryOf, idOf, type Instant, type RecordedEvent } from '../../libs/kernel/index.js';
import { instant, optional, text, texts, timelines } from '../../libs/read-model/index.js';

export const subjectsOf = ({ accountId, personId, participants }: About): readonly string[] => [
  ...new Set([accountId, personId, ...(participants?.people ?? [])].filter((id) => id !== undefined)),
];

/**
 * Who stands in the line of the silent: `buyers` may have bought, or stand for an account that may have; `others` may be
 * customers besides; `names` are no more than that; `contacts` bought in their own name, for an account.
 */
export type Place = 'buyers' | 'others' | 'names' | 'contacts';

type KnownAs = 'account' | 'lead' | 'name' | 'other';

interface Touched {
  readonly reached: Instant | null;
  readonly attempt: Instant | null;
  readonly lists: readonly string[];
  /** As what somebody is known, and since when; left out: not yet. */
  readonly known?: { readonly as: KnownAs; readonly since: Instant };
  /** Whether they, or somebody who continues as them, ever bought; that it was taken back does not matter. */
  readonly bought?: true;
  /** Account of a contact. */
  readonly account?: string;
  readonly merged?: true;
  /** Account that was reached with them. */
  readonly with?: string;
}

const untouched: Touched = { reached: null, attempt: null, lists: [] };

const met = (state: Touched, { occurredAt }: RecordedEvent, outcome: Outcome, about: About): Touched => {
  if (outcome !== 'reached') return { ...state, attempt: occurredAt };
  const { with: _, ...before } = state;
  return { ...before, reached: occurredAt, ...(about.accountId !== undefined && { with: about.accountId }) };
};

const withList = (state: Touched, list: string): Touched => ({
  ...state,
  lists: [...new Set([...state.lists, list])].sort(),
});

const withoutList = (state: Touched, list: string): Touched => ({
  ...state,
  lists: state.lists.filter((other) => other !== list),
});

const as = (state: Touched, known: KnownAs, since: Instant): Touched => ({ ...state, known: { as: known, since } });

const buyer = (state: Touched): Touched => (state.bought ? state : { ...state, bought: true });

/** Whoever others continue as may have bought through them. */
const merged = (state: Touched, { stream }: RecordedEvent, key: string): Touched =>
  key === idOf(stream) ? { ...state, merged: true } : buyer(state);

const apart = ({ merged: _, ...state }: Touched): Touched => state;

const free = ({ account: _, ...state }: Touched): Touched => state;

/**
 * Each customer has somebody in the line at the very instant since when it is silent: itself, or whoever was reached for
 * it last. A contact who was reached together with the account needs no place of their own.
 */
function placeOf({ reached, known, bought, account, merged: isMerged, with: together }: Touched): Place | null {
  if (known === undefined) return null;
  if (isMerged) return reached === null ? null : 'buyers';
  if (account !== undefined) {
    if (bought) return 'contacts';
    return reached === null || together === account ? null : 'buyers';
  }
  if (bought) return 'buyers';
  if (known.as === 'other') return null;
  return known.as === 'name' ? 'names' : 'others';
}

type Heard = ActivityEvents &
  SegmentEvents &
  CustomerEvents &
  Pick<AccountEvents, 'AccountOpened' | 'AccountMergedInto' | 'AccountSeparated'> &
  Pick<
    PersonEvents,
    | 'NameRegistered'
    | 'LeadRegistered'
    | 'OtherPersonRegistered'
    | 'LeadConverted'
    | 'ConversionReverted'
    | 'ContactAccountAssigned'
    | 'PersonMergedInto'
    | 'PersonSeparated'
  > &
  Pick<PurchaseEvents, 'PurchaseRecorded'> &
  Pick<OpportunityEvents, 'OpportunityWon' | 'OpportunityAccountAssigned'>;

/** The clocks of an account or a person, the lists and segments whose windows may be for them, and where they stand in the line of the silent. */
export const clocks = timelines<Heard>()({
  key: 'id',
  columns: {
    id: text('Account or person.'),
    last_interaction: optional(instant('When they were reached last, in either direction.')),
    last_attempt: optional(instant('When they were last tried and not reached.')),
    lists: texts('Static lists that they stand on, and segments with a window of their own that they belong to.'),
    place: optional(
      text<Place>('buyers, others, names or contacts: where they stand in the line of the silent; null: nowhere.'),
    ),
    silent_since: optional(instant('When they were reached last, or else since when they are known.')),
  },
  via: ['opportunities'],
  keysOf: (event, own) => {
    switch (event.type) {
      case 'AccountMergedInto':
      case 'PersonMergedInto':
        return [...new Set([idOf(event.stream), event.data.survivorId])];
      case 'OpportunityWon':
      case 'OpportunityAccountAssigned': {
        const account = own('opportunities')?.['account_id'];
        return typeof account === 'string' ? [account] : [];
      }
    }
    if ('members' in event.data) return event.data.members;
    if (['account', 'person', 'customer'].includes(categoryOf(event.stream))) return [idOf(event.stream)];
    return subjectsOf(event.data as About);
  },
  initial: untouched,
  evolve: {
    ActivityCompleted: (state, event) => met(state, event, event.data.outcome, event.data),
    ActivityLogged: (state, event) => met(state, event, event.data.outcome, event.data),
    StaticListMembersAdded: (state, { stream }) => withList(state, idOf(stream)),
    StaticListMembersRemoved: (state, { stream }) => withoutList(state, idOf(stream)),
    CustomerEnteredSegment: (state, { data }) => withList(state, data.segmentId),
    CustomerLeftSegment: (state, { data }) => withoutList(state, data.segmentId),
    AccountOpened: (state, { occurredAt }) => as(state, 'account', occurredAt),
    NameRegistered: (state, { occurredAt }) => as(state, 'name', occurredAt),
    LeadRegistered: (state, { data, occurredAt }) =>
      as(state, data.potential === 'customer' ? 'lead' : 'other', state.known?.since ?? occurredAt),
    OtherPersonRegistered: (state, { occurredAt }) => as(state, 'other', occurredAt),
    LeadConverted: (state, { data }) => ({ ...state, account: data.accountId }),
    ConversionReverted: free,
    ContactAccountAssigned: (state, { data }) => ({ ...state, account: data.accountId }),
    AccountMergedInto: merged,
    PersonMergedInto: merged,
    AccountSeparated: apart,
    PersonSeparated: apart,
    PurchaseRecorded: buyer,
    OpportunityWon: buyer,
    OpportunityAccountAssigned: buyer,
  },
  rowAt: (state) => ({
    row: {
      last_interaction: state.reached,
      last_attempt: state.attempt,
      lists: state.lists,
      place: placeOf(state),
      silent_since: state.reached ?? state.known?.since,
    },
  }),
  indexes: [
    // With what tells that a row does not lie over a moment, so that most others are passed by in the index.
    { on: ['place', 'silent_since', 'id', 'valid_to', 'recorded_to'] },
    // All that a page asks of the clocks: those of a customer and its contacts lie all over the table.
    {
      on: ['id', 'valid_from'],
      with: ['valid_to', 'recorded_from', 'recorded_to', 'last_interaction', 'last_attempt', 'lists'],
    },
  ],
});
