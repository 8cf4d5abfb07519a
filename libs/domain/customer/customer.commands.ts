import { Command } from '../../kernel/index.js';
import { Id, Moment, OneOf, Optional, PartsOf, Slug, Text, Whole, YesOrNo } from '../fields.js';
import { type Phase, phases } from '../policy/policy.values.js';
import { type CustomerKind, customerKinds, type PhaseGround, phaseGrounds } from './customer.events.js';

const account = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';

export class PhaseReasonField {
  @OneOf(phaseGrounds)
  readonly ground!: PhaseGround;

  @Text(200)
  readonly stream!: string;

  @Optional()
  @Moment()
  readonly at?: string;
}

@Command({
  says: 'The relationship with a customer is in this phase, as follows from what is recorded of them.',
  by: [],
  opens: true,
  internal: true,
  example: {
    customerId: account,
    customerKind: 'account',
    to: 'inactive',
    at: '2026-05-25T09:30:00Z',
    because: [
      { ground: 'purchase', stream: 'purchase-7d0d4c5e-1f0a-5c39-8a55-0b7d6a1e2f43', at: '2025-11-26T09:30:00Z' },
    ],
    policyVersion: 0,
  },
})
export class RecordCustomerPhase {
  /** Id of the account, or of the person without one. */
  @Id()
  readonly customerId!: string;

  @OneOf(customerKinds)
  readonly customerKind!: CustomerKind;

  @OneOf(phases)
  readonly to!: Phase;

  /** Since when. */
  @Moment()
  readonly at!: string;

  /** The next purchase of somebody who was inactive. */
  @Optional()
  @YesOrNo()
  readonly wonBack?: boolean;

  @PartsOf(PhaseReasonField, 1, 2)
  readonly because!: readonly PhaseReasonField[];

  /** Version of `inactivity.window` that it was judged by; left out: it rests on no purchase. */
  @Optional()
  @Whole(0, Number.MAX_SAFE_INTEGER)
  readonly policyVersion?: number;
}

@Command({
  says: 'There is no phase of this customer any more, or another customer carries it.',
  by: [],
  internal: true,
  example: {
    customerId: account,
    customerKind: 'account',
    at: '2026-05-25T09:30:00Z',
    carriedBy: 'account-f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3',
  },
  after: ['RecordCustomerPhase'],
})
export class EndCustomerPhase {
  @Id()
  readonly customerId!: string;

  @OneOf(customerKinds)
  readonly customerKind!: CustomerKind;

  @Moment()
  readonly at!: string;

  /** Stream of the account or person whose phase counts from here on. */
  @Optional()
  @Text(200)
  readonly carriedBy?: string;
}

@Command({
  says: 'From an instant on a customer belongs to a segment by rule that has a window of its own, or does not.',
  by: [],
  opens: true,
  internal: true,
  example: {
    customerId: account,
    customerKind: 'account',
    segmentId: 'silent-energy',
    at: '2026-05-25T09:30:00Z',
    ruleVersion: 2,
    place: 0,
  },
})
export class RecordSegmentWord {
  /** Id of the account or person whom the rule holds of. */
  @Id()
  readonly customerId!: string;

  @OneOf(customerKinds)
  readonly customerKind!: CustomerKind;

  @Slug()
  readonly segmentId!: string;

  /** Since when. */
  @Moment()
  readonly at!: string;

  /** Version of the rule that holds of the customer; left out: it does not belong to the segment. */
  @Optional()
  @Whole(1, Number.MAX_SAFE_INTEGER)
  readonly ruleVersion?: number;

  /** How many words there are on this customer and segment: whoever has not seen the last one says nothing. */
  @Whole(0, Number.MAX_SAFE_INTEGER)
  readonly place!: number;
}
