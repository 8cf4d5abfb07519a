import { Command } from '../../kernel/index.js';
import { Id } from '../fields.js';

const account = '0b1e6a52-8c1f-4d43-9a55-3c6f0a7d2e10';

@Command({
  says: 'The conversion that opened an account was taken back; one of which anything else is known stays.',
  by: [],
  internal: true,
  example: { accountId: account },
})
export class RevertAccountOpening {
  @Id()
  readonly accountId!: string;
}

@Command({
  says: 'Somebody else or another opportunity belongs to the account too, so it stays whatever becomes of its first contact.',
  by: [],
  internal: true,
  example: { accountId: account },
})
export class NoteAccountUse {
  @Id()
  readonly accountId!: string;
}
