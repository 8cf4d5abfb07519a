import { declareEvents, type EventShape, type Instant } from '../../kernel/index.js';
import type { PolicyReference } from '../policy/policy.events.js';

/** From the least to the most pressing; each has targets of its own (policy `case.targets`). */
export const priorities = ['low', 'normal', 'high', 'urgent'] as const;
export type Priority = (typeof priorities)[number];

/** Where the customer turned to us. */
export const caseChannels = ['e-mail', 'phone', 'chat', 'web', 'post', 'visit'] as const;
export type CaseChannel = (typeof caseChannels)[number];

/** What is promised to the customer: a first reply, and an end. */
export const caseTargets = ['response', 'resolution'] as const;
export type CaseTargetName = (typeof caseTargets)[number];

/** Whose case it is: of a person, an account or both. */
export interface CaseOf {
  readonly personId?: string;
  readonly accountId?: string;
}

/** These names and shapes are on disk: compensate, never change. */
export interface CaseEvents {
  CaseOpened: EventShape<
    CaseOf & {
      readonly priority: Priority;
      readonly channel: CaseChannel;
      /** The employee who works on it; nobody yet when left out. */
      readonly assignee?: string;
      /** Until when it is to be answered, and resolved, under the policy that is named. */
      readonly respondBy: Instant;
      readonly resolveBy: Instant;
      readonly policy: PolicyReference;
    },
    { readonly subject: string; readonly description?: string }
  >;
  CaseAssigned: EventShape<{ readonly assignee: string; readonly from?: string }>;
  CasePriorityChanged: EventShape<{
    readonly from: Priority;
    readonly to: Priority;
    readonly reason?: string;
    /** The new deadlines; left out where the target is met or breached. */
    readonly respondBy?: Instant;
    readonly resolveBy?: Instant;
    readonly policy: PolicyReference;
  }>;
  CaseReplied: EventShape<
    CaseOf & {
      /** The employee who replied. */
      readonly by: string;
      readonly channel?: CaseChannel;
      /** The one that the response target asks for. */
      readonly first: boolean;
    },
    { readonly text: string }
  >;
  CaseResolved: EventShape<CaseOf, { readonly resolution: string }>;
  CaseReopened: EventShape<
    CaseOf & { readonly priority: Priority; readonly resolveBy: Instant; readonly policy: PolicyReference },
    { readonly reason: string }
  >;
  CaseTargetBreached: EventShape<
    CaseOf & {
      readonly target: CaseTargetName;
      /** The instant of the breach. */
      readonly dueAt: Instant;
      readonly priority: Priority;
      readonly assignee?: string;
    }
  >;
}

export const caseEvents = declareEvents<CaseEvents>('case', {
  CaseOpened: {
    says: 'A customer asks for service; by when they are to hear from us, and to be helped, is known.',
    subject: 'personId',
    personal: { subject: true, description: true },
  },
  CaseAssigned: { says: 'Another employee works on the case.' },
  CasePriorityChanged: {
    says: 'The case is more or less pressing than it was; what is still to be done has new deadlines.',
  },
  CaseReplied: { says: 'The customer got a reply.', subject: 'personId', personal: { text: true } },
  CaseResolved: {
    says: 'The case is resolved; a case that nobody replied to is answered by it.',
    subject: 'personId',
    personal: { resolution: true },
  },
  CaseReopened: {
    says: 'It was not resolved after all, with the reason and a new deadline.',
    subject: 'personId',
    personal: { reason: true },
  },
  CaseTargetBreached: { verdict: true, says: 'The deadline of a target passed before the target was met.' },
});
