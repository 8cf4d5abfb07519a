import { Command } from '../../kernel/index.js';
import { attributeRefusals, mostAttributes } from '../attributes.js';
import { type AttributeField, Attributes } from '../attributes.commands.js';
import { Email, Id, Optional, Phone, Slugs, SomeOf, Text } from '../fields.js';
import { type ClearableDetail, clearableDetails } from './person.events.js';
import { refusedWhenUnknown } from './refusals.js';

const person = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';

@Command({
  says: 'Corrects how a person is called or reached; what is left out stays.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  refuses: {
    ...refusedWhenUnknown,
    DETAIL_SET_AND_CLEARED: 'The same detail is to be given a value and to be cleared.',
  },
  example: { personId: person, email: 'i.verbruggen@example.com', clear: ['phone'] },
})
export class ChangePersonDetails {
  @Id()
  readonly personId!: string;

  @Optional()
  @Text(200)
  readonly name?: string;

  @Optional()
  @Email()
  readonly email?: string;

  @Optional()
  @Phone()
  readonly phone?: string;

  /** What does not hold any more. A person always has a name. */
  @Optional()
  @SomeOf(clearableDetails)
  readonly clear?: readonly ClearableDetail[];
}

@Command({
  says: 'Hands a lead or contact to another salesperson.',
  by: ['marketing', 'sales', 'sales-manager'],
  refuses: {
    ...refusedWhenUnknown,
    PERSON_WITHOUT_OWNER: 'The person is neither a lead nor a contact, so nobody in sales owns them.',
  },
  example: { personId: person, owner: 'kim', reason: 'Sam works in another region now' },
})
export class TransferPerson {
  @Id()
  readonly personId!: string;

  @Text(100)
  readonly owner!: string;

  @Optional()
  @Text(500)
  readonly reason?: string;
}

@Command({
  says: 'A contact belongs to another account from now on, for instance because they changed employers.',
  by: ['sales', 'sales-manager', 'support'],
  refuses: { ...refusedWhenUnknown, PERSON_NOT_A_CONTACT: 'Only a contact belongs to an account.' },
  example: { personId: person, accountId: '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10' },
  after: ['ConvertLead'],
})
export class AssignContactAccount {
  @Id()
  readonly personId!: string;

  @Id('account')
  readonly accountId!: string;
}

@Command({
  says: 'Sets custom attributes of a person; those that are not named stay. Personal ones can be erased, and cannot be filtered by.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  refuses: {
    ...refusedWhenUnknown,
    ...attributeRefusals,
    ATTRIBUTE_PERSONAL_OR_NOT:
      'An attribute of that name is kept as personal and is set as one that is not, or the reverse.',
  },
  example: {
    personId: person,
    attributes: [{ name: 'seats-on-board', type: 'whole-number', value: 2 }],
    personalAttributes: [{ name: 'hobby', type: 'text', value: 'sailing' }],
  },
})
export class SetPersonAttributes {
  @Id()
  readonly personId!: string;

  /** Nothing that tells of the person as a person: these stand in the log as they are. */
  @Optional()
  @Attributes()
  readonly attributes?: readonly AttributeField[];

  /** Kept under the person's key, like the name. */
  @Optional()
  @Attributes()
  readonly personalAttributes?: readonly AttributeField[];
}

@Command({
  says: 'Removes custom attributes of a person, personal or not.',
  by: ['marketing', 'sales', 'sales-manager', 'support'],
  refuses: refusedWhenUnknown,
  example: { personId: person, names: ['hobby'] },
  after: ['SetPersonAttributes'],
})
export class RemovePersonAttributes {
  @Id()
  readonly personId!: string;

  @Slugs(1, mostAttributes)
  readonly names!: readonly string[];
}
