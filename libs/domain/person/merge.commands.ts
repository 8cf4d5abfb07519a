import { Command } from '../../kernel/index.js';
import { Id, Moment, OneOf, PartsOf, Text } from '../fields.js';
import { mergeRefusals, unmergeRefusals } from '../merging.js';
import { type Channel, channels, type Word, words } from './person.events.js';
import { refusedWhenUnknown } from './refusals.js';

const survivor = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';
const duplicate = '8a4e2f10-6c3b-4d97-b1a5-2e7f9c0d4b63';

@Command({
  says: 'Says that two are the same person: the duplicate’s id leads to the survivor from then on. Nothing is moved or deleted.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  refuses: {
    ...refusedWhenUnknown,
    ...mergeRefusals,
    SURVIVOR_LESS_KNOWN: 'The duplicate is further on its way to the customer; let it survive.',
    OTHER_NEVER_LEAD: 'One of them is registered as no customer, and the other one is not.',
  },
  example: { personId: survivor, duplicateId: duplicate },
})
export class MergePersons {
  /** Who survives. */
  @Id()
  readonly personId!: string;

  @Id('person')
  readonly duplicateId!: string;
}

@Command({
  says: 'Says that two who were merged are two people; each stands as they stood, with what happened since.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  refuses: { ...refusedWhenUnknown, ...unmergeRefusals },
  after: ['MergePersons'],
  ofThisStream: true,
  example: { personId: survivor, duplicateId: duplicate },
})
export class UnmergePersons {
  /** Who survived. */
  @Id()
  readonly personId!: string;

  @Id('person')
  readonly duplicateId!: string;
}

@Command({
  says: 'Asks a duplicate to continue as the survivor of a merge.',
  by: [],
  internal: true,
  ofThisStream: true,
  refuses: refusedWhenUnknown,
  twice: 'Each merge is answered, also where the answer is no again.',
  example: { personId: duplicate, survivorId: survivor },
})
export class AcceptPersonMerge {
  @Id()
  readonly personId!: string;

  @Id('person')
  readonly survivorId!: string;
}

/** A person's last word on a channel. */
export class ConsentField {
  @OneOf(channels)
  readonly channel!: Channel;

  @OneOf(words)
  readonly word!: Word;

  @Text(200)
  readonly source!: string;

  @Moment()
  readonly since!: string;
}

@Command({
  says: 'The duplicate continues as the survivor, who is taken by the consents of both.',
  by: [],
  internal: true,
  ofThisStream: true,
  refuses: refusedWhenUnknown,
  example: {
    personId: survivor,
    duplicateId: duplicate,
    consents: [{ channel: 'e-mail', word: 'withdrawn', source: 'link in a mail', since: '2026-05-04T09:30:00Z' }],
  },
})
export class ConfirmPersonMerge {
  @Id()
  readonly personId!: string;

  @Id('person')
  readonly duplicateId!: string;

  @PartsOf(ConsentField, 0, channels.length, 'channel')
  readonly consents!: readonly ConsentField[];
}

@Command({
  says: 'The duplicate cannot continue as the survivor; the merge did not come about.',
  by: [],
  internal: true,
  ofThisStream: true,
  refuses: refusedWhenUnknown,
  example: { personId: survivor, duplicateId: duplicate },
})
export class DropPersonMerge {
  @Id()
  readonly personId!: string;

  @Id('person')
  readonly duplicateId!: string;
}

@Command({
  says: 'A duplicate stands for itself again.',
  by: [],
  internal: true,
  ofThisStream: true,
  refuses: refusedWhenUnknown,
  example: { personId: duplicate, survivorId: survivor },
})
export class SeparatePerson {
  @Id()
  readonly personId!: string;

  @Id('person')
  readonly survivorId!: string;
}
