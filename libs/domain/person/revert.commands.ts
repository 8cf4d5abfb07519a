import { Command } from '../../kernel/index.js';
import { Id, Text } from '../fields.js';
import { refusedWhenUnknown } from './refusals.js';

@Command({
  says: 'Takes a conversion back: the contact is the lead that they were, and what the conversion opened is withdrawn where nobody has worked on it.',
  by: ['sales', 'sales-manager'],
  refuses: {
    ...refusedWhenUnknown,
    PERSON_NOT_A_CONTACT: 'The person was not converted, so there is nothing to take back.',
  },
  after: ['ConvertLead'],
  example: { personId: '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11', reason: 'It was another person of the same name' },
})
export class RevertConversion {
  @Id()
  readonly personId!: string;

  @Text(500)
  readonly reason!: string;
}
