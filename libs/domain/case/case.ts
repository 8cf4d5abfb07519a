import {
  aggregate,
  conflict,
  type DataOf,
  factsOf,
  type Instant,
  invalid,
  later,
  minutesAfter,
  notFound,
  refused,
} from '../../kernel/index.js';
import { type PolicyInForce, policyLookup, underPolicy } from '../policy/policy.js';
import { plain, same } from '../values.js';
import {
  AssignCase,
  ChangeCasePriority,
  OpenCase,
  RecordCaseTargetBreach,
  ReopenCase,
  ReplyToCase,
  ResolveCase,
} from './case.commands.js';
import { type CaseEvents, caseEvents, type CaseOf, type CaseTargetName, type Priority } from './case.events.js';

type Data<T extends keyof CaseEvents> = DataOf<CaseEvents[T]>;

/** A deadline as it was set once; one of the same target that was set later takes its place. */
interface Deadline {
  readonly target: CaseTargetName;
  readonly dueAt: Instant;
  readonly setAt: Instant;
}

/** A case as it stands. */
export interface Case {
  readonly status: 'open' | 'resolved';
  readonly opened: Data<'CaseOpened'>;
  readonly priority: Priority;
  readonly assignee?: string;
  /** Since when it is to be answered, and since when it is to be resolved: since it was opened again last. */
  readonly openedAt: Instant;
  readonly workedOnSince: Instant;
  readonly answeredAt?: Instant;
  /** When it was resolved, each time. */
  readonly resolvedAt: readonly Instant[];
  /** In the order in which they were set. */
  readonly deadlines: readonly Deadline[];
  readonly breached: readonly Pick<Deadline, 'target' | 'dueAt'>[];
  /** The last reply, while nothing else has happened. */
  readonly replied?: Data<'CaseReplied'>;
  readonly resolved?: Data<'CaseResolved'>;
  readonly reopened?: Data<'CaseReopened'>;
}

export interface CaseState {
  readonly known?: Case;
}

interface Lookups {
  readonly targets: PolicyInForce<'case.targets'>;
}

const fact = factsOf(caseEvents);

/**
 * A case of a customer: opened, assigned, replied to, resolved, reopened, each on the customer's history; its priority
 * gives it response and resolution targets under the policy `case.targets` (S3; domain.md §8).
 */
