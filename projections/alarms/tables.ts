import type { ActivityEvents } from '../../libs/domain/activity/activity.events.js';
import { type CaseEvents, caseTargets, type CaseTargetName } from '../../libs/domain/case/case.events.js';
import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import type { PolicyReference } from '../../libs/domain/policy/policy.events.js';
import { idOf, type Instant, type RecordedEvent, type RecordedOf } from '../../libs/kernel/index.js';
import { instant, integer, optional, text, timelines, type StoredRow } from '../../libs/read-model/index.js';

export const alarmKinds = ['stalled-contact', 'overdue-activity', 'stale-opportunity', 'breached-case'] as const;
export type AlarmKind = (typeof alarmKinds)[number];

type AlarmEvents = ActivityEvents & CaseEvents & OpportunityEvents & PersonEvents;

/** The event behind an alarm, and what it rests on. */
interface Raised {
  readonly since: Instant;
  readonly policy: PolicyReference | null;
  readonly type: string;
  readonly revision: number;
  /** Decimal string. */
  readonly position: string;
}

/** Whom an alarm tells of, whether there is one or not. */
interface Watched {
  readonly kind: AlarmKind;
  readonly owner?: string | undefined;
  readonly personId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly opportunityId?: string | undefined;
  readonly raised: Raised | null;
  /** There can be no alarm: no contact (any more), done, closed, met. */
  readonly settled: boolean;
  /** A duplicate: who it continues as has alarms of their own. */
  readonly merged?: boolean;
  /** Of a planned activity. */
  readonly dueAt?: Instant;
  /** Of a case: which version of the policy set which deadline. */
  readonly policyOf?: Readonly<Record<Instant, PolicyReference>>;
}

const nothing: Watched = { kind: 'stalled-contact', raised: null, settled: true };

const raisedBy = (
  { type, revision, position }: RecordedEvent,
  since: Instant,
  policy: PolicyReference | null,
): Raised => ({ since, policy, type, revision, position: String(position) });

const ownedBy = (state: Watched, owner: string | undefined): Watched => ({ ...state, owner });

/** For good, or until it is planned for another time, reopened, converted again. */
const settles = (state: Watched): Watched => ({ ...state, raised: null, settled: true });

const ofActivities = {
  ActivityPlanned: (_: Watched, { data }: RecordedOf<AlarmEvents, 'ActivityPlanned'>): Watched => ({
    kind: 'overdue-activity',
    owner: data.assignee,
    personId: data.personId,
    accountId: data.accountId,
    opportunityId: data.opportunityId,
    dueAt: data.dueAt,
    raised: null,
    settled: false,
  }),
  ActivityRescheduled: (state: Watched, { data }: RecordedOf<AlarmEvents, 'ActivityRescheduled'>): Watched => ({
    ...state,
    dueAt: data.dueAt,
    raised: null,
  }),
  ActivityReassigned: (state: Watched, { data }: RecordedOf<AlarmEvents, 'ActivityReassigned'>) =>
    ownedBy(state, data.assignee),
  ActivityBecameOverdue: (state: Watched, event: RecordedOf<AlarmEvents, 'ActivityBecameOverdue'>): Watched =>
    state.settled || state.dueAt !== event.data.dueAt
      ? state
      : { ...state, raised: raisedBy(event, event.data.dueAt, null) },
  ActivityCompleted: settles,
  ActivityCancelled: settles,
};

const ofContacts = {
  LeadConverted: (state: Watched, { data }: RecordedOf<AlarmEvents, 'LeadConverted'>): Watched => ({
    ...state,
    kind: 'stalled-contact',
    owner: data.owner,
    accountId: data.accountId,
    raised: null,
    settled: false,
  }),
  ConversionReverted: settles,
  PersonTransferred: (state: Watched, { data }: RecordedOf<AlarmEvents, 'PersonTransferred'>) =>
    ownedBy(state, data.to),
  ContactAccountAssigned: (state: Watched, { data }: RecordedOf<AlarmEvents, 'ContactAccountAssigned'>): Watched => ({
    ...state,
    accountId: data.accountId,
  }),
  ContactStalled: (state: Watched, event: RecordedOf<AlarmEvents, 'ContactStalled'>): Watched =>
    state.settled ? state : { ...state, raised: raisedBy(event, event.data.deadline, event.data.policy) },
  StalledContactCleared: (state: Watched): Watched => ({ ...state, raised: null }),
  PersonMergedInto: (state: Watched): Watched => ({ ...state, merged: true }),
  PersonSeparated: (state: Watched): Watched => ({ ...state, merged: false }),
};

const ofOpportunities = {
  OpportunityOpened: (_: Watched, { stream, data }: RecordedOf<AlarmEvents, 'OpportunityOpened'>): Watched => ({
    kind: 'stale-opportunity',
    owner: data.owner,
    accountId: data.accountId,
    opportunityId: idOf(stream),
    raised: null,
    settled: false,
  }),
  OpportunityAccountAssigned: (
    state: Watched,
    { data }: RecordedOf<AlarmEvents, 'OpportunityAccountAssigned'>,
  ): Watched => ({ ...state, accountId: data.accountId }),
  OpportunityReassigned: (state: Watched, { data }: RecordedOf<AlarmEvents, 'OpportunityReassigned'>) =>
    ownedBy(state, data.to),
  OpportunityWentStale: (state: Watched, event: RecordedOf<AlarmEvents, 'OpportunityWentStale'>): Watched =>
    state.settled ? state : { ...state, raised: raisedBy(event, event.data.deadline, event.data.policy) },
  OpportunityRevived: (state: Watched): Watched => ({ ...state, raised: null }),
  OpportunityWon: settles,
  OpportunityLost: settles,
  OpportunityWithdrawn: settles,
  OpportunityReopened: (state: Watched): Watched => ({ ...state, settled: false }),
};

