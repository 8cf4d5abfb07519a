import { Command } from '../../kernel/index.js';
import { Id } from '../fields.js';
import { mergeRefusals, unmergeRefusals } from '../merging.js';

const survivor = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';
const duplicate = 'f6f4d7c1-52b6-4b64-9c0a-2b0c58b7a9d3';

@Command({
  says: 'Says that two are the same organisation: the duplicate’s id leads to the survivor from then on. Nothing is moved or deleted.',
  by: ['sales', 'sales-manager'],
  refuses: { ...mergeRefusals, ACCOUNT_PARENT_CIRCLE: 'One of them lies below the other one.' },
  example: { accountId: survivor, duplicateId: duplicate },
})
export class MergeAccounts {
  /** Which one survives. */
  @Id()
  readonly accountId!: string;

  @Id('account')
  readonly duplicateId!: string;
}

@Command({
  says: 'Says that two that were merged are two organisations; each stands as it stood, with what happened since.',
  by: ['sales', 'sales-manager'],
  refuses: unmergeRefusals,
  after: ['MergeAccounts'],
  ofThisStream: true,
  example: { accountId: survivor, duplicateId: duplicate },
})
export class UnmergeAccounts {
  /** Which one survived. */
  @Id()
  readonly accountId!: string;

  @Id('account')
  readonly duplicateId!: string;
}

@Command({
  says: 'Asks a duplicate to continue as the survivor of a merge.',
  by: [],
  internal: true,
  ofThisStream: true,
  twice: 'Each merge is answered, also where the answer is no again.',
  example: { accountId: duplicate, survivorId: survivor },
})
export class AcceptAccountMerge {
  @Id()
  readonly accountId!: string;

  @Id('account')
  readonly survivorId!: string;
}

@Command({
  says: 'The duplicate continues as the survivor.',
  by: [],
  internal: true,
  ofThisStream: true,
  example: { accountId: survivor, duplicateId: duplicate },
})
export class ConfirmAccountMerge {
  @Id()
  readonly accountId!: string;

  @Id('account')
  readonly duplicateId!: string;
}

@Command({
  says: 'The duplicate cannot continue as the survivor; the merge did not come about.',
  by: [],
  internal: true,
  ofThisStream: true,
  example: { accountId: survivor, duplicateId: duplicate },
})
export class DropAccountMerge {
  @Id()
  readonly accountId!: string;

  @Id('account')
  readonly duplicateId!: string;
}

@Command({
  says: 'A duplicate stands for itself again.',
  by: [],
  internal: true,
  ofThisStream: true,
  example: { accountId: duplicate, survivorId: survivor },
})
export class SeparateAccount {
  @Id()
  readonly accountId!: string;

  @Id('account')
  readonly survivorId!: string;
}
