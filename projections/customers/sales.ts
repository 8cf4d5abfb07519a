import type { OpportunityEvents } from '../../libs/domain/opportunity/opportunity.events.js';
import type { PurchaseEvents } from '../../libs/domain/purchase/purchase.events.js';
import { purchasedAt } from '../../libs/domain/purchase/purchase.rules.js';
import { bool, date, instant, money, optional, text, versions } from '../../libs/read-model/index.js';

/** Who bought in which currency, as one key: codes of currencies are of one length. */
export const buyerIn = (currency: string, subject: string): string => `${currency} ${subject}`;

/** Every version of every purchase. */
export const purchases = versions<PurchaseEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the purchase.'),
    subject_id: text('Account or person who bought.'),
    by_person: bool('Whether a person did: most are of accounts.'),
    on_day: date('The day that it bears, at the latest that of its report.'),
    bought_at: instant(
      'When it was bought: the beginning of its day where it was reported later, else when it was reported.',
    ),
    amount: money('What it is worth, in minor units of the currency.'),
    currency: text('ISO 4217 currency.'),
    buyer: text('Currency and who bought.'),
    order_id: optional(text('Of an invoice: the order that it bills; the order counts.')),
    opportunity_id: optional(text('The won opportunity that it stands for.')),
    cancelled: bool('Whether it was cancelled.'),
    learnt_at: instant('When it was recorded first: rates are those that were known then.'),
    learnt_position: text('Position of that event.'),
  },
  opens: {
    PurchaseRecorded: ({ data, occurredAt, recordedAt, position }) => {
      const at = purchasedAt(data.date, occurredAt);
      const subject = data.accountId ?? data.personId ?? '';
      return {
        subject_id: subject,
        by_person: data.accountId === undefined,
        on_day: at.slice(0, 10),
        bought_at: at,
        amount: data.amount.amount,
        currency: data.amount.currency,
        buyer: buyerIn(data.amount.currency, subject),
        order_id: data.orderId,
        opportunity_id: data.opportunityId,
        cancelled: false,
        learnt_at: recordedAt,
        learnt_position: String(position),
      };
    },
  },
  changes: {
    PurchaseCorrected: ({ data }) => ({ amount: data.amount.amount }),
    PurchaseCancelled: () => ({ cancelled: true }),
    PurchaseOpportunityAssigned: ({ data }) => ({ opportunity_id: data.opportunityId }),
  },
  indexes: [
    { on: ['subject_id'] },
    { on: ['subject_id'], where: 'by_person' },
    { on: ['opportunity_id'] },
    { on: ['bought_at', 'subject_id'] },
  ],
});

/** Every version of every opportunity, as far as customers are concerned. */
export const opportunities = versions<OpportunityEvents>()({
  key: 'id',
  columns: {
    id: text('Id of the opportunity.'),
    account_id: optional(text('Account that it belongs to, once known.')),
    status: text<'open' | 'won' | 'lost' | 'withdrawn'>('open, won, lost or withdrawn.'),
    opened_at: instant('When it was opened.'),
    opened_position: text('Position of that event.'),
    won_at: optional(instant('When it was won.')),
    learnt_at: optional(instant('When that was recorded: rates are those that were known then.')),
    learnt_position: optional(text('Position of that event.')),
    amount: optional(money('What it was won for, in minor units of the currency.')),
    currency: optional(text('ISO 4217 currency.')),
  },
  opens: {
    OpportunityOpened: ({ data, occurredAt, position }) => ({
      account_id: data.accountId,
      status: 'open' as const,
      opened_at: occurredAt,
      opened_position: String(position),
    }),
  },
  changes: {
    OpportunityAccountAssigned: ({ data }) => ({ account_id: data.accountId }),
    OpportunityWon: ({ data, occurredAt, recordedAt, position }) => ({
      status: 'won' as const,
      won_at: occurredAt,
      learnt_at: recordedAt,
      learnt_position: String(position),
      amount: data.amount.amount,
      currency: data.amount.currency,
    }),
    OpportunityLost: () => ({ status: 'lost' as const }),
    OpportunityWithdrawn: () => ({ status: 'withdrawn' as const }),
    OpportunityReopened: () => ({ status: 'open' as const }),
  },
  indexes: [{ on: ['account_id'] }, { on: ['won_at', 'account_id'] }],
});