export const serviceCase = aggregate<CaseState, Lookups>()({
  events: caseEvents,
  commands: {
    OpenCase,
    AssignCase,
    ChangeCasePriority,
    ReplyToCase,
    ResolveCase,
    ReopenCase,
    RecordCaseTargetBreach,
  },
  id: 'caseId',
  initial: {},
  lookups: {
    targets: policyLookup(
      'case.targets',
      (command) =>
        command instanceof OpenCase || command instanceof ChangeCasePriority || command instanceof ReopenCase,
    ),
  },
  decide: {
    OpenCase: ({ caseId: _, ...details }, { known }, { lookups: { targets }, occurredAt }) => {
      if (details.personId === undefined && details.accountId === undefined) {
        throw invalid('CASE_ABOUT_NOBODY', 'A case is of a person or an account.', [
          { path: 'personId', message: 'personId must be given where accountId is not.' },
        ]);
      }
      const asked = { ...details, priority: details.priority ?? ('normal' as const) };
      if (known) {
        const { respondBy: _r, resolveBy: _s, policy: _p, ...was } = known.opened;
        if (same(asked, was)) return [];
        throw conflict('CASE_EXISTS', 'There is already a case with this id and other details.');
      }
      const { responseMinutes, resolutionMinutes } = targets.value[asked.priority];
      const respondBy = minutesAfter(occurredAt, responseMinutes);
      const resolveBy = minutesAfter(occurredAt, resolutionMinutes);
      const policy = underPolicy('case.targets', targets);
      return [fact('CaseOpened', plain({ ...asked, respondBy, resolveBy, policy }))];
    },

    AssignCase: ({ assignee }, state) => {
      const { assignee: from } = open(state);
      return from === assignee ? [] : [fact('CaseAssigned', plain({ assignee, from }))];
    },

    ChangeCasePriority: ({ priority: to, reason }, state, { lookups: { targets }, occurredAt }) => {
      const known = open(state);
      const { priority: from, openedAt, workedOnSince } = known;
      if (from === to) return [];
      const { responseMinutes, resolutionMinutes } = targets.value[to];
      // Nobody is late at an instant that is over: a deadline that would have passed passes now.
      const anew = (since: Instant, minutes: number): Instant => later(minutesAfter(since, minutes), occurredAt);
      const unanswered = known.answeredAt === undefined && !isLate(known, 'response', occurredAt);
      const respondBy = unanswered ? anew(openedAt, responseMinutes) : undefined;
      const resolveBy = isLate(known, 'resolution', occurredAt) ? undefined : anew(workedOnSince, resolutionMinutes);
      const policy = underPolicy('case.targets', targets);
      return [fact('CasePriorityChanged', plain({ from, to, reason, respondBy, resolveBy, policy }))];
    },

    ReplyToCase: ({ text, channel }, state, { actor }) => {
      const { opened, answeredAt, replied } = open(state);
      const said = { ...customerOf(opened), by: actor.id, channel: channel ?? opened.channel, text };
      if (replied && same(said, { ...replied, first: undefined })) return [];
      return [fact('CaseReplied', plain({ ...said, first: answeredAt === undefined }))];
    },

    ResolveCase: ({ resolution }, state) => {
      const { opened, resolved } = found(state);
      if (resolved?.resolution === resolution) return [];
      open(state);
      return [fact('CaseResolved', plain({ ...customerOf(opened), resolution }))];
    },

    ReopenCase: ({ reason }, state, { lookups: { targets }, occurredAt }) => {
      const { status, opened, priority, reopened } = found(state);
      if (status === 'open') {
        if (reopened?.reason === reason) return [];
        throw refused('CASE_NOT_RESOLVED', 'The case is open.');
      }
      const resolveBy = minutesAfter(occurredAt, targets.value[priority].resolutionMinutes);
      const policy = underPolicy('case.targets', targets);
      return [fact('CaseReopened', plain({ ...customerOf(opened), reason, priority, resolveBy, policy }))];
    },

    RecordCaseTargetBreach: ({ target, dueAt }, state, { occurredAt }) => {
      const known = found(state);
      const { opened, priority, assignee, breached } = known;
      const recorded = breached.some((other) => other.target === target && other.dueAt === dueAt);
      if (recorded || dueAt > occurredAt || !wasMissed(known, target, dueAt)) return [];
      return [fact('CaseTargetBreached', plain({ ...customerOf(opened), target, dueAt, priority, assignee }))];
    },
  },
  evolve: {
    CaseOpened: (_, opened, at) => ({
      known: {
        status: 'open',
        opened,
        priority: opened.priority,
        assignee: opened.assignee,
        openedAt: at,
        workedOnSince: at,
        resolvedAt: [],
        deadlines: deadlinesOf(opened, at),
        breached: [],
      },
    }),
    CaseAssigned: (state, { assignee }) => changed(state, { assignee }),
    CasePriorityChanged: (state, data, at) =>
      changed(state, { priority: data.to, deadlines: [...(state.known?.deadlines ?? []), ...deadlinesOf(data, at)] }),
    CaseReplied: (state, replied, at) => changed(state, { replied, answeredAt: state.known?.answeredAt ?? at }),
    CaseResolved: (state, resolved, at) =>
      changed(state, {
        status: 'resolved',
        resolved,
        answeredAt: state.known?.answeredAt ?? at,
        resolvedAt: [...(state.known?.resolvedAt ?? []), at],
      }),
    CaseReopened: (state, reopened, at) =>
      changed(state, {
        status: 'open',
        resolved: undefined,
        reopened,
        workedOnSince: at,
        deadlines: [...(state.known?.deadlines ?? []), ...deadlinesOf(reopened, at)],
      }),
    CaseTargetBreached: (state, { target, dueAt }) =>
      changed(
        state,
        { breached: [...(state.known?.breached ?? []), { target, dueAt }] },
        // The clock is nobody's answer: the last reply is still the last one.
        state.known?.replied,
      ),
  },
});

const customerOf = ({ personId, accountId }: CaseOf): CaseOf => ({ personId, accountId });

const changed = ({ known }: CaseState, change: Partial<Case>, replied = change.replied): CaseState => ({
  known: known && { ...known, ...change, replied },
});

const deadlinesOf = (
  { respondBy, resolveBy }: { readonly respondBy?: Instant; readonly resolveBy?: Instant },
  setAt: Instant,
): readonly Deadline[] => [
  ...(respondBy === undefined ? [] : [{ target: 'response' as const, dueAt: respondBy, setAt }]),
  ...(resolveBy === undefined ? [] : [{ target: 'resolution' as const, dueAt: resolveBy, setAt }]),
];

/**
 * Whether the deadline has passed that holds now: a case that was reopened has a new one. The breach may not be recorded
 * yet.
 */
const isLate = ({ breached, deadlines }: Case, target: CaseTargetName, at: Instant): boolean => {
  const dueAt = deadlines.findLast((deadline) => deadline.target === target)?.dueAt;
  if (dueAt === undefined) return false;
  return dueAt < at || breached.some((other) => other.target === target && other.dueAt === dueAt);
};

/** Whether the deadline held when it passed, and what it asks for had not been done by then. */
function wasMissed({ deadlines, answeredAt, resolvedAt }: Case, target: CaseTargetName, dueAt: Instant): boolean {
  const ofTarget = deadlines.filter((deadline) => deadline.target === target && deadline.setAt <= dueAt);
  // Of those that were set by then the last one held.
  const held = ofTarget.at(-1);
  if (held?.dueAt !== dueAt) return false;
  if (target === 'response') return answeredAt === undefined || answeredAt > dueAt;
  return !resolvedAt.some((at) => at >= held.setAt && at <= dueAt);
}

function found({ known }: CaseState): Case {
  if (!known) throw notFound('CASE_NOT_FOUND', 'There is no such case.');
  return known;
}

/** A case that is not resolved: only such a one is worked on. */
function open(state: CaseState): Case {
  const known = found(state);
  if (known.status === 'resolved') throw refused('CASE_RESOLVED', 'The case is resolved; reopen it first.');
  return known;
}
