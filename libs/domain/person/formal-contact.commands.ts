import { Command } from '../../kernel/index.js';
import { Id } from '../fields.js';
import { ContractFields, DeclinedFields, QuoteFields, WhichQuote } from '../quote/formal-contact.commands.js';
import { contractNotSigned, quoteNotAccepted, quoteNotDeclined, quoteNotSent } from '../quote/quotes.js';

const person = '5f0c9d1e-7a54-4a36-9d0b-0a4f3f0f8c11';

const noLead = {
  PERSON_NOT_A_LEAD: 'This person has shown no interest, or is no customer.',
};

const noLeadWorkedOn = {
  ...noLead,
  LEAD_DISQUALIFIED: 'The lead is disqualified; recycle it first.',
};

@Command({
  says: 'Sends an offer with a price to a lead, or to a contact before there is an opportunity.',
  by: ['sales', 'sales-manager'],
  refuses: { ...noLeadWorkedOn, ...quoteNotSent, QUOTE_WITHOUT_AMOUNT: 'There is neither an amount nor a line.' },
  example: {
    personId: person,
    quoteId: 'Q-2026-0093',
    lines: [{ product: 'Turbine care', quantity: '40', unitPrice: { amount: 120_000, currency: 'EUR' } }],
    validUntil: '2026-06-30',
  },
})
export class SendLeadQuote extends QuoteFields {
  @Id()
  readonly personId!: string;
}

@Command({
  says: 'The lead accepted a quote.',
  by: ['sales', 'sales-manager'],
  refuses: { ...noLeadWorkedOn, ...quoteNotAccepted },
  example: { personId: person, quoteId: 'Q-2026-0093' },
  after: ['SendLeadQuote'],
})
export class AcceptLeadQuote extends WhichQuote {
  @Id()
  readonly personId!: string;
}

@Command({
  says: 'The lead declined a quote, with the reason.',
  by: ['sales', 'sales-manager'],
  refuses: { ...noLead, ...quoteNotDeclined },
  example: { personId: person, quoteId: 'Q-2026-0093', reason: 'Too long until delivery' },
  after: ['SendLeadQuote'],
})
export class DeclineLeadQuote extends DeclinedFields {
  @Id()
  readonly personId!: string;
}

@Command({
  says: 'A contract was signed with a lead, or with a contact before there is an opportunity.',
  by: ['sales', 'sales-manager'],
  refuses: {
    ...noLeadWorkedOn,
    ...contractNotSigned,
    CONTRACT_WITHOUT_AMOUNT: 'There is neither an amount nor a quote that it rests on.',
  },
  example: { personId: person, contractId: 'C-2026-0012', quoteId: 'Q-2026-0093' },
  after: ['SendLeadQuote'],
})
export class SignLeadContract extends ContractFields {
  @Id()
  readonly personId!: string;
}