interface Promised {
  readonly respondBy?: Instant;
  readonly resolveBy?: Instant;
  readonly policy: PolicyReference;
}

const promised = ({ policyOf }: Watched, { respondBy, resolveBy, policy }: Promised) => ({
  ...policyOf,
  ...(respondBy === undefined ? {} : { [respondBy]: policy }),
  ...(resolveBy === undefined ? {} : { [resolveBy]: policy }),
});

const ofCases = {
  CaseOpened: (state: Watched, { data }: RecordedOf<AlarmEvents, 'CaseOpened'>): Watched => ({
    kind: 'breached-case',
    owner: data.assignee,
    personId: data.personId,
    accountId: data.accountId,
    policyOf: promised(state, data),
    raised: null,
    settled: false,
  }),
  CaseAssigned: (state: Watched, { data }: RecordedOf<AlarmEvents, 'CaseAssigned'>) => ownedBy(state, data.assignee),
  CasePriorityChanged: (state: Watched, { data }: RecordedOf<AlarmEvents, 'CasePriorityChanged'>): Watched => ({
    ...state,
    policyOf: promised(state, data),
  }),
  CaseReplied: settles,
  CaseResolved: settles,
  // Of the two targets only the resolution has to be met again: see `targetsOf`.
  CaseReopened: (state: Watched, { data }: RecordedOf<AlarmEvents, 'CaseReopened'>): Watched => ({
    ...state,
    settled: false,
    policyOf: promised(state, data),
  }),
  CaseTargetBreached: (state: Watched, event: RecordedOf<AlarmEvents, 'CaseTargetBreached'>): Watched => {
    const { dueAt } = event.data;
    return state.settled ? state : { ...state, raised: raisedBy(event, dueAt, state.policyOf?.[dueAt] ?? null) };
  },
};

/** The targets of a case that an event is about. */
function targetsOf(event: RecordedOf<CaseEvents>): readonly CaseTargetName[] {
  if (event.type === 'CaseReplied') return ['response'];
  if (event.type === 'CaseReopened') return ['resolution'];
  return event.type === 'CaseTargetBreached' ? [event.data.target] : caseTargets;
}

const isOfCase = (event: RecordedOf<AlarmEvents>): event is RecordedOf<CaseEvents> => event.stream.startsWith('case-');

/**
 * Each alarm from when to when it stood. An alarm begins when the time was up and ends when there was no reason for it
 * any more, not when that was found out: an end that is reported late corrects it, on the second axis of time.
 */
export const alarms = timelines<AlarmEvents>()({
  key: 'id',
  columns: {
    id: text('Stream that the alarm is raised on; of a case, with the target.'),
    kind: text<AlarmKind>('stalled-contact, overdue-activity, stale-opportunity or breached-case.'),
    stream: text('Stream of the contact, activity, opportunity or case.'),
    target: optional(text<CaseTargetName>('Target of the case that was breached: response or resolution.')),
    since: instant('When the time was up.'),
    owner: optional(
      text('Who is to do something: owner of the contact or opportunity, assignee of the activity or case.'),
    ),
    person_id: optional(text('Person whom it is about.')),
    account_id: optional(text('Account that it is about.')),
    opportunity_id: optional(text('Opportunity that it is about.')),
    policy: optional(text('Policy that says how long is too long; null: the plan itself said until when.')),
    policy_version: optional(integer('Version of the policy.')),
    event_type: text('Type of the event that raised it.'),
    event_revision: integer('Revision of that event in the stream.'),
    event_position: text('Position of that event in the log.'),
  },
  keysOf: (event) => (isOfCase(event) ? targetsOf(event).map((target) => `${event.stream}/${target}`) : [event.stream]),
  initial: nothing,
  evolve: { ...ofActivities, ...ofContacts, ...ofOpportunities, ...ofCases },
  rowAt: ({ kind, owner, personId, accountId, opportunityId, raised, merged }, _, key) => {
    if (!raised || merged === true) return { row: null };
    const [stream, target] = key.split('/') as [string, CaseTargetName?];
    return {
      row: {
        kind,
        stream,
        target,
        since: raised.since,
        owner,
        person_id: kind === 'stalled-contact' ? idOf(stream) : personId,
        account_id: accountId,
        opportunity_id: opportunityId,
        policy: raised.policy?.name,
        policy_version: raised.policy?.version,
        event_type: raised.type,
        event_revision: raised.revision,
        event_position: raised.position,
      },
    };
  },
  indexes: [{ on: ['valid_to'], current: true }, { on: ['valid_to'] }],
});

export type AlarmRow = StoredRow<typeof alarms>;

export type AlarmTables = { readonly alarms: typeof alarms };
