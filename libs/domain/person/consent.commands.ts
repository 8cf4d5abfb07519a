import { Command } from '../../kernel/index.js';
import { Id, OneOf, Text } from '../fields.js';
import { type Channel, channels } from './person.events.js';
import { refusedWhenUnknown } from './refusals.js';

const person = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';

@Command({
  says: 'The person agrees to be reached over a channel, with the source of that.',
  by: ['marketing', 'sales', 'sales-manager', 'support', 'privacy-officer'],
  refuses: refusedWhenUnknown,
  example: { personId: person, channel: 'e-mail', source: 'newsletter form' },
})
export class GiveConsent {
  @Id()
  readonly personId!: string;

  @OneOf(channels)
  readonly channel!: Channel;

  /** Where or how it was said. */
  @Text(200)
  readonly source!: string;
}

@Command({
  says: 'The person does not want to be reached over a channel, whether they agreed before or not.',
  by: ['marketing', 'sales', 'sales-manager', 'support', 'privacy-officer'],
  refuses: refusedWhenUnknown,
  example: { personId: person, channel: 'phone', source: 'call of 4 May' },
})
export class WithdrawConsent {
  @Id()
  readonly personId!: string;

  @OneOf(channels)
  readonly channel!: Channel;

  /** Where or how it was said. */
  @Text(200)
  readonly source!: string;
}
