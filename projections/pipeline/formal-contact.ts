import type {
  BuyingRole,
  Line,
  OpportunityEvents,
  SentQuote,
} from '../../libs/domain/opportunity/opportunity.events.js';
import type { PersonEvents } from '../../libs/domain/person/person.events.js';
import { categoryOf, idOf, type RecordedEvent } from '../../libs/kernel/index.js';
import {
  appends,
  date,
  instant,
  json,
  money,
  optional,
  text,
  versions,
  type StoredRow,
} from '../../libs/read-model/index.js';

/** Who has which part in which purchase (S1; domain.md §1). */
export const buyingRoles = versions<OpportunityEvents>()({
  key: 'id',
  keyOf: ({ stream, data }) => `${idOf(stream)}/${(data as { personId: string }).personId}`,
  columns: {
    id: text('Id of the opportunity and of the person.'),
    opportunity_id: text('Id of the opportunity.'),
    person_id: text('Id of the person.'),
    role: optional(text<BuyingRole>('Part in the purchase; null: none any more.')),
  },
  opens: {
    BuyingRoleAssigned: ({ stream, data }) => ({
      opportunity_id: idOf(stream),
      person_id: data.personId,
      role: data.role,
    }),
  },
  changes: { BuyingRoleRemoved: () => ({ role: null }) },
  indexes: [{ on: ['opportunity_id'], current: true }, { on: ['opportunity_id'] }],
});

export type BuyingRoleRow = StoredRow<typeof buyingRoles>;

export type QuoteStatus = 'sent' | 'accepted' | 'declined';

/** An opportunity's stream or, where there was none yet, a person's. */
const ofWhom = ({ stream }: RecordedEvent) =>
  categoryOf(stream) === 'person' ? { person_id: idOf(stream) } : { opportunity_id: idOf(stream) };

const quoteSent = (event: RecordedEvent<string, SentQuote>) => {
  const { quoteId, amount, lines, validUntil } = event.data;
  return {
    ...ofWhom(event),
    quote_id: quoteId,
    ...amount,
    lines: lines ?? [],
    valid_until: validUntil,
    status: 'sent' as const,
    sent_at: event.occurredAt,
  };
};
const accepted = ({ occurredAt }: RecordedEvent) => ({ status: 'accepted' as const, answered_at: occurredAt });
const declined = ({ occurredAt, data }: RecordedEvent<string, { readonly reason: string }>) => ({
  status: 'declined' as const,
  reason: data.reason,
  answered_at: occurredAt,
});

/** Every version of every quote, on opportunities and on leads (domain.md §3). */
export const quotes = versions<OpportunityEvents & PersonEvents>()({
  key: 'id',
  keyOf: ({ stream, data }) => `${stream}/${(data as { quoteId: string }).quoteId}`,
  columns: {
    id: text('Stream and number of the quote.'),
    quote_id: text('Number of the quote.'),
    opportunity_id: optional(text('Opportunity that it is for; null: a lead was sent it.')),
    person_id: optional(text('Lead or contact who was sent it; null: it is for an opportunity.')),
    amount: money('Its price in minor units of the currency.'),
    currency: text('ISO 4217 currency.'),
    lines: json<readonly Line[]>('What was offered: product, quantity, unit price and amount of each line.'),
    valid_until: optional(date('Last day on which it can be accepted.')),
    status: text<QuoteStatus>('sent, accepted or declined.'),
    reason: optional(text('Why it was declined.')),
    sent_at: instant('When it was sent.'),
    answered_at: optional(instant('When it was accepted or declined.')),
  },
  opens: { QuoteSent: quoteSent, LeadQuoteSent: quoteSent },
  changes: {
    QuoteAccepted: accepted,
    LeadQuoteAccepted: accepted,
    QuoteDeclined: declined,
    LeadQuoteDeclined: declined,
  },
  indexes: [{ on: ['opportunity_id'], current: true }, { on: ['opportunity_id'] }],
});

export type QuoteRow = StoredRow<typeof quotes>;

const signed = (event: RecordedEvent<string, OpportunityEvents['ContractSigned']['open']>) => ({
  ...ofWhom(event),
  contract_id: event.data.contractId,
  quote_id: event.data.quoteId,
  ...event.data.amount,
});

/** Every contract that was signed. */
export const contracts = appends<OpportunityEvents & PersonEvents>()({
  columns: {
    contract_id: text('Number of the contract.'),
    opportunity_id: optional(text('Opportunity that it is for; null: a lead signed it.')),
    person_id: optional(text('Lead or contact who signed it; null: it is for an opportunity.')),
    quote_id: optional(text('Number of the quote that it rests on.')),
    amount: money('What it is worth, in minor units of the currency.'),
    currency: text('ISO 4217 currency.'),
  },
  on: { ContractSigned: signed, LeadContractSigned: signed },
  indexes: [{ on: ['opportunity_id'] }],
});

export type ContractRow = StoredRow<typeof contracts>;
